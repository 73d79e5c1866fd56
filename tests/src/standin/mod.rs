//! A stand-in for the hub and for the host of its files, on two addresses of this machine, with the
//! headers of the real ones and every fault a test asks for.
//!
//! # Panics
//! Every function here panics when this machine refuses; it is a test's first step.
#![expect(clippy::missing_panics_doc, reason = "said above, for all of them")]

mod http;

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::{Answer, Asked, Body};
use serde_json::json;

pub use http::Ending;

pub const TOKEN: &str = "hf_known_to_the_stand_in";
pub const COMMIT: &str = "89abcdef0123456789abcdef0123456789abcdef";
const REVIEW: &str =
    "Your request to access this model is awaiting a review from the repo authors.";
const RESTRICTED: &str = "Access to this model is restricted.";

/// A repository as the hub has it.
#[derive(Debug, Clone)]
pub struct Repository {
    pub name: String,
    pub commit: String,
    pub gated: bool,
    pub access: Granted,
    pub files: BTreeMap<String, StoredFile>,
}

#[derive(Debug, Clone)]
pub struct StoredFile {
    pub bytes: Arc<Vec<u8>>,
    /// The SHA-256 of a large file, which then lies on the other host.
    pub etag: String,
    /// How long the hub says it is.
    pub claimed: u64,
}

/// Whether the account may have a gated model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    Yes,
    NotAsked,
    Pending,
}

/// What goes wrong with the next request for bytes on the other host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// After so many bytes.
    Ends(usize, Ending),
    Status(u16, Option<&'static str>),
    /// The whole file is sent, whatever was asked for.
    NoRanges,
    /// One byte is another.
    Flipped(usize),
    /// Bytes a second.
    Slow(usize),
}

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub on_hub: bool,
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
    pub range: Option<String>,
}

#[derive(Clone)]
pub struct StandIn {
    pub endpoint: String,
    state: Arc<State>,
}

struct State {
    repository: Mutex<Repository>,
    faults: Mutex<VecDeque<Fault>>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    sent: AtomicUsize,
    files: Mutex<String>,
}

impl Repository {
    /// An open one with nothing in it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let (name, commit, files) = (name.to_owned(), COMMIT.to_owned(), BTreeMap::new());
        Self { name, commit, gated: false, access: Granted::Yes, files }
    }

    #[must_use]
    pub fn with(mut self, name: &str, bytes: Vec<u8>, etag: &str) -> Self {
        let claimed = bytes.len() as u64;
        let file = StoredFile { bytes: Arc::new(bytes), etag: etag.to_owned(), claimed };
        self.files.insert(name.to_owned(), file);
        self
    }

    #[must_use]
    pub fn gated(mut self, access: Granted) -> Self {
        (self.gated, self.access) = (true, access);
        self
    }
}

impl StandIn {
    #[must_use]
    pub fn start(repository: Repository) -> Self {
        let state = Arc::new(State {
            repository: Mutex::new(repository),
            faults: Mutex::default(),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            files: Mutex::default(),
        });
        let files = state.listen("127.0.0.2", State::file);
        *state.files.lock().expect("no test has failed") = format!("http://{files}");
        let hub = state.listen("127.0.0.1", State::hub);
        Self { endpoint: format!("http://{hub}"), state }
    }

    /// What goes wrong, one request after the other.
    pub fn breaks(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.faults.lock().expect("no test has failed").extend(faults);
    }

    /// Changes what the hub has.
    pub fn change(&self, change: impl FnOnce(&mut Repository)) {
        change(&mut self.state.repository.lock().expect("no test has failed"));
    }

    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().expect("no test has failed").clone()
    }

    /// The ranges of bytes that were asked for on the other host.
    #[must_use]
    pub fn ranges(&self) -> Vec<Option<String>> {
        let asked = self.seen().into_iter().filter(|seen| !seen.on_hub && seen.method == "GET");
        asked.map(|seen| seen.range).collect()
    }

    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// How many bytes of files were sent.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.state.sent.load(Ordering::Relaxed)
    }
}

impl State {
    fn listen(
        self: &Arc<Self>,
        host: &str,
        answer: fn(&State, &Asked) -> Answer,
    ) -> std::net::SocketAddr {
        let (counted, asked, told) = (Arc::clone(self), Arc::clone(self), Arc::clone(self));
        let on_hub = host == "127.0.0.1";
        http::serve(
            host,
            move || {
                counted.connections.fetch_add(1, Ordering::Relaxed);
            },
            move |request| {
                asked.note(request, on_hub);
                answer(&asked, request)
            },
            move |request, bytes| {
                if !on_hub && request.method == "GET" {
                    told.sent.fetch_add(bytes, Ordering::Relaxed);
                }
            },
        )
    }

    fn note(&self, asked: &Asked, on_hub: bool) {
        let header = |name: &str| asked.headers.get(name).cloned();
        self.seen.lock().expect("no test has failed").push(Seen {
            on_hub,
            method: asked.method.clone(),
            path: asked.path.clone(),
            authorization: header("authorization"),
            range: header("range"),
        });
    }

    fn hub(&self, asked: &Asked) -> Answer {
        let repository = self.repository.lock().expect("no test has failed").clone();
        let token = asked.headers.get("authorization");
        let known = token.map(|token| token == &format!("Bearer {TOKEN}"));
        if known == Some(false) {
            let message = "Invalid credentials in Authorization header";
            return Answer::of(401, &[("x-error-message", message)], "");
        }
        let path = asked.path.split('?').next().unwrap_or_default();
        let other = path.to_ascii_lowercase();
        if !path.contains(&repository.name) && other.contains(&repository.name.to_ascii_lowercase())
        {
            let at = other.find(&repository.name.to_ascii_lowercase()).expect("it is in it");
            let end = at + repository.name.len();
            let there = [&path[..at], &repository.name, &path[end..]].concat();
            return Answer::of(307, &[("location", &there)], "");
        }
        if path == "/api/whoami-v2" {
            return match known {
                Some(true) => Answer::of(200, &[], &json!({ "name": "somebody" }).to_string()),
                _ => Answer::of(401, &[], ""),
            };
        }
        let api = format!("/api/models/{}", repository.name);
        let resolve = format!("/{}/resolve/", repository.name);
        if let Some(rest) = path.strip_prefix(&api) {
            return repository.api(rest, known == Some(true));
        }
        if let Some((_, name)) = path.strip_prefix(&resolve).and_then(|rest| rest.split_once('/')) {
            return self.resolve(&repository, name, known == Some(true));
        }
        let message = ("x-error-message", "Repository not found");
        Answer::of(
            if known.is_some() { 404 } else { 401 },
            &[("x-error-code", "RepoNotFound"), message],
            "",
        )
    }

    fn resolve(&self, repository: &Repository, name: &str, known: bool) -> Answer {
        if let Some(refused) = repository.refused(known) {
            return refused;
        }
        let Some(file) = repository.files.get(name) else {
            return Answer::of(404, &[("x-error-code", "EntryNotFound")], "");
        };
        let commit = repository.commit.as_str();
        let etag = format!("\"{}\"", file.etag);
        if file.etag.len() < 64 {
            let headers = [("x-repo-commit", commit), ("etag", etag.as_str())];
            let mut answer = Answer::of(200, &headers, "");
            answer.body.bytes = Arc::clone(&file.bytes);
            return answer;
        }
        let signature = self.seen.lock().expect("no test has failed").len();
        let files = self.files.lock().expect("no test has failed");
        let location = format!("{files}/{}?Signature={signature}", file.etag);
        let length = file.claimed.to_string();
        let headers = [
            ("x-repo-commit", commit),
            ("x-linked-etag", etag.as_str()),
            ("x-linked-size", length.as_str()),
            ("x-xet-hash", file.etag.as_str()),
            ("location", location.as_str()),
        ];
        Answer::of(302, &headers, "Found. Redirecting")
    }

    /// The host of the files.
    fn file(&self, asked: &Asked) -> Answer {
        let repository = self.repository.lock().expect("no test has failed").clone();
        let etag = asked.path.trim_start_matches('/').split('?').next().unwrap_or_default();
        let Some(file) = repository.files.values().find(|file| file.etag == etag) else {
            return Answer::of(403, &[], "AccessDenied");
        };
        let mut body = Body { bytes: Arc::clone(&file.bytes), ..Body::default() };
        let fault = match asked.method.as_str() {
            "GET" => self.faults.lock().expect("no test has failed").pop_front(),
            _ => None,
        };
        let from = asked.headers.get("range").and_then(|range| first_byte(range));
        let mut status = 200;
        if let Some(from) = from.filter(|_| fault != Some(Fault::NoRanges)) {
            (status, body.from) = (206, from.min(file.bytes.len()));
        }
        match fault {
            Some(Fault::Status(status, wait)) => {
                let headers = wait.map(|wait| ("retry-after", wait));
                return Answer::of(status, headers.as_slice(), "");
            }
            Some(Fault::Ends(after, ending)) => body.cut = Some((after, ending)),
            Some(Fault::Flipped(at)) => Arc::make_mut(&mut body.bytes)[at] ^= 1,
            Some(Fault::Slow(pace)) => body.pace = Some(pace),
            Some(Fault::NoRanges) | None => {}
        }
        let mut headers = vec![("etag", "\"of the other host\"".to_owned())];
        if status == 206 {
            let length = file.bytes.len();
            headers.push(("content-range", format!("bytes {}-{}/{length}", body.from, length - 1)));
            // The hub's own header, which says how long the whole file is.
            headers.push(("x-linked-size", length.to_string()));
        }
        Answer { status, headers, body }
    }
}

impl Repository {
    fn api(&self, rest: &str, known: bool) -> Answer {
        let gated = if self.gated { json!("manual") } else { json!(false) };
        match rest.trim_start_matches('/').split('/').next() {
            Some("auth-check") => self.refused(known).unwrap_or_else(|| Answer::of(200, &[], "{}")),
            Some("tree") => {
                let files = self.files.iter().map(|(name, file)| {
                    let size = file.claimed;
                    json!({ "type": "file", "oid": file.etag, "size": size, "path": name })
                });
                Answer::of(200, &[], &json!(files.collect::<Vec<_>>()).to_string())
            }
            Some("revision") if !rest.ends_with("/main") && !rest.ends_with(&self.commit) => {
                Answer::of(404, &[("x-error-code", "RevisionNotFound")], "")
            }
            _ => {
                let model = json!({ "id": self.name, "sha": self.commit, "gated": gated });
                Answer::of(200, &[], &model.to_string())
            }
        }
    }

    fn refused(&self, known: bool) -> Option<Answer> {
        if !self.gated {
            return None;
        }
        let gated = ("x-error-code", "GatedRepo");
        let (status, message) = match (known, self.access) {
            (false, _) => (401, RESTRICTED),
            (true, Granted::Yes) => return None,
            (true, Granted::NotAsked) => (403, RESTRICTED),
            (true, Granted::Pending) => (403, REVIEW),
        };
        Some(Answer::of(status, &[gated, ("x-error-message", message)], ""))
    }
}

/// Of `bytes=N-M`.
fn first_byte(range: &str) -> Option<usize> {
    range.strip_prefix("bytes=")?.split('-').next()?.parse().ok()
}
