//! Conversions that are ended from outside, and what a running one takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::checkpoint::{Geometry, empty_nemo};
use tests::nemotron::fails;
use tests::program;

use super::{convert, names, text};

/// 363 MB: long enough to be interrupted.
const LARGE: Geometry =
    Geometry { layers: 4, hidden: 1024, ffn: 4096, heads: 8, vocab: 64_000, context: 256 };
const SHARD_BYTES: &str = "10000000";

/// A folder with a model, and the place to convert it to.
fn large() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let (model, out) = (folder.path().join("large.nemo"), folder.path().join("out"));
    empty_nemo(&LARGE, &model);
    (folder, model, out)
}

/// A conversion that has its first file behind it, and stands still.
fn halfway(model: &Path, out: &Path) -> Child {
    let started = Instant::now();
    let child = Command::new(program("nemotron"))
        .arg("convert")
        .args([model, out])
        .args(["--json", "--max-shard-bytes", SHARD_BYTES])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("nemotron starts");
    let staging = out.with_extension("partial");
    let second = |name: &str| name.starts_with("model-00002-of-");
    while !staging.exists() || !names(&staging).iter().any(|name| second(name)) {
        assert!(started.elapsed() < Duration::from_mins(1), "it writes nothing");
        std::thread::sleep(Duration::from_millis(1));
    }
    send("-STOP", &child);
    child
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success(), "{signal}");
}

/// Sends a signal, lets the program go on, and waits for its end.
fn signalled(signal: &str, child: Child) -> Output {
    send(signal, &child);
    send("-CONT", &child);
    child.wait_with_output().expect("it ends")
}

#[test]
fn an_interrupted_conversion_ends_with_130_and_leaves_nothing() {
    for signal in ["-INT", "-TERM"] {
        let (folder, model, out) = large();
        let output = signalled(signal, halfway(&model, &out));
        assert_eq!(output.status.code(), Some(130), "{signal}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr, "error: the conversion was interrupted: nothing is left of it\n");
        let error: Value = serde_json::from_slice(&output.stdout).expect("json");
        assert_eq!((&error["type"], &error["kind"]), (&"error".into(), &"cancelled".into()));
        assert_eq!(names(folder.path()), ["large.nemo"]);
    }
}

#[test]
fn a_killed_conversion_leaves_nothing_that_looks_complete_and_the_next_one_clears_it_away() {
    let (folder, model, out) = large();
    signalled("-KILL", halfway(&model, &out));
    assert_eq!(names(folder.path()), ["large.nemo", "out.partial"]);
    assert!(!out.with_extension("partial").join("config.json").exists());
    fails(
        &["inspect", &text(&out.with_extension("partial")), "--json"],
        b"",
        1,
        "",
        "not_a_checkpoint",
    );

    convert(&text(&model), &out, &[]);
    assert_eq!(names(folder.path()), ["large.nemo", "out"]);
    let weights = names(&out).into_iter().filter(|name| name.starts_with("model-"));
    assert_eq!(weights.collect::<Vec<_>>(), ["model-00001-of-00001.safetensors"]);
    assert!(!out.join("conversion.lock").exists());
}

#[test]
fn two_conversions_do_not_write_to_the_same_place() {
    let (folder, model, out) = large();
    let mut first = halfway(&model, &out);
    let arguments = ["convert", &text(&model), &text(&out), "--json"];
    fails(&arguments, b"", 1, "another conversion is writing there", "in_use");
    send("-CONT", &first);
    assert!(first.wait().expect("it ends").success());
    assert_eq!(names(folder.path()), ["large.nemo", "out"]);
}

/// However large the model: what is held of it is a piece.
#[test]
fn a_conversion_takes_a_fraction_of_the_weights_in_memory() {
    let (_folder, model, out) = large();
    let mut child = halfway(&model, &out);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    send("-CONT", &child);
    while child.try_wait().expect("waits").is_none() {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        peak = kib.map_or(peak, |kib| kib * 1024);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().expect("it ended").success());
    assert!((1..60_000_000).contains(&peak), "{peak} bytes");
    fs::remove_dir_all(&out).expect("removed");
    let done = convert(&text(&model), &out, &[]);
    assert!(done["weight_bytes"].as_u64() > Some(360_000_000));
}
