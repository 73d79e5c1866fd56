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
        if let Some(known) = self.installed_as(&model.name)? {
            return Ok(Presence::Installed(known));
        }
        let Some(cache) = &environment.cache else { return Ok(Presence::Absent) };
        let snapshot = cache.snapshot(&model.repo, MAIN)?;
        let whole = snapshot.filter(|snapshot| snapshot.checkpoint().is_some());
        Ok(whole.map_or(Presence::Absent, Presence::Fetched))
    }

    /// The installed model of this name: of the catalogue, or its repository's.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn installed_as(&self, name: &str) -> Result<Option<Installed>> {
        let repo = Catalogue::get().find(name).map_or(name, |model| &model.repo);
        let mut installed = self.library.installed()?.into_iter();
        Ok(installed.find(|known| known.repo.eq_ignore_ascii_case(repo)))
    }

    /// The installed model of this title, as [`Hub::title`] says it, or of this name.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn installed_titled(&self, title: &str) -> Result<Option<Installed>> {
        let mut models = Catalogue::get().models.iter();
        let titled = models.find(|model| model.title == title);
        self.installed_as(titled.map_or(title, |model| &model.name))
    }

    /// What an installed model at this place is called.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn title(&self, path: &Path) -> Result<Option<String>> {
        let known = self.library.installed()?.into_iter().find(|known| known.path == path);
        let title = |known: Installed| {
            let model = Catalogue::get().find(&known.repo);
            model.map_or(known.repo, |model| model.title.clone())
        };
        Ok(known.map(title))
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
