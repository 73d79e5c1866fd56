//! The files a checkpoint is made of: the members of an archive, or what lies in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::region::Region;
use super::tar_index::{TarIndex, plain_name};
use crate::{Error, Result};

/// Folders below the checkpoint's own: `model_weights/<array>/<chunk>`, with room for one more.
const MAX_DEPTH: usize = 4;
const MAX_FILES: usize = 1_000_000;

/// Files by their name inside the checkpoint, with `/` between folders.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) path: PathBuf,
    regions: BTreeMap<String, Region>,
}

impl Files {
    /// # Errors
    /// What [`TarIndex::open`] says of a file, and [`Error::Io`] for a folder that cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            let regions = TarIndex::open(path)?.into_regions();
            return Ok(Self { path: path.to_owned(), regions });
        }
        let mut files = Self { path: path.to_owned(), regions: BTreeMap::new() };
        files.walk(path, "", MAX_DEPTH)?;
        Ok(files)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.regions.values().map(|region| region.len).sum()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Region> {
        self.regions.get(name)
    }

    /// Reads a whole small file.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it is missing or larger than `limit` bytes.
    pub(super) fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>> {
        let file =
            self.get(name).ok_or_else(|| self.damaged(format!("member {name} is missing")))?;
        if file.len > limit {
            let found = file.len;
            return Err(
                self.damaged(format!("member {name} has {found} bytes: expected at most {limit}"))
            );
        }
        file.read_all()
    }

    pub(super) fn damaged(&self, what: String) -> Error {
        Error::Damaged { path: self.path.clone(), what }
    }

    pub(super) fn unsupported(&self, what: String) -> Error {
        Error::Unsupported { path: self.path.clone(), what }
    }

    /// Follows links, which a download's cache is made of; what they name is only read.
    fn walk(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<()> {
        let entries = std::fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
        for entry in entries {
            let path = entry.map_err(|e| Error::io(folder, e))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            // A link to nowhere matters only if the checkpoint needs it.
            let Ok(about) = std::fs::metadata(&path) else { continue };
            let name = plain_name(&format!("{prefix}{name}")).map_err(|e| self.damaged(e))?;
            if about.is_dir() && depth > 0 {
                self.walk(&path, &format!("{name}/"), depth - 1)?;
            } else if about.is_file() {
                let region = Region { file: None, path, start: 0, len: about.len() };
                self.regions.insert(name, region);
            }
            if self.regions.len() > MAX_FILES {
                return Err(self.damaged(format!("more than {MAX_FILES} files")));
            }
        }
        Ok(())
    }
}
