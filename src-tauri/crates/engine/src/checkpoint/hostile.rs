//! The checkpoint readers' entry points of [`crate::hostile`], and the small checkpoint that the
//! hostile part is put into.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "to panic is how a broken promise is reported; fuzzing needs no more"
)]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::array::Array;
use super::files::Files;
use super::region::Region;
use super::test_archive::Archive;
use super::zarr::ZarrArray;
use super::{Checkpoint, huggingface, nemo, nemo_config, torch};
use crate::config::ModelConfig;

/// The model all of the small checkpoints are of.
pub(crate) const YAML: &[u8] = b"num_layers: 1
hidden_size: 4
ffn_hidden_size: 8
num_attention_heads: 2
num_query_groups: 1
encoder_seq_length: 16
normalization: layernorm1p
activation: squared-relu
position_embedding_type: rope
tokenizer: {model: nemo:t.model}
";
pub(crate) const JSON: &[u8] = br#"{"model_type": "nemotron", "num_hidden_layers": 1,
"hidden_size": 4, "intermediate_size": 8, "num_attention_heads": 2, "num_key_value_heads": 1,
"vocab_size": 8, "max_position_embeddings": 16, "partial_rotary_factor": 1.0}"#;
/// What a hostile `.zarray` finds of chunks: up to this many on each axis, each of these bytes.
const CHUNKS_PER_AXIS: usize = 4;
const CHUNK_BYTES: u64 = 64;
/// torch's storages that a hostile pickle finds: all numbers are read as zeros.
const STORAGE_BYTES: [usize; 6] = [8, 16, 32, 64, 128, 512];
/// The tables of angles are made before any weight shows that a model is as large as it says.
const MOST_ANGLES: usize = 64 << 20;

/// A `.nemo` archive.
pub fn tar(file: &[u8]) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hostile.nemo");
    std::fs::write(&path, file).expect("room");
    if let Ok(files) = Files::open(&path) {
        for name in files.names() {
            files.read(name, u64::MAX).expect("a member that the index promised");
        }
    }
    let opened = Checkpoint::open(&path);
    if let Ok(checkpoint) = &opened {
        read_through(checkpoint, file.len());
    }
    let entries = std::fs::read_dir(folder.path()).expect("still there");
    assert_eq!(entries.count(), 1, "opening a checkpoint wrote something");
    opened.is_ok()
}

/// The `.zarray` of an array whose chunks are there.
pub fn zarr(file: &[u8]) -> bool {
    let mut regions = BTreeMap::from([("a/.zarray".to_owned(), region(file))]);
    let chunk = region(&[1; CHUNK_BYTES as usize]);
    for separator in [".", "/"] {
        for n in 0..CHUNKS_PER_AXIS.pow(3) {
            let grid = [n / 16, n / 4 % 4, n % 4].map(|place| place.to_string());
            for axes in 1..=3 {
                let name = format!("a/{}", grid[3 - axes..].join(separator));
                regions.insert(name, chunk.clone());
            }
        }
    }
    let array = ZarrArray::open(&Files::of(regions), "a").map(Array::Zarr);
    if let Ok(array) = &array {
        read_array(array);
    }
    array.is_ok()
}

/// A `model_config.yaml` or a `config.json`.
pub fn config(file: &[u8]) -> bool {
    let nemo = nemo_config::parse(file).ok();
    let nemo = nemo.map(|nemo| ModelConfig { vocab_size: 8, ..nemo.model });
    let files = Files::of(BTreeMap::from([(huggingface::CONFIG.to_owned(), region(file))]));
    let stated = nemo.or_else(|| Some(huggingface::config(&files).ok()?.1));
    stated.is_some_and(|config| measure(&config))
}

/// A safetensors file.
pub fn safetensors(file: &[u8]) -> bool {
    let files = Files::of(BTreeMap::from([
        (huggingface::CONFIG.to_owned(), region(JSON)),
        ("tokenizer.model".to_owned(), region(&[])),
        ("model.safetensors".to_owned(), region(file)),
    ]));
    if let Ok(arrays) = huggingface::arrays(&files) {
        for array in arrays.values() {
            read_array(array);
        }
    }
    let opened = huggingface::open(&files);
    if let Ok(checkpoint) = &opened {
        read_through(checkpoint, file.len());
    }
    opened.is_ok()
}

/// A `model_weights.ckpt`, or the pickle of one.
pub fn torch(file: &[u8]) -> bool {
    let weights = if file.starts_with(b"PK") { region(file) } else { region(&around(file)) };
    if let Ok(found) = torch::open(&weights) {
        for tensor in found.tensors.values() {
            let numbers = tensor.shape.iter().product::<usize>();
            let bytes = tensor.data.read_all().expect("a tensor's bytes");
            assert_eq!(numbers * tensor.stored.bytes(), bytes.len());
        }
    }
    let ranks = ["tp_rank_00/", "tp_rank_01/"];
    let ranks = ranks.map(|rank| (format!("{rank}model_weights.ckpt"), weights.clone()));
    if let Ok((_, arrays)) = nemo::arrays(&Files::of(BTreeMap::from(ranks))) {
        for array in arrays.values() {
            read_array(array);
        }
    }
    let files = Files::of(BTreeMap::from([
        (nemo::CONFIG.to_owned(), region(YAML)),
        ("t.model".to_owned(), region(&[])),
        ("model_weights.ckpt".to_owned(), weights.clone()),
    ]));
    let opened = nemo::open(&files);
    if let Ok(checkpoint) = &opened {
        read_through(checkpoint, weights.len as usize);
    }
    opened.is_ok()
}

/// A torch file with this pickle, and storages for it to name.
fn around(pickle: &[u8]) -> Vec<u8> {
    let names: Vec<String> = (0..STORAGE_BYTES.len()).map(|n| format!("data/{n}")).collect();
    let zeros = [0; 512];
    let mut entries = vec![("data.pkl", pickle), ("byteorder", b"little".as_slice())];
    let storages = names.iter().zip(STORAGE_BYTES);
    entries.extend(storages.map(|(name, bytes)| (name.as_str(), &zeros[..bytes])));
    Archive::new(&entries).bytes()
}

/// Bytes as a file has them.
fn region(bytes: &[u8]) -> Region {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("room");
    let len = bytes.len() as u64;
    Region { file: Some(Arc::new(file)), path: PathBuf::new(), start: 0, len }
}

/// What opened must be readable to the end, and cannot be more than the file holds.
fn read_through(checkpoint: &Checkpoint, file_bytes: usize) {
    assert!(checkpoint.weight_bytes() <= file_bytes as u64, "weights larger than their file");
    for (name, tensor) in checkpoint.tensors() {
        let mut bytes = vec![0; tensor.bytes()];
        let read = tensor.read_rows(0..tensor.rows, &mut bytes);
        read.unwrap_or_else(|e| panic!("{name} was promised: {e}"));
    }
    if let Ok(tokenizer) = checkpoint.tokenizer() {
        assert!(tokenizer.pieces() <= checkpoint.config.vocab_size);
    }
}

/// Reads an array as a matrix or vector, and as one of these for each layer.
fn read_array(array: &Array) {
    let shape = array.shape().to_vec();
    let layers = shape.first().copied().filter(|_| !matches!(array, Array::Split(_)));
    for layers in [None, layers] {
        let Some((rows, width)) = shape[usize::from(layers.is_some())..].split_first() else {
            continue;
        };
        let row_bytes = width.iter().product::<usize>() * array.stored().bytes();
        let mut bytes = vec![0; rows * row_bytes];
        for layer in 0..layers.unwrap_or(1) {
            let layer = layers.map(|_| layer);
            array.read_rows(layer, 0..*rows, &mut bytes).expect("rows of a checked array");
        }
    }
}

/// Sizes computed from a config that was let through.
fn measure(config: &ModelConfig) -> bool {
    let good = config.check().is_ok();
    assert!(!good || config.parameters() > 0);
    assert!(!good || config.context_length * config.rotary_dim() / 2 <= MOST_ANGLES);
    good
}

#[cfg(test)]
pub(crate) mod seeds;
#[cfg(test)]
mod tests;
