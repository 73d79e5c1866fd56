//! Causal softmax attention over one layer's cache, one query and head at a time.

use rayon::prelude::*;

use super::dot::dot;

/// One layer's past and new positions, `[position][kv_head][head_dim]`.
pub(super) struct Attention<'a> {
    pub(super) keys: &'a [f32],
    pub(super) values: &'a [f32],
    /// Positions before the first query.
    pub(super) past: usize,
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    pub(super) head_dim: usize,
}

impl Attention<'_> {
    /// Queries `[n][heads][head_dim]` to mixed values of the same shape.
    pub(super) fn mix(&self, queries: &[f32]) -> Vec<f32> {
        let mut out = vec![0.0; queries.len()];
        let tasks = queries.par_chunks(self.head_dim).zip(out.par_chunks_mut(self.head_dim));
        tasks.enumerate().for_each(|(i, (query, out))| {
            let (position, head) = (self.past + i / self.heads, i % self.heads);
            self.mix_one(query, position + 1, head / (self.heads / self.kv_heads), out);
        });
        out
    }

    /// softmax(q·k / sqrt(d)) · v over the first `visible` positions.
    fn mix_one(&self, query: &[f32], visible: usize, kv_head: usize, out: &mut [f32]) {
        let scale = 1.0 / (self.head_dim as f32).sqrt();
        let at = |position: usize| {
            let start = (position * self.kv_heads + kv_head) * self.head_dim;
            start..start + self.head_dim
        };
        let mut weights: Vec<f32> =
            (0..visible).map(|p| dot(&self.keys[at(p)], query) * scale).collect();
        let highest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for weight in &mut weights {
            *weight = (*weight - highest).exp();
            sum += *weight;
        }
        for (position, weight) in weights.iter().enumerate() {
            for (out, value) in out.iter_mut().zip(&self.values[at(position)]) {
                *out += weight / sum * value;
            }
        }
    }
}
