//! Why the hub did not answer as hoped: for good, with what to do next, or for now.

use std::time::Duration;

use hf_hub::HFError;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::Access;
use crate::{Error, Patience, Result};

/// The hub's codes for what it has not. Source: `huggingface_hub`, `utils/_http.py`.
const NO_REVISION: &str = "RevisionNotFound";
const NO_FILE: &str = "EntryNotFound";
const NO_REPOSITORY: &str = "RepoNotFound";
const GATED: &str = "GatedRepo";

#[derive(Debug)]
pub(crate) enum Refusal {
    /// Asking again changes nothing.
    Final(Error),
    /// It may go better a little later.
    Passing { reason: String, retry_after: Option<Duration>, never_connected: bool },
}

/// What an answer with an error said.
struct Answer<'a> {
    /// Where it came from, behind all redirects.
    url: &'a str,
    status: u16,
    code: &'a str,
    message: &'a str,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// A connection that could not be made, or broke.
    pub(crate) fn lost(access: &Access, error: reqwest::Error) -> Self {
        let never_connected = error.is_connect();
        // An address may hold a signature that lets anybody fetch the file.
        let error = error.without_url();
        let reason = format!("{}: {}", access.endpoint, innermost(&error));
        Self::Passing { reason, retry_after: None, never_connected }
    }

    pub(crate) fn passing(reason: &str) -> Self {
        Self::Passing { reason: reason.to_owned(), retry_after: None, never_connected: false }
    }

    pub(crate) fn nonsense(what: &str, reason: &str) -> Self {
        Self::Final(Error::Interrupted { what: what.to_owned(), reason: reason.to_owned() })
    }
}

/// Asks again while it may still go better. What cannot be reached at all is said at once.
pub(crate) async fn patiently<T, F>(ask: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T, Refusal>>,
{
    let mut patience = Patience::default();
    loop {
        let (reason, retry_after) = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(Refusal::Final(error)) => return Err(error),
            Err(Refusal::Passing { reason, never_connected: true, .. }) => {
                return Err(Error::Offline { host: "the hub".to_owned(), reason });
            }
            Err(Refusal::Passing { reason, retry_after, .. }) => (reason, retry_after),
        };
        let Some(wait) = patience.failed(retry_after) else {
            return Err(Error::Interrupted { what: "the hub".to_owned(), reason });
        };
        tokio::time::sleep(wait).await;
    }
}

/// An answer that is no refusal.
pub(super) fn checked(access: &Access, what: &str, answer: Response) -> Result<Response, Refusal> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let text = |name| answer.headers().get(name).and_then(|it| it.to_str().ok());
    let refused = Answer {
        url: answer.url().as_str(),
        status: answer.status().as_u16(),
        code: text("x-error-code").unwrap_or_default(),
        message: text("x-error-message").unwrap_or_default(),
        retry_after: retry_after(answer.headers()),
    };
    Err(access.judged(what, &refused))
}

impl Access {
    pub(super) fn refusal(&self, what: &str, error: HFError) -> Refusal {
        let (context, retry_after) = match error {
            HFError::Http { context }
            | HFError::AuthRequired { context }
            | HFError::Forbidden { context }
            | HFError::Conflict { context } => (Some(context), None),
            HFError::RateLimited { context, retry_after } => (Some(context), retry_after),
            HFError::RepoNotFound { context, .. }
            | HFError::RevisionNotFound { context, .. }
            | HFError::EntryNotFound { context, .. } => (context, None),
            HFError::Request { source, .. } => return Refusal::lost(self, source),
            other => return Refusal::nonsense(what, &other.to_string()),
        };
        let Some(context) = context else {
            return Refusal::nonsense(what, "the hub does not have it");
        };
        let refused = Answer {
            url: &context.url,
            status: context.status.as_u16(),
            code: context.error_code.as_deref().unwrap_or_default(),
            message: context.server_message.as_deref().unwrap_or_default(),
            retry_after,
        };
        self.judged(what, &refused)
    }

    fn judged(&self, what: &str, answer: &Answer<'_>) -> Refusal {
        let retry_after = answer.retry_after;
        if !self.is_hub(answer.url) {
            // Addresses on the other host expire; the hub gives another one.
            let reason = format!("the host of the files answered {}", answer.status);
            return Refusal::Passing { reason, retry_after, never_connected: false };
        }
        let what = what.to_owned();
        let link = format!("{}/{what}", self.endpoint);
        let said = answer.message.to_ascii_lowercase();
        let bad_token = said.contains("invalid credentials") || said.contains("invalid token");
        let error = match (answer.status, answer.code) {
            (401, _) if bad_token => Error::TokenInvalid,
            (401, NO_REPOSITORY) => Error::NotOnHub(what),
            (401, _) if self.token.is_some() => Error::TokenInvalid,
            (401, _) => Error::TokenMissing { model: what },
            (403, _) if said.contains("awaiting") => Error::AccessPending { model: what, link },
            (403, GATED) => Error::AccessNotGranted { model: what, link, reason: None },
            (403, _) => {
                let reason = Some("the token lacks a permission".to_owned());
                Error::AccessNotGranted { model: what, link, reason }
            }
            (404 | 410, NO_REVISION) => Error::NotOnHub(format!("this revision of {what}")),
            (404 | 410, NO_FILE) => Error::NotOnHub(format!("a file of {what}")),
            (404 | 410, _) => Error::NotOnHub(what),
            (status, _) => return self.failed(&what, status, retry_after),
        };
        Refusal::Final(error)
    }

    fn failed(&self, what: &str, status: u16, retry_after: Option<Duration>) -> Refusal {
        let known = StatusCode::from_u16(status).ok();
        let words = known.and_then(|status| status.canonical_reason()).unwrap_or("an error");
        let reason = format!("{} answered {status}, {words}", self.endpoint);
        match status {
            408 | 416 | 425 | 429 | 500..=599 => {
                Refusal::Passing { reason, retry_after, never_connected: false }
            }
            _ => Refusal::nonsense(what, &reason),
        }
    }
}

/// In seconds, or a date. Source: RFC 9110, section 10.2.3.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = OffsetDateTime::parse(&text.replace("GMT", "+0000"), &Rfc2822).ok()?;
    Some((at - OffsetDateTime::now_utc()).try_into().unwrap_or_default())
}

/// What is behind 'error sending request'.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, Token};

    fn access(token: Option<&str>) -> Access {
        let environment = Environment::of(|_| None);
        let token = token.and_then(Token::new);
        Access::new(&environment, token, Duration::from_secs(30)).expect("an access")
    }

    fn kind(token: Option<&str>, status: u16, code: &str, message: &str) -> &'static str {
        let url = "https://huggingface.co/api/models/a/b";
        let answer = Answer { url, status, code, message, retry_after: None };
        match access(token).judged("a/b", &answer) {
            Refusal::Final(error) => error.kind(),
            Refusal::Passing { .. } => "passing",
        }
    }

    #[test]
    fn refusals_are_told_apart() {
        let bad = "Invalid credentials in Authorization header";
        let review = "Your request to access model a/b is awaiting a review from the repo authors.";
        let cases = [
            (None, 401, GATED, "Access to model a/b is restricted.", "token_missing"),
            (Some("hf_x"), 401, "", bad, "token_invalid"),
            (Some("hf_x"), 401, GATED, "", "token_invalid"),
            (None, 401, NO_REPOSITORY, "Repository not found", "not_found"),
            (Some("hf_x"), 403, GATED, "you are not in the authorized list", "access_not_granted"),
            (Some("hf_x"), 403, GATED, review, "access_pending"),
            (Some("hf_x"), 403, "", "", "access_not_granted"),
            (Some("hf_x"), 404, NO_REVISION, "", "not_found"),
            (None, 429, "", "", "passing"),
            (None, 503, "", "", "passing"),
            (None, 400, "", "", "interrupted"),
        ];
        for (token, status, code, message, expected) in cases {
            assert_eq!(kind(token, status, code, message), expected, "{status} {code} {message}");
        }
    }

    #[test]
    fn what_the_other_host_refuses_is_asked_for_again() {
        let hub = access(Some("hf_x"));
        for url in ["https://cdn.example/x?Signature=1", "https://huggingface.co:444/a/b"] {
            let answer = Answer { url, status: 403, code: "", message: "", retry_after: None };
            let Refusal::Passing { reason, .. } = hub.judged("a/b", &answer) else {
                panic!("{url} refuses for good");
            };
            assert!(!reason.contains("Signature"), "{reason}");
        }
    }

    #[test]
    fn a_server_asks_for_time_in_seconds_or_until_a_date() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a value"));
            retry_after(&headers)
        };
        assert_eq!(of("7"), Some(Duration::from_secs(7)));
        assert_eq!(of("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO), "it is past");
        let later = of("Wed, 21 Oct 2099 07:28:00 GMT").expect("a date");
        assert!(later > Duration::from_hours(24 * 365 * 50));
        assert_eq!(of("soon"), None);
    }
}
