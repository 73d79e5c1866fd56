//! How soon the panel of the next token follows a slider, in milliseconds, with the 256,000 tokens of
//! Nemotron-3-8B: see `window_speed`.

use std::time::Duration;

use serde_json::Value;
use tests::checkpoint::with_vocabulary;
use tests::timing::{judge, ms, note, sorted};
use tests::window::{CTRL, RETURN, Theme, Window};

const TOKENS: usize = 256_000;
/// From a slider's event to the redrawn panel: one frame.
const REDRAW_P50_MS: f64 = 16.0;
const REDRAW_P95_MS: f64 = 24.0;
/// On a busy machine.
const BUSY_MS: f64 = 500.0;

/// Moves the temperature's slider forty times, each time once the panel is drawn.
const MOVE: &str = "
    const slider = document.querySelector('[data-testid=temperature]');
    const panel = document.querySelector('[data-testid=outlook]');
    const times = (window.__times = []);
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
    let begun = 0;
    const move = () => {
      if (times.length === 40) return;
      set.call(slider, String(0.5 + 0.02 * times.length));
      begun = performance.now();
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    };
    new MutationObserver(() => {
      if (begun === 0) return;
      times.push(performance.now() - begun);
      begun = 0;
      // The next one begins where a frame does, as a pointer's events do.
      requestAnimationFrame(() => requestAnimationFrame(move));
    }).observe(panel, { childList: true, characterData: true, subtree: true, attributes: true });
    move();";

#[tokio::test]
async fn a_slider_redraws_the_panel_of_256_000_tokens_within_a_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    with_vocabulary(TOKENS, folder.path());
    let window = Window::open(Theme::Light, Some(folder.path())).await;
    let name = folder.path().file_name().expect("a name").to_string_lossy().into_owned();
    window.wait("the model loads", "model-name", |shown| shown == name).await;
    window.set_max_tokens(4).await;
    window.type_into("document", &format!("The meaning of life is{CTRL}{RETURN}")).await;
    window.wait("the run ends", "run-end", |text| text.contains("4 tokens")).await;
    let figures = window.wait("the panel", "figures", |text| text.contains("256,000")).await;
    note(&figures, 0.0);
    window.run(MOVE).await;
    let times = loop {
        let times = window.run("return window.__times").await;
        if times.as_array().is_some_and(|times| times.len() == 40) {
            break times;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let times = sorted(times.as_array().expect("times").iter().map(|time: &Value| ms(time)));
    judge("slider to panel, p50", times[20], REDRAW_P50_MS, BUSY_MS);
    judge("slider to panel, p95", times[38], REDRAW_P95_MS, f64::INFINITY);
    window.close().await;
}
