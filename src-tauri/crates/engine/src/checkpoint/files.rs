//! The files a checkpoint is made of: the members of an archive, or what lies in a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::region::Region;
use super::tar_index::{TarIndex, plain_name};
use crate::{Error, Result};

/// Folders below the checkpoint's own: `model_weights/<array>/<chunk>`, with room for one more.
const MAX_DEPTH: usize = 4;
const MAX_ENTRIES: usize = 200_000;

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
        files.walk(path, "", MAX_DEPTH, &mut 0)?;
        Ok(files)
    }

    /// Files that are no checkpoint on disk.
    #[cfg(any(test, fuzzing))]
    pub(super) fn of(regions: BTreeMap<String, Region>) -> Self {
        Self { path: PathBuf::new(), regions }
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

    /// Follows links to files, which a download's cache is made of; what they name is only read.
    /// Links to folders are left alone: they can lead anywhere, and in circles.
    fn walk(&mut self, folder: &Path, prefix: &str, depth: usize, seen: &mut usize) -> Result<()> {
        let failed = |e| Error::io(folder, e);
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            *seen += 1;
            if *seen > MAX_ENTRIES {
                return Err(self.damaged(format!("more than {MAX_ENTRIES} files and folders")));
            }
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            // A link to nowhere matters only if the checkpoint needs it.
            let Ok(about) = std::fs::metadata(&path) else { continue };
            let name = plain_name(&format!("{prefix}{name}")).map_err(|e| self.damaged(e))?;
            if kind.is_dir() && depth > 0 {
                match self.walk(&path, &format!("{name}/"), depth - 1, seen) {
                    // A folder that may not be read matters only if the checkpoint needs it.
                    Err(Error::Io { .. }) => {}
                    outcome => outcome?,
                }
            } else if about.is_file() {
                let region = Region { file: None, path, start: 0, len: about.len() };
                self.regions.insert(name, region);
            }
        }
        Ok(())
    }
}
