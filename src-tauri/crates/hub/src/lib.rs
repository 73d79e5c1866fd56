//! Which models there are, which are here, and whose licence was accepted on this machine. No window,
//! no engine.
//!
//! | module | what it knows |
//! |---|---|
//! | `environment` | what the variables of Hugging Face's tools say: hub, cache, token |
//! | `cache` | the files that Hugging Face's tools have fetched |
//! | `download` | how a large file gets onto the disk |
//! | `library` | which models were read byte for byte and found whole |
//! | `catalogue` | the models of catalogue.json, and any repository by name |
//! | `presence` | whether a model of the catalogue is here |
//! | `recognition` | which models are gated ones, by their contents |
//! | `licence` | what was accepted and withdrawn, by whom and when |

mod cache;
mod catalogue;
mod download;
mod environment;
mod error;
mod library;
mod licence;
mod presence;
mod recognition;

use std::path::{Path, PathBuf};

pub use cache::{Cache, CachedFile, MAIN, Snapshot};
pub use catalogue::{Card, Catalogue, Document, Fact, Model, Score, Subject};
pub use download::{Partial, Patience};
pub use environment::{Environment, Token};
pub use error::{Error, Result};
pub use library::{Installed, Library, VerifiedFile};
pub use licence::{Acceptance, Licences, Record, sha256};
pub use presence::Presence;
pub use recognition::Contents;

/// Where the user's sessions, settings and licence records are: the system's place for an app's data.
#[must_use]
pub fn data_folder() -> PathBuf {
    let found = directories::ProjectDirs::from("", "", "nemotron-playground");
    found.map_or_else(|| Path::new(".").to_owned(), |found| found.data_dir().to_owned())
}

/// The licence records and the installed models of one folder.
#[derive(Debug)]
pub struct Hub {
    pub licences: Licences,
    pub library: Library,
}

impl Hub {
    /// Needs nothing to be there yet.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { licences: Licences::in_folder(folder), library: Library::in_folder(folder) }
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
