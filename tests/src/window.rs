//! The real window, driven through WebKitWebDriver: real engine, real IPC, real content policy.
//!
//! # Panics
//! Every function here panics when the window does not do what a test waits for.
#![expect(clippy::missing_panics_doc, reason = "said above, for all of them")]

use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::program;

const PORT: u16 = 4447;
/// Keys as WebDriver spells them.
pub const CTRL: char = '\u{e009}';
pub const RETURN: char = '\u{e007}';
pub const HOME: char = '\u{e011}';
pub const LEFT: char = '\u{E012}';
pub const UP: char = '\u{E013}';
pub const SHIFT: char = '\u{E008}';
pub const RIGHT: char = '\u{e014}';
/// Five times what a person should wait at most.
const PATIENCE: Duration = Duration::from_secs(15);

/// The light or the dark appearance, as the desktop asks for it.
#[derive(Debug, Clone, Copy)]
pub enum Theme {
    Light,
    Dark,
}

/// The running app.
pub struct Window {
    pub client: Client,
    _driver: Child,
}

impl Window {
    /// Starts the app, with a model to open or the built-in one.
    pub async fn open(theme: Theme, model: Option<&Path>) -> Self {
        let driver = Command::new("WebKitWebDriver")
            .arg(format!("--port={PORT}"))
            .env("GTK_THEME", if matches!(theme, Theme::Dark) { "Adwaita:dark" } else { "Adwaita" })
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
        let arguments: Vec<&Path> = model.into_iter().collect();
        let mut capabilities = Capabilities::new();
        let options = json!({"binary": program("nemotron-playground"), "args": arguments});
        capabilities.insert("webkitgtk:browserOptions".into(), options);
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client = ClientBuilder::new(connector)
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{PORT}"))
            .await
            .expect("the window opens");
        Self { client, _driver: driver }
    }

    /// What a script returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.expect("script runs")
    }

    /// The text of an element by its test id; empty when it is not there.
    pub async fn text(&self, id: &str) -> String {
        let script =
            format!("return document.querySelector('[data-testid={id}]')?.textContent ?? ''");
        self.run(&script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an element's text is as wanted, and returns it.
    pub async fn wait(&self, what: &str, id: &str, holds: impl Fn(&str) -> bool) -> String {
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

    /// Presses keys wherever the focus and the caret are.
    pub async fn type_keys(&self, keys: &str) {
        let element = self.client.active_element().await.expect("a focus");
        element.send_keys(keys).await.expect("keys");
    }

    /// Puts the focus into an element and presses keys.
    pub async fn type_into(&self, id: &str, keys: &str) {
        let selector = format!("[data-testid={id}]");
        let element = self.client.find(Locator::Css(&selector)).await.expect(id);
        element.send_keys(keys).await.expect("keys");
    }

    pub async fn click(&self, id: &str) {
        let selector = format!("[data-testid={id}]");
        let element = self.client.find(Locator::Css(&selector)).await.expect(id);
        element.click().await.expect("click");
    }

    /// Clicks on what is about to appear.
    pub async fn click_when_there(&self, id: &str) {
        let selector = format!("[data-testid={id}]");
        let wait = self.client.wait().at_most(PATIENCE).every(Duration::from_millis(5));
        let element = wait.for_element(Locator::Css(&selector)).await.expect(id);
        element.click().await.expect("click");
    }

    /// Sets the max tokens field.
    pub async fn set_max_tokens(&self, n: u32) {
        let field = Locator::Css("[aria-label='Max tokens value']");
        let field = self.client.find(field).await.expect("the field");
        field.send_keys(&format!("{CTRL}a")).await.expect("keys");
        field.send_keys(&format!("{n}{RETURN}")).await.expect("keys");
    }

    /// Fails with what axe finds wrong for people who see, hear or move differently.
    pub async fn check_accessibility(&self) {
        let axe =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(axe).expect("axe-core is installed by make test");
        self.run(&axe).await;
        let script = "const done = arguments[0];
            axe.run().then((found) => done(found.violations.map((rule) =>
              `${rule.id}: ${rule.nodes.map((node) => `${node.html} ${node.failureSummary}`).join('; ')}`)));";
        let violations = self.client.execute_async(script, vec![]).await.expect("axe runs");
        assert_eq!(violations, json!([]));
    }

    /// Closes the window.
    pub async fn close(self) {
        self.client.clone().close().await.expect("close");
    }

    /// Answers the system's file dialog by keyboard.
    pub async fn choose(&self, path: &str) {
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
