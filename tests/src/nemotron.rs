//! Running `nemotron` and reading what it answers.
//!
//! # Panics
//! Every function here panics when the program does not do what the test needs of it.
#![expect(clippy::missing_panics_doc, reason = "said above, for all of them")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::{fixture, program};

/// Runs the program to its end.
#[must_use]
pub fn nemotron(arguments: &[&str], stdin: &[u8]) -> Output {
    ended(Command::new(program("nemotron")).args(arguments), stdin)
}

/// The same for a user whose data lie in a folder, and whose Hugging Face cache is `hub` in it.
#[must_use]
pub fn nemotron_of(data: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(program("nemotron"));
    command.args(arguments).env("XDG_DATA_HOME", data).env("HF_HUB_CACHE", data.join("hub"));
    ended(&mut command, stdin)
}

fn ended(command: &mut Command, stdin: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("nemotron starts");
    // A program that fails early does not read its input.
    let _ = child.stdin.take().expect("piped").write_all(stdin);
    child.wait_with_output().expect("nemotron ends")
}

/// The tiny checkpoint's path.
#[must_use]
pub fn tiny() -> String {
    fixture("tiny/tiny-zarr.nemo").to_string_lossy().into_owned()
}

/// Answers of transformers and sentencepiece.
#[must_use]
pub fn reference() -> Value {
    let text = std::fs::read(fixture("tiny/reference.json")).expect("reference");
    serde_json::from_slice(&text).expect("json")
}

/// The JSON objects of a run that succeeded.
#[must_use]
pub fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

/// Completes a prompt with the tiny model.
#[must_use]
pub fn complete(prompt: &str, more: &[&str]) -> Output {
    complete_with(&tiny(), prompt, more)
}

/// Completes a prompt with another model.
#[must_use]
pub fn complete_with(model: &str, prompt: &str, more: &[&str]) -> Output {
    let base = ["complete", "--model", model, "--dtype", "f32", "--json", "-"];
    nemotron(&[&base, more].concat(), prompt.as_bytes())
}

/// Within the tolerance for log-probabilities.
pub fn near(found: &Value, expected: &Value) {
    let (found, expected) = (found.as_f64().expect("number"), expected.as_f64().expect("number"));
    assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
}

/// Exit code, the `error:` line's fragment, the stable kind.
pub fn fails(arguments: &[&str], stdin: &[u8], code: i32, fragment: &str, kind: &str) {
    let output = nemotron(arguments, stdin);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    let mut written = stderr.lines();
    let error = written.next().expect("an error line");
    assert!(error.starts_with("error: ") && error.contains(fragment), "{error}");
    assert!(written.next().is_none_or(|hint| hint.starts_with("hint: ")), "{stderr}");
    assert_eq!(written.next(), None, "{stderr}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let last: Value = serde_json::from_str(stdout.lines().last().expect("json")).expect("json");
    assert_eq!((last["type"].as_str(), last["kind"].as_str()), (Some("error"), Some(kind)));
}
