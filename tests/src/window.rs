//! The real window, driven through WebKitWebDriver: real engine, real IPC, real content policy.
//!
//! # Panics
//! Every function here panics when the window does not do what a test waits for.
#![expect(clippy::missing_panics_doc, reason = "said above, for all of them")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::program;

const PORT: u16 = 4447;
/// Keys as WebDriver spells them.
pub const CTRL: char = '\u{e009}';
pub const RETURN: char = '\u{e007}';
pub const END: char = '\u{e010}';
pub const HOME: char = '\u{e011}';
pub const LEFT: char = '\u{E012}';
pub const UP: char = '\u{E013}';
pub const SHIFT: char = '\u{E008}';
pub const RIGHT: char = '\u{e014}';
pub const DOWN: char = '\u{E015}';
pub const ALT: char = '\u{E00A}';
pub const TAB: char = '\u{E004}';
pub const ESCAPE: char = '\u{E00C}';
pub const BACKSPACE: char = '\u{E003}';
pub const DELETE: char = '\u{E017}';
pub const F2: char = '\u{E032}';
pub const F10: char = '\u{E03A}';
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
    driver: Child,
    /// Where its sessions are, if nobody needs them afterwards.
    _data: Option<TempDir>,
}

impl Window {
    /// Starts the app as on the first day, with a model to open or the built-in one.
    pub async fn open(theme: Theme, model: Option<&Path>) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let window = Self::open_in(data.path(), theme, model).await;
        Self { _data: Some(data), ..window }
    }

    /// Starts the app with the sessions that it left in a folder.
    pub async fn open_in(data: &Path, theme: Theme, model: Option<&Path>) -> Self {
        Self::start(Command::new("WebKitWebDriver"), data, theme, model).await
    }

    /// The same, run by another program, which is given what to run behind its own arguments.
    pub async fn open_behind(program: &[&str], data: &Path, model: Option<&Path>) -> Self {
        let mut driver = Command::new(program[0]);
        driver.args(&program[1..]).arg("WebKitWebDriver");
        Self::start(driver, data, Theme::Light, model).await
    }

    async fn start(mut driver: Command, data: &Path, theme: Theme, model: Option<&Path>) -> Self {
        let driver = driver
            .arg(format!("--port={PORT}"))
            .env("XDG_DATA_HOME", data)
            .env("HF_HOME", data)
            .env("HF_HUB_CACHE", data.join("hub"))
            .env("NO_PROXY", "127.0.0.1,127.0.0.2")
            .env_remove("HF_TOKEN")
            .env_remove("HUGGING_FACE_HUB_TOKEN")
            .env_remove("HF_TOKEN_PATH")
            .env_remove("HF_HUB_OFFLINE")
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
        Self { client, driver, _data: None }
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

    /// The test id of what has the focus.
    pub async fn focus(&self) -> String {
        let script = "return document.activeElement?.dataset.testid ?? ''";
        self.run(script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Presses a key until an element has the focus.
    pub async fn go_to(&self, id: &str, key: char) {
        let mut seen = Vec::new();
        for _ in 0..60 {
            let here = self.focus().await;
            if here == id {
                return;
            }
            seen.push(here);
            self.type_keys(&key.to_string()).await;
        }
        panic!("{key:?} never leads to {id}: {seen:?}");
    }

    /// Takes an item of the menu that is open, and of the menu behind that, and so on.
    pub async fn take(&self, labels: &[&str]) {
        for label in labels {
            let here = format!(
                "return document.activeElement?.textContent.trim().startsWith({})",
                json!(label)
            );
            for presses in 0.. {
                if self.run(&here).await == json!(true) {
                    break;
                }
                assert!(presses < 30, "no item is {label:?}");
                self.type_keys(&DOWN.to_string()).await;
            }
            self.type_keys(&RETURN.to_string()).await;
        }
    }

    /// Waits until something is so in the page: a script that returns true.
    pub async fn until(&self, what: &str, script: &str) {
        let started = Instant::now();
        while self.run(script).await != json!(true) {
            assert!(started.elapsed() < PATIENCE, "{what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What a command of the app answers.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Value {
        let script = "const [command, given, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, given).then(done, done);";
        let arguments = vec![json!(command), arguments];
        self.client.execute_async(script, arguments).await.expect("script runs")
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

    /// Closes the window and waits until the app has ended.
    pub async fn close(mut self) {
        let app = app();
        self.client.clone().close().await.expect("close");
        let started = Instant::now();
        // One that has ended may still wait for its parent to notice.
        while std::fs::read_link(app.join("exe")).is_ok() {
            assert!(started.elapsed() < PATIENCE, "the app ends");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.driver.kill().await.expect("the driver ends");
    }

    /// Ends the app as a crash or a power cut would.
    pub async fn kill(mut self) {
        let process = app();
        let number = process.file_name().expect("a number").to_string_lossy().into_owned();
        let killed = Command::new("kill").args(["-9", &number]).status().await;
        assert!(killed.expect("kill").success());
        self.driver.kill().await.expect("the driver ends");
    }

    /// Opens a model with the system's file dialog, by keyboard.
    pub async fn choose(&self, path: &str) {
        self.click("open-model").await;
        self.answer("Open a model", path).await;
    }

    /// Answers a dialog that asks where to by keyboard.
    pub async fn save_as(&self, title: &str, path: &str) {
        focus_window(title).await;
        xdotool(&["key", "ctrl+a"]).await;
        xdotool(&["type", "--delay", "10", path]).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        xdotool(&["key", "Return"]).await;
    }

    /// Answers a dialog that asks for a file by keyboard.
    pub async fn answer(&self, title: &str, path: &str) {
        focus_window(title).await;
        // The first slash opens the path field, which then wants a moment.
        let rest = path.strip_prefix('/').expect("an absolute path");
        xdotool(&["key", "slash"]).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        xdotool(&["type", "--delay", "10", rest]).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        xdotool(&["key", "Return"]).await;
    }
}

async fn focus_window(title: &str) {
    let search = xdotool(&["search", "--sync", "--onlyvisible", "--name", title]).await;
    let window = search.lines().next().expect("the dialog opens").to_owned();
    xdotool(&["windowfocus", "--sync", &window]).await;
}

/// The folders in /proc of the app and of its web view.
#[must_use]
pub fn processes() -> Vec<PathBuf> {
    let mut processes = running(|program| program.ends_with("WebKitWebProcess"));
    processes.push(app());
    processes
}

/// The app's folder in /proc.
fn app() -> PathBuf {
    let app = std::fs::canonicalize(program("nemotron-playground")).expect("built");
    running(|program| program == app).pop().expect("the app runs")
}

/// The folders in /proc of everything that runs such a program.
pub fn running(is_it: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let runs_it = |process: &PathBuf| {
        std::fs::read_link(process.join("exe")).is_ok_and(|program| is_it(&program))
    };
    processes.map(|process| process.path()).filter(runs_it).collect()
}

async fn xdotool(arguments: &[&str]) -> String {
    let run = Command::new("xdotool").args(arguments).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, run).await.expect("xdotool ends").expect("xdotool");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
