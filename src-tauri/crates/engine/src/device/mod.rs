//! The three seams between the model and a device.
//!
//! Model code sees weights only as projections, the past only as a KV cache, and the mixing of
//! positions only as attention over that cache. A device brings one implementation of each; the
//! rest of the arithmetic is candle's own.

pub(crate) mod cpu;

use candle_core::Tensor;

use crate::Result;

/// A weight matrix without bias.
pub(crate) trait Projection: Send {
    /// `[n, in] -> [n, out]`.
    fn apply(&self, x: &Tensor) -> Result<Tensor>;
}

/// Keys and values of every position so far, for all layers, in memory taken once.
pub(crate) trait KvCache: Send {
    /// Positions that all layers have finished.
    fn len(&self) -> usize;

    /// Forgets the positions from `len` on.
    fn truncate(&mut self, len: usize);

    /// Counts `n` positions as finished, after every layer attended to them.
    fn advance(&mut self, n: usize);

    /// Causal attention of new positions in one layer.
    ///
    /// Stores `k` and `v` (`[n, kv_heads, head_dim]`, keys already rotated) behind the finished
    /// positions, then attends with `q` (`[n, heads, head_dim]`, rotated). Returns
    /// `[n, heads * head_dim]`.
    fn attend(&mut self, layer: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor>;
}
