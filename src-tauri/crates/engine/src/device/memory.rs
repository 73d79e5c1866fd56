//! What a model takes of a GPU's memory, computed before anything is loaded.

use serde::Serialize;
use ts_rs::TS;

use crate::config::ModelConfig;

/// Rows that a forward pass computes at most: a chunk of a prompt.
pub(crate) const MOST_ROWS: u64 = 512;
/// What the CUDA context, cuBLAS and the kernels take for themselves. An allowance, not measured
/// on every card: contexts of 0.3 to 0.6 GB are usual.
const RUNTIME_BYTES: u64 = 768 << 20;
const BF16: u64 = 2;
const F32: u64 = 4;

/// Bytes of GPU memory by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct MemoryPlan {
    #[ts(type = "number")]
    pub weights: u64,
    /// Keys and values of the whole context. Each lane more takes as much again at most.
    #[ts(type = "number")]
    pub cache: u64,
    /// Activations of one pass, logits, and what the CUDA runtime takes.
    #[ts(type = "number")]
    pub workspace: u64,
}

/// What a card can do with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The whole context, and so many lanes of full length.
    Whole { lanes: u64 },
    /// A context of so many tokens, and one lane.
    Shorter { context: usize },
    /// Not even a short one: so many bytes are missing.
    Not { missing: u64 },
}

/// A context shorter than this is not worth offering, in tokens.
const LEAST_CONTEXT: u64 = 1024;
/// Shorter contexts are a multiple of this, in tokens.
const WHOLE_TOKENS: u64 = 128;

impl MemoryPlan {
    /// For weights in bf16 and norms in f32.
    #[must_use]
    pub fn of(config: &ModelConfig) -> Self {
        let hidden = config.hidden_size as u64;
        let norms = (2 * config.num_layers as u64 + 1) * 2 * hidden;
        Self {
            weights: config.parameters() * BF16 + norms * (F32 - BF16),
            cache: per_position(config) * config.context_length as u64,
            workspace: RUNTIME_BYTES + activations(config),
        }
    }

    /// With one lane.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.weights + self.cache + self.workspace
    }

    /// What fits into `free` bytes.
    #[must_use]
    pub fn fit(&self, config: &ModelConfig, free: u64) -> Fit {
        if let Some(left) = free.checked_sub(self.total()) {
            let more = left / self.cache.max(1);
            return Fit::Whole { lanes: 1 + more };
        }
        let fixed = self.weights + self.workspace;
        let least = fixed + LEAST_CONTEXT * per_position(config);
        if free < least {
            return Fit::Not { missing: least - free };
        }
        let context = (free - fixed) / per_position(config);
        Fit::Shorter { context: (context - context % WHOLE_TOKENS) as usize }
    }
}

/// Keys and values of one position in all layers.
fn per_position(config: &ModelConfig) -> u64 {
    2 * BF16 * (config.num_layers * config.num_kv_heads * config.head_dim) as u64
}

/// The largest that are alive at once: the residual stream twice, queries, keys and values, the
/// MLP's hidden rows twice, and the logits of the rows that are looked at together.
fn activations(config: &ModelConfig) -> u64 {
    let (hidden, ffn) = (config.hidden_size as u64, config.ffn_hidden_size as u64);
    let heads = (config.num_heads + 2 * config.num_kv_heads) as u64 * config.head_dim as u64;
    let row = 2 * hidden * F32 + (hidden + 2 * heads + 2 * ffn) * BF16;
    MOST_ROWS * (row + config.vocab_size as u64 * F32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    fn nemotron_3_8b() -> ModelConfig {
        ModelConfig {
            num_layers: 32,
            hidden_size: 4096,
            ffn_hidden_size: 16384,
            num_heads: 32,
            num_kv_heads: 32,
            head_dim: 128,
            vocab_size: 256_000,
            context_length: 4096,
            rotary_fraction: 0.5,
            rope_theta: 10_000.0,
            norm_epsilon: 1e-5,
        }
    }

    /// The published parameter count, two bytes each, and 0.524 MB a cached token.
    #[test]
    fn the_8b_takes_its_published_size_and_two_gigabytes_of_cache() {
        let plan = MemoryPlan::of(&nemotron_3_8b());
        assert_eq!(nemotron_3_8b().parameters(), 8_540_135_424);
        assert!(plan.weights.abs_diff(17_080_270_848) < 4 << 20, "{}", plan.weights);
        assert_eq!(plan.cache, 2 * 2 * 32 * 4096 * 4096);
        assert!(plan.total() < 22 * GB, "{plan:?}");
    }

    #[test]
    fn what_cards_of_24_40_80_and_141_gb_can_do() {
        let (config, plan) = (nemotron_3_8b(), MemoryPlan::of(&nemotron_3_8b()));
        let fit = |gb: u64| plan.fit(&config, gb * GB);
        assert_eq!(fit(24), Fit::Whole { lanes: 2 });
        assert!(matches!(fit(40), Fit::Whole { lanes: 8..=10 }), "{:?}", fit(40));
        assert!(matches!(fit(80), Fit::Whole { lanes: 26..=29 }), "{:?}", fit(80));
        assert!(matches!(fit(141), Fit::Whole { lanes: 54..=57 }), "{:?}", fit(141));
    }

    #[test]
    fn a_card_with_less_is_offered_a_shorter_context_or_nothing() {
        let (config, plan) = (nemotron_3_8b(), MemoryPlan::of(&nemotron_3_8b()));
        let Fit::Shorter { context } = plan.fit(&config, plan.total() - GB) else { panic!() };
        assert!((2000..2300).contains(&context) && context % 128 == 0, "{context}");
        let shorter = ModelConfig { context_length: context, ..config.clone() };
        let free = plan.total() - GB;
        assert_eq!(MemoryPlan::of(&shorter).fit(&shorter, free), Fit::Whole { lanes: 1 });
        assert_eq!(plan.fit(&config, plan.total()), Fit::Whole { lanes: 1 });
        let Fit::Not { missing } = plan.fit(&config, 16 * GB) else { panic!() };
        assert!((1..4 * GB).contains(&missing), "{missing}");
    }
}
