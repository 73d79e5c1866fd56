//! A run replayed from its record: what is the same is found to be, and what is not is named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{
    Changed, DeviceChoice, Engine, Error, FinishReason, GenerationEvent, GenerationRequest,
    LoadRequest, ModelIdentity, PromptSpan, Replay, ReplayMode, RunRecord, SamplingSettings,
    SavedLane, SavedRun, SavedToken, Variant, WeightDtype,
};

const MODES: [ReplayMode; 2] = [ReplayMode::Forced, ReplayMode::Regenerate];

struct Everyone;

impl engine::Admission for Everyone {
    fn admit(&self, _: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/tiny/tiny-zarr.nemo")
}

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/demo.nemo")
}

async fn load(engine: &Engine, path: PathBuf) {
    let (dtype, device) = (WeightDtype::Auto, DeviceChoice::Cpu);
    let request = LoadRequest { path, name: None, dtype, device };
    engine.load(request, Arc::new(Everyone)).await.expect("loaded");
}

async fn ready() -> Engine {
    let engine = Engine::start(Some(2)).expect("threads");
    load(&engine, tiny()).await;
    engine
}

fn request(engine: &Engine, text: &str) -> GenerationRequest {
    let text = vec![PromptSpan::Text { text: text.to_owned() }];
    let ids = engine.tokenizer().expect("loaded").encode_prompt(&text, false).expect("ids");
    GenerationRequest {
        prompt: vec![PromptSpan::Tokens { ids }],
        max_tokens: Some(24),
        ..GenerationRequest::default()
    }
}

fn greedy(engine: &Engine) -> GenerationRequest {
    let mut request = request(engine, "The meaning of life is");
    request.sampling.temperature = 0.0;
    GenerationRequest { ignore_eos: true, ..request }
}

/// Runs a request and records it by its events, as the app does; it is cancelled after so many tokens.
async fn recorded(engine: &Engine, request: GenerationRequest, cancel_after: usize) -> SavedRun {
    let model = engine.status().borrow().model().expect("loaded").clone();
    let lane = |lane| SavedLane { lane, text: String::new(), tokens: Vec::new() };
    let mut lanes: Vec<SavedLane> = (0..request.lane_count()).map(lane).collect();
    let mut record = RunRecord::new(&model, request.clone());
    let (mut run, mut seen) = (engine.generate(request).expect("queued"), 0);
    while let Some(event) = run.next().await {
        let event = event.expect("no error");
        record.note(&event);
        if let GenerationEvent::Token(token) = event {
            let lane = &mut lanes[token.lane as usize];
            lane.text.push_str(&token.text);
            lane.tokens.push(SavedToken { id: token.id, logprob: token.logprob });
            seen += 1;
            assert!(seen != cancel_after || engine.cancel(run.id));
        }
    }
    let saved = SavedRun::new(record, lanes);
    let read = SavedRun::from_json(saved.to_json().as_bytes()).expect("what was written is read");
    assert_eq!(read, saved);
    read
}

async fn whole(engine: &Engine, request: GenerationRequest) -> SavedRun {
    recorded(engine, request, usize::MAX).await
}

fn written(saved: &SavedRun) -> u32 {
    saved.lanes.iter().map(|lane| lane.tokens.len() as u32).sum()
}

async fn replay(engine: &Engine, saved: &SavedRun, mode: ReplayMode) -> Replay {
    engine.replay(saved.clone(), mode).await.expect("replayed")
}

async fn is_the_same(engine: &Engine, saved: &SavedRun) {
    for mode in MODES {
        let replay = replay(engine, saved, mode).await;
        let expected = Replay {
            mode,
            identical: true,
            compared: written(saved),
            first_difference: None,
            changed: vec![],
        };
        assert_eq!(replay, expected);
    }
}

#[tokio::test]
async fn lanes_of_their_own_settings_are_replayed_each_by_its_own() {
    let engine = ready().await;
    let variant = |seed| {
        let temperature = 0.5 + seed as f64 / 10.0;
        Variant { seed, sampling: SamplingSettings { temperature, ..Default::default() } }
    };
    let variants = (1..=3).map(variant).collect();
    let asked = GenerationRequest { variants, ..request(&engine, "The meaning of life is") };
    let mut run = whole(&engine, asked).await;
    for mode in MODES {
        let replay = engine.replay(run.clone(), mode).await.expect("a replay");
        assert!(replay.identical && replay.compared > 3, "{replay:?}");
    }
    run.record.request.variants[1].seed = 99;
    let replay = engine.replay(run, ReplayMode::Regenerate).await.expect("a replay");
    assert_eq!(replay.first_difference.expect("another seed").lane, 1);
}

#[tokio::test]
async fn a_run_is_the_same_again_whatever_the_engine_did_meanwhile() {
    let engine = ready().await;
    // Longer than a prefill chunk; some lanes end before others.
    let mut asked = request(&engine, &"The meaning of life is ".repeat(8));
    asked.lanes = Some(3);
    asked.stop = vec!["e".to_owned()];
    asked.sampling.top_p = 0.9;
    let saved = whole(&engine, asked.clone()).await;
    is_the_same(&engine, &saved).await;
    let lengths: Vec<usize> = saved.lanes.iter().map(|lane| lane.tokens.len()).collect();
    assert!(lengths.iter().any(|length| *length != lengths[0]), "{lengths:?}");

    let again = whole(&engine, GenerationRequest { echo: true, ..asked.clone() }).await;
    let cached = whole(&engine, asked.clone()).await;
    assert!(cached.record.cached_tokens > Some(100), "{:?}", cached.record.cached_tokens);
    whole(&engine, greedy(&engine)).await;
    for saved in [&again, &cached, &saved] {
        is_the_same(&engine, saved).await;
    }
    is_the_same(&ready().await, &cached).await;
}

#[tokio::test]
async fn of_a_cancelled_run_what_it_wrote_is_compared() {
    let engine = ready().await;
    let asked =
        GenerationRequest { lanes: Some(3), max_tokens: Some(200), ..request(&engine, "The") };
    let saved = recorded(&engine, asked.clone(), 10).await;
    let cancelled = saved.record.ends.iter().filter(|e| e.finish_reason == FinishReason::Cancelled);
    assert!(cancelled.count() > 0 && written(&saved) < 200);
    is_the_same(&engine, &saved).await;
    // The app ended in the middle of it.
    let mut interrupted = saved.clone();
    interrupted.record.ends.clear();
    interrupted.lanes.swap(0, 2);
    is_the_same(&engine, &interrupted).await;
    // It had written nothing yet.
    interrupted.lanes.clear();
    is_the_same(&engine, &interrupted).await;
}

#[tokio::test]
async fn another_token_is_found_with_its_margin() {
    let engine = ready().await;
    let request = greedy(&engine);
    let mut saved = whole(&engine, request.clone()).await;
    let original = saved.lanes[0].tokens[7].id;
    let other = if original == 100 { 101 } else { 100 };
    saved.lanes[0].tokens[7].id = other;
    let found = replay(&engine, &saved, ReplayMode::Regenerate).await;
    assert_eq!((found.identical, found.compared), (false, 8));
    let difference = found.first_difference.expect("a difference");
    assert_eq!((difference.lane, difference.index), (0, 7));
    let tokenizer = engine.tokenizer().expect("loaded");
    assert_eq!((difference.recorded.id, difference.found.id), (other, original));
    assert_eq!(difference.found.text, tokenizer.piece_text(original));

    let ids = saved.lanes[0].tokens[..7].iter().map(|token| token.id).collect();
    let mut before = request;
    before.prompt.push(PromptSpan::Tokens { ids });
    let next = engine.next(before, 1000).await.expect("next");
    let logprob = |id: u32| next.raw.iter().find(|one| one.id == id).expect("listed").logprob;
    let margin = f64::from(logprob(original)) - f64::from(logprob(other));
    assert!(margin > 0.0 && (difference.margin - margin).abs() < 1e-5, "{difference:?}");
}

#[tokio::test]
async fn the_first_difference_is_the_one_at_the_earliest_step_of_all_lanes() {
    let engine = ready().await;
    let asked = GenerationRequest { lanes: Some(3), ..greedy(&engine) };
    let saved = whole(&engine, asked).await;
    let mut wrong = saved.clone();
    for (lane, index) in [(0, 9), (1, 4), (2, 4)] {
        wrong.lanes[lane].tokens[index].id ^= 1;
        wrong.lanes[lane].tokens[index].logprob -= 1.0;
    }
    for mode in MODES {
        let difference = replay(&engine, &wrong, mode).await.first_difference;
        let difference = difference.expect("a difference");
        assert_eq!((difference.lane, difference.index), (1, 4), "{mode:?}");
    }
}

#[tokio::test]
async fn a_log_probability_that_is_another_one_by_a_bit_is_found() {
    let engine = ready().await;
    let saved = whole(&engine, request(&engine, "The")).await;
    let mut wrong = saved.clone();
    let token = &mut wrong.lanes[0].tokens[2];
    token.logprob = f32::from_bits(token.logprob.to_bits() ^ 1);
    let found = replay(&engine, &wrong, ReplayMode::Forced).await;
    let difference = found.first_difference.expect("a difference");
    assert_eq!((found.identical, difference.index), (false, 2));
    let id = wrong.lanes[0].tokens[2].id;
    assert_eq!((difference.found.id, &difference.found), (id, &difference.recorded));
    assert!(difference.margin > 0.0 && difference.margin < 1e-5);
    assert!(replay(&engine, &wrong, ReplayMode::Regenerate).await.identical);
}

#[tokio::test]
async fn where_a_condition_changed_the_log_probabilities_need_only_be_near() {
    let engine = ready().await;
    let saved = whole(&engine, request(&engine, "The")).await;
    let changed = |by: f32, change: fn(&mut RunRecord)| {
        let mut other = saved.clone();
        other.lanes[0].tokens[1].logprob += by;
        change(&mut other.record);
        other
    };
    let build: fn(&mut RunRecord) = |record| record.build = "0.0.0".to_owned();
    let held: fn(&mut RunRecord) = |record| record.dtype = "f32".to_owned();
    let gpu: fn(&mut RunRecord) = |record| record.device = "NVIDIA H100".to_owned();
    let cases = [
        (build, 5e-4, true, Changed::Build),
        (build, 2e-3, false, Changed::Build),
        (held, 5e-4, true, Changed::Device),
        (held, 2e-3, false, Changed::Device),
        (gpu, 0.2, true, Changed::Device),
        (gpu, 0.3, false, Changed::Device),
    ];
    for (change, by, identical, condition) in cases {
        let found = replay(&engine, &changed(by, change), ReplayMode::Forced).await;
        assert_eq!((found.identical, found.changed), (identical, vec![condition]), "by {by}");
    }
}

#[tokio::test]
async fn a_run_that_ends_otherwise_is_not_the_same() {
    let engine = ready().await;
    let saved = whole(&engine, greedy(&engine)).await;
    let mut wrong = saved.clone();
    wrong.record.ends[0].finish_reason = FinishReason::Eos;
    let found = replay(&engine, &wrong, ReplayMode::Regenerate).await;
    assert_eq!((found.identical, found.compared, found.first_difference), (false, 24, None));
    let mut sooner = saved.clone();
    sooner.lanes[0].tokens.pop();
    sooner.record.ends[0].usage.completion_tokens -= 1;
    let found = replay(&engine, &sooner, ReplayMode::Regenerate).await;
    assert_eq!((found.identical, found.compared, found.first_difference), (false, 23, None));
}

#[tokio::test]
async fn another_model_replays_what_it_has_the_tokens_of() {
    let engine = ready().await;
    let saved = whole(&engine, greedy(&engine)).await;
    load(&engine, demo()).await;
    for mode in MODES {
        let found = replay(&engine, &saved, mode).await;
        assert_eq!((found.identical, found.changed), (false, vec![Changed::Model]));
        assert!(found.first_difference.is_some_and(|difference| difference.margin > 0.0));
    }
    let mut beyond = whole(&engine, greedy(&engine)).await;
    beyond.lanes[0].tokens[3].id = 4095;
    load(&engine, tiny()).await;
    for mode in MODES {
        let refused = engine.replay(beyond.clone(), mode).await;
        assert!(matches!(refused, Err(Error::UnknownToken { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_replay_can_be_cancelled() {
    let engine = ready().await;
    let asked = GenerationRequest { lanes: Some(64), max_tokens: Some(200), ..greedy(&engine) };
    let saved = whole(&engine, greedy(&engine)).await;
    for mode in MODES {
        // It waits for a run that keeps the engine busy meanwhile.
        let _busy = engine.generate(asked.clone()).expect("queued");
        let cancel = async { engine.cancel_all() };
        let (outcome, ()) = tokio::join!(engine.replay(saved.clone(), mode), cancel);
        assert!(matches!(outcome, Err(Error::RunCancelled)), "{outcome:?}");
    }
    is_the_same(&engine, &saved).await;
}
