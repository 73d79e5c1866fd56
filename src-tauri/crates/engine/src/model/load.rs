//! Weights from a checkpoint, each read once on its way to where it stays.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use half::bf16;
use serde::{Deserialize, Serialize};

use super::Model;
use super::build::{Builder, Source};
use crate::checkpoint::{Checkpoint, Stored, Tensor as StoredTensor};
use crate::device::{MatrixRows, Place, Watch, reserve};
use crate::event::LoadProgress;
use crate::{Error, Result};

/// How weights are held. On the CPU arithmetic is f32 either way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightDtype {
    /// As the checkpoint stores them: nothing is lost, and bf16 takes half the memory.
    #[default]
    Auto,
    Bf16,
    F32,
}

impl WeightDtype {
    /// What `auto` comes to for this checkpoint on the CPU.
    pub(crate) fn resolve(self, checkpoint: &Checkpoint) -> Self {
        match self {
            Self::Auto if checkpoint.dtype() == "bf16" => Self::Bf16,
            Self::Auto => Self::F32,
            chosen => chosen,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Bf16 => "bf16",
            Self::F32 => "f32",
        }
    }
}

/// Who watches a load, and a flag that ends it.
pub(crate) struct LoadWatch<'a> {
    pub(crate) cancelled: &'a AtomicBool,
    pub(crate) progress: &'a (dyn Fn(LoadProgress) + Sync),
    done: AtomicUsize,
    /// Numbers in all weights, and their bytes as stored.
    numbers: u64,
    bytes: u64,
}

impl<'a> LoadWatch<'a> {
    pub(crate) fn new(
        checkpoint: &Checkpoint,
        cancelled: &'a AtomicBool,
        progress: &'a (dyn Fn(LoadProgress) + Sync),
    ) -> Self {
        let (numbers, bytes) = (checkpoint.config.parameters(), checkpoint.weight_bytes());
        Self { cancelled, progress, done: AtomicUsize::new(0), numbers, bytes }
    }
}

impl Watch for LoadWatch<'_> {
    fn passed(&self, numbers: usize) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::LoadCancelled);
        }
        let done = (self.done.fetch_add(numbers, Ordering::Relaxed) + numbers) as u128;
        let bytes_done = (done * u128::from(self.bytes) / u128::from(self.numbers)) as u64;
        (self.progress)(LoadProgress { bytes_done, bytes_total: self.bytes });
        Ok(())
    }
}

impl Model {
    /// Puts a checkpoint's weights in `place`, where they are held as `dtype`.
    pub(crate) fn load(
        checkpoint: &Checkpoint,
        dtype: WeightDtype,
        place: &mut dyn Place,
    ) -> Result<Self> {
        let source = CheckpointSource { checkpoint };
        Builder { config: &checkpoint.config, source: &source, place }.model(dtype)
    }
}

struct CheckpointSource<'a> {
    checkpoint: &'a Checkpoint,
}

impl Source for CheckpointSource<'_> {
    fn matrix(&self, names: &[String]) -> Result<Box<dyn MatrixRows + '_>> {
        let parts = names.iter().map(|name| self.checkpoint.tensor(name));
        Ok(Box::new(Stacked { parts: parts.collect::<Result<_>>()? }))
    }

    fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>> {
        let mut values = reserve(len, "the weights")?;
        values.resize(len, 0.0);
        let tensor = self.checkpoint.tensor(name)?;
        Stacked { parts: vec![tensor] }.f32(0..tensor.rows, &mut values)?;
        Ok(values)
    }
}

/// Stored matrices, one below the other.
struct Stacked<'a> {
    parts: Vec<&'a StoredTensor>,
}

impl MatrixRows for Stacked<'_> {
    fn bf16(&self, rows: Range<usize>, out: &mut [bf16]) -> Result<()> {
        self.read(rows, out, narrow)
    }

    fn f32(&self, rows: Range<usize>, out: &mut [f32]) -> Result<()> {
        self.read(rows, out, Stored::widen)
    }
}

impl Stacked<'_> {
    fn read<T>(
        &self,
        rows: Range<usize>,
        mut out: &mut [T],
        convert: impl Fn(Stored, &[u8]) -> T,
    ) -> Result<()> {
        let mut first = 0;
        for part in &self.parts {
            let (start, end) = (rows.start.max(first), rows.end.min(first + part.rows));
            if start < end {
                let (own, rest) = out.split_at_mut((end - start) * part.columns);
                read_part(part, start - first..end - first, own, &convert)?;
                out = rest;
            }
            first += part.rows;
        }
        Ok(())
    }
}

fn read_part<T>(
    part: &StoredTensor,
    rows: Range<usize>,
    out: &mut [T],
    convert: impl Fn(Stored, &[u8]) -> T,
) -> Result<()> {
    let stored = part.stored();
    let mut raw = vec![0; out.len() * stored.bytes()];
    part.read_rows(rows, &mut raw)?;
    for (value, raw) in out.iter_mut().zip(raw.chunks_exact(stored.bytes())) {
        *value = convert(stored, raw);
    }
    Ok(())
}

/// Exact for bf16; rounds what is stored wider.
fn narrow(stored: Stored, raw: &[u8]) -> bf16 {
    match stored {
        Stored::Bf16 => bf16::from_le_bytes([raw[0], raw[1]]),
        _ => bf16::from_f32(stored.widen(raw)),
    }
}
