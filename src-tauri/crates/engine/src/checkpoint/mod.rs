//! A checkpoint on disk behind one canonical config and tensor map.
//!
//! Opening reads headers and metadata only; every size is checked against the config before any
//! memory is taken for weights. Tensors are read by position, row by row where that is needed, so
//! a loader can fill its own buffers without a second copy.

mod array;
mod digest;
mod files;
#[cfg(any(test, fuzzing))]
pub(crate) mod hostile;
mod huggingface;
mod nemo;
mod nemo_config;
mod pickle;
mod pickle_input;
mod pickle_values;
mod region;
mod special_ids;
mod tar_index;
#[cfg(any(test, fuzzing))]
mod test_archive;
mod torch;
mod torch_view;
mod torch_zip;
mod weights;
mod zarr;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::chat::ModelTemplate;
use crate::config::ModelConfig;
use crate::tokenizer::{Tokenizer, TokenizerFile};
use crate::{Error, Result};

use array::Array;
pub(crate) use array::Stored;
pub(crate) use digest::hex;
pub use digest::sha256;
use files::Files;
pub(crate) use huggingface::{TEMPLATE_FILE, TOKENIZER_CONFIG};
use region::Region;
use special_ids::SpecialIds;
pub(crate) use special_ids::TokenIds;
pub(crate) use weights::hugging_face_names;

/// The real ones have 18 MB at most.
const MAX_COMPANION_BYTES: u64 = 128 << 20;

/// An opened checkpoint: what it is, and where its tensors lie.
#[derive(Debug)]
pub struct Checkpoint {
    pub path: PathBuf,
    /// `nemo-zarr`, `nemo-ckpt` or `huggingface`.
    pub format: &'static str,
    pub config: ModelConfig,
    pub tokenizer_file: TokenizerFile,
    /// What a `config.json` states; a `.nemo` leaves it to its tokenizer.
    pub(crate) special_ids: SpecialIds,
    tensors: BTreeMap<String, Tensor>,
    /// What else a Hugging Face folder holds that its next reader may want, unread.
    companions: BTreeMap<&'static str, Region>,
}

/// One canonical weight, `[rows, columns]` or `[rows]`, spelled by ranges of a stored array's rows.
#[derive(Debug, Clone)]
pub(crate) struct Tensor {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// Shared by all layers of a stacked one: it lists its chunks.
    array: Arc<Array>,
    layer: Option<usize>,
    /// Stored row ranges in canonical order: one, except where queries, keys and values interleave.
    source: Vec<Range<usize>>,
}

impl Checkpoint {
    /// Opens a `.nemo` file, the folder of an unpacked one, or a Hugging Face folder.
    ///
    /// # Errors
    /// What is not there, not a checkpoint, damaged, or not this architecture.
    pub fn open(path: &Path) -> Result<Self> {
        let files = Files::open(path)?;
        if files.get(nemo::CONFIG).is_some() {
            return nemo::open(&files);
        }
        if files.get(huggingface::CONFIG).is_some() {
            return huggingface::open(&files);
        }
        let (nemo, huggingface) = (nemo::CONFIG, huggingface::CONFIG);
        let what = format!("this is no checkpoint: expected {nemo} or {huggingface} in it");
        Err(Error::NotACheckpoint { path: path.to_owned(), what })
    }

    /// The file's name without its ending.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The tokenizer, made or from the last time it was.
    ///
    /// # Errors
    /// [`Error::Damaged`] when its file cannot be used, or has tokens that the model has no row for.
    pub fn tokenizer(&self) -> Result<Arc<Tokenizer>> {
        let damaged = |what: String| Error::Damaged { path: self.path.clone(), what };
        let tokenizer = self.tokenizer_file.tokenizer().map_err(|e| damaged(e.to_string()))?;
        let (pieces, rows) = (tokenizer.pieces(), self.config.vocab_size);
        if pieces > rows {
            return Err(damaged(format!(
                "the tokenizer has {pieces} pieces, the model {rows} rows"
            )));
        }
        Ok(tokenizer)
    }

    /// The tokens that end a sequence: the tokenizer's own, and those that the config names.
    pub(crate) fn ends(&self, tokenizer: &Tokenizer) -> Vec<u32> {
        tokenizer.eos().into_iter().chain(self.special_ids.eos.all()).collect()
    }

    /// How the weights are stored: the first matrix speaks for all.
    #[must_use]
    pub fn dtype(&self) -> &'static str {
        self.tensors.get("embedding").map_or("bf16", |t| t.stored().name())
    }

    /// Bytes of all weights as stored.
    #[must_use]
    pub fn weight_bytes(&self) -> u64 {
        self.tensors.values().map(|t| t.bytes() as u64).sum()
    }

    /// The files of [`huggingface::COMPANIONS`] that came with the checkpoint.
    pub(crate) fn companions(&self) -> impl Iterator<Item = Result<(&'static str, Vec<u8>)>> {
        let read =
            |name| Ok((name, self.companion(name, MAX_COMPANION_BYTES)?.unwrap_or_default()));
        self.companions.keys().map(move |name| read(*name))
    }

    /// One of these files.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it has more than `limit` bytes.
    pub(crate) fn companion(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(region) = self.companions.get(name) else { return Ok(None) };
        if region.len > limit {
            let what = format!("{name} has {} bytes: expected at most {limit}", region.len);
            return Err(Error::Damaged { path: self.path.clone(), what });
        }
        region.read_all().map(Some)
    }

    /// The chat template that came with it. What is wrong with one is said by rendering.
    #[must_use]
    pub fn chat_template(&self) -> Option<Arc<ModelTemplate>> {
        ModelTemplate::of(self).map(Arc::new)
    }

    pub(crate) fn tensors(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// A tensor of the canonical map; opening made sure that all of them are there.
    pub(crate) fn tensor(&self, name: &str) -> Result<&Tensor> {
        self.tensors.get(name).ok_or_else(|| crate::Error::Damaged {
            path: self.path.clone(),
            what: format!("tensor {name} is missing"),
        })
    }
}

impl Tensor {
    pub(crate) fn stored(&self) -> Stored {
        self.array.stored()
    }

    /// As the model defines it: one axis for a vector, two for a matrix.
    pub(crate) fn shape(&self) -> Vec<usize> {
        let stacked = usize::from(self.layer.is_some());
        let axes = self.array.shape().len() - stacked;
        if axes == 1 { vec![self.rows] } else { vec![self.rows, self.columns] }
    }

    pub(crate) fn row_bytes(&self) -> usize {
        self.columns * self.stored().bytes()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows * self.columns * self.stored().bytes()
    }

    /// Reads canonical rows into `out`, which holds exactly their stored bytes.
    pub(crate) fn read_rows(&self, rows: Range<usize>, out: &mut [u8]) -> Result<()> {
        let row_bytes = self.row_bytes();
        let mut first = 0;
        for range in &self.source {
            let start = rows.start.max(first);
            let end = rows.end.min(first + range.len());
            if start < end {
                let stored = range.start + start - first..range.start + end - first;
                let at = (start - rows.start) * row_bytes..(end - rows.start) * row_bytes;
                self.array.read_rows(self.layer, stored, &mut out[at])?;
            }
            first += range.len();
        }
        Ok(())
    }
}
