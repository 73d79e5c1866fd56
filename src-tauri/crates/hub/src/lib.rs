//! Which models there are, which are here, and whose licence was accepted on this machine. No window,
//! no engine.
//!
//! | module | what it knows |
//! |---|---|
//! | `tokens` | where a Hugging Face token is, and is kept |
//! | `accounts` | whose a token was when the hub was last asked |
//! | `environment` | what the variables of Hugging Face's tools say: hub, cache, token |
//! | `cache` | the files that Hugging Face's tools have fetched |
//! | `access` | what is asked of the hub, and why it refuses |
//! | `download` | how a model gets onto the disk |
//! | `unfinished` | which downloads go on when the app starts again |
//! | `removal` | taking a model off the disk |
//! | `opened` | which models were opened from elsewhere on the disk |
//! | `library` | which models were read byte for byte and found whole |
//! | `catalogue` | the models of catalogue.json, and any repository by name |
//! | `presence` | whether a model of the catalogue is here |
//! | `recognition` | which models are gated ones, by their contents |
//! | `licence` | what was accepted and withdrawn, by whom and when |

mod access;
mod accounts;
mod cache;
mod catalogue;
mod download;
mod environment;
mod error;
mod library;
mod licence;
mod list_file;
mod opened;
mod presence;
mod recognition;
mod removal;
mod tokens;
mod unfinished;

use std::path::{Path, PathBuf};

pub use access::Access;
pub use accounts::Accounts;
pub use cache::{Cache, CachedFile, MAIN, Snapshot};
pub use catalogue::{Card, Catalogue, Document, Fact, Model, Score, Subject};
pub use download::{Download, Event, Partial, Patience, STALL, free_bytes};
pub use environment::{Environment, Token};
pub use error::{Error, Result};
pub use library::{Installed, Library, VerifiedFile};
pub use licence::{Acceptance, Licences, Record, sha256};
pub use opened::{Opened, OpenedModel};
pub use presence::Presence;
pub use recognition::Contents;
pub use tokens::{TokenPlace, Tokens};
pub use unfinished::{Unfinished, UnfinishedDownload};

/// Where the user's sessions, settings and licence records are: the system's place for an app's data.
#[must_use]
pub fn data_folder() -> PathBuf {
    let found = directories::ProjectDirs::from("", "", "nemotron-playground");
    found.map_or_else(|| Path::new(".").to_owned(), |found| found.data_dir().to_owned())
}

/// The licence records, models, downloads and token of one folder.
#[derive(Debug)]
pub struct Hub {
    pub licences: Licences,
    pub library: Library,
    pub tokens: Tokens,
    pub unfinished: Unfinished,
    pub opened: Opened,
    pub accounts: Accounts,
}

impl Hub {
    /// Needs nothing to be there yet.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            licences: Licences::in_folder(folder),
            library: Library::in_folder(folder),
            tokens: Tokens::in_folder(folder),
            unfinished: Unfinished::in_folder(folder),
            opened: Opened::in_folder(folder),
            accounts: Accounts::in_folder(folder),
        }
    }

    /// Whether a model may be loaded, wherever its file comes from: by what it holds, and by the
    /// licence under which it was fetched, if it was.
    ///
    /// # Errors
    /// [`Error::LicenceRequired`] for a gated model whose licence is not accepted now;
    /// [`Error::Io`] when the records cannot be read.
    pub fn admit(&self, contents: &Contents, path: &Path) -> Result<()> {
        if let Some(model) = self.library.owner(path)?
            && model.gated
        {
            self.require_licence(&Catalogue::get().subject(&model.repo)?)?;
        }
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
