//! Hugging Face folders: `config.json`, safetensors in one file or sharded with an index, and a
//! tokenizer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use safetensors::Dtype;
use safetensors::tensor::Metadata;
use serde::Deserialize;

use super::Checkpoint;
use super::array::{Array, FlatArray, Stored};
use super::files::Files;
use super::nemo::MAX_SENTENCEPIECE_BYTES;
use super::region::Region;
use super::special_ids::{SpecialIds, TokenIds};
use super::weights::{self, Arrays, plain};
use crate::Result;
use crate::config::ModelConfig;
use crate::tokenizer::{TokenizerFile, TokenizerFormat};

pub(super) const CONFIG: &str = "config.json";
const GENERATION: &str = "generation_config.json";
pub(crate) const TEMPLATE_FILE: &str = "chat_template.jinja";
pub(crate) const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
const SENTENCEPIECE: &str = "tokenizer.model";
const TOKENIZER_JSON: &str = "tokenizer.json";
const INDEX: &str = "model.safetensors.index.json";
const SINGLE: &str = "model.safetensors";
/// What belongs to a model in such a folder beside its config, weights and `tokenizer.model`.
const COMPANIONS: [&str; 6] = [
    "added_tokens.json",
    TEMPLATE_FILE,
    GENERATION,
    "special_tokens_map.json",
    TOKENIZER_JSON,
    TOKENIZER_CONFIG,
];
const MAX_CONFIG_BYTES: u64 = 1 << 20;
/// 262,000 pieces with their merges have 33 MB.
const MAX_JSON_BYTES: u64 = 64 << 20;
/// A model of 340 billion parameters has 100 KB.
const MAX_INDEX_BYTES: u64 = 8 << 20;
/// Some 150 bytes a tensor; what is made of a header takes ten times its size.
const MAX_HEADER_BYTES: u64 = 8 << 20;
/// In all files together.
const MAX_TENSORS: usize = 100_000;
const MAX_AXES: usize = 8;

pub(super) fn open(files: &Files) -> Result<Checkpoint> {
    let (stated, config) = config(files)?;
    let tokenizer_file = tokenizer_file(files, &stated)?;
    let arrays = arrays(files)?;
    let tensors = weights::tensors(files, &arrays, &config)?;
    let companions = COMPANIONS.iter().filter_map(|name| Some((*name, files.get(name)?.clone())));
    Ok(Checkpoint {
        path: files.path.clone(),
        format: "huggingface",
        config,
        tokenizer_file,
        special_ids: stated.special_ids,
        tensors,
        companions: companions.collect(),
    })
}

pub(super) fn config(files: &Files) -> Result<(Config, ModelConfig)> {
    let bad = |what: String| files.damaged(format!("{CONFIG}: {what}"));
    let mut stated: Config = json(files, CONFIG)?;
    if files.get(GENERATION).is_some() {
        // Transformers' generation ends by what stands here. A model can do without.
        let generation: SpecialIds = json(files, GENERATION).unwrap_or_default();
        stated.special_ids.eos = stated.special_ids.eos.and(&generation.eos);
    }
    stated.check().map_err(|what| files.unsupported(format!("{CONFIG}: {what}")))?;
    let config = stated.dimensions();
    config.check().map_err(bad)?;
    Ok((stated, config))
}

fn json<T: serde::de::DeserializeOwned>(files: &Files, name: &str) -> Result<T> {
    let bytes = files.read(name, MAX_CONFIG_BYTES)?;
    serde_json::from_slice(&bytes).map_err(|e| files.damaged(format!("{name}: {e}")))
}

/// The SentencePiece model where there is one: a `tokenizer.json` beside it was made from it.
fn tokenizer_file(files: &Files, config: &Config) -> Result<TokenizerFile> {
    if files.get(SENTENCEPIECE).is_some() {
        let bytes = files.read(SENTENCEPIECE, MAX_SENTENCEPIECE_BYTES)?;
        return Ok(TokenizerFile { format: TokenizerFormat::SentencePiece, bytes });
    }
    if files.get(TOKENIZER_JSON).is_none() {
        let what = format!("it has no tokenizer: expected {SENTENCEPIECE} or {TOKENIZER_JSON}");
        return Err(files.damaged(what));
    }
    let [bos, eos] = [&config.special_ids.bos, &config.special_ids.eos].map(TokenIds::first);
    let bytes = files.read(TOKENIZER_JSON, MAX_JSON_BYTES)?;
    Ok(TokenizerFile { format: TokenizerFormat::Json { bos, eos }, bytes })
}

/// The keys that decide what is computed, in the spellings that conversions have used.
#[derive(Deserialize)]
pub(super) struct Config {
    model_type: Option<String>,
    #[serde(default)]
    architectures: Vec<String>,
    num_hidden_layers: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    #[serde(alias = "kv_channels")]
    head_dim: Option<usize>,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(alias = "layer_norm_eps", alias = "layernorm_epsilon")]
    norm_eps: Option<f64>,
    hidden_act: Option<String>,
    #[serde(alias = "rope_percent", alias = "rope_percentage")]
    partial_rotary_factor: Option<f64>,
    rope_theta: Option<f64>,
    rope_parameters: Option<RotaryParameters>,
    rope_scaling: Option<serde_json::Value>,
    #[serde(default)]
    attention_bias: bool,
    #[serde(default)]
    mlp_bias: bool,
    #[serde(default)]
    tie_word_embeddings: bool,
    #[serde(flatten)]
    special_ids: SpecialIds,
}

#[derive(Deserialize)]
struct RotaryParameters {
    #[serde(alias = "rope_percent", alias = "rope_percentage")]
    partial_rotary_factor: Option<f64>,
    rope_theta: Option<f64>,
    rope_type: Option<String>,
}

impl Config {
    /// Refuses what this engine does not compute, by its name.
    fn check(&self) -> std::result::Result<(), String> {
        let named = self.architectures.iter().any(|name| name == "NemotronForCausalLM");
        if !named && self.model_type.as_deref() != Some("nemotron") {
            let found = self.model_type.as_deref().unwrap_or("absent");
            return Err(format!("model_type is {found}: expected nemotron"));
        }
        let activation = self.hidden_act.as_deref().unwrap_or("relu2");
        if activation != "relu2" {
            return Err(format!("hidden_act is {activation}: expected relu2"));
        }
        let kind = self.rope_parameters.as_ref().and_then(|rope| rope.rope_type.as_deref());
        if kind.is_some_and(|kind| kind != "default") || self.rope_scaling.is_some() {
            return Err("the rotary embedding is scaled: expected the default one".to_owned());
        }
        let flags = [
            ("attention_bias", self.attention_bias),
            ("mlp_bias", self.mlp_bias),
            ("tie_word_embeddings", self.tie_word_embeddings),
        ];
        match flags.iter().find(|(_, set)| *set) {
            Some((key, _)) => Err(format!("{key} is true: expected false")),
            None => Ok(()),
        }
    }

    /// transformers' defaults for Nemotron where a key is absent.
    fn dimensions(&self) -> ModelConfig {
        let heads = self.num_attention_heads;
        let rope = self.rope_parameters.as_ref();
        let nested = |get: fn(&RotaryParameters) -> Option<f64>| rope.and_then(get);
        let fraction = nested(|rope| rope.partial_rotary_factor).or(self.partial_rotary_factor);
        let theta = nested(|rope| rope.rope_theta).or(self.rope_theta);
        ModelConfig {
            num_layers: self.num_hidden_layers,
            hidden_size: self.hidden_size,
            ffn_hidden_size: self.intermediate_size,
            num_heads: heads,
            num_kv_heads: self.num_key_value_heads.unwrap_or(heads),
            head_dim: self.head_dim.unwrap_or(self.hidden_size / heads.max(1)),
            vocab_size: self.vocab_size,
            context_length: self.max_position_embeddings,
            rotary_fraction: fraction.unwrap_or(0.5),
            rope_theta: theta.unwrap_or(10_000.0),
            norm_epsilon: self.norm_eps.unwrap_or(1e-5),
        }
    }
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

pub(super) fn arrays(files: &Files) -> Result<Arrays> {
    let mut arrays = Arrays::new();
    for shard in shards(files)? {
        let region = files
            .get(&shard)
            .ok_or_else(|| files.damaged(format!("{shard} is missing, which {INDEX} names")))?;
        let bad = |what: String| files.damaged(format!("{shard}: {what}"));
        let (header, data) = header(region).map_err(&bad)?;
        for (name, info) in header.tensors() {
            let array = array(&data, info).map_err(|what| bad(format!("tensor {name} {what}")))?;
            if arrays.insert(plain(&name).to_owned(), Arc::new(array)).is_some() {
                return Err(bad(format!("tensor {name} is there twice")));
            }
        }
        if arrays.len() > MAX_TENSORS {
            return Err(bad(format!("there are more than {MAX_TENSORS} tensors")));
        }
    }
    Ok(arrays)
}

/// The files that hold the weights; their names come from the index, and only names of files in
/// the folder are ever looked up.
fn shards(files: &Files) -> Result<BTreeSet<String>> {
    if files.get(INDEX).is_some() {
        let json = files.read(INDEX, MAX_INDEX_BYTES)?;
        let index: Index =
            serde_json::from_slice(&json).map_err(|e| files.damaged(format!("{INDEX}: {e}")))?;
        return Ok(index.weight_map.into_values().collect());
    }
    if files.get(SINGLE).is_some() {
        return Ok(BTreeSet::from([SINGLE.to_owned()]));
    }
    Err(files.damaged(format!("it has no weights: expected {SINGLE} or {INDEX}")))
}

/// A safetensors file's table and the bytes behind it.
fn header(file: &Region) -> std::result::Result<(Metadata, Region), String> {
    let cut = |_| "the file ends within its header".to_owned();
    let mut length = [0; 8];
    file.read_exact_at(0, &mut length).map_err(cut)?;
    let length = u64::from_le_bytes(length);
    let json = file.part(8, length).filter(|json| json.len <= MAX_HEADER_BYTES);
    let json = json.ok_or_else(|| format!("its header of {length} bytes is too long"))?;
    let json = json.read_all().map_err(|e| e.to_string())?;
    let data = file.part(8 + length, file.len - 8 - length);
    let data = data.ok_or("the file ends before its data")?;
    let header: Metadata = serde_json::from_slice(&json)
        .map_err(|e| culprit(&json, &data).unwrap_or_else(|| e.to_string()))?;
    Ok((header, data))
}

/// The first tensor of a refused table that cannot be: the library does not say which.
fn culprit(json: &[u8], data: &Region) -> Option<String> {
    let table: BTreeMap<String, serde_json::Value> = serde_json::from_slice(json).ok()?;
    table.into_iter().filter(|(name, _)| name != "__metadata__").find_map(|(name, info)| {
        let info = serde_json::from_value(info).map_err(|e| e.to_string());
        let what = info.and_then(|info| array(data, &info)).err()?;
        Some(format!("tensor {name} {what}"))
    })
}

fn array(
    data: &Region,
    info: &safetensors::tensor::TensorInfo,
) -> std::result::Result<Array, String> {
    let stored = match info.dtype {
        Dtype::BF16 => Stored::Bf16,
        Dtype::F16 => Stored::F16,
        Dtype::F32 => Stored::F32,
        other => return Err(format!("has the type {other:?}: expected BF16, F16 or F32")),
    };
    if !(1..=MAX_AXES).contains(&info.shape.len()) {
        return Err(format!("has {} axes: expected 1 to {MAX_AXES}", info.shape.len()));
    }
    let (start, end) = info.data_offsets;
    let count = info.shape.iter().try_fold(1_usize, |n, size| n.checked_mul(*size));
    let bytes = count.and_then(|count| count.checked_mul(stored.bytes()));
    if bytes != end.checked_sub(start) {
        return Err(format!("of shape {:?} has the bytes {start} to {end}", info.shape));
    }
    let part = data.part(start as u64, (end - start) as u64);
    let data = part.ok_or_else(|| format!("ends at byte {end}: the file ends before"))?;
    Ok(Array::Flat(FlatArray { stored, shape: info.shape.clone(), data }))
}
