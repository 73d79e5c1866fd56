//! The JSON files that say what the weights are: `config.json` and its like, with the keys that
//! transformers 4 and 5 and vLLM read.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::shards::Shard;
use crate::checkpoint::{Checkpoint, TokenIds};
use crate::tokenizer::{Special, Specials};

/// Rotary embedding is stated twice: transformers 4 and vLLM read it at the top, transformers 5
/// in `rope_parameters`. `torch_dtype` is what every release reads for the weights' type.
pub(super) fn config(checkpoint: &Checkpoint, specials: &Specials) -> Value {
    let config = &checkpoint.config;
    let mut stated = json!({
        "architectures": ["NemotronForCausalLM"],
        "attention_bias": false,
        "attention_dropout": 0.0,
        "head_dim": config.head_dim,
        "hidden_act": "relu2",
        "hidden_size": config.hidden_size,
        "initializer_range": 0.0134,
        "intermediate_size": config.ffn_hidden_size,
        "max_position_embeddings": config.context_length,
        "mlp_bias": false,
        "model_type": "nemotron",
        "norm_eps": config.norm_epsilon,
        "num_attention_heads": config.num_heads,
        "num_hidden_layers": config.num_layers,
        "num_key_value_heads": config.num_kv_heads,
        "partial_rotary_factor": config.rotary_fraction,
        "rope_parameters": {
            "partial_rotary_factor": config.rotary_fraction,
            "rope_theta": config.rope_theta,
            "rope_type": "default",
        },
        "rope_theta": config.rope_theta,
        "tie_word_embeddings": false,
        "torch_dtype": torch_dtype(checkpoint),
        "use_cache": true,
        "vocab_size": config.vocab_size,
    });
    for (key, ids) in ids(checkpoint, specials) {
        stated[key] = json!(ids);
    }
    stated
}

fn torch_dtype(checkpoint: &Checkpoint) -> &'static str {
    match checkpoint.dtype() {
        "f16" => "float16",
        "f32" => "float32",
        _ => "bfloat16",
    }
}

/// Of the tokenizer's ids those that are rows of the embedding. What is left out stays at the
/// reader's default, so an absent role is said to be null.
fn ids(checkpoint: &Checkpoint, specials: &Specials) -> [(&'static str, TokenIds); 3] {
    let row = |special: &Option<Special>| {
        let id = special.as_ref()?.id;
        ((id as usize) < checkpoint.config.vocab_size).then_some(id)
    };
    let stated = &checkpoint.special_ids;
    [
        ("bos_token_id", stated.bos.or(row(&specials.bos))),
        ("eos_token_id", stated.eos.or(row(&specials.eos))),
        ("pad_token_id", stated.padding.or(row(&specials.padding))),
    ]
}

pub(super) fn generation_config(checkpoint: &Checkpoint, specials: &Specials) -> Value {
    json!(BTreeMap::from(ids(checkpoint, specials)))
}

/// NVIDIA's own serving puts no beginning-of-sequence token in front of a prompt; and like
/// SentencePiece, a reader is to take `</s>` in a text for these four characters, not the token.
pub(super) fn tokenizer_config(checkpoint: &Checkpoint, specials: &Specials) -> Value {
    let mut stated = json!({
        "add_bos_token": false,
        "add_eos_token": false,
        "clean_up_tokenization_spaces": false,
        "model_max_length": checkpoint.config.context_length,
        "split_special_tokens": true,
        "tokenizer_class": "PreTrainedTokenizerFast",
    });
    for (key, special) in [
        ("bos_token", &specials.bos),
        ("eos_token", &specials.eos),
        ("pad_token", &specials.padding),
        ("unk_token", &specials.unknown),
    ] {
        if let Some(Special { text, .. }) = special {
            stated[key] = json!(text);
        }
    }
    stated
}

/// Which file has which weight.
pub(super) fn index(checkpoint: &Checkpoint, shards: &[Shard<'_>]) -> Value {
    let places = shards.iter().flat_map(|shard| {
        shard.weights.iter().map(|weight| (weight.name.clone(), json!(shard.file)))
    });
    json!({
        "metadata": {
            "total_parameters": checkpoint.config.parameters(),
            "total_size": checkpoint.weight_bytes(),
        },
        "weight_map": places.collect::<Map<_, _>>(),
    })
}
