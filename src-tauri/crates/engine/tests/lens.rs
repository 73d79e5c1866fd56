//! What the panel shows of the next token is what a run does, and what `next` says.

use std::path::Path;
use std::sync::Arc;

use engine::{
    DeviceChoice, Engine, Error, Gaze, GenerationEvent, GenerationRequest, LoadRequest,
    ModelIdentity, PromptSpan, SamplingSettings, WeightDtype,
};

struct Everyone;

impl engine::Admission for Everyone {
    fn admit(&self, _: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

async fn load(engine: &Engine) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
    let path = fixtures.join("tiny/tiny-zarr.nemo");
    let request =
        LoadRequest { path, name: None, dtype: WeightDtype::Auto, device: DeviceChoice::Auto };
    engine.load(request, Arc::new(Everyone)).await.expect("loaded");
}

fn request(sampling: SamplingSettings, seed: u64) -> GenerationRequest {
    let text = "The meaning of life is".to_owned();
    GenerationRequest {
        prompt: vec![PromptSpan::Text { text }],
        sampling,
        seed: Some(seed),
        max_tokens: Some(1),
        ..GenerationRequest::default()
    }
}

fn several() -> [SamplingSettings; 3] {
    let hot = SamplingSettings { temperature: 1.5, top_p: 0.8, ..SamplingSettings::default() };
    let few = SamplingSettings { top_k: 5, repetition_penalty: 1.5, ..SamplingSettings::default() };
    [SamplingSettings::default(), hot, few]
}

async fn first_token(engine: &Engine, request: GenerationRequest) -> u32 {
    let mut run = engine.generate(request).expect("queued");
    while let Some(event) = run.next().await {
        if let GenerationEvent::Token(token) = event.expect("no error") {
            return token.id;
        }
    }
    panic!("a run has a token");
}

#[tokio::test]
async fn a_look_is_what_a_run_takes_and_next_says_and_looking_again_needs_no_model() {
    let engine = Engine::start(Some(1)).expect("started");
    load(&engine).await;
    let row = engine
        .look(request(SamplingSettings::default(), 1), Gaze::default(), 10)
        .await
        .expect("a look")
        .row;
    for sampling in several() {
        for seed in 1..20 {
            let asked = request(sampling.clone(), seed);
            let again = engine.look_again(row, &sampling, seed, 10).expect("kept");
            let looked = engine.look(asked.clone(), Gaze::default(), 10).await.expect("a look");
            assert_eq!(again.outlook, looked.outlook, "the chain is the same");
            assert_eq!(again.outlook.chosen, first_token(&engine, asked.clone()).await);
            let next = engine.next(asked, 1024).await.expect("next");
            assert_eq!(
                (next.chosen, next.trace.survivors),
                (again.outlook.chosen, again.outlook.survivors)
            );
            assert_eq!(next.prompt_tokens, again.prompt_tokens);
            for token in &again.outlook.tokens {
                let raw = next.raw.iter().find(|one| one.id == token.id).expect("listed");
                assert!((f64::from(raw.logprob).exp() - token.before).abs() < 1e-6);
                let left = next.trace.likeliest.iter().find(|one| one.id == token.id);
                assert!((left.map_or(0.0, |one| one.probability) - token.after).abs() < 1e-12);
            }
        }
    }
}

#[tokio::test]
async fn another_model_forgets_the_rows_of_the_last() {
    let engine = Engine::start(Some(1)).expect("started");
    load(&engine).await;
    let settings = SamplingSettings::default();
    let row =
        engine.look(request(settings.clone(), 1), Gaze::default(), 10).await.expect("a look").row;
    load(&engine).await;
    assert!(matches!(engine.look_again(row, &settings, 1, 10), Err(Error::RowGone)));
}
