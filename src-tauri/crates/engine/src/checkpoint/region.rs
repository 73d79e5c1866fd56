//! A part of a file, read by position: a whole file, or a member of an archive that stores its
//! members as they are. Parts of parts keep their own bounds.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::{Error, Result};

/// Bytes `start..start + len` of a file; reads never leave them.
#[derive(Debug, Clone)]
pub(super) struct Region {
    /// None: opened for each read, because an unpacked checkpoint has more files than a process
    /// may hold open.
    pub(super) file: Option<Arc<File>>,
    pub(super) path: PathBuf,
    pub(super) start: u64,
    pub(super) len: u64,
}

impl Region {
    /// `len` bytes from `offset` on; none when they are not all inside.
    pub(super) fn part(&self, offset: u64, len: u64) -> Option<Self> {
        let end = offset.checked_add(len)?;
        let start = self.start.checked_add(offset)?;
        (end <= self.len).then(|| Self { start, len, ..self.clone() })
    }

    /// # Errors
    /// `UnexpectedEof` when the region ends before `out` is full; what the file itself answers.
    pub(super) fn read_exact_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(out.len() as u64).filter(|end| *end <= self.len);
        let start = end.and_then(|_| self.start.checked_add(offset));
        let start = start.ok_or(io::ErrorKind::UnexpectedEof)?;
        match &self.file {
            Some(file) => read_exact_at(file, start, out),
            None => read_exact_at(&File::open(&self.path)?, start, out),
        }
    }

    /// The same, with an error that names the file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        self.read_exact_at(offset, out).map_err(|e| Error::io(&self.path, e))
    }

    /// All of a region that is known to be small.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read.
    pub(super) fn read_all(&self) -> Result<Vec<u8>> {
        let mut bytes = vec![0; self.len as usize];
        self.read_exact_at(0, &mut bytes).map_err(|e| Error::io(&self.path, e))?;
        Ok(bytes)
    }
}

#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, offset: u64, out: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, offset)
}

#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut offset: u64, mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, out, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        offset += read as u64;
        out = &mut out[read..];
    }
    Ok(())
}
