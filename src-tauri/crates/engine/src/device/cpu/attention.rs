//! Causal softmax attention over one layer's cache.

use rayon::prelude::*;

use super::dot::{Instructions, Rows};

/// One head's keys and values of neighbouring positions, each `[position][head_dim]`.
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

/// Queries of one head, next to each other, of which each sees one position more than the one
/// before it.
struct Queries<'a> {
    rows: Rows<'a, f32>,
    /// What the last one sees.
    visible: Visible<'a>,
}

impl Attention {
    /// Queries `[n][heads][head_dim]` to mixed values of the same shape. Rows are taken `together`
    /// at a time; `visible` is what the last of such a group sees through a head of keys.
    pub(super) fn mix<'a>(
        &self,
        queries: &[f32],
        together: usize,
        visible: impl Fn(usize, usize) -> Visible<'a> + Sync,
    ) -> Vec<f32> {
        let (width, n) = (self.heads * self.head_dim, queries.len() / self.heads / self.head_dim);
        // `[heads][n][head_dim]`, so that each task writes one piece.
        let mut by_head = vec![0.0; queries.len()];
        let per_head = by_head.par_chunks_mut(n * self.head_dim).enumerate();
        let tasks = per_head.flat_map(|(head, out)| {
            out.par_chunks_mut(together * self.head_dim).enumerate().map(move |task| (head, task))
        });
        tasks.for_each(|(head, (group, out))| {
            let (first, count) = (group * together, out.len() / self.head_dim);
            let rows = Rows::strided(queries, head * self.head_dim, self.head_dim, width);
            let rows = rows.skip(first).take(count);
            let kv_head = head / (self.heads / self.kv_heads);
            let visible = visible(first + count - 1, kv_head);
            self.mix_head(&Queries { rows, visible }, out);
        });
        if n == 1 { by_head } else { self.by_row(&by_head, n) }
    }

    /// softmax(q·k / sqrt(d)) · v over the visible positions.
    fn mix_head(&self, queries: &Queries<'_>, out: &mut [f32]) {
        let scale = 1.0 / (self.head_dim as f32).sqrt();
        let scores = self.scores(queries);
        let total = scores.len() / queries.rows.count;
        let rows = scores.chunks_exact(total).zip(out.chunks_exact_mut(self.head_dim));
        for (i, (scores, out)) in rows.enumerate() {
            let hidden = queries.rows.count - 1 - i;
            let weights = softmax(&scores[..total - hidden], scale);
            let mut rest = weights.as_slice();
            for positions in &queries.visible {
                let values = Rows::dense(positions.values, self.head_dim);
                let (own, behind) = rest.split_at(values.count.min(rest.len()));
                Instructions::here().add_weighted(own, values, out);
                rest = behind;
            }
        }
    }

    /// q·k of every query with every position the last one sees, `[queries][positions]`.
    fn scores(&self, queries: &Queries<'_>) -> Vec<f32> {
        let [shared, own] = queries.visible.map(|positions| {
            let keys = Rows::dense(positions.keys, self.head_dim);
            let mut scores = vec![0.0; keys.count * queries.rows.count];
            Instructions::here().products(keys, queries.rows, &mut scores);
            scores
        });
        let count = queries.rows.count;
        if own.is_empty() {
            return shared;
        }
        let shared = shared.chunks_exact(shared.len() / count);
        let both = shared.zip(own.chunks_exact(own.len() / count));
        both.flat_map(|(shared, own)| shared.iter().chain(own)).copied().collect()
    }

    /// `[heads][n][head_dim]` to `[n][heads][head_dim]`.
    fn by_row(&self, by_head: &[f32], n: usize) -> Vec<f32> {
        let head =
            |row: usize, head: usize| &by_head[(head * n + row) * self.head_dim..][..self.head_dim];
        let rows = (0..n).flat_map(|row| (0..self.heads).map(move |h| (row, h)));
        rows.flat_map(|(row, h)| head(row, h)).copied().collect()
    }
}

fn softmax(scores: &[f32], scale: f32) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max) * scale;
    let mut weights: Vec<f32> =
        scores.iter().map(|score| (score * scale - highest).exp()).collect();
    let sum: f32 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}
