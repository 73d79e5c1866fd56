//! Models that were opened from somewhere on the disk, the last one first.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::list_file::ListFile;
use crate::{Contents, Hub, Result, recognition};

const NAME: &str = "opened";
/// More than these nobody looks for in a list.
const MOST: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedModel {
    pub path: PathBuf,
    /// It is one of a family whose licence has to be accepted.
    pub gated: bool,
}

/// Those of one folder.
#[derive(Debug, Clone)]
pub struct Opened(ListFile<OpenedModel>);

impl Opened {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self(ListFile::new(folder, NAME))
    }

    /// Those that are still there.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn all(&self) -> Result<Vec<OpenedModel>> {
        let mut models = self.0.read()?;
        models.retain(|model| model.path.exists());
        Ok(models)
    }
}

impl Hub {
    /// Notes a model that was opened, unless it is an installed one.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn note_opened(&self, contents: &Contents, path: &Path) -> Result<()> {
        if self.library.owner(path)?.is_some() {
            return Ok(());
        }
        let gated = recognition::family(contents).is_some();
        let model = OpenedModel { path: path.to_owned(), gated };
        self.opened.0.change(|models| {
            models.retain(|known| known.path != model.path);
            models.insert(0, model);
            models.truncate(MOST);
        })
    }
}
