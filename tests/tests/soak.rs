//! Whether memory stays what it is while text streams and streams. `make soak` does it for an hour;
//! as a test it is a few runs, enough to see a leak of a run's text.

use std::path::Path;
use std::time::{Duration, Instant};

use tests::checkpoint::with_context;
use tests::window::{CTRL, HOME, RETURN, Theme, Window, processes};

const TOKENS: u32 = 2000;
/// Runs until every cache has what it wants: a third of them, and this many at least.
const WARM_UP: usize = 3;
/// Runs that are measured at least.
const RUNS: usize = 4;
/// What may lie between the floors of two stretches of runs. Single runs differ by up to 80 MB, for
/// the web view's collector comes when it likes.
const NOISE_MB: f64 = 25.0;

#[tokio::test]
async fn streaming_again_and_again_takes_no_more_memory() {
    let folder = tempfile::tempdir().expect("folder");
    let model = folder.path().join("long.nemo");
    with_context(4096, &model);
    let window = Window::open(Theme::Light, Some(&model)).await;
    window.wait("the model loads", "model-name", |name| name == "long").await;
    window.type_into("temperature", &HOME.to_string()).await;
    window.set_max_tokens(TOKENS).await;
    let started = Instant::now();
    let mut held = Vec::new();
    while held.len() < WARM_UP + RUNS || started.elapsed() < length() {
        stream(&window).await;
        held.push(megabytes());
    }
    let (before, after) = floors(&held);
    note(&format!(
        "{} runs of {TOKENS} tokens: at least {before:.0} MB in the second third, {after:.0} MB in the last",
        held.len()
    ));
    assert!(after < before + NOISE_MB, "{before:.0} MB became {after:.0} MB: {held:.0?}");
    window.close().await;
}

/// The least that was held in each half of what follows the warm-up.
fn floors(held: &[f64]) -> (f64, f64) {
    let measured = &held[WARM_UP.max(held.len() / 3)..];
    let (before, after) = measured.split_at(measured.len() / 2);
    let floor = |held: &[f64]| held.iter().copied().fold(f64::INFINITY, f64::min);
    (floor(before), floor(after))
}

/// An hour's worth of runs if asked for.
fn length() -> Duration {
    let minutes = std::env::var("SOAK_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    Duration::from_secs(60 * minutes.unwrap_or(0))
}

/// One long run in a session of its own.
async fn stream(window: &Window) {
    window.type_into("document", &format!("{CTRL}n")).await;
    window.wait("the session is new", "document", str::is_empty).await;
    window.type_into("document", "The meaning of life is").await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    let ended = format!("{TOKENS} tokens reached");
    window.wait("the run ends", "run-end", |text| text.contains(&ended)).await;
}

/// What the app and its web view hold, shared memory counted in part.
fn megabytes() -> f64 {
    processes().iter().map(|process| proportional_kb(process)).sum::<f64>() / 1e3
}

fn proportional_kb(process: &Path) -> f64 {
    let maps = std::fs::read_to_string(process.join("smaps_rollup")).unwrap_or_default();
    let line = maps.lines().find(|line| line.starts_with("Pss:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse().ok()).unwrap_or(0.0)
}

/// Shown by `make soak`.
#[expect(clippy::print_stdout, reason = "a person runs this for the figures")]
fn note(line: &str) {
    println!("{line}");
}
