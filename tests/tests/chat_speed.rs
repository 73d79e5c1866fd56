//! How an answer in Markdown streams into the real window, in milliseconds, with a core for
//! everything but the engine: see `window_speed`.

use std::time::Duration;

use serde_json::{Value, json};
use tests::checkpoint::that_writes_markdown;
use tests::free_core;
use tests::timing::{intervals, judge, ms, note};
use tests::window::{CTRL, RETURN, Window};

const TOKENS: u32 = 4000;
/// 16.7 ms each is smooth.
const FRAME_P50_MS: f64 = 20.0;
const FRAME_P99_MS: f64 = 50.0;
/// On a busy machine.
const BUSY_FRAME_P50_MS: f64 = 170.0;

/// Records every frame while the answer grows.
const RECORD: &str = "
    const times = (window.__times = { frames: [] });
    const loop = (now) => {
      if (document.querySelector('[data-testid=writing]')) times.frames.push(now);
      else if (times.frames.length > 0) times.end = now;
      if (!times.end) requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);";

#[tokio::test]
async fn an_answer_of_four_thousand_tokens_of_markdown_streams_smoothly() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("long.nemo");
    that_writes_markdown(8192, &model);
    let window = free_core::open(&folder.path().join("data"), &model).await;
    window.wait("the model loads", "model-name", |name| name == "long").await;
    window.click("kind-chat").await;
    window.click_when_there("composer").await;
    window.set_max_tokens(TOKENS).await;
    // One by which the text does not end by itself before.
    window.type_into("seed", &format!("{CTRL}a")).await;
    window.type_into("seed", &format!("4{RETURN}")).await;
    let _rivals = free_core::slow_the_engine().await;
    window.run(RECORD).await;
    window.type_into("composer", &format!("Go on.{RETURN}")).await;
    let times = recorded(&window).await;
    is_markdown(&window).await;
    let seconds = (ms(&times["end"]) - ms(&times["frames"][0])) / 1e3;
    let intervals = intervals(&times["frames"]);
    let (p50, p99) = (intervals[intervals.len() / 2], intervals[intervals.len() * 99 / 100]);
    note(&format!("at {:.0} tokens/s", f64::from(TOKENS) / seconds), p50);
    judge("Markdown frame, p50", p50, FRAME_P50_MS, BUSY_FRAME_P50_MS);
    judge("Markdown frame, p99", p99, FRAME_P99_MS, f64::INFINITY);
    note("Markdown, longest", *intervals.last().expect("frames"));
    window.close().await;
}

async fn recorded(window: &Window) -> Value {
    loop {
        let times = window.run("return window.__times").await;
        if times["end"].is_number() {
            return times;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Otherwise something else was measured.
async fn is_markdown(window: &Window) {
    let counts = "const answer = document.querySelectorAll('[data-testid=turn]')[1];
        return ['p', 'code', 'em'].map((tag) => answer.querySelectorAll(tag).length > 5)";
    assert_eq!(window.run(counts).await, json!([true, true, true]));
}
