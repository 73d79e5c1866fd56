//! Taking a model off the disk: what only it uses goes, what another commit uses stays.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cache::CachedFile;
use crate::{Cache, Error, Hub, Installed, Result};

impl Hub {
    /// Deletes an installed model, and says how many bytes that frees.
    ///
    /// # Errors
    /// [`Error::Io`]; then it is not installed any more, and what could not be deleted is left.
    pub fn delete(&self, model: &Installed, cache: &Cache) -> Result<u64> {
        self.library.forget(&model.repo)?;
        cache.remove(&model.repo, &model.commit)
    }

    /// Throws away the files of a repository that are not whole, unless another program is writing
    /// them.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn discard_partial(&self, repo: &str, cache: &Cache) -> Result<u64> {
        let mut freed = 0;
        for path in entries(&cache.repository(repo).join("blobs"))? {
            let partial = path.extension().is_some_and(|it| it == "incomplete");
            let etag = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
            if partial && let Some(_lock) = locked(&cache.lock(repo, etag)) {
                freed += removed(&path)?;
            }
        }
        Ok(freed)
    }
}

impl Cache {
    /// Deletes a commit of a repository: its names, and the blobs that no other commit names.
    ///
    /// # Errors
    /// [`Error::Io`].
    fn remove(&self, repo: &str, commit: &str) -> Result<u64> {
        let snapshot = self.snapshot(repo, commit)?;
        let files = snapshot.map(|snapshot| snapshot.files).unwrap_or_default();
        let repository = self.repository(repo);
        let folder = repository.join("snapshots").join(commit);
        let mut used = BTreeSet::new();
        for other in entries(&repository.join("snapshots"))? {
            let name = other.file_name().and_then(OsStr::to_str).unwrap_or_default();
            if name != commit
                && let Some(other) = self.snapshot(repo, name)?
            {
                used.extend(other.files.into_values().map(|file| file.path));
            }
        }
        std::fs::remove_dir_all(&folder).or_else(is_gone).map_err(|e| Error::io(&folder, e))?;
        self.unpoint(repo, commit)?;
        // A link may lead out of the cache: what it leads to is somebody else's.
        let blobs = repository.canonicalize().unwrap_or_else(|_| repository.clone());
        let ours = |file: &CachedFile| file.path.starts_with(&blobs) && !used.contains(&file.path);
        let free = files.into_values().filter(ours);
        let mut freed = 0;
        for file in free {
            removed(&file.path)?;
            freed += file.bytes;
        }
        Ok(freed)
    }

    /// Takes away the branches that point to a commit.
    fn unpoint(&self, repo: &str, commit: &str) -> Result<()> {
        for path in entries(&self.repository(repo).join("refs"))? {
            let points = std::fs::read_to_string(&path).is_ok_and(|text| text.trim() == commit);
            if points {
                removed(&path)?;
            }
        }
        Ok(())
    }
}

/// What is in a folder; nothing, if there is no such folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => {
            let paths = entries.map(|entry| entry.map(|entry| entry.path()));
            paths.collect::<std::io::Result<_>>().map_err(|error| Error::io(folder, error))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::io(folder, error)),
    }
}

/// None while another program has it.
fn locked(path: &Path) -> Option<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

fn removed(path: &Path) -> Result<u64> {
    let bytes = path.metadata().map_or(0, |metadata| metadata.len());
    std::fs::remove_file(path).or_else(is_gone).map_err(|error| Error::io(path, error))?;
    Ok(bytes)
}

fn is_gone(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
