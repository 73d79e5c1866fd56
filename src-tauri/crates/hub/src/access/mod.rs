//! What is asked of the hub before and while a model is fetched.
//!
//! | question | request |
//! |---|---|
//! | who asks | `GET /api/whoami-v2` |
//! | which commit is a revision, and is the repository gated | `GET /api/models/REPO/revision/REVISION` |
//! | is it gated, asked by nobody | the same without a token |
//! | may they have it | `GET /api/models/REPO/auth-check` |
//! | which files it has | `GET /api/models/REPO/tree/COMMIT?recursive=true` |
//! | what a file is: `ETag` and length | `HEAD /REPO/resolve/COMMIT/FILE`, without following a redirect |
//! | its bytes | `GET /REPO/resolve/COMMIT/FILE`, which leads to another host |
//!
//! hf-hub asks the first, the second and the fifth. For files it is no use here: its `HEAD` follows the
//! redirect and so loses the headers that only the hub itself sends, and its stream says neither
//! whether a range was honoured nor how long a busy server wants to be left alone.
//! Source: `huggingface_hub`, `file_download.py`, `hf_api.py`.

mod refusal;

use std::ops::Range;
use std::time::Duration;

use futures_util::StreamExt;
use hf_hub::repository::{HFRepository, RepoTreeEntry, RepoTypeModel};
use hf_hub::{HFClient, split_id};
use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, LOCATION, RANGE,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};

use crate::{Environment, Error, Result, Token};

pub(crate) use refusal::{Refusal, patiently};

/// Of our requests to the hub, as one reads it there.
const USER_AGENT: &str = concat!("nemotron-playground/", env!("CARGO_PKG_VERSION"));
const CONNECTING: Duration = Duration::from_secs(10);
/// Redirects one after the other.
const MOST_MOVES: usize = 5;
/// A repository with more files is no model of ours.
const MOST_FILES: usize = 10_000;
/// hf-hub would look for a token by itself if it were given none. This one cannot stand in a header,
/// so that none is sent.
const NOBODY: &str = "\n";
/// An `ETag` that becomes a file's name is not longer.
const MOST_ETAG_CHARACTERS: usize = 128;
const SHA256_DIGITS: usize = 64;

/// A hub, and who asks it.
#[derive(Debug, Clone)]
pub struct Access {
    endpoint: String,
    token: Option<Token>,
    api: HFClient,
    /// Follows no redirect.
    web: Client,
    followed: Client,
}

/// A repository at one of its revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    /// 40 hexadecimal digits.
    pub(crate) commit: String,
    pub(crate) gated: bool,
}

/// A file as the repository's list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) bytes: u64,
}

/// A file as its own headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// Fit to be a file's name.
    pub(crate) etag: String,
    pub(crate) bytes: u64,
}

impl Remote {
    /// What its bytes should have, in hex: the `ETag` of a large file is it.
    pub(crate) fn sha256(&self) -> Option<&str> {
        let hex = self.etag.bytes().all(|byte| byte.is_ascii_hexdigit());
        (hex && self.etag.len() == SHA256_DIGITS).then_some(self.etag.as_str())
    }
}

impl Access {
    /// Asks nothing yet. A connection on which nothing comes for as long as `stall` is given up.
    ///
    /// # Errors
    /// [`Error::Offline`] where the environment says that nothing may be asked; [`Error::Interrupted`]
    /// for an address that is none.
    pub fn new(environment: &Environment, token: Option<Token>, stall: Duration) -> Result<Self> {
        let endpoint = environment.endpoint.clone();
        if environment.offline {
            return Err(Error::Offline { host: endpoint, reason: "HF_HUB_OFFLINE is set".into() });
        }
        let unusable = |reason: String| Error::Interrupted { what: endpoint.clone(), reason };
        // What is compressed on the way has another length.
        let plain = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
        let client = |policy| {
            let builder = Client::builder().user_agent(USER_AGENT).default_headers(plain.clone());
            builder.redirect(policy).connect_timeout(CONNECTING).read_timeout(stall).build()
        };
        let web = client(Policy::none()).map_err(|error| unusable(error.to_string()))?;
        let followed =
            client(Policy::limited(MOST_MOVES)).map_err(|error| unusable(error.to_string()))?;
        let api = HFClient::builder()
            .endpoint(&endpoint)
            .token(token.as_ref().map_or(NOBODY, Token::reveal))
            .client(followed.clone())
            .cache_enabled(false)
            // How long to wait and when to give up is decided in one place, `Patience`.
            .retry_max_attempts(0)
            .build();
        let api = api.map_err(|error| unusable(error.to_string()))?;
        Ok(Self { endpoint, token, api, web, followed })
    }

    /// The name of the account that the token belongs to.
    ///
    /// # Errors
    /// [`Error::TokenInvalid`], [`Error::Offline`], [`Error::Interrupted`].
    pub async fn account_name(&self) -> Result<String> {
        patiently(|| self.account()).await
    }

    #[must_use]
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(crate) async fn account(&self) -> Result<String, Refusal> {
        let user = self.api.whoami().send().await;
        user.map(|user| user.username).map_err(|error| self.refusal("the account", error))
    }

    /// Whether a repository is gated, asked without saying who asks.
    pub(crate) async fn is_gated(&self, repo: &str) -> Result<bool, Refusal> {
        let url = self.url(&format!("/api/models/{repo}"))?;
        let answer = refusal::checked(self, repo, self.web(Method::GET, url, false).await?)?;
        let text = answer.text().await.map_err(|error| Refusal::lost(self, error))?;
        let model: Option<Gated> = serde_json::from_str(&text).ok();
        let unsaid = || Refusal::nonsense(repo, "the hub does not say whether it is gated");
        model.map(|model| says_gated(Some(&model.gated))).ok_or_else(unsaid)
    }

    pub(crate) async fn revision(&self, repo: &str, name: &str) -> Result<Revision, Refusal> {
        let info = self.repository(repo).info().revision(name).send().await;
        let info = info.map_err(|error| self.refusal(repo, error))?;
        let gated = says_gated(info.gated.as_ref());
        let commit = info.sha.unwrap_or_default().to_ascii_lowercase();
        if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Refusal::nonsense(repo, "the hub names no commit"));
        }
        Ok(Revision { commit, gated })
    }

    /// Whether this account may have the files of a gated repository.
    pub(crate) async fn check(&self, repo: &str) -> Result<(), Refusal> {
        let url = self.url(&format!("/api/models/{repo}/auth-check"))?;
        refusal::checked(self, repo, self.web(Method::GET, url, true).await?).map(drop)
    }

    pub(crate) async fn files(&self, repo: &str, commit: &str) -> Result<Vec<Listed>, Refusal> {
        let repository = self.repository(repo);
        let tree = repository.list_tree().revision(commit).recursive(true).limit(MOST_FILES);
        let entries = tree.send().map_err(|error| self.refusal(repo, error))?;
        let mut entries = std::pin::pin!(entries);
        let mut files = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry = entry.map_err(|error| self.refusal(repo, error))?;
            if let RepoTreeEntry::File { path, size, .. } = entry {
                files.push(Listed { name: path, bytes: size });
            }
        }
        Ok(files)
    }

    pub(crate) async fn head(
        &self,
        repo: &str,
        commit: &str,
        name: &str,
    ) -> Result<Remote, Refusal> {
        let answer = self.web(Method::HEAD, self.resolve(repo, commit, name)?, true).await?;
        // What leads to another host says what the file is all the same.
        let linked = answer.status().is_redirection();
        let answer = if linked { answer } else { refusal::checked(self, repo, answer)? };
        remote(answer.headers(), linked)
            .ok_or_else(|| Refusal::nonsense(name, "the hub says neither ETag nor length"))
    }

    /// The bytes of a range, and where the answer begins: at 0 if the server knows no ranges. The
    /// token does not go along to the other host.
    pub(crate) async fn bytes(
        &self,
        repo: &str,
        commit: &str,
        name: &str,
        range: Range<u64>,
    ) -> Result<(u64, Response), Refusal> {
        let url = self.resolve(repo, commit, name)?;
        let mut request = self.signed(self.followed.get(url))?;
        if range.start > 0 {
            request = request.header(RANGE, format!("bytes={}-{}", range.start, range.end - 1));
        }
        let answer = request.send().await.map_err(|error| Refusal::lost(self, error))?;
        let answer = refusal::checked(self, repo, answer)?;
        let partial = answer.status() == StatusCode::PARTIAL_CONTENT;
        let begin = if partial { first_byte(answer.headers()) } else { Some(0) };
        let begin = begin.ok_or_else(|| Refusal::passing("the server does not say what it sends"));
        Ok((begin?, answer))
    }

    fn repository(&self, repo: &str) -> HFRepository<RepoTypeModel> {
        let (owner, name) = split_id(repo);
        self.api.model(owner, name)
    }

    fn resolve(&self, repo: &str, commit: &str, name: &str) -> Result<Url, Refusal> {
        let mut url = self.url(&format!("/{repo}/resolve/{commit}"))?;
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(name.split('/'));
        }
        Ok(url)
    }

    fn url(&self, path: &str) -> Result<Url, Refusal> {
        let nonsense = |_| Refusal::nonsense(&self.endpoint, "it is no address");
        format!("{}{path}", self.endpoint).parse().map_err(nonsense)
    }

    /// Whether an address is the hub's own.
    fn is_hub(&self, url: &str) -> bool {
        let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
        origin(url).is_some() && origin(url) == origin(&self.endpoint)
    }

    /// A request to the hub's own host. A repository that has another name now, or is spelled
    /// otherwise, answers with its new place there.
    async fn web(&self, method: Method, mut url: Url, as_user: bool) -> Result<Response, Refusal> {
        for _ in 0..MOST_MOVES {
            let request = self.web.request(method.clone(), url.clone());
            let request = if as_user { self.signed(request)? } else { request };
            let answer = request.send().await.map_err(|error| Refusal::lost(self, error))?;
            match moved(&url, &answer) {
                Some(next) => url = next,
                None => return Ok(answer),
            }
        }
        Err(Refusal::nonsense(&self.endpoint, "it leads round in circles"))
    }

    /// With the token, if there is one.
    fn signed(&self, request: RequestBuilder) -> Result<RequestBuilder, Refusal> {
        let Some(token) = &self.token else { return Ok(request) };
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.reveal()))
            .map_err(|_| Refusal::Final(Error::TokenInvalid))?;
        value.set_sensitive(true);
        Ok(request.header(AUTHORIZATION, value))
    }
}

#[derive(serde::Deserialize)]
struct Gated {
    gated: serde_json::Value,
}

/// `false`, or a word that says who grants access.
fn says_gated(value: Option<&serde_json::Value>) -> bool {
    value.is_some_and(|value| !value.is_null() && *value != serde_json::Value::Bool(false))
}

/// Where a redirect leads, if it is a place on the same host.
fn moved(url: &Url, answer: &Response) -> Option<Url> {
    let location = answer.headers().get(LOCATION)?.to_str().ok()?;
    let relative = location.starts_with('/') && !location.starts_with("//");
    let next = url.join(location).ok().filter(|next| next.origin() == url.origin())?;
    (answer.status().is_redirection() && relative).then_some(next)
}

/// Of `bytes N-M/LENGTH`.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    range.split('-').next()?.trim().parse().ok()
}

/// `linked`: the answer only leads to the file, and its own length is none of the file's.
fn remote(headers: &HeaderMap, linked: bool) -> Option<Remote> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let etag = text("x-linked-etag").or_else(|| text(ETAG.as_str()))?;
    let etag = etag.strip_prefix("W/").unwrap_or(etag).trim_matches('"');
    let length = text("x-linked-size");
    let length = length.or_else(|| text("content-length").filter(|_| !linked))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let fits = (1..=MOST_ETAG_CHARACTERS).contains(&etag.len()) && etag.chars().all(plain);
    let bytes = length.parse().ok()?;
    fits.then(|| Remote { etag: etag.to_ascii_lowercase(), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(rows: &[(&'static str, &str)]) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).expect("a value");
        rows.iter().map(|(name, text)| (name.parse().expect("a name"), value(text))).collect()
    }

    #[test]
    fn what_the_hub_says_of_a_linked_file_counts_before_what_the_answer_is() {
        let digest = "AB".repeat(32);
        let linked = headers(&[
            ("etag", "\"short\""),
            ("content-length", "1300"),
            ("x-linked-etag", &format!("\"{digest}\"")),
            ("x-linked-size", "17000000000"),
        ]);
        let file = remote(&linked, true).expect("a file");
        assert_eq!((file.bytes, file.sha256()), (17_000_000_000, Some(&*digest.to_lowercase())));
        let plain = headers(&[("etag", "W/\"0123abcd\""), ("content-length", "12")]);
        let file = remote(&plain, false).expect("a file");
        assert_eq!((file.etag.as_str(), file.bytes, file.sha256()), ("0123abcd", 12, None));
        assert_eq!(remote(&plain, true), None, "the length of a redirect is not the file's");
    }

    #[test]
    fn an_etag_that_is_no_name_for_a_file_is_refused() {
        for etag in ["", "../x", "a/b", "a b", "..", "a\\b", &"a".repeat(129)] {
            let hostile = headers(&[("etag", etag), ("content-length", "1")]);
            assert_eq!(remote(&hostile, false), None, "{etag:?}");
        }
    }
}
