//! Models that another tool of Hugging Face has fetched, as scripts meet them.

use std::fs;
use std::path::Path;

use hub::{Cache, Hub};
use serde_json::{Value, json};
use tests::checkpoint::{COMMIT, fetched};
use tests::nemotron::{lines, nemotron_of};

const NAME: &str = "minitron-4b-base";
const REPO: &str = "nvidia/Minitron-4B-Base";

#[test]
fn a_fetched_model_is_listed_and_installed_only_once_it_was_read_through() {
    let data = tempfile::tempdir().expect("a folder");
    assert_eq!(listed(data.path())["path"], Value::Null);
    let model = fetched(&data.path().join("hub"));
    let found = listed(data.path());
    assert_eq!((&found["installed"], &found["verified_at"]), (&json!(false), &Value::Null));
    assert_eq!(found["path"], json!(model));
    assert_eq!((&found["format"], &found["revision"]), (&json!("nemo-zarr"), &json!(COMMIT)));
    assert_eq!(found["size_bytes"], fs::metadata(&model).expect("a file").len());
    refused(data.path());

    verify(data.path());
    let found = listed(data.path());
    assert_eq!(found["installed"], true);
    assert!(found["verified_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{found}");
    let arguments =
        ["complete", "--model", NAME, "--prompt", "x", "--max-tokens", "2", "--ignore-eos"];
    let events = lines(&nemotron_of(data.path(), &[&arguments[..], &["--json"]].concat(), b""));
    assert_eq!(events.last().expect("done")["usage"]["completion_tokens"], 2);

    fs::write(&model, b"tampered").expect("written");
    assert_eq!(listed(data.path())["installed"], false);
    refused(data.path());
}

/// As the app does it behind a download.
fn verify(data: &Path) {
    let snapshot = Cache::at(&data.join("hub")).snapshot(REPO, "main");
    let snapshot = snapshot.expect("readable").expect("fetched");
    let hub = Hub::new(&data.join("nemotron-playground"));
    hub.library.verify(&snapshot, &mut |_| true).expect("whole");
}

fn refused(data: &Path) {
    let arguments = ["complete", "--model", NAME, "--prompt", "x", "--json"];
    let output = nemotron_of(data, &arguments, b"");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("not_found"), "{text}");
}

fn listed(data: &Path) -> Value {
    let models = lines(&nemotron_of(data, &["models", "--json"], b""));
    let models = models[0]["models"].as_array().expect("models").clone();
    models.into_iter().find(|model| model["name"] == NAME).expect(NAME)
}
