//! The models that were read byte for byte and found whole, and where they are.
//!
//! `models.json` names each file of a model with its SHA-256, its length and its time of change. A
//! model whose files are not exactly those any more is not installed until it was read again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cache::{CachedFile, Snapshot};
use crate::licence::{hex, now};
use crate::list_file::ListFile;
use crate::{Catalogue, Error, Result};

const NAME: &str = "models";
/// Read at once. Small enough to stop within a few milliseconds.
const BLOCK_BYTES: usize = 1 << 20;

/// A model that was found whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    pub repo: String,
    pub commit: String,
    /// What the engine opens.
    pub path: PathBuf,
    /// Whether its licence had to be accepted, and has to be for it to be loaded.
    #[serde(default)]
    pub gated: bool,
    /// RFC 3339.
    pub verified_at: String,
    pub files: Vec<VerifiedFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedFile {
    /// Inside the repository.
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
    /// In hex.
    pub sha256: String,
    /// Nanoseconds since 1970.
    modified_ns: u64,
}

/// The records of one folder.
#[derive(Debug, Clone)]
pub struct Library {
    models: ListFile<Installed>,
}

impl Library {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { models: ListFile::new(folder, NAME) }
    }

    /// The models that are where they were, and whose files are what they were when they were read.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn installed(&self) -> Result<Vec<Installed>> {
        let whole = |model: &Installed| {
            model.path.exists() && model.files.iter().all(VerifiedFile::is_unchanged)
        };
        Ok(self.models.read()?.into_iter().filter(whole).collect())
    }

    /// The model that was recorded with this file or folder, unchanged or not.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn owner(&self, path: &Path) -> Result<Option<Installed>> {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let path = real(path);
        let has = |model: &Installed| {
            real(&model.path) == path || model.files.iter().any(|file| real(&file.path) == path)
        };
        Ok(self.models.read()?.into_iter().find(has))
    }

    /// Reads every file of the model in a snapshot, compares it with the SHA-256 that the cache has
    /// for it, and writes down that it is whole. `go_on` is told how many bytes were read since it was
    /// last asked; when it says no, nothing is written down.
    ///
    /// # Errors
    /// [`Error::Incomplete`] if a part is not there, [`Error::ChecksumMismatch`] with what was
    /// recorded before taken back, [`Error::Cancelled`], [`Error::Io`].
    pub fn verify(
        &self,
        snapshot: &Snapshot,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Installed> {
        let before = self.models.read()?.into_iter().find(|known| known.repo == snapshot.repo);
        let listed = Catalogue::get().find(&snapshot.repo).is_some_and(|model| model.gated);
        let gated = listed || before.is_some_and(|known| known.gated);
        self.record(snapshot, gated, &BTreeMap::new(), go_on)
    }

    /// The same for files of which some were hashed as they came: `known`, by name.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub(crate) fn record(
        &self,
        snapshot: &Snapshot,
        gated: bool,
        known: &BTreeMap<String, String>,
        go_on: &mut dyn FnMut(u64) -> bool,
    ) -> Result<Installed> {
        let incomplete = || Error::Incomplete(snapshot.repo.clone());
        let path = snapshot.checkpoint().ok_or_else(incomplete)?;
        let mut files = Vec::new();
        for (name, file) in snapshot.parts() {
            match verified(name, file, known.get(name), go_on) {
                Err(error @ Error::ChecksumMismatch { .. }) => {
                    self.forget(&snapshot.repo)?;
                    return Err(error);
                }
                file => files.push(file?),
            }
        }
        let (repo, commit) = (snapshot.repo.clone(), snapshot.commit.clone());
        let model = Installed { repo, commit, path, gated, verified_at: now(), files };
        self.change(&model.repo, Some(&model))?;
        Ok(model)
    }

    /// Takes back that a model is whole; its files stay.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn forget(&self, repo: &str) -> Result<()> {
        self.change(repo, None)
    }

    fn change(&self, repo: &str, model: Option<&Installed>) -> Result<()> {
        self.models.change(|models| {
            models.retain(|known| !known.repo.eq_ignore_ascii_case(repo));
            models.extend(model.cloned());
        })
    }
}

impl Installed {
    /// Of all its files together.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

impl VerifiedFile {
    fn is_unchanged(&self) -> bool {
        state(&self.path).is_ok_and(|state| state == (self.bytes, self.modified_ns))
    }
}

fn verified(
    name: &str,
    file: &CachedFile,
    known: Option<&String>,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<VerifiedFile> {
    let io = |error| Error::io(&file.path, error);
    // Before the bytes are read, so that a change meanwhile shows.
    let (bytes, modified_ns) = state(&file.path).map_err(io)?;
    let sha256 = known.cloned().map_or_else(|| digest(&file.path, go_on), Ok)?;
    if file.sha256.as_ref().is_some_and(|expected| *expected != sha256) {
        return Err(Error::ChecksumMismatch { file: name.to_owned() });
    }
    Ok(VerifiedFile { name: name.to_owned(), path: file.path.clone(), bytes, sha256, modified_ns })
}

fn digest(path: &Path, go_on: &mut dyn FnMut(u64) -> bool) -> Result<String> {
    let io = |error| Error::io(path, error);
    let mut file = File::open(path).map_err(io)?;
    let (mut digest, mut block) = (Sha256::new(), vec![0; BLOCK_BYTES]);
    loop {
        let read = file.read(&mut block).map_err(io)?;
        if read == 0 {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(&block[..read]);
        if !go_on(read as u64) {
            return Err(Error::Cancelled);
        }
    }
}

/// Length and time of change, which tell a file that was written to.
fn state(path: &Path) -> std::io::Result<(u64, u64)> {
    let metadata = path.metadata()?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok((metadata.len(), u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX)))
}
