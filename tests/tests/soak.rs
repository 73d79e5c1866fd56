//! Whether memory stays what it is while text streams and streams. `make soak` does it for an hour;
//! as a test it is a few runs, enough to see a leak of a run's text.

use std::path::Path;
use std::time::{Duration, Instant};

use tests::checkpoint::with_context;
use tests::window::{CTRL, HOME, RETURN, Theme, Window, processes};

const TOKENS: u32 = 2000;
/// Runs until every cache has what it wants.
const WARM_UP: usize = 3;
/// Runs that are measured at least.
const RUNS: usize = 4;
/// What the web view's collector may leave lying about.
const NOISE_MB: f64 = 60.0;

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
    let (mut first, mut last, mut runs) = (0.0, 0.0, 0);
    while runs < WARM_UP + RUNS || started.elapsed() < length() {
        stream(&window).await;
        runs += 1;
        last = megabytes();
        if runs == WARM_UP {
            first = last;
        }
    }
    note(&format!(
        "{runs} runs of {TOKENS} tokens: {first:.0} MB after {WARM_UP}, {last:.0} MB at last"
    ));
    assert!(last < first + NOISE_MB, "{first:.0} MB became {last:.0} MB in {runs} runs");
    window.close().await;
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
