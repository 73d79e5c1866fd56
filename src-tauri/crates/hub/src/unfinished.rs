//! Downloads that were begun and not ended: they go on when the app starts again.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::list_file::ListFile;

const NAME: &str = "downloads";

/// A download that is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfinishedDownload {
    /// A name of the catalogue, or ORG/REPO.
    pub model: String,
    /// By the user: it waits to be asked for again.
    pub paused: bool,
}

/// Those of one folder.
#[derive(Debug, Clone)]
pub struct Unfinished(ListFile<UnfinishedDownload>);

impl Unfinished {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self(ListFile::new(folder, NAME))
    }

    /// In the order in which they were begun.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn all(&self) -> Result<Vec<UnfinishedDownload>> {
        self.0.read()
    }

    /// # Errors
    /// [`crate::Error::Io`].
    pub fn note(&self, model: &str, paused: bool) -> Result<()> {
        self.0.change(|list| match list.iter_mut().find(|known| known.model == model) {
            Some(known) => known.paused = paused,
            None => list.push(UnfinishedDownload { model: model.to_owned(), paused }),
        })
    }

    /// # Errors
    /// [`crate::Error::Io`].
    pub fn forget(&self, model: &str) -> Result<()> {
        self.0.change(|list| list.retain(|known| known.model != model))
    }
}
