//! Whether a disk has the room.

use std::path::Path;

use crate::{Error, Result};

/// What stays free: a disk that is full to the last byte stops other programs.
const MARGIN_BYTES: u64 = 256 << 20;

/// # Errors
/// [`Error::NoSpace`] if so many bytes would leave less than the margin; [`Error::Io`].
pub(super) fn check(folder: &Path, bytes: u64) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    let Some(free) = free_bytes(folder)? else { return Ok(()) };
    let needed = if bytes == 0 { 0 } else { bytes.saturating_add(MARGIN_BYTES) };
    if needed > free {
        return Err(Error::NoSpace { path: folder.to_owned(), needed, free });
    }
    Ok(())
}

/// For this user, on the disk that the folder is on. None where the system is not asked.
///
/// # Errors
/// [`Error::Io`].
#[cfg(unix)]
pub fn free_bytes(folder: &Path) -> Result<Option<u64>> {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let disk = rustix::fs::statvfs(existing).map_err(|error| Error::io(existing, error.into()))?;
    Ok(Some(disk.f_frsize.saturating_mul(disk.f_bavail)))
}

/// For this user, on the disk that the folder is on. None where the system is not asked.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn free_bytes(_folder: &Path) -> Result<Option<u64>> {
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_any_disk_has_is_refused_before_a_byte_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("not/there/yet");
        let error = check(&place, u64::MAX).expect_err("too much");
        assert_eq!(error.kind(), "no_space");
        check(&place, 0).expect("nothing is needed");
    }
}
