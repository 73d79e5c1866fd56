//! The licence gate as scripts meet it: nothing of a gated model is loaded before its licence was
//! accepted here.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tests::checkpoint::gated;
use tests::nemotron::{lines, nemotron_of};
use tests::program;

const BASE: &str = "nemotron-3-8b-base-4k";

#[test]
fn models_are_listed_with_their_licences() {
    let data = tempfile::tempdir().expect("a folder");
    let base = listed(data.path(), BASE);
    assert_eq!(base["repo"], "nvidia/nemotron-3-8b-base-4k");
    assert_eq!((&base["gated"], &base["installed"]), (&json!(true), &json!(false)));
    assert_eq!(base["licence"]["accepted"], false);
    assert_eq!(base["licence"]["name"], "NVIDIA AI Foundation Models Community License Agreement");
    for field in ["path", "format", "size_bytes", "revision", "verified_at"] {
        assert!(base.as_object().expect("an object").contains_key(field), "{field}");
    }
    let text = run(data.path(), &["models"]);
    let table = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(table.contains(BASE) && table.contains("not accepted"), "{table}");
    assert!(!data.path().join("nemotron-playground").exists(), "looking leaves nothing behind");
}

#[test]
fn a_licence_is_shown_accepted_listed_and_withdrawn() {
    let data = tempfile::tempdir().expect("a folder");
    let shown = run(data.path(), &["licence", "show", "NVIDIA/Nemotron-3-8B-Base-4k"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("https://developer.nvidia.com/") && shown.contains("--yes"), "{shown}");
    refused(&run(data.path(), &["licence", "accept", BASE, "--json"]), 2, "usage");
    refused(
        &run(data.path(), &["licence", "accept", "nothing", "--yes", "--json"]),
        1,
        "not_found",
    );
    refused(&run(data.path(), &["licence", "withdraw", BASE, "--yes", "--json"]), 1, "not_found");

    let text = data.path().join("licence.txt");
    std::fs::write(&text, "abc").expect("written");
    let document = text.to_string_lossy().into_owned();
    run_well(data.path(), &["licence", "accept", BASE, "--yes", "--document", &document]);
    assert_eq!(listed(data.path(), BASE)["licence"]["accepted"], true);
    assert_eq!(listed(data.path(), "nemotron-3-8b-qa-4k")["licence"]["accepted"], false);
    assert_eq!(listed(data.path(), "nemotron3-8b")["licence"]["accepted"], true, "its weights");
    run_well(data.path(), &["licence", "withdraw", BASE, "--yes"]);
    run_well(data.path(), &["licence", "accept", "Some-Org/A-Model", "--yes"]);

    let list = lines(&run(data.path(), &["licence", "list", "--json"]));
    let records = list[0]["licences"].as_array().expect("records");
    assert_eq!(
        (&records[0]["model"], &records[1]["model"]),
        (&json!(BASE), &json!("some-org/a-model"))
    );
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        (&records[0]["document_sha256"], &records[1]["document_sha256"]),
        (&json!(sha256), &json!(null))
    );
    assert!(records[0]["withdrawn_at"].is_string() && records[1]["withdrawn_at"].is_null());
    for field in ["document", "link", "accepted_at", "who", "app_version"] {
        assert!(records[0][field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    assert_eq!(listed(data.path(), BASE)["licence"]["accepted"], false);
}

#[test]
fn a_gated_model_runs_only_while_its_licence_is_accepted() {
    let data = tempfile::tempdir().expect("a folder");
    let model = data.path().join("renamed");
    gated(&model);
    let model = model.to_string_lossy().into_owned();
    let out = data.path().join("out").to_string_lossy().into_owned();
    for arguments in [
        &["complete", "--model", &model, "--prompt", "x", "--json"][..],
        &["next", "--model", &model, "--prompt", "x", "--json"],
        &["score", "--model", &model, "--prompt", "x", "--json"],
        &["bench", "--model", &model, "--json"],
        &["convert", &model, &out, "--json"],
    ] {
        refused(&run(data.path(), arguments), 1, "licence_required");
    }
    assert!(!Path::new(&out).exists());
    // What reads no weights does not ask.
    run_well(data.path(), &["inspect", &model, "--json"]);
    run_well(data.path(), &["tokenize", "--model", &model, "--json"]);

    run_well(data.path(), &["licence", "accept", "nemotron-3-8b-chat-4k-sft", "--yes"]);
    assert!(loads(data.path(), &model), "a record of the family is enough for a file");
    run_well(data.path(), &["licence", "withdraw", "nemotron-3-8b-chat-4k-sft", "--yes"]);
    assert!(!loads(data.path(), &model));
}

/// Whether the model is being loaded after two seconds: all 17 GB are more than a test should take.
fn loads(data: &Path, model: &str) -> bool {
    let mut child = Command::new(program("nemotron"))
        .args(["complete", "--model", model, "--prompt", "x"])
        .env("XDG_DATA_HOME", data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nemotron starts");
    std::thread::sleep(Duration::from_secs(2));
    let loads = child.try_wait().expect("a state").is_none();
    // It may just have ended.
    let _ = child.kill();
    child.wait().expect("it ends");
    loads
}

fn listed(data: &Path, name: &str) -> Value {
    let models = lines(&run(data, &["models", "--json"]));
    let models = models[0]["models"].as_array().expect("models").clone();
    models.into_iter().find(|model| model["name"] == name).expect(name)
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    nemotron_of(data, arguments, b"")
}

fn run_well(data: &Path, arguments: &[&str]) {
    let output = run(data, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
}

fn refused(output: &Output, code: i32, kind: &str) {
    assert_eq!(output.status.code(), Some(code));
    let stdout = String::from_utf8_lossy(&output.stdout);
    let error: Value = serde_json::from_str(stdout.lines().last().expect("json")).expect("json");
    assert_eq!((&error["type"], &error["kind"]), (&json!("error"), &json!(kind)), "{stdout}");
}
