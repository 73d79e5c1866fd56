//! `model_config.yaml` of a `.nemo` archive, as NeMo 1.x writes it for its GPT models.
//!
//! Only plain values are read: `target`, tags and everything else that could name code is ignored.

use serde::Deserialize;

use crate::config::ModelConfig;

/// The keys that decide what is computed; NeMo's defaults where a key is absent or null.
#[derive(Deserialize)]
struct Yaml {
    num_layers: usize,
    hidden_size: usize,
    num_attention_heads: usize,
    encoder_seq_length: usize,
    ffn_hidden_size: Option<usize>,
    kv_channels: Option<usize>,
    num_query_groups: Option<usize>,
    max_position_embeddings: Option<Length>,
    layernorm_epsilon: Option<f64>,
    rotary_percentage: Option<f64>,
    rotary_base: Option<f64>,
    normalization: Option<String>,
    #[serde(default)]
    layernorm_zero_centered_gamma: bool,
    activation: Option<String>,
    #[serde(default)]
    bias: bool,
    position_embedding_type: Option<String>,
    transformer_block_type: Option<String>,
    #[serde(default)]
    share_embeddings_and_output_weights: bool,
    tokenizer: TokenizerYaml,
}

#[derive(Deserialize)]
struct TokenizerYaml {
    model: Option<String>,
    tokenizer_model: Option<String>,
}

/// A number, or an `OmegaConf` interpolation such as `${.encoder_seq_length}`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Length {
    Number(usize),
    #[expect(dead_code, reason = "an interpolation is accepted, its text is not needed")]
    Interpolation(String),
}

/// What the archive says of itself.
#[derive(Debug)]
pub(super) struct NemoConfig {
    /// `vocab_size` is still 0: the embedding's shape decides it.
    pub(super) model: ModelConfig,
    /// The tokenizer's member name.
    pub(super) tokenizer: String,
}

/// Why a yaml was turned down.
#[derive(Debug)]
pub(super) enum Refusal {
    Damaged(String),
    Unsupported(String),
}

pub(super) fn parse(bytes: &[u8]) -> Result<NemoConfig, Refusal> {
    let yaml: Yaml =
        serde_saphyr::from_slice(bytes).map_err(|e| Refusal::Damaged(first_line(&e)))?;
    check_architecture(&yaml).map_err(Refusal::Unsupported)?;
    let tokenizer = tokenizer_member(&yaml.tokenizer).map_err(Refusal::Damaged)?;
    Ok(NemoConfig { model: dimensions(&yaml), tokenizer })
}

fn dimensions(yaml: &Yaml) -> ModelConfig {
    let heads = yaml.num_attention_heads;
    let context_length = match yaml.max_position_embeddings {
        Some(Length::Number(n)) => n,
        _ => yaml.encoder_seq_length,
    };
    ModelConfig {
        num_layers: yaml.num_layers,
        hidden_size: yaml.hidden_size,
        ffn_hidden_size: yaml.ffn_hidden_size.unwrap_or(yaml.hidden_size.saturating_mul(4)),
        num_heads: heads,
        num_kv_heads: yaml.num_query_groups.unwrap_or(heads),
        head_dim: yaml.kv_channels.unwrap_or(yaml.hidden_size / heads.max(1)),
        vocab_size: 0,
        context_length,
        rotary_fraction: yaml.rotary_percentage.unwrap_or(1.0),
        rope_theta: yaml.rotary_base.unwrap_or(10_000.0),
        norm_epsilon: yaml.layernorm_epsilon.unwrap_or(1e-5),
    }
}

/// Refuses what this engine does not compute, by its name.
fn check_architecture(yaml: &Yaml) -> Result<(), String> {
    let zero_centred = yaml.layernorm_zero_centered_gamma;
    let normalization = match yaml.normalization.as_deref() {
        Some("layernorm") if zero_centred => Some("layernorm1p"),
        other => other,
    };
    let wanted = [
        ("activation", yaml.activation.as_deref(), "squared-relu"),
        ("normalization", normalization, "layernorm1p"),
        ("position_embedding_type", yaml.position_embedding_type.as_deref(), "rope"),
        (
            "transformer_block_type",
            yaml.transformer_block_type.as_deref().or(Some("pre_ln")),
            "pre_ln",
        ),
    ];
    for (key, found, expected) in wanted {
        if found != Some(expected) {
            let found = found.unwrap_or("absent");
            return Err(format!("model_config.yaml: {key} is {found}: expected {expected}"));
        }
    }
    let flags = [
        ("bias", yaml.bias),
        ("share_embeddings_and_output_weights", yaml.share_embeddings_and_output_weights),
    ];
    match flags.iter().find(|(_, set)| *set) {
        Some((key, _)) => Err(format!("model_config.yaml: {key} is true: expected false")),
        None => Ok(()),
    }
}

/// The member that `nemo:` names; only an exact member name is ever looked up.
fn tokenizer_member(yaml: &TokenizerYaml) -> Result<String, String> {
    let named = [&yaml.model, &yaml.tokenizer_model]
        .into_iter()
        .flatten()
        .find_map(|name| name.strip_prefix("nemo:"));
    named
        .map(str::to_owned)
        .ok_or_else(|| "model_config.yaml: tokenizer.model names no file in the archive".to_owned())
}

fn first_line(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    format!("model_config.yaml: {}", line.strip_prefix("error: ").unwrap_or(line))
}
