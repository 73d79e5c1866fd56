//! A person's way through the window. One test, because a display has one keyboard focus.

use serde_json::{Value, json};
use tests::checkpoint::{Geometry, empty_nemo};
use tests::fixture;
use tests::window::{CTRL, HOME, LEFT, RETURN, RIGHT, SHIFT, Theme, UP, Window};

fn greedy_reference() -> (String, String) {
    let bytes = std::fs::read(fixture("tiny/reference.json")).expect("reference");
    let reference: Value = serde_json::from_slice(&bytes).expect("json");
    let case = &reference["greedy"][0];
    let text = |key: &str| case[key].as_str().expect("text").to_owned();
    (text("text"), text("generated_text"))
}

#[tokio::test]
async fn a_person_writes_generates_stops_and_opens_models() {
    let window = Window::open(Theme::Light, None).await;
    window.wait("the built-in model loads", "model-name", |name| name == "demo").await;

    denies_what_no_capability_names(&window).await;

    // Opens a checkpoint with the native dialog.
    let tiny = fixture("tiny/tiny-zarr.nemo");
    window.choose(&tiny.to_string_lossy()).await;
    window.wait("the checkpoint opens", "model-name", |name| name == "tiny-zarr").await;

    // A greedy run gives exactly the reference's text, piece by piece.
    let (prompt, generated) = greedy_reference();
    window.type_into("temperature", &HOME.to_string()).await;
    window.set_max_tokens(32).await;
    window.type_into("document", &prompt).await;
    window.wait("the prompt is counted", "context-meter", |t| t == "14 + 32 of 256").await;
    watch_growth(&window).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    let whole = prompt.clone() + &generated;
    window.wait("the completion appears", "document", |text| text == whole).await;
    window.wait("the run ends", "run-end", |text| text.contains("32 tokens reached")).await;
    let steps = window.run("return window.__steps").await;
    let steps = steps.as_array().expect("steps").iter().map(|s| s.as_str().expect("text"));
    assert!(steps.clone().all(|step| whole.starts_with(step)), "text only grows");
    let tinted =
        "return [...document.querySelectorAll('.generated')].map(e => e.textContent).join('')";
    assert_eq!(window.run(tinted).await, json!(generated));
    let speed = window.text("speed").await;
    assert!(speed.contains("tok/s"), "{speed:?}");

    // Who wrote at the end goes on writing at the end.
    window.type_keys("!").await;
    window.wait("typing goes on", "document", |text| text == format!("{whole}!")).await;
    window.type_into("document", &format!("{CTRL}z")).await;
    window.wait("undo", "document", |text| text == whole).await;

    // Undo takes the whole generation back, redo brings it again.
    window.type_into("document", &format!("{CTRL}z")).await;
    window.wait("undo", "document", |text| text == prompt).await;
    window.type_into("document", &format!("{CTRL}y")).await;
    window.wait("redo", "document", |text| text == whole).await;
    window.type_into("document", &format!("{CTRL}z")).await;
    window.wait("undo again", "document", |text| text == prompt).await;

    // Another setting, by keyboard, gives another text. With this seed it is long: the dice of any
    // other might end it at once.
    window.type_into("temperature", &RIGHT.to_string().repeat(30)).await;
    window.type_into("seed", &format!("{CTRL}a")).await;
    window.type_into("seed", &format!("7{RETURN}")).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    window.wait("the run ends", "document", |text| text.len() > prompt.len() + 40).await;
    assert_ne!(window.text("document").await, whole);
    window.type_into("document", &format!("{CTRL}z")).await;

    sets_samplers_by_keyboard(&window, &prompt, &generated).await;

    // A broken file is refused in place; the old model keeps working.
    let broken = std::env::temp_dir().join("broken-checkpoint.nemo");
    let bytes = std::fs::read(&tiny).expect("fixture");
    std::fs::write(&broken, &bytes[..bytes.len() / 2]).expect("written");
    window.choose(&broken.to_string_lossy()).await;
    let problem = window.wait("the error shows", "model-problem", |text| !text.is_empty()).await;
    assert!(problem.contains("the file ends before"), "{problem}");
    assert!(problem.contains("The model you had is still loaded."), "{problem}");
    assert_eq!(window.text("model-name").await, "tiny-zarr");

    // More than the context holds is refused in place, and the text stays.
    window.set_max_tokens(256).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    let problem = window.wait("the refusal shows", "run-problem", |text| !text.is_empty()).await;
    assert!(problem.contains("256 new ones do not fit the context of 256"), "{problem}");
    assert_eq!(window.text("document").await, prompt);

    // Esc ends a long run at once and keeps its text.
    window.set_max_tokens(242).await;
    stop_a_run(&window, &prompt).await;

    // A load that takes long can be cancelled; the model loaded before stays.
    let folder = tempfile::tempdir().expect("folder");
    let large = folder.path().join("large.nemo");
    empty_nemo(&Geometry::SMALL, &large);
    window.choose(&large.to_string_lossy()).await;
    let ended = window.client.execute_async(WAIT_AND_STOP, vec![]).await.expect("it ends");
    assert_eq!(ended, json!("it loads"), "Esc ends a run that waits for the model, and only that");
    window.click_when_there("cancel-load").await;
    window.wait("the old model is back", "model-name", |name| name == "tiny-zarr").await;

    window.check_accessibility().await;
    window.close().await;
}

/// Begins a run while a model loads, ends it with Esc, and says what is so then.
const WAIT_AND_STOP: &str = "const done = arguments[0];
    const there = (id) => document.querySelector(`[data-testid=${id}]`);
    const until = async (holds) => {
      while (!holds()) await new Promise((next) => setTimeout(next, 5));
    };
    (async () => {
      await until(() => there('cancel-load'));
      there('generate').click();
      await until(() => there('stop'));
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
      await until(() => there('generate'));
      const problem = there('run-problem')?.textContent;
      done(problem ?? (there('cancel-load') ? 'it loads' : 'it has loaded'));
    })();";

/// The shipped policy: no other command, no global object, no inline script.
async fn denies_what_no_capability_names(window: &Window) {
    let script = "const done = arguments[0];
        const inline = document.createElement('script');
        inline.textContent = 'window.__inline = true';
        document.head.append(inline);
        const invoke = window.__TAURI_INTERNALS__.invoke;
        Promise.allSettled([
          invoke('plugin:window|close', { label: 'main' }),
          invoke('plugin:dialog|open', { options: {} }),
          invoke('no_such_command', {}),
        ]).then((all) => done([
          all.map((one) => one.status), typeof window.__TAURI__, window.__inline === true,
          Object.isFrozen(Object.prototype),
        ]));";
    let answer = window.client.execute_async(script, vec![]).await.expect("script runs");
    let rejected = ["rejected", "rejected", "rejected"];
    assert_eq!(answer, json!([rejected, "undefined", false, true]));
}

/// Samplers are added, moved and removed; what is set decides what is written, stop texts where it
/// ends, and the caret where it goes.
async fn sets_samplers_by_keyboard(window: &Window, prompt: &str, generated: &str) {
    let rows = "return [...document.querySelectorAll('[data-stage]')].map(e => e.dataset.stage)";
    window.type_into("more-samplers", &RETURN.to_string()).await;
    window.type_into("add-top-k", &RETURN.to_string()).await;
    let focus = window.run("return document.activeElement.dataset.testid").await;
    assert_eq!(focus, json!("top-k"), "the new sampler has the focus");
    assert_eq!(window.run(rows).await, json!(["temperature", "top-k", "top-p"]));
    window.type_into("move-top-k", &UP.to_string()).await;
    assert_eq!(window.run(rows).await, json!(["top-k", "temperature", "top-p"]));

    // One token to choose from is as good as temperature 0.
    window.type_into("top-k", &format!("{HOME}{RIGHT}")).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    let whole = format!("{prompt}{generated}");
    window.wait("top-k 1 is greedy", "document", |text| text == whole).await;
    window.type_into("document", &format!("{CTRL}z")).await;

    // A run ends before a stop text.
    let at = generated.char_indices().nth(generated.chars().count() / 2).expect("a middle").0;
    let stop: String = generated[at..].chars().take(5).collect();
    window.type_into("stop-texts", &format!("{stop}{RETURN}")).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    window.wait("the run stops", "run-end", |text| text.contains("stop text found")).await;
    let kept = &generated[..generated.find(&stop).expect("it is there")];
    assert_eq!(window.text("document").await, format!("{prompt}{kept}"));
    window.type_into("document", &format!("{CTRL}z")).await;
    window.run("document.querySelector('[aria-label^=\"Remove stop text\"]').click()").await;

    // What stands behind the caret stays there.
    window.type_into("document", "END").await;
    window.type_keys(&LEFT.to_string().repeat(3)).await;
    window.type_keys(&format!("{CTRL}{SHIFT}{RETURN}")).await;
    let around = format!("{prompt}{generated}END");
    window.wait("it continues at the caret", "document", |text| text == around).await;
    window.type_into("document", &format!("{CTRL}z")).await;
    window.type_into("document", &format!("{CTRL}z")).await;
    window.wait("both are undone", "document", |text| text == prompt).await;

    // Without its tokens the greedy text is another one.
    window.type_into("more-samplers", &RETURN.to_string()).await;
    window.type_into("add-bias", &RETURN.to_string()).await;
    window.type_into("bias-word", &format!("{}{RETURN}", generated.trim())).await;
    window.wait("its tokens are banned", "bias", |text| text.trim_end().ends_with("Ban ✕")).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    window.wait("the run ends", "document", |text| text.len() > prompt.len() + 20).await;
    assert!(!window.text("document").await.contains(generated), "banned tokens are not written");
    window.type_into("document", &format!("{CTRL}z")).await;
    window.check_accessibility().await;
    for row in ["Remove Bias and bans", "Remove Top-k"] {
        window.run(&format!("document.querySelector('[aria-label=\"{row}\"]').click()")).await;
    }
    assert_eq!(window.run(rows).await, json!(["temperature", "top-p"]));
}

/// Starts a run and presses Esc as soon as its first text is there, without leaving the page in
/// between: the tiny model writes thousands of tokens a second.
async fn stop_a_run(window: &Window, prompt: &str) {
    window
        .run(
            "const host = document.querySelector('[data-testid=document]');
             const before = host.textContent.length;
             new MutationObserver((_, observer) => {
               if (host.textContent.length <= before) return;
               observer.disconnect();
               window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
             }).observe(host, { childList: true, characterData: true, subtree: true });",
        )
        .await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    window.wait("the run is stopped", "run-end", |text| text.contains("stopped by you")).await;
    let text = window.text("document").await;
    assert!(text.starts_with(prompt) && text.len() > prompt.len(), "{text:?}");
}

/// Collects the document's text after each change.
async fn watch_growth(window: &Window) {
    window
        .run(
            "window.__steps = [];
             const host = document.querySelector('[data-testid=document]');
             new MutationObserver(() => window.__steps.push(host.textContent))
               .observe(host, { childList: true, characterData: true, subtree: true });",
        )
        .await;
}
