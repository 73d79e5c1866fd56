//! Whether a model of the catalogue is on this machine.

use std::path::{Path, PathBuf};

use crate::{Catalogue, Environment, Hub, Installed, MAIN, Model, Result, Snapshot};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    Absent,
    /// All of it was fetched by some tool, and not read through yet.
    Fetched(Snapshot),
    Installed(Installed),
}

impl Hub {
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn presence(&self, model: &Model, environment: &Environment) -> Result<Presence> {
        let installed = self.library.installed()?;
        if let Some(known) = installed.into_iter().find(|known| known.repo == model.repo) {
            return Ok(Presence::Installed(known));
        }
        let Some(cache) = &environment.cache else { return Ok(Presence::Absent) };
        let snapshot = cache.snapshot(&model.repo, MAIN)?;
        let whole = snapshot.filter(|snapshot| snapshot.checkpoint().is_some());
        Ok(whole.map_or(Presence::Absent, Presence::Fetched))
    }

    /// What an installed model at this place is called.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn title(&self, path: &Path) -> Result<Option<&'static str>> {
        let known = self.library.installed()?.into_iter().find(|known| known.path == path);
        let model = known.and_then(|known| Catalogue::get().find(&known.repo));
        Ok(model.map(|model| model.title.as_str()))
    }
}

impl Presence {
    /// What the engine opens.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Absent => None,
            Self::Fetched(snapshot) => snapshot.checkpoint(),
            Self::Installed(model) => Some(model.path.clone()),
        }
    }

    /// Of all the files that the model consists of.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::Absent => None,
            Self::Fetched(snapshot) => Some(snapshot.bytes()),
            Self::Installed(model) => Some(model.bytes()),
        }
    }

    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Fetched(snapshot) => Some(&snapshot.commit),
            Self::Installed(model) => Some(&model.commit),
        }
    }

    #[must_use]
    pub fn verified_at(&self) -> Option<&str> {
        match self {
            Self::Installed(model) => Some(&model.verified_at),
            Self::Absent | Self::Fetched(_) => None,
        }
    }
}
