//! A user of the command line with data, cache and token of their own, and a stand-in for the hub.
//!
//! # Panics
//! Every function here panics when the program does not do what the test needs of it.
#![expect(clippy::missing_panics_doc, reason = "said above, for all of them")]

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::standin::{StandIn, TOKEN};
use crate::{nemotron, program};

/// What the tests' own user may have set.
const FOREIGN: [&str; 5] = [
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
    "HF_TOKEN_PATH",
];
/// No step of a test takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// One user: data, cache and token of their own.
pub struct User {
    folder: TempDir,
    pub endpoint: String,
    pub token: Option<&'static str>,
}

impl User {
    #[must_use]
    pub fn of(site: &StandIn) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, endpoint: site.endpoint.clone(), token: None }
    }

    #[must_use]
    pub fn with_token(site: &StandIn) -> Self {
        Self { token: Some(TOKEN), ..Self::of(site) }
    }

    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let folder = self.folder.path();
        let mut command = Command::new(program("nemotron"));
        command.args(arguments).env("XDG_DATA_HOME", folder).env("HF_HOME", folder);
        command.env("HF_HUB_CACHE", folder.join("hub")).env("HF_ENDPOINT", &self.endpoint);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("NO_PROXY", "127.0.0.1,127.0.0.2");
        if let Some(token) = self.token {
            command.env("HF_TOKEN", token);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("nemotron runs")
    }

    #[must_use]
    pub fn download(&self, name: &str) -> Output {
        self.run(&["download", name, "--json"])
    }

    #[must_use]
    pub fn starts(&self, name: &str) -> Child {
        self.command(&["download", name, "--json"]).spawn().expect("nemotron starts")
    }

    pub fn accepts(&self, name: &str) {
        let output = self.run(&["licence", "accept", name, "--yes"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What `nemotron models` says of a model.
    #[must_use]
    pub fn listed(&self, name: &str) -> Value {
        let output = nemotron::lines(&self.run(&["models", "--json"]));
        let models = output[0]["models"].as_array().expect("models").clone();
        models.into_iter().find(|model| model["name"] == name).expect("listed")
    }

    #[must_use]
    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join("hub/models--nvidia--Minitron-4B-Base").join(path)
    }
}

/// Waits for something that the running program brings about.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub fn ended_well(output: &Output) {
    let lines = nemotron::lines(output);
    assert_eq!(lines.last().expect("a line")["type"], "done");
}

/// Of an error.
#[must_use]
pub fn kind(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let last: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("json");
    assert_eq!(last["type"], "error");
    last["kind"].as_str().expect("a kind").to_owned()
}
