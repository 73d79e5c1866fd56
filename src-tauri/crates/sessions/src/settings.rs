//! The app's settings: one JSON file, written whole or not at all.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::database::beside;
use crate::{Error, Id, Result};

/// A file longer than this is none of ours.
const MOST_BYTES: usize = 1 << 20;

/// What the app remembers beside the sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    pub theme: Theme,
    /// The size of all text, in per cent.
    pub zoom: u32,
    /// The model that was opened last; absent for the built-in one.
    pub model: Option<PathBuf>,
    pub last_session: Option<Id>,
    /// Where models are computed, by the engine's name for it.
    pub device: String,
    /// System prompts that the user has saved, in the order of the menu.
    pub system_prompts: Vec<SavedPrompt>,
    /// What a newer version has written, kept as it is.
    #[serde(flatten)]
    #[ts(skip)]
    pub others: Map<String, Value>,
}

/// A system prompt for other chats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedPrompt {
    pub id: String,
    pub name: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Default for Settings {
    fn default() -> Self {
        let (theme, others) = (Theme::default(), Map::new());
        Self {
            theme,
            zoom: 100,
            model: None,
            last_session: None,
            device: "auto".to_owned(),
            system_prompts: Vec::new(),
            others,
        }
    }
}

impl Settings {
    /// A setting that cannot be read has its default. Nothing if none can.
    fn read(json: &[u8]) -> Option<Self> {
        let found: Map<String, Value> = serde_json::from_slice(json).ok()?;
        let mut settings = Self::default();
        for (name, value) in found {
            let mut with = serde_json::to_value(&settings).ok()?;
            with[&name] = value;
            settings = serde_json::from_value(with).unwrap_or(settings);
        }
        Some(settings)
    }
}

/// The settings and the file they stand in.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
    settings: Settings,
    kept_aside: Option<PathBuf>,
}

impl SettingsFile {
    /// Reads the file, which need not exist yet. A broken one is kept under another name, and
    /// everything has its default.
    ///
    /// # Errors
    /// [`Error::Io`] when the file is there and can be neither read nor put aside.
    pub fn open(path: &Path) -> Result<Self> {
        let read = match std::fs::read(path) {
            Ok(bytes) if bytes.len() > MOST_BYTES => None,
            Ok(bytes) => Settings::read(&bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Some(Settings::default()),
            Err(error) => return Err(Error::io(path, error)),
        };
        let kept_aside = if read.is_none() { Some(put_aside(path)?) } else { None };
        let settings = read.unwrap_or_default();
        Ok(Self { path: path.to_owned(), settings, kept_aside })
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where a broken file was put when this one was opened.
    #[must_use]
    pub fn kept_aside(&self) -> Option<&Path> {
        self.kept_aside.as_deref()
    }

    /// Takes over new settings and writes them. They hold even if they cannot be written.
    ///
    /// # Errors
    /// [`Error::Io`]; the file then has the old settings, whole.
    pub fn change(&mut self, settings: Settings) -> Result<()> {
        self.settings = settings;
        let json = serde_json::to_vec_pretty(&self.settings)
            .map_err(|error| Error::io(&self.path, error.into()))?;
        write_whole(&self.path, &json).map_err(|error| Error::io(&self.path, error))
    }
}

fn put_aside(path: &Path) -> Result<PathBuf> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let aside = beside(path, &format!(".damaged-{}", since.as_millis()));
    std::fs::rename(path, &aside).map_err(|error| Error::io(path, error))?;
    Ok(aside)
}

/// Nobody ever sees half a file, not even after a power cut.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let unfinished = beside(path, ".unfinished");
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(content: Option<&str>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        (folder, path)
    }

    #[test]
    fn settings_are_there_again_after_a_restart() {
        let (_folder, path) = scratch(None);
        let mut file = SettingsFile::open(&path).unwrap();
        let settings = Settings {
            theme: Theme::Dark,
            zoom: 125,
            model: Some("/models/a.nemo".into()),
            last_session: Some(Id::random()),
            ..Settings::default()
        };
        file.change(settings.clone()).unwrap();
        assert_eq!(SettingsFile::open(&path).unwrap().settings(), &settings);
    }

    #[test]
    fn what_a_newer_version_wrote_stays() {
        let (_folder, path) = scratch(Some(r#"{"theme":"sepia","zoom":110,"fonts":{"size":3}}"#));
        let mut file = SettingsFile::open(&path).unwrap();
        assert_eq!((file.settings().theme, file.settings().zoom), (Theme::System, 110));
        file.change(Settings { theme: Theme::Light, ..file.settings().clone() }).unwrap();
        let written: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(written["fonts"]["size"], 3);
        assert_eq!(written["theme"], "light");
        assert_eq!(file.kept_aside(), None);
    }

    #[test]
    fn a_broken_file_is_kept_aside() {
        for broken in ["{\"theme\":", "[]", "\u{0}\u{0}", ""] {
            let (_folder, path) = scratch(Some(broken));
            let file = SettingsFile::open(&path).unwrap();
            assert_eq!(file.settings(), &Settings::default());
            let aside = file.kept_aside().expect("it is said");
            assert_eq!(std::fs::read_to_string(aside).unwrap(), broken);
        }
    }
}
