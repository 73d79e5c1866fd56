//! The engine through its handle: states, prefix reuse, cancelling, admission.

use std::path::Path;
use std::sync::Arc;

use engine::{
    Admission, Completion, DeviceChoice, Engine, EngineStatus, Error, FinishReason, GeneratedToken,
    GenerationEvent, GenerationRequest, LoadRequest, ModelIdentity, PromptSpan, WeightDtype,
};

struct Verdict(Result<(), String>);

impl Admission for Verdict {
    fn admit(&self, _model: &ModelIdentity) -> Result<(), String> {
        self.0.clone()
    }
}

async fn load(engine: &Engine, verdict: Result<(), String>) -> Result<(), Error> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
    let path = fixtures.join("tiny/tiny-zarr.nemo");
    let request =
        LoadRequest { path, name: None, dtype: WeightDtype::Auto, device: DeviceChoice::Auto };
    engine.load(request, Arc::new(Verdict(verdict))).await.map(|_| ())
}

async fn ready() -> Engine {
    let engine = Engine::start(Some(2)).expect("threads");
    load(&engine, Ok(())).await.expect("the fixture loads");
    engine
}

fn request(prompt: &[PromptSpan], max_tokens: u32) -> GenerationRequest {
    GenerationRequest {
        prompt: prompt.to_vec(),
        seed: Some(11),
        max_tokens: Some(max_tokens),
        ignore_eos: true,
        ..GenerationRequest::default()
    }
}

async fn run(engine: &Engine, request: GenerationRequest) -> (Vec<GeneratedToken>, Completion) {
    let mut run = engine.generate(request).expect("queued");
    let mut tokens = Vec::new();
    loop {
        match run.next().await.expect("a run ends with done").expect("no error") {
            GenerationEvent::Token(token) => tokens.push(token),
            GenerationEvent::Done(done) => return (tokens, done),
            _ => {}
        }
    }
}

fn text(text: &str) -> PromptSpan {
    PromptSpan::Text { text: text.to_owned() }
}

#[tokio::test]
async fn reused_and_chunked_prefixes_give_the_same_bits() {
    // Longer than a prefill chunk.
    let prompt = [text(&"The meaning of life is ".repeat(8))];
    let fresh = ready().await;
    let (tokens, done) = run(&fresh, request(&prompt, 24)).await;
    assert_eq!(done.usage.cached_tokens, 0);
    let (again, done) = run(&fresh, request(&prompt, 24)).await;
    assert_eq!(done.usage.cached_tokens, done.usage.prompt_tokens - 1);
    assert_eq!(again, tokens);

    // Half the run's tokens as model text: the rest must follow as if nothing had happened.
    let ids = tokens[..12].iter().map(|token| token.id).collect();
    let forked = [prompt[0].clone(), PromptSpan::Tokens { ids }];
    let greedy = |prompt: &[PromptSpan]| {
        let mut request = request(prompt, 12);
        request.sampling.temperature = 0.0;
        request
    };
    let (reused, done) = run(&fresh, greedy(&forked)).await;
    assert_eq!(done.usage.cached_tokens, done.usage.prompt_tokens - 1);
    let (computed, done) = run(&ready().await, greedy(&forked)).await;
    assert_eq!(done.usage.cached_tokens, 0);
    assert_eq!(reused, computed);
}

/// All lanes of a run: their tokens and how each ended.
async fn lanes(
    engine: &Engine,
    request: GenerationRequest,
) -> (Vec<Vec<GeneratedToken>>, Vec<Completion>) {
    let count = request.lanes.unwrap_or(1) as usize;
    let mut run = engine.generate(request).expect("queued");
    let (mut tokens, mut ends) = (vec![Vec::new(); count], Vec::new());
    while let Some(event) = run.next().await {
        match event.expect("no error") {
            GenerationEvent::Token(token) => tokens[token.lane as usize].push(token),
            GenerationEvent::Done(done) => ends.push(done),
            _ => {}
        }
    }
    ends.sort_by_key(|done| done.lane);
    (tokens, ends)
}

#[tokio::test]
async fn lanes_written_together_are_the_bits_of_each_written_alone() {
    let engine = ready().await;
    let prompt = [text(&"The meaning of life is ".repeat(8))];
    let mut asked = request(&prompt, 24);
    asked.ignore_eos = false;
    asked.stop = vec!["e".to_owned()];
    let (alone, _) = run(&engine, asked.clone()).await;
    asked.lanes = Some(5);
    let (tokens, ends) = lanes(&engine, asked).await;
    assert_eq!(ends.iter().map(|done| done.lane).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(tokens[0], alone, "lane 0 is the run without the others");
    let lengths: std::collections::BTreeSet<usize> = tokens.iter().map(Vec::len).collect();
    assert!(lengths.len() > 1, "some lanes end before others: {lengths:?}");
    for (tokens, done) in tokens.iter().zip(&ends) {
        let text: String = tokens.iter().map(|token| token.text.as_str()).collect();
        assert_eq!(
            (text.as_str(), tokens.len()),
            (&*done.text, done.usage.completion_tokens as usize)
        );
        assert_eq!(&judged_alone(&engine, &prompt, tokens).await, &logprobs(tokens));
    }
}

/// The log-probabilities of a lane's tokens, read as a prompt of their own.
async fn judged_alone(
    engine: &Engine,
    prompt: &[PromptSpan],
    tokens: &[GeneratedToken],
) -> Vec<f32> {
    let ids = tokens.iter().map(|token| token.id).collect();
    let mut forced = request(&[prompt[0].clone(), PromptSpan::Tokens { ids }], 1);
    forced.echo = true;
    let mut run = engine.generate(forced).expect("queued");
    while let Some(event) = run.next().await {
        if let GenerationEvent::Prompt { tokens: all } = event.expect("no error") {
            let own = &all[all.len() - tokens.len()..];
            return own.iter().map(|token| token.logprob.expect("judged")).collect();
        }
    }
    panic!("the prompt is echoed")
}

fn logprobs(tokens: &[GeneratedToken]) -> Vec<f32> {
    tokens.iter().map(|token| token.logprob).collect()
}

#[tokio::test]
async fn cancelled_lanes_all_end_and_the_first_is_kept_for_the_next_run() {
    let engine = ready().await;
    let mut asked = request(&[text("The")], 200);
    asked.lanes = Some(3);
    let mut run = engine.generate(asked.clone()).expect("queued");
    let mut seen = Vec::new();
    let mut ends = Vec::new();
    while let Some(event) = run.next().await {
        match event.expect("no error") {
            GenerationEvent::Token(token) => {
                seen.push(token.id);
                assert!(seen.len() > 1 || engine.cancel(run.id));
            }
            GenerationEvent::Done(done) => ends.push(done.finish_reason),
            _ => {}
        }
    }
    assert_eq!(ends, [FinishReason::Cancelled; 3]);
    asked.max_tokens = Some(12);
    let (tokens, _) = lanes(&engine, asked.clone()).await;
    let ids = tokens[0].iter().map(|token| token.id).collect();
    asked.prompt.push(PromptSpan::Tokens { ids });
    asked.lanes = None;
    let (_, ends) = lanes(&engine, asked.clone()).await;
    assert_eq!(ends[0].usage.cached_tokens, ends[0].usage.prompt_tokens - 1);
    asked.lanes = Some(65);
    let refused = engine.generate(asked).expect("queued").next().await;
    assert!(matches!(refused, Some(Err(Error::OutOfRange { field: "n", .. }))));
}

#[tokio::test]
async fn a_cancelled_run_ends_with_its_text_and_the_next_one_works() {
    let engine = ready().await;
    let mut cancelled = engine.generate(request(&[text("The")], 200)).expect("queued");
    assert!(engine.cancel(cancelled.id));
    let mut last = None;
    while let Some(event) = cancelled.next().await {
        last = Some(event.expect("no error"));
    }
    let Some(GenerationEvent::Done(done)) = last else { panic!("{last:?} is not done") };
    assert_eq!(done.finish_reason, FinishReason::Cancelled);
    assert!(done.usage.completion_tokens < 200);
    assert_eq!(run(&engine, request(&[text("The")], 4)).await.0.len(), 4);
    drop(cancelled);
    assert!(!engine.cancel(1), "a run that is over cannot be cancelled");
}

#[tokio::test]
async fn a_model_that_is_not_admitted_is_not_loaded_and_the_old_one_stays() {
    let engine = Engine::start(Some(1)).expect("threads");
    let refused = load(&engine, Err("accept the licence first".to_owned())).await;
    assert!(matches!(refused, Err(Error::NotAdmitted(_))));
    assert!(matches!(*engine.status().borrow(), EngineStatus::Failed { .. }));
    assert!(matches!(engine.count_tokens(&[text("x")]), Err(Error::NoModel)));
    load(&engine, Ok(())).await.expect("admitted");
    assert!(load(&engine, Err("no".to_owned())).await.is_err());
    assert!(matches!(*engine.status().borrow(), EngineStatus::Ready { .. }));
    assert_eq!(run(&engine, request(&[text("The")], 4)).await.0.len(), 4);
    engine.unload().await.expect("unloaded");
    assert!(matches!(*engine.status().borrow(), EngineStatus::Empty));
}

#[tokio::test]
async fn turn_markers_match_in_templates_and_never_in_what_a_user_wrote() {
    let tokenizer = ready().await.tokenizer().expect("loaded");
    let marker = "<extra_id_1>";
    let user = |text: &str| PromptSpan::User { text: text.to_owned() };
    let ids = |spans: &[PromptSpan]| tokenizer.encode_prompt(spans, false).expect("encoded");
    assert_eq!(ids(&[text(marker)]), [5]);
    assert!(!ids(&[user(marker)]).contains(&5));
    assert_eq!(tokenizer.decode(&ids(&[user(marker)])), marker);
    // Without markers the borders between spans change nothing.
    let joined = ids(&[text(&format!("{marker}User\nHi there\n{marker}"))]);
    let split = [text(&format!("{marker}User\n")), user("Hi there"), text(&format!("\n{marker}"))];
    assert_eq!(ids(&split), joined);
}

#[tokio::test]
async fn a_prompt_of_another_models_tokens_is_not_run() {
    let engine = ready().await;
    let status = engine.status().borrow().clone();
    let EngineStatus::Ready { model } = status else { panic!("{status:?}") };
    let asked = request(&[PromptSpan::Tokens { ids: vec![10, 11] }], 2);
    let mut run = engine.generate_with(&model, asked.clone()).expect("queued");
    assert!(matches!(run.next().await, Some(Ok(GenerationEvent::Started { .. }))));
    let other = engine::ModelInfo { sha256: "another".to_owned(), ..model };
    let mut run = engine.generate_with(&other, asked.clone()).expect("queued");
    assert!(matches!(run.next().await, Some(Err(Error::ModelChanged))));
    assert!(run.next().await.is_none());
    // The engine goes on as if nothing had been asked.
    self::run(&engine, asked).await;
}
