//! Everything that can go wrong with models and licences, each with a stable `kind` for programs and
//! one line for people.

use std::path::{Path, PathBuf};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of the hub.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("no model is called {0:?}: expected a name of the catalogue or ORG/REPO")]
    UnknownModel(String),
    #[error("the licence of {title} was not accepted here")]
    LicenceRequired { title: String, name: String },
    #[error("there is no accepted licence of {0} to withdraw")]
    NotAccepted(String),
    #[error("{0} is not whole: expected a .nemo file, or weights, config.json and a tokenizer")]
    Incomplete(String),
    #[error("{file} is damaged: its SHA-256 is not the one it should have")]
    ChecksumMismatch { file: String },
    #[error("{} is being fetched by another program", .0.display())]
    InUse(PathBuf),
    #[error("there is no Hugging Face token, and {model} is gated")]
    TokenMissing { model: String },
    #[error("Hugging Face does not know this token")]
    TokenInvalid,
    #[error("this account has no access to {model}{}", because(reason.as_deref()))]
    AccessNotGranted { model: String, link: String, reason: Option<String> },
    #[error("access to {model} was asked for and is not granted yet")]
    AccessPending { model: String, link: String },
    #[error("the hub has no {0}, or this account may not know of it")]
    NotOnHub(String),
    #[error("{} has too little room: {needed} bytes needed, {free} free", path.display())]
    NoSpace { path: PathBuf, needed: u64, free: u64 },
    #[error("{host} cannot be reached: {reason}")]
    Offline { host: String, reason: String },
    #[error("{what}: {reason}")]
    Interrupted { what: String, reason: String },
    #[error("cancelled")]
    Cancelled,
}

fn because(reason: Option<&str>) -> String {
    reason.map(|reason| format!(": {reason}")).unwrap_or_default()
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    /// A stable name for scripts; never changes once published.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Io { .. } => "io",
            Self::UnknownModel(_)
            | Self::NotAccepted(_)
            | Self::Incomplete(_)
            | Self::NotOnHub(_) => "not_found",
            Self::TokenMissing { .. } => "token_missing",
            Self::TokenInvalid => "token_invalid",
            Self::AccessNotGranted { .. } => "access_not_granted",
            Self::AccessPending { .. } => "access_pending",
            Self::NoSpace { .. } => "no_space",
            Self::Offline { .. } => "offline",
            Self::Interrupted { .. } => "interrupted",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
            Self::InUse(_) => "in_use",
            Self::Cancelled => "cancelled",
            Self::LicenceRequired { .. } => "licence_required",
        }
    }

    /// The one thing to do next, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TokenMissing { .. } => {
                "make a token at https://huggingface.co/settings/tokens and give it in HF_TOKEN"
                    .into()
            }
            Self::TokenInvalid => {
                "make a new token at https://huggingface.co/settings/tokens".into()
            }
            Self::AccessNotGranted { link, .. } => format!("ask for access at {link}"),
            Self::AccessPending { link, .. } => {
                format!("its owners have to grant it; {link} shows how far it is")
            }
            Self::LicenceRequired { name, .. } => format!(
                "nemotron licence show {name} shows where to read it, nemotron licence accept {name} --yes accepts it"
            ),
            Self::NoSpace { .. } => "make room; what was fetched is kept".into(),
            Self::Offline { .. } => {
                "what was fetched is kept; try again when the network is back".into()
            }
            Self::Interrupted { .. } => {
                "what was fetched is kept; the same command goes on from there".into()
            }
            _ => return None,
        };
        Some(hint)
    }
}
