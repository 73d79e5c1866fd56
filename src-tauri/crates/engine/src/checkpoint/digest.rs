//! The SHA-256 of a whole checkpoint, read once from start to end.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::files::Files;
use crate::event::LoadProgress;
use crate::{Error, Result};

const READ_BYTES: usize = 8 << 20;

/// SHA-256 in hex: of a file's bytes as `sha256sum` prints it; of a folder, that of the list that
/// `sha256sum` prints for its files in the order of their names.
///
/// # Errors
/// [`Error::Io`] when something cannot be read.
pub fn sha256(path: &Path, progress: &mut dyn FnMut(LoadProgress)) -> Result<String> {
    if !path.is_dir() {
        let bytes_total = std::fs::metadata(path).map_err(|e| Error::io(path, e))?.len();
        let mut bytes_done = 0;
        return file_sha256(path, &mut |read| {
            bytes_done += read;
            progress(LoadProgress { bytes_done, bytes_total });
        });
    }
    let files = Files::open(path)?;
    let bytes_total = files.total_bytes();
    let (mut bytes_done, mut list) = (0, Sha256::new());
    for name in files.names() {
        let hash = file_sha256(&path.join(name), &mut |read| {
            bytes_done += read;
            progress(LoadProgress { bytes_done, bytes_total });
        })?;
        list.update(format!("{hash}  {name}\n"));
    }
    Ok(hex(&list.finalize()))
}

fn file_sha256(path: &Path, read: &mut dyn FnMut(u64)) -> Result<String> {
    let failed = |e| Error::io(path, e);
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..count]);
        read(count as u64);
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
