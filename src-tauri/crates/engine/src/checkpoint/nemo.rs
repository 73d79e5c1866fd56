//! The layout NVIDIA published Nemotron-3-8B in: a `.nemo` archive with a megatron-core
//! dist-checkpoint (zarr), layers stacked on the first axis, queries, keys and values interleaved
//! by head group.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::nemo_config::{self, Refusal};
use super::tar_index::TarIndex;
use super::zarr::{ZarrArray, unsupported};
use super::{Checkpoint, Tensor};
use crate::config::ModelConfig;
use crate::{Error, Result};

const MAX_YAML_BYTES: u64 = 1 << 20;
/// The real one has 4.6 MB.
const MAX_TOKENIZER_BYTES: u64 = 64 << 20;
const PREFIX: &str = "model_weights/model.";

pub(super) fn open(path: &Path) -> Result<Checkpoint> {
    let archive = Arc::new(TarIndex::open(path)?);
    check_layout(&archive)?;
    let yaml = archive.read("model_config.yaml", MAX_YAML_BYTES)?;
    let nemo = nemo_config::parse(&yaml).map_err(|refusal| match refusal {
        Refusal::Damaged(what) => archive.damaged(what),
        Refusal::Unsupported(what) => unsupported(&archive, what),
    })?;
    let tokenizer = archive.read(&nemo.tokenizer, MAX_TOKENIZER_BYTES)?;
    let map = Mapper { archive: &archive };
    let embedding = map.array("embedding.word_embeddings.weight")?;
    let config = ModelConfig { vocab_size: embedding.shape[0], ..nemo.model };
    config.check().map_err(|what| archive.damaged(format!("model_config.yaml: {what}")))?;
    let tensors = map.tensors(&config)?;
    Ok(Checkpoint { path: path.to_owned(), format: "nemo-zarr", config, tokenizer, tensors })
}

/// Tells a checkpoint of another layout from a file that is none.
fn check_layout(archive: &TarIndex) -> Result<()> {
    if archive.get("model_config.yaml").is_none() {
        let what = "this is no checkpoint: model_config.yaml is missing".to_owned();
        return Err(Error::NotACheckpoint { path: archive.path.clone(), what });
    }
    if archive.members().any(|(name, _)| Path::new(name).extension().is_some_and(|e| e == "ckpt")) {
        let what = "weights saved by torch (.ckpt) are not read yet: expected zarr".to_owned();
        return Err(unsupported(archive, what));
    }
    Ok(())
}

struct Mapper<'a> {
    archive: &'a Arc<TarIndex>,
}

impl Mapper<'_> {
    fn array(&self, key: &str) -> Result<ZarrArray> {
        ZarrArray::open(self.archive, &format!("{PREFIX}{key}"))
    }

    /// The array under the first of two keys that is there: norms are fused into the following
    /// projection by TransformerEngine, and stand alone otherwise.
    fn either(&self, fused: &str, alone: &str) -> Result<ZarrArray> {
        let there = self.archive.get(&format!("{PREFIX}{fused}/.zarray")).is_some();
        self.array(if there { fused } else { alone })
    }

    fn tensors(&self, config: &ModelConfig) -> Result<BTreeMap<String, Tensor>> {
        let mut tensors = BTreeMap::new();
        let (hidden, vocab) = (config.hidden_size, config.vocab_size);
        for (name, key, shape) in [
            ("embedding", "embedding.word_embeddings.weight", vec![vocab, hidden]),
            ("final_norm.weight", "decoder.final_layernorm.weight", vec![hidden]),
            ("final_norm.bias", "decoder.final_layernorm.bias", vec![hidden]),
            ("output", "output_layer.weight", vec![vocab, hidden]),
        ] {
            let array = self.array(key)?;
            self.check_shape(key, &array, &shape)?;
            tensors.insert(name.to_owned(), whole(array, None));
        }
        for part in self.layer_parts(config)? {
            for layer in 0..config.num_layers {
                let tensor = Tensor {
                    rows: part.source.iter().map(Range::len).sum(),
                    columns: part.array.shape[2..].iter().product(),
                    array: part.array.clone(),
                    layer: Some(layer),
                    source: part.source.clone(),
                };
                tensors.insert(format!("layers.{layer}.{}", part.name), tensor);
            }
        }
        Ok(tensors)
    }

    /// The weights every layer has, each with the rows of its array that spell it.
    fn layer_parts(&self, config: &ModelConfig) -> Result<Vec<LayerPart>> {
        let (hidden, ffn) = (config.hidden_size, config.ffn_hidden_size);
        let (queries, width) = (config.num_heads * config.head_dim, config.head_dim);
        let qkv_rows = queries + 2 * config.num_kv_heads * width;
        let base = "decoder.layers";
        let mut parts = Vec::new();
        let mut add = |name, key: String, array: ZarrArray, shape: &[usize]| -> Result<()> {
            let stacked: Vec<usize> = [&[config.num_layers], shape].concat();
            self.check_shape(&key, &array, &stacked)?;
            let rows = std::iter::once(0..shape[0]).collect();
            parts.push(LayerPart { name, array, source: rows });
            Ok(())
        };
        for (name, key, shape) in [
            ("o", "self_attention.linear_proj.weight", [hidden, queries]),
            ("up", "mlp.linear_fc1.weight", [ffn, hidden]),
            ("down", "mlp.linear_fc2.weight", [hidden, ffn]),
            ("qkv", "self_attention.linear_qkv.weight", [qkv_rows, hidden]),
        ] {
            let key = format!("{base}.{key}");
            add(name, key.clone(), self.array(&key)?, &shape)?;
        }
        for (name, fused, alone) in [
            (
                "attention_norm.weight",
                "self_attention.linear_qkv.layer_norm_weight",
                "input_layernorm.weight",
            ),
            (
                "attention_norm.bias",
                "self_attention.linear_qkv.layer_norm_bias",
                "input_layernorm.bias",
            ),
            ("mlp_norm.weight", "mlp.linear_fc1.layer_norm_weight", "pre_mlp_layernorm.weight"),
            ("mlp_norm.bias", "mlp.linear_fc1.layer_norm_bias", "pre_mlp_layernorm.bias"),
        ] {
            let (fused, alone) = (format!("{base}.{fused}"), format!("{base}.{alone}"));
            add(name, fused.clone(), self.either(&fused, &alone)?, &[hidden])?;
        }
        Ok(split_qkv(parts, config))
    }

    fn check_shape(&self, key: &str, array: &ZarrArray, expected: &[usize]) -> Result<()> {
        if array.shape == expected {
            return Ok(());
        }
        let found = &array.shape;
        Err(self
            .archive
            .damaged(format!("array {key} has the shape {found:?}: expected {expected:?}")))
    }
}

struct LayerPart {
    name: &'static str,
    array: ZarrArray,
    source: Vec<Range<usize>>,
}

fn whole(array: ZarrArray, layer: Option<usize>) -> Tensor {
    let (rows, columns) = (array.shape[0], array.shape[1..].iter().product());
    Tensor { rows, columns, array, layer, source: std::iter::once(0..rows).collect() }
}

/// Replaces the fused projection by three: megatron-core stores per group the rows of its query
/// heads, then one key head, then one value head.
fn split_qkv(parts: Vec<LayerPart>, config: &ModelConfig) -> Vec<LayerPart> {
    let width = config.head_dim;
    let query = config.num_heads / config.num_kv_heads * width;
    let group = query + 2 * width;
    let rows = |offset: usize, length: usize| -> Vec<Range<usize>> {
        (0..config.num_kv_heads).map(|g| g * group + offset..g * group + offset + length).collect()
    };
    let mut split = Vec::with_capacity(parts.len() + 2);
    for part in parts {
        if part.name == "qkv" {
            let spelled = [
                ("q", rows(0, query)),
                ("k", rows(query, width)),
                ("v", rows(query + width, width)),
            ];
            for (name, source) in spelled {
                split.push(LayerPart { name, array: part.array.clone(), source });
            }
        } else {
            split.push(part);
        }
    }
    split
}
