//! How a blob gets its names: a link from a commit's folder, and a branch that points to the commit.

use std::path::Path;

use tempfile::NamedTempFile;

use crate::cache::{COMMIT_DIGITS, is_hex};
use crate::licence::sync_folder;
use crate::{Cache, Error, Result};

/// Puts a file of the repository where Hugging Face's tools look for it.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn place(cache: &Cache, repo: &str, commit: &str, name: &str, etag: &str) -> Result<()> {
    let link = cache.repository(repo).join("snapshots").join(commit).join(name);
    let folder = link.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    let up = "../".repeat(2 + name.matches('/').count());
    let target = format!("{up}blobs/{etag}");
    if std::fs::read_link(&link).is_ok_and(|known| known == Path::new(&target)) {
        return Ok(());
    }
    linked(&cache.blob(repo, etag), &target, &link).map_err(|error| Error::io(&link, error))?;
    sync_folder(folder).map_err(|error| Error::io(folder, error))
}

/// What was there before is replaced in one step.
#[cfg(unix)]
fn linked(_blob: &Path, target: &str, link: &Path) -> std::io::Result<()> {
    let mut name = link.as_os_str().to_owned();
    name.push(".link");
    match std::fs::remove_file(&name) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    std::os::unix::fs::symlink(target, &name)?;
    std::fs::rename(&name, link)
}

/// Links need a privilege there; the file itself takes its place, as Hugging Face's tools have it.
#[cfg(not(unix))]
fn linked(blob: &Path, _target: &str, link: &Path) -> std::io::Result<()> {
    std::fs::copy(blob, link).map(drop)
}

/// Writes down which commit a branch or tag is now. A commit needs no name.
///
/// # Errors
/// [`Error::Io`].
pub(super) fn point(cache: &Cache, repo: &str, revision: &str, commit: &str) -> Result<()> {
    if is_hex(revision, COMMIT_DIGITS) {
        return Ok(());
    }
    let path = cache.repository(repo).join("refs").join(revision);
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = || {
        std::fs::create_dir_all(folder)?;
        let file = NamedTempFile::new_in(folder)?;
        std::fs::write(file.path(), commit)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        sync_folder(folder)
    };
    written().map_err(|error| Error::io(&path, error))
}
