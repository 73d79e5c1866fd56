//! From the checkpoint's bytes to files on the disk, one piece at a time.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::at;
use super::documents::Documents;
use super::shards::Shard;
use crate::checkpoint::{Checkpoint, Tensor};
use crate::event::LoadProgress;
use crate::{Error, Result};

/// Read and written at a time: small enough to cancel at once, large enough for the disk.
const PIECE_BYTES: usize = 8 << 20;
/// Handed to the disk at a time; no more than twice as much waits for it, so that progress is true
/// and the last wait is short.
const SYNC_BYTES: u64 = 256 << 20;

/// Writes into one folder.
pub(super) struct Writer<'a> {
    folder: &'a Path,
    cancelled: &'a AtomicBool,
    progress: &'a dyn Fn(LoadProgress),
    /// Bytes of weights.
    done: u64,
    total: u64,
    buffer: Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        checkpoint: &Checkpoint,
        folder: &'a Path,
        cancelled: &'a AtomicBool,
        progress: &'a dyn Fn(LoadProgress),
    ) -> Self {
        let total = checkpoint.weight_bytes();
        Self { folder, cancelled, progress, done: 0, total, buffer: Vec::new() }
    }

    pub(super) fn documents(&self, documents: &Documents) -> Result<()> {
        for (name, bytes) in documents.iter() {
            let mut out = Output::create(self.folder.join(name))?;
            out.write(bytes)?;
            out.finish()?;
        }
        Ok(())
    }

    pub(super) fn shard(&mut self, shard: &Shard<'_>) -> Result<()> {
        let mut out = Output::create(self.folder.join(&shard.file))?;
        out.write(&shard.header)?;
        for weight in &shard.weights {
            self.tensor(weight.tensor, &mut out)?;
        }
        out.finish()
    }

    /// Row by row, as many rows at a time as a piece holds.
    fn tensor(&mut self, tensor: &Tensor, out: &mut Output) -> Result<()> {
        let row_bytes = tensor.row_bytes();
        let step = (PIECE_BYTES / row_bytes).clamp(1, tensor.rows);
        for start in (0..tensor.rows).step_by(step) {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Error::ConversionCancelled);
            }
            let rows = start..tensor.rows.min(start + step);
            self.buffer.resize(rows.len() * row_bytes, 0);
            tensor.read_rows(rows, &mut self.buffer)?;
            out.write(&self.buffer)?;
            self.done += self.buffer.len() as u64;
            (self.progress)(LoadProgress { bytes_done: self.done, bytes_total: self.total });
        }
        Ok(())
    }
}

/// A new file, on the disk for good once it is finished.
struct Output {
    path: PathBuf,
    file: Arc<File>,
    unsynced: u64,
    /// Waits for the disk while more is written.
    syncing: Option<JoinHandle<io::Result<()>>>,
}

impl Output {
    fn create(path: PathBuf) -> Result<Self> {
        let file = Arc::new(at(&path, File::create_new(&path))?);
        Ok(Self { path, file, unsynced: 0, syncing: None })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        at(&self.path, self.file.as_ref().write_all(bytes))?;
        self.unsynced += bytes.len() as u64;
        if self.unsynced < SYNC_BYTES {
            return Ok(());
        }
        self.unsynced = 0;
        self.wait()?;
        let file = Arc::clone(&self.file);
        self.syncing = Some(std::thread::spawn(move || file.sync_data()));
        Ok(())
    }

    fn wait(&mut self) -> Result<()> {
        match self.syncing.take().map(JoinHandle::join) {
            Some(Ok(outcome)) => at(&self.path, outcome),
            Some(Err(_)) => Err(Error::Panicked("while waiting for the disk".to_owned())),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<()> {
        self.wait()?;
        at(&self.path, self.file.sync_all())
    }
}
