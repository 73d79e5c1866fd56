//! How the weights are spread over safetensors files: in the model's order, each file as full as
//! the limit allows. The format is described in the documentation of safetensors.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Result;
use crate::checkpoint::{Checkpoint, Stored, Tensor, hugging_face_names};

/// At most: what a header says of one weight beside its name, with four numbers of 20 digits.
const ENTRY_BYTES: u64 = 132;
/// At most: the length in front of a header, its own braces and metadata, and its padding.
const FRAME_BYTES: u64 = 48;
/// The data begin at a multiple of this, as the format's own writer has it.
const ALIGNMENT: usize = 8;

/// One file of weights.
pub(super) struct Shard<'a> {
    pub(super) file: String,
    /// The header with the length in front of it.
    pub(super) header: Vec<u8>,
    /// In the order of their bytes.
    pub(super) weights: Vec<Weight<'a>>,
}

/// A weight by the name transformers gives it.
pub(super) struct Weight<'a> {
    pub(super) name: String,
    pub(super) tensor: &'a Tensor,
}

impl Shard<'_> {
    pub(super) fn file_bytes(&self) -> u64 {
        self.header.len() as u64 + self.weights.iter().map(Weight::bytes).sum::<u64>()
    }
}

impl Weight<'_> {
    fn bytes(&self) -> u64 {
        self.tensor.bytes() as u64
    }
}

/// All weights in files of at most `max_bytes`; a weight that is larger has a file of its own.
pub(super) fn plan(checkpoint: &Checkpoint, max_bytes: u64) -> Result<Vec<Shard<'_>>> {
    let limit = max_bytes.saturating_sub(FRAME_BYTES);
    let (mut groups, mut group, mut room) = (Vec::new(), Vec::new(), limit);
    for (canonical, name) in hugging_face_names(checkpoint.config.num_layers) {
        let weight = Weight { name, tensor: checkpoint.tensor(&canonical)? };
        let needed = weight.bytes() + weight.name.len() as u64 + ENTRY_BYTES;
        if needed > room && !group.is_empty() {
            groups.push(std::mem::take(&mut group));
            room = limit;
        }
        group.push(weight);
        room = room.saturating_sub(needed);
    }
    groups.push(group);
    let count = groups.len();
    Ok(groups.into_iter().enumerate().map(|(i, group)| shard(i + 1, count, group)).collect())
}

fn shard(number: usize, count: usize, mut weights: Vec<Weight<'_>>) -> Shard<'_> {
    // Wider numbers first: a reader may need each weight at a multiple of its numbers' width.
    weights.sort_by_key(|weight| Reverse(weight.tensor.stored().bytes()));
    let file = format!("model-{number:05}-of-{count:05}.safetensors");
    Shard { file, header: header(&weights), weights }
}

fn header(weights: &[Weight<'_>]) -> Vec<u8> {
    // transformers refuses files that do not say which library's layout they have.
    let mut table = BTreeMap::from([("__metadata__", json!({"format": "pt"}))]);
    let mut start = 0;
    for weight in weights {
        let end = start + weight.bytes();
        table.insert(&weight.name, entry(weight.tensor, start, end));
        start = end;
    }
    let mut text = json!(table).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(ALIGNMENT), b' ');
    [&(text.len() as u64).to_le_bytes(), text.as_slice()].concat()
}

fn entry(tensor: &Tensor, start: u64, end: u64) -> Value {
    let dtype = match tensor.stored() {
        Stored::Bf16 => "BF16",
        Stored::F16 => "F16",
        Stored::F32 => "F32",
    };
    json!({"dtype": dtype, "shape": tensor.shape(), "data_offsets": [start, end]})
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn tiny() -> Checkpoint {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures");
        Checkpoint::open(&fixtures.join("tiny/tiny-zarr.nemo")).expect("opens")
    }

    #[test]
    fn every_weight_is_in_one_shard_whatever_the_limit() {
        let checkpoint = tiny();
        for limit in [0, 1, 300, 1000, 66_000, 263_000, u64::MAX] {
            let shards = plan(&checkpoint, limit).expect("planned");
            let sum: usize = shards.iter().map(|shard| shard.weights.len()).sum();
            assert_eq!(sum, checkpoint.tensors().count(), "{limit}");
            for shard in &shards {
                assert!(shard.weights.len() == 1 || shard.file_bytes() <= limit, "{limit}");
            }
        }
    }

    #[test]
    fn a_header_is_no_longer_than_reckoned_and_aligned() {
        let checkpoint = tiny();
        for shard in plan(&checkpoint, 100_000).expect("planned") {
            let names: u64 = shard.weights.iter().map(|weight| weight.name.len() as u64).sum();
            let entries = shard.weights.len() as u64 * ENTRY_BYTES;
            assert!(shard.header.len() as u64 <= FRAME_BYTES + entries + names);
            assert_eq!(shard.header.len() % ALIGNMENT, 0);
        }
    }
}
