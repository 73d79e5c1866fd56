//! A short list in a file, changed by one program at a time and never half.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::{Error, Result};

/// A longer file is none of ours.
const MOST_BYTES: u64 = 16 << 20;

#[derive(Debug, Clone)]
pub(crate) struct ListFile<T> {
    folder: PathBuf,
    name: &'static str,
    of: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> ListFile<T> {
    /// `name` without its `.json`.
    pub(crate) fn new(folder: &Path, name: &'static str) -> Self {
        Self { folder: folder.to_owned(), name, of: PhantomData }
    }

    /// Empty if there is no file, or none that can be read.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn read(&self) -> Result<Vec<T>> {
        let path = self.path();
        let io = |error| Error::io(&path, error);
        let mut text = Vec::new();
        match File::open(&path) {
            Ok(file) => file.take(MOST_BYTES).read_to_end(&mut text).map_err(io)?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io(error)),
        };
        Ok(serde_json::from_slice(&text).unwrap_or_default())
    }

    /// Whoever changes it at the same time waits; whoever reads sees the old file or the new one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<T>)) -> Result<()> {
        let io = |error| Error::io(&self.folder, error);
        std::fs::create_dir_all(&self.folder).map_err(io)?;
        let lock = File::create(self.folder.join(format!("{}.lock", self.name))).map_err(io)?;
        lock.lock().map_err(io)?;
        let mut list = self.read()?;
        change(&mut list);
        let text = serde_json::to_vec_pretty(&list).map_err(|error| io(error.into()))?;
        self.replace(&text).map_err(io)
    }

    fn replace(&self, text: &[u8]) -> std::io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist(self.path())?;
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }
}
