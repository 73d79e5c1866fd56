//! A file that is not whole yet: the bytes that are here, hashed as they come.
//!
//! It lies beside the blobs as `ETAG.incomplete` until its SHA-256 is right, and gets its name then.
//! Meanwhile it is locked by the file that Hugging Face's own tools lock, `.locks/REPO/ETAG.lock`, so
//! that no two programs write to it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::licence::{hex, sync_folder};
use crate::{Error, Result};

/// Hashed at once when a download goes on.
const BLOCK_BYTES: usize = 1 << 20;

/// Held by one program at a time.
#[derive(Debug)]
pub struct Partial {
    path: PathBuf,
    blob: PathBuf,
    file: File,
    bytes: u64,
    digest: Sha256,
    /// Released when it is dropped, also by a crash.
    _lock: File,
}

impl Partial {
    /// Takes up the blob where it was left. `go_on` is told how many of the bytes that are here were
    /// read since it was last asked, and may stop it.
    ///
    /// # Errors
    /// [`Error::InUse`] while another program has it, [`Error::Cancelled`], [`Error::Io`].
    pub fn open(blob: &Path, lock: &Path, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Self> {
        for folder in [blob.parent(), lock.parent()].into_iter().flatten() {
            std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        }
        let lock = locked(lock, blob)?;
        let mut name = blob.file_name().unwrap_or_default().to_owned();
        name.push(".incomplete");
        let path = blob.with_file_name(name);
        let options = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let mut file = options.map_err(|error| Error::io(&path, error))?;
        let (bytes, digest) = hashed(&mut file, &path, go_on)?;
        Ok(Self { blob: blob.to_owned(), path, file, bytes, digest, _lock: lock })
    }

    /// How many bytes are here: where the next one belongs.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// # Errors
    /// [`Error::Io`], on a full disk too; what was written of it before stays and counts.
    pub fn append(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let written = match self.file.write(bytes) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Ok(0) => Err(std::io::ErrorKind::WriteZero.into()),
                written => written,
            };
            let written = written.map_err(|error| Error::io(&self.path, error))?;
            self.digest.update(&bytes[..written]);
            self.bytes += written as u64;
            bytes = &bytes[written..];
        }
        Ok(())
    }

    /// Begins at the first byte again: the server has another file now, or sends the whole of it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn restart(&mut self) -> Result<()> {
        self.file.set_len(0).map_err(|error| Error::io(&self.path, error))?;
        (self.bytes, self.digest) = (0, Sha256::new());
        Ok(())
    }

    /// Leaves nothing behind: somebody else has the whole file.
    pub(crate) fn abandon(self) {
        // It costs no room.
        let _ = std::fs::remove_file(&self.path);
    }

    /// Gives the file its name, on the disk when it returns, if its bytes are those that were
    /// expected. Otherwise they are thrown away.
    ///
    /// # Errors
    /// [`Error::ChecksumMismatch`], [`Error::Io`].
    pub fn finish(mut self, expected_sha256: Option<&str>) -> Result<String> {
        let io = |error| Error::io(&self.path, error);
        let sha256 = hex(&self.digest.clone().finalize());
        if expected_sha256.is_some_and(|expected| !expected.eq_ignore_ascii_case(&sha256)) {
            self.restart()?;
            let file = self.blob.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Err(Error::ChecksumMismatch { file });
        }
        self.file.sync_all().map_err(io)?;
        std::fs::rename(&self.path, &self.blob).map_err(io)?;
        sync_folder(self.blob.parent().unwrap_or(Path::new("."))).map_err(io)?;
        Ok(sha256)
    }
}

fn locked(lock: &Path, blob: &Path) -> Result<File> {
    let file = File::create(lock).map_err(|error| Error::io(lock, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(blob.to_owned())),
        Err(TryLockError::Error(error)) => Err(Error::io(lock, error)),
    }
}

fn hashed(
    file: &mut File,
    path: &Path,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<(u64, Sha256)> {
    let (mut bytes, mut digest, mut block) = (0, Sha256::new(), vec![0; BLOCK_BYTES]);
    loop {
        let read = file.read(&mut block).map_err(|error| Error::io(path, error))?;
        if read == 0 {
            return Ok((bytes, digest));
        }
        digest.update(&block[..read]);
        bytes += read as u64;
        if !go_on(read as u64) {
            return Err(Error::Cancelled);
        }
    }
}
