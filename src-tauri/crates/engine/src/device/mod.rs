//! The seams between the model and a device.
//!
//! Model code sees weights only as projections and an embedding, the past only as a KV cache that
//! attends, and everything between as [`Arithmetic`]. A device brings one implementation of each,
//! and a [`Place`] to put weights in.

pub(crate) mod choice;
pub(crate) mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
#[cfg(test)]
mod emulated;
pub(crate) mod memory;
pub(crate) mod site;

use std::ops::Range;

use candle_core::Tensor;
use half::bf16;

use crate::config::ModelConfig;
use crate::logits::{Row, Want};
use crate::model::Rotary;
use crate::{Error, Result};

/// Gives back what an unloaded model held on a device.
pub(crate) fn release() {
    #[cfg(feature = "cuda")]
    cuda::release();
}

/// Gives up what a lost device still holds, so that it can be opened anew.
pub(crate) fn reset() {
    #[cfg(feature = "cuda")]
    cuda::reset();
}

/// A weight matrix without bias.
pub(crate) trait Projection: Send {
    /// `[n, in] -> [n, out]`.
    fn apply(&self, x: &Tensor, rows: Rows<'_>) -> Result<Tensor>;
}

/// Token embeddings, `[vocab, hidden]`.
pub(crate) trait Embedding: Send {
    /// ids `[n]` to `[n, hidden]` in f32.
    fn rows(&self, ids: &[u32]) -> Result<Tensor>;
}

/// LayerNorm whose stored weight is centred on zero; 1 was added in f32 when it was loaded.
pub(crate) struct LayerNorm1p {
    pub(crate) weight: Tensor, // [hidden], f32
    pub(crate) bias: Tensor,   // [hidden], f32
    pub(crate) epsilon: f32,
}

/// What is computed row by row or number by number, on `[n, width]`.
pub(crate) trait Arithmetic: Send {
    /// f32 to what projections take.
    fn layer_norm(&self, x: &Tensor, norm: &LayerNorm1p) -> Result<Tensor>;

    /// max(x, 0)².
    fn squared_relu(&self, x: &Tensor) -> Result<Tensor>;

    /// What a block computed, added to what it was given, in f32.
    fn residual(&self, x: &Tensor, computed: &Tensor) -> Result<Tensor>;

    /// Logits `[n, vocab]` as rows to choose from; `pieces` of a row's numbers are of tokens.
    fn rows(&self, logits: &Tensor, pieces: usize, want: Want) -> Result<Vec<Row>>;

    fn cache(&self, config: &ModelConfig) -> Result<Box<dyn KvCache>>;

    /// How many tokens of a prompt are computed together.
    fn prefill_chunk(&self) -> usize;

    /// Of a key's or value's number in the cache.
    fn cached_number_bytes(&self) -> usize;

    /// Bytes of the device's own memory in use; none where it has none.
    fn memory_used(&self) -> Option<u64> {
        None
    }

    /// What a streaming read of the device's own memory gives, in 10^9 bytes a second.
    fn read_bandwidth(&self) -> Result<Option<f64>> {
        Ok(None)
    }

    /// Whether the device answers no more, so that all on it is lost.
    fn lost(&self) -> bool {
        false
    }
}

/// Which positions the rows of one forward pass stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rows<'a> {
    /// The next positions of lane 0, one after another.
    Following,
    /// The same next position in each of these lanes.
    Lanes(&'a [usize]),
}

impl Rows<'_> {
    /// By how much a pass over `n` rows lengthens the lanes it is for.
    pub(crate) fn positions(self, n: usize) -> usize {
        match self {
            Self::Following => n,
            Self::Lanes(_) => 1,
        }
    }
}

/// One layer's queries, keys and values of new rows, not rotated yet.
pub(crate) struct NewRows<'a> {
    pub(crate) rows: Rows<'a>,
    /// `[n, (heads + 2 * kv_heads) * head_dim]`: all q, all k, all v.
    pub(crate) qkv: Tensor,
    pub(crate) rotary: &'a Rotary,
}

/// Keys and values of every position so far, for all layers. Lane 0's memory is taken once; the
/// other lanes share what came before they parted from it.
pub(crate) trait KvCache: Send {
    /// Forgets the positions from `len` on, and all lanes but lane 0.
    fn truncate(&mut self, len: usize);

    /// From the next position on there are `lanes` lanes, each with room for `room` positions.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    fn fork(&mut self, lanes: usize, room: usize) -> Result<()>;

    /// Counts `n` positions as finished, after every layer attended to them.
    fn advance(&mut self, n: usize);

    /// Causal attention of new rows in one layer: rotates their queries and keys, stores keys and
    /// values behind the finished positions, then attends. Returns `[n, heads * head_dim]`.
    fn attend(&mut self, layer: usize, new: &NewRows<'_>) -> Result<Tensor>;
}

/// The rows of a matrix before it has a place, wherever they come from.
pub(crate) trait MatrixRows: Sync {
    fn bf16(&self, rows: Range<usize>, out: &mut [bf16]) -> Result<()>;
    fn f32(&self, rows: Range<usize>, out: &mut [f32]) -> Result<()>;
}

/// A matrix on its way to its place.
pub(crate) struct Unplaced<'a> {
    pub(crate) rows: &'a dyn MatrixRows,
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    #[cfg_attr(not(feature = "cuda"), expect(dead_code, reason = "the CPU does not care"))]
    pub(crate) role: Role,
}

/// What a matrix is for, where a device cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Its results are computed with further.
    Inner,
    /// Its results are added to the residual stream, or are logits.
    Outer,
}

impl Unplaced<'_> {
    pub(crate) fn count(&self) -> usize {
        self.outputs * self.inputs
    }
}

/// Where weights are put, and what computes with them there.
pub(crate) trait Place {
    fn projection(&mut self, matrix: &Unplaced<'_>) -> Result<Box<dyn Projection>>;
    fn embedding(&mut self, matrix: &Unplaced<'_>) -> Result<Box<dyn Embedding>>;
    /// `[n]` in f32.
    fn vector(&mut self, values: Vec<f32>) -> Result<Tensor>;
    fn arithmetic(&self) -> Box<dyn Arithmetic>;
    /// Bytes of weights held.
    fn held(&self) -> u64;
}

/// Who watches a load, and the flag that ends it.
pub(crate) trait Watch: Sync {
    /// So many more numbers are in their place.
    ///
    /// # Errors
    /// [`Error::LoadCancelled`].
    fn passed(&self, numbers: usize) -> Result<()>;
}

/// An empty vector with room, or an error instead of an abort.
pub(crate) fn reserve<T>(len: usize, what: &'static str) -> Result<Vec<T>> {
    let mut values = Vec::new();
    let needed_bytes = len.saturating_mul(size_of::<T>());
    values.try_reserve_exact(len).map_err(|_| Error::OutOfMemory { what, needed_bytes })?;
    Ok(values)
}
