//! Whose licence was accepted, and what was taken back: a file that only grows.
//!
//! Each line of `licences.jsonl` is one act. Nothing in it is ever changed, so that an upgrade, a
//! crash or two programs at once can lose at most the line that is being written.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use ts_rs::TS;

use crate::{Error, Result, Subject};

const FILE: &str = "licences.jsonl";
/// A file longer than this is none of ours: some 40,000 acts.
const MOST_BYTES: u64 = 16 << 20;

/// One line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Accepted(Acceptance),
    Withdrawn { model: String, at: String, who: String },
}

/// Who accepted which document for which model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Acceptance {
    pub model: String,
    pub document: String,
    /// Of the text that was read, in hex, where there was a copy of it.
    pub document_sha256: Option<String>,
    pub link: String,
    /// RFC 3339, as all times here.
    pub accepted_at: String,
    pub who: String,
    pub app_version: String,
}

/// An acceptance and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "LicenceRecord")]
pub struct Record {
    #[serde(flatten)]
    pub acceptance: Acceptance,
    pub withdrawn_at: Option<String>,
}

/// The records of one folder.
#[derive(Debug, Clone)]
pub struct Licences {
    path: PathBuf,
}

impl Licences {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join(FILE) }
    }

    /// Every acceptance there ever was, in order.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn all(&self) -> Result<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        for act in self.acts()? {
            match act {
                Act::Accepted(acceptance) => {
                    records.push(Record { acceptance, withdrawn_at: None });
                }
                Act::Withdrawn { model, at, .. } => {
                    let of_it =
                        records.iter_mut().filter(|record| record.acceptance.model == model);
                    for record in of_it.filter(|record| record.withdrawn_at.is_none()) {
                        record.withdrawn_at = Some(at.clone());
                    }
                }
            }
        }
        Ok(records)
    }

    /// Those that hold now.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn accepted(&self) -> Result<Vec<Acceptance>> {
        let holds = |record: Record| record.withdrawn_at.is_none().then_some(record.acceptance);
        Ok(self.all()?.into_iter().filter_map(holds).collect())
    }

    /// Writes down that a licence is accepted, by the account of the system's user. `text`: the copy
    /// of the document that was read. What holds already is not written twice.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn accept(&self, subject: &Subject, text: Option<&[u8]>) -> Result<Acceptance> {
        self.accept_by(None, subject, text)
    }

    /// The same by an account that is known.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn accept_by(
        &self,
        account: Option<String>,
        subject: &Subject,
        text: Option<&[u8]>,
    ) -> Result<Acceptance> {
        let document_sha256 = text.map(sha256);
        let same = |record: &Acceptance| {
            record.model == subject.model
                && (document_sha256.is_none() || record.document_sha256 == document_sha256)
        };
        if let Some(record) = self.accepted()?.into_iter().find(same) {
            return Ok(record);
        }
        let acceptance = Acceptance {
            model: subject.model.clone(),
            document: subject.document.name.clone(),
            document_sha256,
            link: subject.document.link.clone(),
            accepted_at: now(),
            who: account.unwrap_or_else(user),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        self.append(&Act::Accepted(acceptance.clone()))?;
        Ok(acceptance)
    }

    /// Writes down that an acceptance holds no longer.
    ///
    /// # Errors
    /// [`Error::NotAccepted`], [`Error::Io`].
    pub fn withdraw(&self, model: &str) -> Result<()> {
        if !self.accepted()?.iter().any(|record| record.model == model) {
            return Err(Error::NotAccepted(model.to_owned()));
        }
        self.append(&Act::Withdrawn { model: model.to_owned(), at: now(), who: user() })
    }

    /// What can be read of the file. A line that was cut off, or that only a newer version knows,
    /// says nothing; it stays where it is.
    fn acts(&self) -> Result<Vec<Act>> {
        let io = |error| Error::io(&self.path, error);
        let mut text = Vec::new();
        match File::open(&self.path) {
            Ok(file) => file.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(io)?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(error)),
        };
        if text.len() as u64 > MOST_BYTES {
            return Err(io(ErrorKind::FileTooLarge.into()));
        }
        let lines = text.split(|byte| *byte == b'\n');
        Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
    }

    /// On the disk when it returns. Whoever writes at the same time waits.
    fn append(&self, act: &Act) -> Result<()> {
        self.write(act).map_err(|error| Error::io(&self.path, error))
    }

    fn write(&self, act: &Act) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        file.lock()?;
        let mut line = serde_json::to_vec(act)?;
        line.push(b'\n');
        if !ends_a_line(&mut file)? {
            line.insert(0, b'\n');
        }
        file.write_all(&line)?;
        file.sync_all()?;
        sync_folder(folder)
    }
}

/// False behind a line that was cut off.
fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == [b'\n'])
}

/// The name of a new file is on the disk, too.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

pub(crate) fn now() -> String {
    let now = OffsetDateTime::now_utc().truncate_to_second();
    // Every year from 0 to 9999 has a form.
    now.format(&Rfc3339).unwrap_or_default()
}

fn user() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"].map(|name| std::env::var(name).unwrap_or_default());
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_else(user_id)
}

#[cfg(unix)]
fn user_id() -> String {
    format!("user {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn user_id() -> String {
    "unknown".to_owned()
}

/// In hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
