//! How the window feels with ten thousand sessions, and with one that has a long text and many
//! branches. See `window_speed.rs` for what is judged when.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use sessions::{Id, Kind, NewSession, Place, RunEnd, RunStart, Store, WrittenToken};
use tests::fixture;
use tests::timing::{intervals, judge, ms, note};
use tests::window::{Theme, Window};

const SESSIONS: usize = 10_000;
const TOKENS: u32 = 4096;
const BRANCHES: u32 = 50;
/// 99 of 100 frames, while the list scrolls; 16.7 ms each is smooth.
const FRAME_P99_MS: f64 = 34.0;
const BUSY_FRAME_P50_MS: f64 = 170.0;
/// From the press on the row to the text on the page.
const OPEN_MS: f64 = 150.0;
/// From the last key to the hits on the page, the pause before a search included.
const SEARCH_MS: f64 = 250.0;
const BUSY_MS: f64 = 5000.0;

#[tokio::test]
async fn ten_thousand_sessions_scroll_and_a_long_one_opens_at_once() {
    let data = tempfile::tempdir().expect("a folder");
    let long = fill(&data.path().join("nemotron-playground")).expect("sessions");
    let model = fixture("tiny/tiny-zarr.nemo");
    let window = Window::open_in(data.path(), Theme::Light, Some(&model)).await;
    let listed = "return document.querySelectorAll('[data-testid=session]').length > 5";
    window.until("the sessions are listed", listed).await;
    window.wait("the model loads", "model-name", |name| name == "tiny-zarr").await;

    let frames = measured(&window, SCROLL, vec![]).await;
    let times = intervals(&frames);
    judge("list frame, p50", times[times.len() / 2], FRAME_P99_MS, BUSY_FRAME_P50_MS);
    judge("list frame, p99", times[times.len() * 99 / 100], FRAME_P99_MS, f64::INFINITY);
    note("list frame, longest", *times.last().expect("frames"));

    let opened = measured(&window, OPEN, vec![json!(long), json!(TOKENS)]).await;
    judge("open 4,096 tokens", ms(&opened), OPEN_MS, BUSY_MS);
    let found = measured(&window, SEARCH, vec![json!("hedgehog 7777")]).await;
    judge("search", ms(&found), SEARCH_MS, BUSY_MS);
    window.close().await;
}

/// Scrolls by three rows a frame, 400 times.
const SCROLL: &str = "const [done] = arguments;
    const list = document.querySelector('[data-testid=session-list]');
    const frames = [];
    const step = (now) => {
      frames.push(now);
      list.scrollTop += 138;
      if (frames.length < 400) requestAnimationFrame(step);
      else { list.scrollTop = 0; done(frames); }
    };
    requestAnimationFrame(step);";

/// Presses on a session's row, and waits until its tokens are painted.
const OPEN: &str = "const [session, tokens, done] = arguments;
    const host = document.querySelector('[data-testid=document]');
    let started;
    const look = () => {
      if (host.textContent.length < tokens) return requestAnimationFrame(look);
      requestAnimationFrame((now) => done(now - started));
    };
    const press = () => {
      const row = document.querySelector(`[data-row='${session}']`);
      if (!row) return requestAnimationFrame(press);
      started = performance.now();
      row.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }));
      row.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1 }));
      look();
    };
    press();";

const SEARCH: &str = "const [words, done] = arguments;
    const field = document.querySelector('[data-testid=session-search]');
    field.value = words;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    const started = performance.now();
    const look = () => {
      if (!document.querySelector('[data-testid=session] mark')) return requestAnimationFrame(look);
      requestAnimationFrame((now) => done(now - started));
    };
    look();";

async fn measured(window: &Window, script: &str, arguments: Vec<Value>) -> Value {
    let longest = Duration::from_mins(2);
    let run = window.client.execute_async(script, arguments);
    tokio::time::timeout(longest, run).await.expect("it ends").expect("script runs")
}

/// Sessions of some sentences each, and one that a person works on.
fn fill(folder: &Path) -> sessions::Result<Id> {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut store = Store::open(&folder.join("sessions.db"))?;
    for number in 0..SESSIONS {
        let session = store.create(&new(None))?;
        let sentence = format!("A hedgehog {number} went to the market and bought an apple. ");
        store.edit(session, 0..0, &sentence.repeat(8))?;
    }
    let session = store.create(&new(Some("Long".to_owned())))?;
    store.edit(session, 0..0, "Once upon a time")?;
    write(&mut store, session, Place::End, TOKENS)?;
    for branch in 1..BRANCHES {
        write(&mut store, session, Place::Again, branch)?;
    }
    let branches = store.branches(session)?;
    let first = branches.iter().find(|branch| branch.tokens == TOKENS).expect("the first");
    store.switch_to(session, first.node, true)?;
    // What is opened first is another one.
    let other = store.create(&new(Some("Other".to_owned())))?;
    store.edit(other, 0..0, "Begin here.")?;
    store.flush()?;
    Ok(session)
}

fn new(title: Option<String>) -> NewSession {
    NewSession { kind: Kind::Completion, title, folder: None }
}

fn write(store: &mut Store, session: Id, place: Place, tokens: u32) -> sessions::Result<()> {
    let begun = store.begin_run(session, place, RunStart::default())?;
    let token = |id: u32| WrittenToken { id, text: format!(" word{id}"), logprob: -0.5 };
    let tokens: Vec<WrittenToken> = (0..tokens).map(token).collect();
    store.append(session, begun.run, 0, &tokens)?;
    store.finish_run(session, begun.run, RunEnd::default())
}
