//! A checkpoint of any form as the Hugging Face folder that transformers and vLLM load as
//! `NemotronForCausalLM`.
//!
//! Weights keep their stored bytes: both sides store a norm's weight without the 1 it is used
//! with, and only the rows of fused queries, keys and values change places. They are read and
//! written piece by piece. All files lie in a staging folder until the last of them is on the
//! disk, so that nothing ever looks complete that is not.

mod description;
mod documents;
mod shards;
mod staging;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::{Serialize, Serializer};

use crate::admission::{Admission, ModelIdentity};
use crate::checkpoint::Checkpoint;
use crate::event::LoadProgress;
use crate::{Error, Result};

use documents::Documents;
use shards::Shard;
use staging::Staging;
use writer::Writer;

/// What to convert, and where to.
#[derive(Debug, Clone)]
pub struct ConversionRequest {
    /// A checkpoint in any form there is.
    pub model: PathBuf,
    /// A folder that is empty or not there yet.
    pub folder: PathBuf,
    /// No file of weights is larger, unless a single weight is.
    pub max_shard_bytes: u64,
}

/// What a conversion wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// The folder, from the root on.
    #[serde(serialize_with = "shown")]
    pub path: PathBuf,
    pub parameters: u64,
    /// How the weights are stored: the first matrix speaks for all.
    pub dtype: &'static str,
    /// Bytes of all weights.
    pub weight_bytes: u64,
    /// Bytes of all files.
    pub bytes: u64,
    pub files: Vec<WrittenFile>,
}

/// A file of a finished conversion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenFile {
    pub name: String,
    pub bytes: u64,
}

/// Writes the model as a Hugging Face folder, which exists only once everything is in it.
///
/// `cancelled` ends the work soon after it is set; what was written until then is removed.
///
/// # Errors
/// What is wrong with the model, that admission refuses it, that the folder is not empty or has
/// too little room, that reading or writing failed, or [`Error::ConversionCancelled`].
pub fn convert(
    request: &ConversionRequest,
    admission: &dyn Admission,
    cancelled: &AtomicBool,
    progress: &dyn Fn(LoadProgress),
) -> Result<Conversion> {
    let checkpoint = Checkpoint::open(&request.model)?;
    admission.admit(&ModelIdentity::of(&checkpoint)?).map_err(Error::NotAdmitted)?;
    let shards = shards::plan(&checkpoint, request.max_shard_bytes)?;
    let documents = Documents::of(&checkpoint, &shards)?;
    let files = files(&shards, &documents);
    let bytes = files.iter().map(|file| file.bytes).sum();
    let staging = Staging::create(&request.folder)?;
    staging.check_room(bytes)?;
    let mut writer = Writer::new(&checkpoint, staging.folder(), cancelled, progress);
    for shard in &shards {
        writer.shard(shard)?;
    }
    writer.documents(&documents)?;
    Ok(Conversion {
        path: staging.finish(&files)?,
        parameters: checkpoint.config.parameters(),
        dtype: checkpoint.dtype(),
        weight_bytes: checkpoint.weight_bytes(),
        bytes,
        files,
    })
}

fn files(shards: &[Shard<'_>], documents: &Documents) -> Vec<WrittenFile> {
    let shards = shards.iter().map(|shard| (shard.file.clone(), shard.file_bytes()));
    let documents = documents.iter().map(|(name, bytes)| (name.to_owned(), bytes.len() as u64));
    let mut files: Vec<WrittenFile> =
        shards.chain(documents).map(|(name, bytes)| WrittenFile { name, bytes }).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// A path need not be UTF-8, and JSON is.
fn shown<S: Serializer>(path: &Path, out: S) -> std::result::Result<S::Ok, S::Error> {
    out.collect_str(&path.display())
}

/// Attaches a path to what the system answered.
fn at<T>(path: &Path, outcome: std::io::Result<T>) -> Result<T> {
    outcome.map_err(|source| Error::io(path, source))
}
