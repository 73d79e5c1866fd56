//! Causal softmax attention over one layer's cache, one query and head at a time.

use rayon::prelude::*;

use super::dot::dot;

/// Keys and values of neighbouring positions in one layer, each `[position][kv_head][head_dim]`.
#[derive(Clone, Copy, Default)]
pub(super) struct Positions<'a> {
    pub(super) keys: &'a [f32],
    pub(super) values: &'a [f32],
}

/// What a query sees: the positions that all lanes share, then those of its own lane.
pub(super) type Visible<'a> = [Positions<'a>; 2];

pub(super) struct Attention {
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    pub(super) head_dim: usize,
}

impl Attention {
    /// Queries `[n][heads][head_dim]` to mixed values of the same shape.
    pub(super) fn mix<'a>(
        &self,
        queries: &[f32],
        visible: impl Fn(usize) -> Visible<'a> + Sync,
    ) -> Vec<f32> {
        let mut out = vec![0.0; queries.len()];
        let tasks = queries.par_chunks(self.head_dim).zip(out.par_chunks_mut(self.head_dim));
        tasks.enumerate().for_each(|(i, (query, out))| {
            let (row, head) = (i / self.heads, i % self.heads);
            self.mix_one(query, &visible(row), head / (self.heads / self.kv_heads), out);
        });
        out
    }

    /// softmax(q·k / sqrt(d)) · v over the visible positions.
    fn mix_one(&self, query: &[f32], visible: &Visible<'_>, kv_head: usize, out: &mut [f32]) {
        let scale = 1.0 / (self.head_dim as f32).sqrt();
        let keys = visible.iter().flat_map(|positions| self.head(positions.keys, kv_head));
        let mut weights: Vec<f32> = keys.map(|key| dot(key, query) * scale).collect();
        let highest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for weight in &mut weights {
            *weight = (*weight - highest).exp();
            sum += *weight;
        }
        let values = visible.iter().flat_map(|positions| self.head(positions.values, kv_head));
        for (weight, value) in weights.iter().zip(values) {
            for (out, value) in out.iter_mut().zip(value) {
                *out += weight / sum * value;
            }
        }
    }

    /// One head's part of each position.
    fn head<'a>(&self, all: &'a [f32], kv_head: usize) -> impl Iterator<Item = &'a [f32]> {
        let part = kv_head * self.head_dim..(kv_head + 1) * self.head_dim;
        all.chunks_exact(self.kv_heads * self.head_dim).map(move |position| &position[part.clone()])
    }
}
