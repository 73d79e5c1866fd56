//! Who may be loaded, and how a model is recognised by its contents.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::Result;
use crate::checkpoint::{Checkpoint, Tensor, hex};
use crate::config::ModelConfig;
use crate::tokenizer::{TokenizerFile, TokenizerFormat};

const SAMPLE_BYTES: usize = 64 * 1024;

/// Decides whether a model may be loaded. There is no load without one.
pub trait Admission: Send + Sync {
    /// # Errors
    /// The sentence a refused user reads.
    fn admit(&self, model: &ModelIdentity) -> std::result::Result<(), String>;
}

/// What a model is, wherever its file lies and whichever format it has.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelIdentity {
    /// Over config, tokenizer, tensor names, shapes, dtypes and samples of each tensor, in hex.
    pub sha256: String,
    /// Of the SentencePiece file, in hex; nothing where the tokenizer has another form.
    pub sentencepiece_sha256: Option<String>,
    pub config: ModelConfig,
    /// Where it was opened: the same model may have been fetched under a licence, or not.
    pub path: PathBuf,
}

impl ModelIdentity {
    /// Reads the first and last 64 KiB of each tensor.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(checkpoint: &Checkpoint) -> Result<Self> {
        let mut hash = Sha256::new();
        let config = serde_json::to_vec(&checkpoint.config).unwrap_or_default();
        field(&mut hash, &config);
        field(&mut hash, &checkpoint.tokenizer_file.bytes);
        for (name, tensor) in checkpoint.tensors() {
            field(&mut hash, name.as_bytes());
            let shape = format!("{}x{} {}", tensor.rows, tensor.columns, tensor.stored().name());
            field(&mut hash, shape.as_bytes());
            for sample in samples(tensor)? {
                field(&mut hash, &sample);
            }
        }
        let TokenizerFile { format, bytes } = &checkpoint.tokenizer_file;
        let sentencepiece = matches!(format, TokenizerFormat::SentencePiece);
        Ok(Self {
            sha256: hex(&hash.finalize()),
            sentencepiece_sha256: sentencepiece.then(|| hex(&Sha256::digest(bytes))),
            config: checkpoint.config.clone(),
            path: checkpoint.path.clone(),
        })
    }
}

/// Whole rows that cover the first and the last 64 KiB, cut to that.
fn samples(tensor: &Tensor) -> Result<[Vec<u8>; 2]> {
    let row_bytes = tensor.columns * tensor.stored().bytes();
    let rows = SAMPLE_BYTES.div_ceil(row_bytes).min(tensor.rows);
    let mut first = vec![0; rows * row_bytes];
    let mut last = first.clone();
    tensor.read_rows(0..rows, &mut first)?;
    tensor.read_rows(tensor.rows - rows..tensor.rows, &mut last)?;
    first.truncate(SAMPLE_BYTES);
    let surplus = last.len().saturating_sub(SAMPLE_BYTES);
    Ok([first, last.split_off(surplus)])
}

/// Length first, so that no two sequences of fields hash alike.
fn field(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}
