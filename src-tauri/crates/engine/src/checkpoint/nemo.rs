//! NeMo checkpoints, packed into a `.nemo` archive or unpacked into a folder.
//!
//! Nemotron-3-8B was published as a megatron-core dist-checkpoint in zarr, layers stacked on the
//! first axis; older ones are `torch.save` files, one for each tensor-parallel rank.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Checkpoint;
use super::array::{Array, FlatArray, SplitArray};
use super::files::Files;
use super::nemo_config::{self, Refusal};
use super::special_ids::SpecialIds;
use super::torch::{self, TorchFile};
use super::weights::{self, Arrays, parallel_axis, plain};
use super::zarr::ZarrArray;
use crate::Result;
use crate::config::ModelConfig;
use crate::tokenizer::{TokenizerFile, TokenizerFormat};

pub(super) const CONFIG: &str = "model_config.yaml";
const MAX_YAML_BYTES: u64 = 1 << 20;
/// The real one has 4.6 MB; what is made of it takes up to 40 times its size.
pub(super) const MAX_SENTENCEPIECE_BYTES: u64 = 16 << 20;
/// Files with a part of each weight; real ones have up to 16.
const MAX_RANKS: usize = 64;
const TORCH_WEIGHTS: &str = "model_weights.ckpt";

pub(super) fn open(files: &Files) -> Result<Checkpoint> {
    let yaml = files.read(CONFIG, MAX_YAML_BYTES)?;
    let nemo = nemo_config::parse(&yaml).map_err(|refusal| match refusal {
        Refusal::Damaged(what) => files.damaged(what),
        Refusal::Unsupported(what) => files.unsupported(what),
    })?;
    let bytes = files.read(&nemo.tokenizer, MAX_SENTENCEPIECE_BYTES)?;
    let tokenizer_file = TokenizerFile { format: TokenizerFormat::SentencePiece, bytes };
    let (format, arrays) = arrays(files)?;
    let vocab_size = weights::vocabulary(files, &arrays)?;
    let config = ModelConfig { vocab_size, ..nemo.model };
    config.check().map_err(|what| files.damaged(format!("{CONFIG}: {what}")))?;
    let tensors = weights::tensors(files, &arrays, &config)?;
    let (special_ids, companions) = (SpecialIds::default(), BTreeMap::new());
    let path = files.path.clone();
    Ok(Checkpoint { path, format, config, tokenizer_file, special_ids, tensors, companions })
}

/// The weights, in whichever of NeMo's layouts they are.
pub(super) fn arrays(files: &Files) -> Result<(&'static str, Arrays)> {
    let zarr =
        files.names().any(|name| name.starts_with("model_weights/") && name.ends_with("/.zarray"));
    if zarr {
        return Ok(("nemo-zarr", zarr_arrays(files)?));
    }
    let ranks: Vec<&str> = files.names().filter(|name| last(name) == TORCH_WEIGHTS).collect();
    if !ranks.is_empty() {
        return Ok(("nemo-ckpt", torch_arrays(files, &ranks)?));
    }
    if files.names().any(|name| last(name).ends_with(".distcp")) {
        let what = "the weights are a torch_dist checkpoint: expected zarr or model_weights.ckpt";
        return Err(files.unsupported(what.to_owned()));
    }
    Err(files
        .damaged("it has no weights: expected model_weights/ or model_weights.ckpt".to_owned()))
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn zarr_arrays(files: &Files) -> Result<Arrays> {
    let folders = files.names().filter_map(|name| {
        let folder = name.strip_suffix("/.zarray")?;
        Some((folder, folder.strip_prefix("model_weights/")?))
    });
    folders
        .map(|(folder, key)| {
            Ok((plain(key).to_owned(), Arc::new(Array::Zarr(ZarrArray::open(files, folder)?))))
        })
        .collect()
}

/// One file, or one for each tensor-parallel rank in `mp_rank_NN/` or `tp_rank_NN_pp_rank_000/`.
fn torch_arrays(files: &Files, ranks: &[&str]) -> Result<Arrays> {
    if let Some(name) = ranks.iter().find(|name| pipeline_rank(name).is_some_and(|rank| rank > 0)) {
        let what = format!("{name} is one stage of a pipeline: merge the stages with NeMo first");
        return Err(files.unsupported(what));
    }
    if ranks.len() > MAX_RANKS {
        let found = ranks.len();
        return Err(files.damaged(format!("it has {found} ranks: expected at most {MAX_RANKS}")));
    }
    let mut parts = Vec::with_capacity(ranks.len());
    for name in ranks {
        let region = files.get(name).ok_or_else(|| files.damaged(format!("{name} is missing")))?;
        parts.push(torch::open(region)?);
    }
    let names = parts[0].tensors.keys().chain(parts[0].others.keys());
    let prefix = parts[0].prefix();
    let weights = names.filter_map(|name| Some((name, name.strip_prefix(prefix)?)));
    weights
        .filter(|(_, key)| !key.contains("_extra_state"))
        .map(|(name, key)| Ok((plain(key).to_owned(), Arc::new(merged(files, &parts, name)?))))
        .collect()
}

fn pipeline_rank(name: &str) -> Option<usize> {
    let (_, rest) = name.rsplit_once("pp_rank_")?;
    rest.split('/').next()?.parse().ok()
}

/// A tensor of one file, or of all ranks together.
fn merged(files: &Files, ranks: &[TorchFile], name: &str) -> Result<Array> {
    let mut parts = Vec::with_capacity(ranks.len());
    for rank in ranks {
        let tensor = rank.tensor(name)?;
        let (stored, shape) = (tensor.stored, tensor.shape.clone());
        parts.push(FlatArray { stored, shape, data: tensor.data.clone() });
    }
    match (parts.len(), parallel_axis(name)) {
        (1, _) | (_, None) => Ok(Array::Flat(parts.swap_remove(0))),
        (_, Some(axis)) => SplitArray::new(parts, axis)
            .map(Array::Split)
            .map_err(|what| files.damaged(format!("tensor {name}: {what}"))),
    }
}

#[cfg(test)]
mod tests;
