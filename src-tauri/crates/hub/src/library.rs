//! The models that were read byte for byte and found whole, and where they are.
//!
//! `models.json` names each file of a model with its SHA-256, its length and its time of change. A
//! model whose files are not exactly those any more is not installed until it was read again.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::cache::{CachedFile, Snapshot};
use crate::licence::{hex, now};
use crate::{Error, Result};

const FILE: &str = "models.json";
const LOCK: &str = "models.lock";
/// A longer file is none of ours.
const MOST_BYTES: u64 = 16 << 20;
/// Read at once. Small enough to stop within a few milliseconds.
const BLOCK_BYTES: usize = 1 << 20;

/// A model that was found whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    pub repo: String,
    pub commit: String,
    /// What the engine opens.
    pub path: PathBuf,
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
    folder: PathBuf,
}

impl Library {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The models that are where they were, and whose files are what they were when they were read.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn installed(&self) -> Result<Vec<Installed>> {
        let whole = |model: &Installed| {
            model.path.exists() && model.files.iter().all(VerifiedFile::is_unchanged)
        };
        Ok(self.read()?.into_iter().filter(whole).collect())
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
        let incomplete = || Error::Incomplete(snapshot.repo.clone());
        let path = snapshot.checkpoint().ok_or_else(incomplete)?;
        let mut files = Vec::new();
        for (name, file) in snapshot.parts() {
            match verified(name, file, go_on) {
                Err(error @ Error::ChecksumMismatch { .. }) => {
                    self.forget(&snapshot.repo)?;
                    return Err(error);
                }
                file => files.push(file?),
            }
        }
        let (repo, commit) = (snapshot.repo.clone(), snapshot.commit.clone());
        let model = Installed { repo, commit, path, verified_at: now(), files };
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

    fn read(&self) -> Result<Vec<Installed>> {
        let path = self.folder.join(FILE);
        let io = |error| Error::io(&path, error);
        let mut text = Vec::new();
        match File::open(&path) {
            Ok(file) => file.take(MOST_BYTES).read_to_end(&mut text).map_err(io)?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(error)),
        };
        // What cannot be read was not verified: it is done again, and nothing else is lost.
        Ok(serde_json::from_slice(&text).unwrap_or_default())
    }

    /// Whoever changes it at the same time waits; whoever reads sees the old file or the new one.
    fn change(&self, repo: &str, model: Option<&Installed>) -> Result<()> {
        let io = |error| Error::io(&self.folder, error);
        std::fs::create_dir_all(&self.folder).map_err(io)?;
        let lock = File::create(self.folder.join(LOCK)).map_err(io)?;
        lock.lock().map_err(io)?;
        let mut models = self.read()?;
        models.retain(|known| !known.repo.eq_ignore_ascii_case(repo));
        models.extend(model.cloned());
        let text = serde_json::to_vec_pretty(&models).map_err(|error| io(error.into()))?;
        self.replace(&text).map_err(io)
    }

    fn replace(&self, text: &[u8]) -> std::io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist(self.folder.join(FILE))?;
        Ok(())
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
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<VerifiedFile> {
    let io = |error| Error::io(&file.path, error);
    // Before the bytes are read, so that a change meanwhile shows.
    let (bytes, modified_ns) = state(&file.path).map_err(io)?;
    let sha256 = digest(&file.path, go_on)?;
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
