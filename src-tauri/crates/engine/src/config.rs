//! The model's dimensions in one canonical form, whatever file they came from.

use serde::Serialize;

/// Positions times rotated dimensions, for which tables of 8 bytes for two are made before any
/// weight shows that a model is as large as its config says: 512 MB. The 8B has 2^18.
const MAX_ANGLES: usize = 1 << 27;

/// Dimensions and constants of a Nemotron transformer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelConfig {
    pub num_layers: usize,
    pub hidden_size: usize,
    pub ffn_hidden_size: usize,
    pub num_heads: usize,
    pub num_kv_heads: usize,
    pub head_dim: usize,
    /// Rows of the embedding and the output matrix, padding included.
    pub vocab_size: usize,
    pub context_length: usize,
    /// The part of each head's dimensions that rotary embedding turns.
    pub rotary_fraction: f64,
    pub rope_theta: f64,
    pub norm_epsilon: f64,
}

impl ModelConfig {
    /// Dimensions of each head that are rotated: an even number.
    #[must_use]
    pub fn rotary_dim(&self) -> usize {
        (self.head_dim as f64 * self.rotary_fraction) as usize
    }

    /// Numbers in all weight tensors.
    #[must_use]
    pub fn parameters(&self) -> u64 {
        let (h, f, d) =
            (self.hidden_size as u64, self.ffn_hidden_size as u64, self.head_dim as u64);
        let (heads, kv) = (self.num_heads as u64, self.num_kv_heads as u64);
        let layer = (heads + 2 * kv) * d * h + heads * d * h + 2 * h * f + 4 * h;
        2 * self.vocab_size as u64 * h + self.num_layers as u64 * layer + 2 * h
    }

    /// Says what is wrong with dimensions that cannot belong to a real model, so that no size is
    /// computed from them.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        let sizes = [
            ("num_layers", self.num_layers, 1024),
            ("hidden_size", self.hidden_size, 1 << 17),
            ("ffn_hidden_size", self.ffn_hidden_size, 1 << 19),
            ("num_heads", self.num_heads, 1 << 12),
            ("num_kv_heads", self.num_kv_heads, 1 << 12),
            ("head_dim", self.head_dim, 1 << 12),
            ("vocab_size", self.vocab_size, 1 << 22),
            ("context_length", self.context_length, 1 << 20),
        ];
        for (name, value, most) in sizes {
            // A context of one holds a prompt and nothing that follows it.
            let least = if name == "context_length" { 2 } else { 1 };
            if !(least..=most).contains(&value) {
                return Err(format!("{name} is {value}: expected {least} to {most}"));
            }
        }
        if !self.num_heads.is_multiple_of(self.num_kv_heads) {
            let (heads, groups) = (self.num_heads, self.num_kv_heads);
            return Err(format!(
                "num_heads is {heads}: expected a multiple of num_kv_heads, {groups}"
            ));
        }
        let rotary = self.rotary_dim();
        if !(0.0..=1.0).contains(&self.rotary_fraction) || rotary == 0 || !rotary.is_multiple_of(2)
        {
            return Err(format!("rotary_fraction {} of {}", self.rotary_fraction, self.head_dim));
        }
        if self.context_length * rotary > MAX_ANGLES {
            let length = self.context_length;
            return Err(format!("context_length is {length} for {rotary} rotated dimensions"));
        }
        let constants = [("rope_theta", self.rope_theta), ("norm_epsilon", self.norm_epsilon)];
        // What is computed with is f32.
        let usable = |value: f64| value > 0.0 && (value as f32).is_normal();
        match constants.iter().find(|(_, value)| !usable(*value)) {
            Some((name, value)) => Err(format!("{name} is {value}: expected more than 0")),
            None => Ok(()),
        }
    }
}
