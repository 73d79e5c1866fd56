//! `nemotron replay` on runs that were recorded by their events.

use std::path::Path;
use std::sync::Arc;

use engine::{
    Admission, DeviceChoice, Engine, GenerationEvent, GenerationRequest, LoadRequest,
    ModelIdentity, PromptSpan, RunRecord, SavedLane, SavedRun, SavedToken, WeightDtype, builtin,
};
use hub::{Cache, Hub};
use serde_json::{Value, json};
use tests::checkpoint::fetched;
use tests::nemotron::{fails, lines, nemotron, nemotron_of, tiny};

const TOKENS: u32 = 16;

struct Open;

impl Admission for Open {
    fn admit(&self, _model: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

/// A run of the built-in model on the CPU.
async fn recorded(dtype: WeightDtype) -> SavedRun {
    let engine = Engine::start(Some(1)).expect("threads");
    let path = builtin::path().expect("the built-in model");
    let load = LoadRequest { path, name: None, dtype, device: DeviceChoice::Cpu };
    let model = engine.load(load, Arc::new(Open)).await.expect("loads");
    let text = vec![PromptSpan::Text { text: "The hedgehog found a".to_owned() }];
    let ids = engine.tokenizer().expect("loaded").encode_prompt(&text, false).expect("ids");
    let request = GenerationRequest {
        prompt: vec![PromptSpan::Tokens { ids }],
        seed: Some(3),
        max_tokens: Some(TOKENS),
        ignore_eos: true,
        ..GenerationRequest::default()
    };
    let mut record = RunRecord::new(&model, request.clone());
    let mut lane = SavedLane { lane: 0, text: String::new(), tokens: Vec::new() };
    let mut run = engine.generate(request).expect("queued");
    while let Some(event) = run.next().await {
        let event = event.expect("no error");
        record.note(&event);
        if let GenerationEvent::Token(token) = event {
            lane.text.push_str(&token.text);
            lane.tokens.push(SavedToken { id: token.id, logprob: token.logprob });
        }
    }
    SavedRun::new(record, vec![lane])
}

/// The run as a file.
fn file(folder: &Path, saved: &SavedRun) -> String {
    let path = folder.join("run.json");
    std::fs::write(&path, saved.to_json()).expect("written");
    path.to_string_lossy().into_owned()
}

fn replayed(file: &str, more: &[&str]) -> Value {
    let base = ["replay", file, "--device", "cpu", "--json"];
    let mut events = lines(&nemotron(&[&base, more].concat(), b""));
    assert_eq!(events.len(), 1);
    events.remove(0)
}

fn same(mode: &str, changed: &[&str]) -> Value {
    json!({
        "mode": mode,
        "identical": true,
        "compared": TOKENS,
        "first_difference": null,
        "changed": changed,
    })
}

#[tokio::test]
async fn a_recorded_run_comes_out_the_same_in_both_modes() {
    let folder = tempfile::tempdir().expect("folder");
    for dtype in [WeightDtype::Auto, WeightDtype::F32] {
        let file = file(folder.path(), &recorded(dtype).await);
        assert_eq!(replayed(&file, &[]), same("forced", &[]));
        assert_eq!(replayed(&file, &["--regenerate"]), same("regenerate", &[]));
        assert_eq!(replayed(&file, &["--model", "demo"]), same("forced", &[]));
    }
    let changed = file(folder.path(), &recorded(WeightDtype::F32).await);
    assert_eq!(replayed(&changed, &["--dtype", "bf16"]), same("forced", &["device"]));
}

#[tokio::test]
async fn a_changed_token_is_named_with_its_margin() {
    let folder = tempfile::tempdir().expect("folder");
    let mut saved = recorded(WeightDtype::Auto).await;
    let token = &mut saved.lanes[0].tokens[5];
    let (original, other) = (token.id, token.id + 1);
    (token.id, token.logprob) = (other, -0.5);
    let file = file(folder.path(), &saved);
    let found = replayed(&file, &["--regenerate"]);
    assert_eq!((&found["identical"], &found["compared"]), (&json!(false), &json!(6)));
    let difference = &found["first_difference"];
    assert_eq!((&difference["lane"], &difference["index"]), (&json!(0), &json!(5)));
    assert_eq!(difference["recorded"]["id"], other);
    assert_eq!(difference["found"]["id"], original);
    assert!(difference["found"]["text"].is_string() && difference["margin"].is_number());
    let found = replayed(&file, &[]);
    let difference = &found["first_difference"];
    assert_eq!((&found["identical"], &difference["index"]), (&json!(false), &json!(5)));
    assert_eq!(difference["recorded"], difference["found"]);
    assert!(difference["margin"].as_f64() > Some(0.0));

    let read = |more: &[&str]| {
        let output = nemotron(&[&["replay", &file, "--device", "cpu"], more].concat(), b"");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert!(read(&[]).starts_with("The log-probability of token 6 of lane 0, "), "{}", read(&[]));
    assert!(read(&["--regenerate"]).starts_with("Token 6 of lane 0 is "));
}

#[tokio::test]
async fn a_changed_model_is_a_result_and_a_missing_one_is_an_error() {
    let folder = tempfile::tempdir().expect("folder");
    let mut saved = recorded(WeightDtype::Auto).await;
    saved.record.model_sha256 = "0".repeat(64);
    let changed = file(folder.path(), &saved);
    assert_eq!(replayed(&changed, &[]), same("forced", &["model"]));
    let said = nemotron(&["replay", &changed, "--device", "cpu"], b"").stdout;
    assert_eq!(said, b"All 16 tokens are the same. Other than recorded: model.\n");
    // It has no more than 1,000 tokens.
    let with = ["replay", &changed, "--json", "--model", &tiny()];
    fails(&with, b"", 1, "does not exist: the model has 1000 tokens", "unknown_token");
    let with = ["replay", &changed, "--json", "--model", "/no/such.nemo"];
    fails(&with, b"", 1, "/no/such.nemo", "not_found");
    // What stands in the file is no path.
    for name in ["No such model", &tiny()] {
        name.clone_into(&mut saved.record.model);
        let missing = file(folder.path(), &saved);
        fails(&["replay", &missing, "--json"], b"", 1, name, "model_missing");
    }
    assert_eq!(replayed(&changed, &["--model", "demo"]), same("forced", &["model"]));
}

#[tokio::test]
async fn an_installed_model_is_found_by_the_title_that_the_window_records() {
    let data = tempfile::tempdir().expect("folder");
    let _model = fetched(&data.path().join("hub"));
    let snapshot = Cache::at(&data.path().join("hub")).snapshot("nvidia/Minitron-4B-Base", "main");
    let hub = Hub::new(&data.path().join("nemotron-playground"));
    let snapshot = snapshot.expect("readable").expect("fetched");
    let installed = hub.library.verify(&snapshot, &mut |_| true).expect("whole");
    let title = hub.title(&installed.path).expect("readable").expect("installed");
    let mut saved = recorded(WeightDtype::Auto).await;
    saved.lanes.clear();
    saved.record.ends.clear();
    for name in [title.as_str(), "minitron-4b-base", "nvidia/minitron-4b-base"] {
        name.clone_into(&mut saved.record.model);
        let file = file(data.path(), &saved);
        let arguments = ["replay", &file, "--device", "cpu", "--json"];
        let found = lines(&nemotron_of(data.path(), &arguments, b"")).remove(0);
        assert_eq!((&found["compared"], &found["changed"]), (&json!(0), &json!(["model"])));
    }
}

#[test]
fn what_is_no_run_is_refused_in_one_clear_line() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("run.json");
    let file = path.to_str().expect("UTF-8");
    let refused = |json: &[u8], fragment: &str, kind: &str| {
        std::fs::write(&path, json).expect("written");
        fails(&["replay", file, "--json"], b"", 1, fragment, kind);
    };
    refused(b"", "run.json: line 1, column 0", "not_a_run");
    refused(b"{\"format\":\"another\",\"version\":1}", "run.json: format: expected", "not_a_run");
    let newer = b"{\"format\":\"nemotron-playground-run\",\"version\":2,\"more\":[]}";
    refused(newer, "run.json: version: expected 1, found 2", "not_a_run");
    refused(b"\xff", "not UTF-8", "not_utf8");
    fails(&["replay", "/no/such.json", "--json"], b"", 1, "/no/such.json", "not_found");
    fails(&["replay", "/dev/zero", "--json"], b"", 1, "at most 67108864 bytes", "too_long");
    fails(&["replay", "--json"], b"", 2, "RUN.json", "usage");
}
