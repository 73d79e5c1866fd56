//! Where files wait until all of them are there.
//!
//! A folder that does not exist yet is staged beside its place and renamed in one step. An empty
//! one that does exist may be a mount, or somebody's working directory, and stays: files are
//! staged inside and moved up, `config.json` last, without which no program takes it for a model.
//! What a killed run leaves behind is locked by nobody, and the next run to the same place takes
//! it over.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{WrittenFile, at};
use crate::{Error, Result};

/// The ending of a folder that is not complete.
const ENDING: &str = ".partial";
/// Marks a staging folder, and is locked while somebody writes there.
const LOCK: &str = "conversion.lock";
/// The file that makes a folder a model.
const LAST: &str = "config.json";
/// Folders and half-filled blocks.
const SLACK_BYTES: u64 = 1 << 20;

/// A folder being filled; removed when dropped before [`Staging::finish`].
pub(super) struct Staging {
    target: PathBuf,
    folder: PathBuf,
    /// Whether the target was there already, empty.
    inside: bool,
    /// Folders above the target that were not there, the innermost first.
    parents: Vec<PathBuf>,
    /// Held from the moment the staging folder is ours.
    lock: Option<File>,
    /// Whether the staging folder is ours to remove.
    ours: bool,
}

impl Staging {
    /// # Errors
    /// That the target is not empty, that somebody else writes there, what the system answers.
    pub(super) fn create(target: &Path) -> Result<Self> {
        let target = at(target, std::path::absolute(target))?;
        let inside = target.file_name().is_none() || at(&target, is_there(&target))?;
        let folder = if inside {
            check_empty(&target)?;
            target.join(ENDING)
        } else {
            beside(&target)
        };
        let parents = target.ancestors().skip(1).filter(|folder| !folder.exists());
        let parents = parents.map(Path::to_owned).collect();
        let mut staging = Self { target, folder, inside, parents, lock: None, ours: false };
        staging.claim()?;
        Ok(staging)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// # Errors
    /// [`Error::NoSpace`], where the system tells how much is free.
    pub(super) fn check_room(&self, bytes: u64) -> Result<()> {
        let needed_bytes = bytes + SLACK_BYTES;
        match free_bytes(&self.folder) {
            Some(free_bytes) if free_bytes < needed_bytes => {
                Err(Error::NoSpace { path: self.target.clone(), needed_bytes, free_bytes })
            }
            _ => Ok(()),
        }
    }

    /// Puts the files, which are all on the disk, in their place, and says where that is.
    ///
    /// # Errors
    /// What the system answers; then nothing is left.
    pub(super) fn finish(mut self, files: &[WrittenFile]) -> Result<PathBuf> {
        sync(&self.folder)?;
        // The lock is held until everything is in its place: nobody may take the folder for one that
        // a killed run left behind.
        if self.inside {
            self.move_up(files)?;
            self.unlock(&self.folder.clone())?;
            at(&self.folder, fs::remove_dir(&self.folder))?;
        } else {
            at(&self.target, fs::rename(&self.folder, &self.target))?;
            self.unlock(&self.target.clone())?;
        }
        self.ours = false;
        self.parents.clear();
        sync(&self.target)?;
        self.target.parent().map_or(Ok(()), sync)?;
        Ok(self.target.clone())
    }

    /// Makes the staging folder, or takes over one that a killed run left.
    fn claim(&mut self) -> Result<()> {
        if let Some(parent) = self.folder.parent() {
            at(parent, fs::create_dir_all(parent))?;
        }
        if let Err(error) = fs::create_dir(&self.folder) {
            let left = error.kind() == ErrorKind::AlreadyExists;
            at(&self.folder, if left { Ok(()) } else { Err(error) })?;
            self.check_left()?;
        }
        let path = self.folder.join(LOCK);
        let lock = at(&path, open_lock(&path))?;
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(Error::InUse { path: self.folder.clone() });
        }
        self.lock = Some(lock);
        self.ours = true;
        self.clear()
    }

    /// Only a folder with our mark in it is ever cleared.
    fn check_left(&self) -> Result<()> {
        let ours = self.folder.join(LOCK).is_file() || at(&self.folder, is_empty(&self.folder))?;
        if ours { Ok(()) } else { Err(Error::NotEmpty { path: self.folder.clone() }) }
    }

    /// Removes files of an earlier run; a folder among them is not ours, and an error.
    fn clear(&self) -> Result<()> {
        for entry in at(&self.folder, fs::read_dir(&self.folder))? {
            let entry = at(&self.folder, entry)?;
            if entry.file_name() != LOCK {
                at(&entry.path(), fs::remove_file(entry.path()))?;
            }
        }
        Ok(())
    }

    fn move_up(&self, files: &[WrittenFile]) -> Result<()> {
        let (last, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.name == LAST);
        let names: Vec<&str> = others.iter().chain(&last).map(|file| file.name.as_str()).collect();
        for (moved, name) in names.iter().enumerate() {
            let place = self.target.join(name);
            if let Err(error) = fs::rename(self.folder.join(name), &place) {
                for name in &names[..moved] {
                    // The first error is the one to tell; the staging folder goes in any case.
                    let _ = fs::remove_file(self.target.join(name));
                }
                return Err(Error::io(&place, error));
            }
        }
        Ok(())
    }

    fn unlock(&mut self, folder: &Path) -> Result<()> {
        let path = folder.join(LOCK);
        at(&path, fs::remove_file(&path))?;
        self.lock = None;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // An error here has a better one before it.
        if self.ours {
            self.lock = None;
            let _ = fs::remove_dir_all(&self.folder);
        }
        for parent in &self.parents {
            let _ = fs::remove_dir(parent);
        }
    }
}

/// A link in its place could make another file ours.
fn open_lock(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options.open(path)
}

/// Also of a link that leads nowhere, whose place could not be taken in the end.
fn is_there(path: &Path) -> std::io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// But for what a killed run left inside.
fn check_empty(target: &Path) -> Result<()> {
    for entry in at(target, fs::read_dir(target))? {
        if at(target, entry)?.file_name() != ENDING {
            return Err(Error::NotEmpty { path: target.to_owned() });
        }
    }
    Ok(())
}

fn is_empty(folder: &Path) -> std::io::Result<bool> {
    Ok(fs::read_dir(folder)?.next().is_none())
}

fn beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ENDING);
    target.with_file_name(name)
}

/// Makes names last as files do.
#[cfg(unix)]
fn sync(folder: &Path) -> Result<()> {
    at(folder, File::open(folder).and_then(|folder| folder.sync_all()))
}

/// Windows has no such call: its file systems log names themselves.
#[cfg(not(unix))]
fn sync(_folder: &Path) -> Result<()> {
    Ok(())
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    about.f_bavail.checked_mul(about.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_noticed_before_anything_is_written() {
        let folder = tempfile::tempdir().expect("folder");
        let staging = Staging::create(&folder.path().join("out")).expect("staged");
        staging.check_room(1).expect("room");
        let error = staging.check_room(1 << 60).expect_err("no disk has that");
        let Error::NoSpace { needed_bytes, free_bytes, .. } = error else { panic!("{error}") };
        assert_eq!(needed_bytes, (1 << 60) + SLACK_BYTES);
        assert!(free_bytes > SLACK_BYTES);
        drop(staging);
        assert!(is_empty(folder.path()).expect("read"));
    }

    #[test]
    fn a_place_taken_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let target = folder.path().join("out");
        let staging = Staging::create(&target).expect("staged");
        fs::create_dir(&target).expect("created");
        fs::write(target.join("poem.txt"), "mine").expect("written");
        staging.finish(&[]).expect_err("not empty");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
        assert!(target.join("poem.txt").exists());
    }

    #[test]
    fn what_cannot_be_moved_up_takes_back_what_was() {
        let folder = tempfile::tempdir().expect("folder");
        let staging = Staging::create(folder.path()).expect("staged");
        fs::write(staging.folder().join("a"), "a").expect("written");
        let files = ["a", "missing"].map(|name| WrittenFile { name: name.to_owned(), bytes: 1 });
        staging.finish(&files).expect_err("missing");
        assert!(is_empty(folder.path()).expect("read"));
    }
}
