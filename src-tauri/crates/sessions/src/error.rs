//! Everything that can go wrong with sessions, each with a stable `kind` for programs and one line
//! for people.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use serde::Serialize;
use ts_rs::TS;

use crate::Id;

pub type Result<T> = std::result::Result<T, Error>;

/// An error of the sessions.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("the disk with the sessions is full")]
    NoSpace,
    #[error("the sessions can only be read: the file or its disk is write-protected")]
    ReadOnly,
    #[error(
        "{}: written by a newer version of the app (format {found}; this one knows {known})",
        path.display()
    )]
    NewerSchema { path: PathBuf, found: i64, known: i64 },
    #[error("{}: not a file of sessions", path.display())]
    NotOurs { path: PathBuf },
    #[error("the sessions are in use by another window of the app")]
    InUse,
    #[error("the file of sessions is damaged: {0}")]
    Damaged(String),
    #[error("the sessions could not be read or written: {0}")]
    Database(rusqlite::Error),
    #[error("there is no {what} {id}")]
    Unknown { what: &'static str, id: Id },
    #[error("an id has 32 hexadecimal digits")]
    NotAnId,
    #[error("bytes {start} to {end} are no part of a document of {length} bytes")]
    NotInDocument { start: usize, end: usize, length: usize },
    #[error("byte {at} of the document is inside a character")]
    InsideCharacter { at: usize },
    #[error("a chat is edited turn by turn, and only a chat is")]
    WrongKind,
    #[error("run {0} has ended")]
    RunEnded(Id),
    #[error("the model has written nothing here yet")]
    NothingToRetry,
    #[error("{what} is too long: expected at most {limit}, found {found}")]
    TooLong { what: &'static str, limit: usize, found: usize },
    #[error("{0} is empty")]
    Empty(&'static str),
    #[error("a folder inside a folder cannot hold another")]
    FolderTooDeep,
    #[error("{0:?} is no place in a list of sessions")]
    NotACursor(String),
    #[error("{place}: {what}")]
    NotImportable { place: String, what: String },
    #[error("the sessions' thread failed: {0}")]
    Panicked(String),
    #[error("the sessions have been closed")]
    Closed,
}

impl Error {
    /// A stable name for programs; never changes once published.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                "no_space"
            }
            Self::Io { .. } | Self::Database(_) => "io",
            Self::NoSpace => "no_space",
            Self::ReadOnly => "read_only",
            Self::NewerSchema { .. } => "newer_schema",
            Self::NotOurs { .. } => "not_sessions",
            Self::InUse => "in_use",
            Self::Damaged(_) => "damaged_sessions",
            Self::Unknown { .. } => "not_found",
            Self::NotAnId => "not_an_id",
            Self::NotInDocument { .. } | Self::InsideCharacter { .. } | Self::NotACursor(_) => {
                "out_of_range"
            }
            Self::WrongKind => "wrong_kind",
            Self::RunEnded(_) => "run_ended",
            Self::NothingToRetry => "nothing_to_retry",
            Self::TooLong { .. } => "too_long",
            Self::Empty(_) => "empty",
            Self::FolderTooDeep => "folder_too_deep",
            Self::NotImportable { .. } => "not_importable",
            Self::Panicked(_) | Self::Closed => "sessions_failed",
        }
    }

    /// What to do next, where that is not plain from the message.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoSpace => Some("make room; what you write is kept and saved as soon as it fits"),
            Self::ReadOnly => Some("what you write is kept until the app closes: export it"),
            Self::NewerSchema { .. } => Some("update the app; until then nothing is saved"),
            Self::NotOurs { .. } => Some("move the file away, or choose another folder"),
            Self::InUse => Some("close the other window"),
            Self::Damaged(_) => Some("try again: what can be read is moved to a fresh file"),
            Self::NotImportable { .. } => Some(
                "sessions exported by this app and chats as OpenAI's API takes them can be imported",
            ),
            Self::Panicked(_) => Some("open the app again; what was saved is safe"),
            _ => None,
        }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn refused(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::NotImportable { place: place.into(), what: what.into() }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::NoSpace,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Database(error),
        }
    }
}

/// An error as it travels to the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Problem {
    pub kind: String,
    pub message: String,
    pub hint: Option<String>,
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind().to_owned(),
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}
