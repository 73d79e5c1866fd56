//! Lanes with settings of their own are plain runs, bit for bit; a fork computes one token; and a
//! finished run can be looked back on.

use std::path::Path;
use std::sync::Arc;

use engine::sampler::Fate;
use engine::{
    DeviceChoice, Engine, Error, Gaze, GeneratedToken, GenerationEvent, GenerationRequest,
    LoadRequest, ModelIdentity, PromptSpan, SamplingSettings, Variant, WeightDtype,
};

const PROMPT: &str = "The meaning of life is";

struct Everyone;

impl engine::Admission for Everyone {
    fn admit(&self, _: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

async fn loaded() -> Engine {
    let engine = Engine::start(Some(1)).expect("started");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
    let path = fixtures.join("tiny/tiny-zarr.nemo");
    let request =
        LoadRequest { path, name: None, dtype: WeightDtype::Auto, device: DeviceChoice::Auto };
    engine.load(request, Arc::new(Everyone)).await.expect("loaded");
    engine
}

fn request(prompt: PromptSpan, max_tokens: u32) -> GenerationRequest {
    GenerationRequest {
        prompt: vec![prompt],
        max_tokens: Some(max_tokens),
        ignore_eos: true,
        ..GenerationRequest::default()
    }
}

fn text(text: &str) -> PromptSpan {
    PromptSpan::Text { text: text.to_owned() }
}

/// What each lane wrote, and how much of the prompt was cached.
async fn run(engine: &Engine, request: GenerationRequest) -> (Vec<Vec<GeneratedToken>>, u32) {
    let mut run = engine.generate(request).expect("queued");
    let (mut lanes, mut cached) = (vec![Vec::new(); 8], 0);
    while let Some(event) = run.next().await {
        match event.expect("no error") {
            GenerationEvent::Started { cached_tokens, .. } => cached = cached_tokens,
            GenerationEvent::Token(token) => {
                lanes[token.lane as usize].push(GeneratedToken { lane: 0, ..token });
            }
            _ => {}
        }
    }
    lanes.retain(|lane| !lane.is_empty());
    (lanes, cached)
}

fn ids(tokens: &[GeneratedToken]) -> Vec<u32> {
    tokens.iter().map(|token| token.id).collect()
}

fn several() -> Vec<Variant> {
    let neutral = SamplingSettings::default;
    let settings = [
        neutral(),
        SamplingSettings { temperature: 0.5, ..neutral() },
        SamplingSettings { temperature: 1.4, top_p: 0.9, ..neutral() },
        SamplingSettings { top_k: 3, repetition_penalty: 1.3, ..neutral() },
        SamplingSettings { temperature: 0.0, ..neutral() },
    ];
    (40..).zip(settings).map(|(seed, sampling)| Variant { seed, sampling }).collect()
}

#[tokio::test]
async fn each_variant_is_the_run_that_it_would_be_alone() {
    let engine = loaded().await;
    let variants = several();
    let side_by_side =
        GenerationRequest { variants: variants.clone(), ..request(text(PROMPT), 24) };
    let (lanes, _) = run(&engine, side_by_side).await;
    assert_eq!(lanes.len(), variants.len());
    for (lane, Variant { seed, sampling }) in lanes.iter().zip(variants) {
        let plain = GenerationRequest { seed: Some(seed), sampling, ..request(text(PROMPT), 24) };
        let (alone, _) = run(&engine, plain).await;
        assert_eq!(*lane, alone[0], "ids, texts and log-probabilities, bit for bit");
    }
}

#[tokio::test]
async fn variants_are_checked_one_by_one_and_are_no_use_beside_lanes() {
    let engine = loaded().await;
    let mut variants = several();
    variants[2].sampling.top_p = 1.5;
    let wrong = GenerationRequest { variants, ..request(text(PROMPT), 4) };
    assert!(matches!(wrong.validate(), Err(Error::OutOfRange { field: "top-p", .. })));
    let both =
        GenerationRequest { variants: several(), lanes: Some(2), ..request(text(PROMPT), 4) };
    assert!(matches!(both.validate(), Err(Error::OutOfRange { field: "variants", .. })));
    let mut variants = several();
    variants[1].sampling.ban_token = vec![u32::MAX];
    let banned = GenerationRequest { variants, ..request(text(PROMPT), 4) };
    let failed = engine.generate(banned).expect("queued").next().await.expect("an event");
    assert!(matches!(failed, Err(Error::TokenOutOfRange { field: "ban-token", .. })));
}

#[tokio::test]
async fn a_fork_computes_one_token_and_is_the_run_that_a_plain_prompt_gives() {
    let engine = loaded().await;
    let (written, _) =
        run(&engine, GenerationRequest { seed: Some(5), ..request(text(PROMPT), 30) }).await;
    let prompt = engine.tokenizer().expect("a tokenizer").encode_prompt(&[text(PROMPT)], false);
    let prompt = prompt.expect("ids");
    for at in [20, 7, 0] {
        let mut forked = [&prompt[..], &ids(&written[0][..at])].concat();
        forked.push(7);
        let fork = GenerationRequest {
            seed: Some(9),
            ..request(PromptSpan::Tokens { ids: forked.clone() }, 12)
        };
        let (shared, cached) = run(&engine, fork.clone()).await;
        // The chosen token is all that was not there.
        assert_eq!(cached as usize, forked.len() - 1, "fork at {at}");
        let (fresh, _) = run(&loaded().await, fork).await;
        assert_eq!(shared, fresh, "fork at {at}");
        // The longer text is back in the cache for the next fork.
        let again = [&prompt[..], &ids(&written[0])].concat();
        run(&engine, request(PromptSpan::Tokens { ids: again }, 1)).await;
    }
}

#[tokio::test]
async fn a_token_in_a_run_is_taken_again_by_its_own_draw_and_has_its_rank() {
    let engine = loaded().await;
    for Variant { seed, sampling } in several() {
        let asked = GenerationRequest {
            seed: Some(seed),
            sampling: sampling.clone(),
            ..request(text(PROMPT), 10)
        };
        let (written, _) = run(&engine, asked).await;
        let ids = ids(&written[0]);
        let prompt = engine.tokenizer().expect("a tokenizer").encode_prompt(&[text(PROMPT)], false);
        let prompt = prompt.expect("ids");
        let scored = [&prompt[..], &ids].concat();
        let scored = engine.score(vec![PromptSpan::Tokens { ids: scored }], false).await;
        let scored = scored.expect("a score").tokens;
        for (step, id) in ids.iter().enumerate() {
            let before = [&prompt[..], &ids[..step]].concat();
            let place = GenerationRequest {
                seed: Some(seed),
                sampling: sampling.clone(),
                ..request(PromptSpan::Tokens { ids: before }, 1)
            };
            let gaze = Gaze { token: Some(*id), lane: 0, step: step as u32 };
            let look = engine.look(place, gaze, 5).await.expect("a look");
            assert_eq!(look.outlook.chosen, *id, "step {step}");
            let subject = look.subject.expect("asked about");
            let (logprob, rank) = scored[prompt.len() + step].judged.expect("not the first");
            assert_eq!((subject.id, subject.rank), (*id, rank));
            let token = look.outlook.tokens.iter().find(|token| token.id == *id).expect("listed");
            assert!((token.before - f64::from(logprob).exp()).abs() < 1e-6);
        }
    }
}

#[tokio::test]
async fn hindsight_is_what_a_run_of_the_same_text_would_have_taken() {
    let engine = loaded().await;
    let asked = GenerationRequest { seed: Some(3), ..request(text(PROMPT), 20) };
    let (written, _) = run(&engine, asked).await;
    let written = ids(&written[0]);
    let prompt = engine.tokenizer().expect("a tokenizer").encode_prompt(&[text(PROMPT)], false);
    let prompt = prompt.expect("ids");
    let recollection =
        engine.recollect(prompt.clone(), written.clone()).await.expect("a recollection");
    let own = recollection.fates(&SamplingSettings::default(), 3, 0).expect("fates");
    assert_eq!(own.len(), written.len());
    assert!(own.iter().all(|fate| matches!(fate, Fate::Same | Fate::Unknown)), "{own:?}");
    for Variant { sampling, .. } in several() {
        let fates = recollection.fates(&sampling, 3, 0).expect("fates");
        for (step, fate) in fates.iter().enumerate() {
            let before = [&prompt[..], &written[..step]].concat();
            let place = GenerationRequest {
                seed: Some(3),
                sampling: sampling.clone(),
                ..request(PromptSpan::Tokens { ids: before }, 1)
            };
            let gaze = Gaze { token: Some(written[step]), lane: 0, step: step as u32 };
            let look = engine.look(place, gaze, 5).await.expect("a look").outlook;
            let own = look.tokens.iter().find(|token| token.id == written[step]).expect("listed");
            match fate {
                Fate::Same => assert_eq!(look.chosen, written[step]),
                Fate::Other(Some(other)) => assert_eq!(look.chosen, *other),
                Fate::Other(None) => assert_ne!(look.chosen, written[step]),
                Fate::Cut(stage) => assert_eq!(own.cut_by, Some(*stage)),
                Fate::Unknown => {}
            }
        }
    }
}
