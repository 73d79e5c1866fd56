//! Which models there are, and whose licence was accepted on this machine. No window, no engine.
//!
//! | module | what it knows |
//! |---|---|
//! | `catalogue` | the models of catalogue.json, and any repository by name |
//! | `recognition` | which models are gated ones, by their contents |
//! | `licence` | what was accepted and withdrawn, by whom and when |

mod catalogue;
mod error;
mod licence;
mod recognition;

use std::path::{Path, PathBuf};

pub use catalogue::{Card, Catalogue, Document, Fact, Model, Score, Subject};
pub use error::{Error, Result};
pub use licence::{Acceptance, Licences, Record, sha256};
pub use recognition::Contents;

/// Where the user's sessions, settings and licence records are: the system's place for an app's data.
#[must_use]
pub fn data_folder() -> PathBuf {
    let found = directories::ProjectDirs::from("", "", "nemotron-playground");
    found.map_or_else(|| Path::new(".").to_owned(), |found| found.data_dir().to_owned())
}

/// The catalogue and the licence records of one folder.
#[derive(Debug)]
pub struct Hub {
    pub licences: Licences,
}

impl Hub {
    /// Needs nothing to be there yet.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { licences: Licences::in_folder(folder) }
    }

    /// Whether a model may be loaded, wherever its file comes from.
    ///
    /// # Errors
    /// [`Error::LicenceRequired`] for a gated model whose licence is not accepted now;
    /// [`Error::Io`] when the records cannot be read.
    pub fn admit(&self, contents: &Contents) -> Result<()> {
        let Some(family) = recognition::family(contents) else { return Ok(()) };
        let accepted = self.licences.accepted()?;
        let mut members = Catalogue::get().models.iter().filter(|model| model.family == family);
        if members.any(|model| accepted.iter().any(|record| record.model == model.record())) {
            return Ok(());
        }
        Err(Error::LicenceRequired { title: family.to_owned(), name: first_of(family).to_owned() })
    }
}

/// The model that a family is named after: the one to show to whoever has only a file.
fn first_of(family: &str) -> &'static str {
    let first = Catalogue::get().models.iter().find(|model| model.family == family);
    first.map_or("", |model| &model.name)
}
