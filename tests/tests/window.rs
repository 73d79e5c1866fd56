//! The real window, driven through WebKitWebDriver: real engine, real IPC, real content policy.
//!
//! One test, because a display has one keyboard focus.

use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tests::{fixture, program};
use tokio::process::{Child, Command};

const PORT: u16 = 4447;
/// Keys as WebDriver spells them.
const CTRL: char = '\u{e009}';
const RETURN: char = '\u{e007}';
const HOME: char = '\u{e011}';
const RIGHT: char = '\u{e014}';
/// Five times what a person should wait at most.
const PATIENCE: Duration = Duration::from_secs(15);

struct Window {
    client: Client,
    _driver: Child,
}

impl Window {
    async fn open() -> Self {
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={PORT}"))
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .kill_on_drop(true)
            .spawn()
            .expect("WebKitWebDriver is installed by make test");
        let address = ("127.0.0.1", PORT);
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut capabilities = Capabilities::new();
        let options = json!({"binary": program("nemotron-playground"), "args": []});
        capabilities.insert("webkitgtk:browserOptions".into(), options);
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client = ClientBuilder::new(connector)
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{PORT}"))
            .await
            .expect("the window opens");
        Self { client, _driver: driver }
    }

    async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("script runs")
    }

    /// The text of an element by its test id; empty when it is not there.
    async fn text(&self, id: &str) -> String {
        let script =
            format!("return document.querySelector('[data-testid={id}]')?.textContent ?? ''");
        self.run(&script).await.as_str().unwrap_or_default().to_owned()
    }

    async fn wait(&self, what: &str, id: &str, holds: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let text = self.text(id).await;
            if holds(&text) {
                return text;
            }
            assert!(started.elapsed() < PATIENCE, "{what}: {id} is {text:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn type_into(&self, id: &str, keys: &str) {
        let selector = format!("[data-testid={id}]");
        let element = self.client.find(Locator::Css(&selector)).await.expect(id);
        element.send_keys(keys).await.expect("keys");
    }

    async fn click(&self, id: &str) {
        let selector = format!("[data-testid={id}]");
        let element = self.client.find(Locator::Css(&selector)).await.expect(id);
        element.click().await.expect("click");
    }

    /// Answers the system's file dialog by keyboard.
    async fn choose(&self, path: &str) {
        self.click("open-model").await;
        let search =
            xdotool(&["search", "--sync", "--onlyvisible", "--name", "Open a model"]).await;
        let dialog = search.lines().next().expect("the dialog opens").to_owned();
        xdotool(&["windowfocus", "--sync", &dialog]).await;
        // The first slash opens the path field, which then wants a moment.
        let rest = path.strip_prefix('/').expect("an absolute path");
        xdotool(&["key", "slash"]).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        xdotool(&["type", "--delay", "10", rest]).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        xdotool(&["key", "Return"]).await;
    }
}

async fn xdotool(arguments: &[&str]) -> String {
    let run = Command::new("xdotool").args(arguments).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, run).await.expect("xdotool ends").expect("xdotool");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn greedy_reference() -> (String, String) {
    let bytes = std::fs::read(fixture("tiny/reference.json")).expect("reference");
    let reference: Value = serde_json::from_slice(&bytes).expect("json");
    let case = &reference["greedy"][0];
    let text = |key: &str| case[key].as_str().expect("text").to_owned();
    (text("text"), text("generated_text"))
}

#[tokio::test]
async fn a_person_writes_generates_stops_and_opens_models() {
    let window = Window::open().await;
    window.wait("the built-in model loads", "model-name", |name| name == "demo").await;

    denies_what_no_capability_names(&window).await;

    // Opens a checkpoint with the native dialog.
    let tiny = fixture("tiny/tiny-zarr.nemo");
    window.choose(&tiny.to_string_lossy()).await;
    window.wait("the checkpoint opens", "model-name", |name| name == "tiny-zarr").await;

    // A greedy run gives exactly the reference's text, piece by piece.
    let (prompt, generated) = greedy_reference();
    window.type_into("temperature", &HOME.to_string()).await;
    set_max_tokens(&window, 32).await;
    window.type_into("document", &prompt).await;
    window.wait("the prompt is counted", "context-meter", |t| t == "14 + 32 of 256").await;
    watch_growth(&window).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    let whole = prompt.clone() + &generated;
    window.wait("the completion appears", "document", |text| text == whole).await;
    window.wait("the run ends", "run-end", |text| text.contains("32 tokens reached")).await;
    let steps = window.run("return window.__steps.length").await.as_u64().expect("count");
    assert!(steps >= 1, "the text grows while it is generated");
    let tinted =
        "return [...document.querySelectorAll('.generated')].map(e => e.textContent).join('')";
    assert_eq!(window.run(tinted).await, json!(generated));
    let speed = window.text("speed").await;
    assert!(speed.contains("tok/s"), "{speed:?}");

    // Undo takes the whole generation back, redo brings it again.
    window.type_into("document", &format!("{CTRL}z")).await;
    window.wait("undo", "document", |text| text == prompt).await;
    window.type_into("document", &format!("{CTRL}y")).await;
    window.wait("redo", "document", |text| text == whole).await;
    window.type_into("document", &format!("{CTRL}z")).await;
    window.wait("undo again", "document", |text| text == prompt).await;

    // Another setting, by keyboard, gives another text.
    window.type_into("temperature", &RIGHT.to_string().repeat(30)).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    window.wait("the run ends", "document", |text| text.len() > prompt.len() + 40).await;
    assert_ne!(window.text("document").await, whole);
    window.type_into("document", &format!("{CTRL}z")).await;

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
    set_max_tokens(&window, 256).await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    let problem = window.wait("the refusal shows", "run-problem", |text| !text.is_empty()).await;
    assert!(problem.contains("256 new ones do not fit the context of 256"), "{problem}");
    assert_eq!(window.text("document").await, prompt);

    // Esc ends a long run at once and keeps its text.
    set_max_tokens(&window, 242).await;
    stop_a_run(&window, &prompt).await;
    window.client.clone().close().await.expect("close");
}

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
             }).observe(host, { childList: true });",
        )
        .await;
    window.type_into("document", &format!("{CTRL}{RETURN}")).await;
    window.wait("the run is stopped", "run-end", |text| text.contains("stopped by you")).await;
    let text = window.text("document").await;
    assert!(text.starts_with(prompt) && text.len() > prompt.len(), "{text:?}");
}

async fn set_max_tokens(window: &Window, n: u32) {
    let field = window
        .client
        .find(Locator::Css("[aria-label='Max tokens value']"))
        .await
        .expect("the field");
    field.send_keys(&format!("{CTRL}a")).await.expect("keys");
    field.send_keys(&format!("{n}{RETURN}")).await.expect("keys");
}

/// Collects the document's text after each change.
async fn watch_growth(window: &Window) {
    window
        .run(
            "window.__steps = [];
             const host = document.querySelector('[data-testid=document]');
             new MutationObserver(() => window.__steps.push(host.textContent))
               .observe(host, { childList: true });",
        )
        .await;
}
