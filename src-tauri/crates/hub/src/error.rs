//! Everything that can go wrong with models and licences, each with a stable `kind` for programs and
//! one line for people.

use std::path::{Path, PathBuf};

pub type Result<T> = std::result::Result<T, Error>;

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
    #[error("cancelled")]
    Cancelled,
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
            Self::UnknownModel(_) | Self::NotAccepted(_) | Self::Incomplete(_) => "not_found",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
            Self::InUse(_) => "in_use",
            Self::Cancelled => "cancelled",
            Self::LicenceRequired { .. } => "licence_required",
        }
    }
}
