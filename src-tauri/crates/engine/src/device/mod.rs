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

/// The keys and values of one layer's new rows, and the queries that look at them.
pub(crate) struct NewRows<'a> {
    pub(crate) rows: Rows<'a>,
    /// `[n, heads, head_dim]`, rotated.
    pub(crate) q: Tensor,
    /// `[n, kv_heads, head_dim]`, rotated.
    pub(crate) k: Tensor,
    /// `[n, kv_heads, head_dim]`.
    pub(crate) v: Tensor,
}

/// Keys and values of every position so far, for all layers. Lane 0's memory is taken once; the
/// other lanes share what came before they parted from it.
pub(crate) trait KvCache: Send {
    /// Positions that all layers have finished.
    fn len(&self) -> usize;

    /// Forgets the positions from `len` on, and all lanes but lane 0.
    fn truncate(&mut self, len: usize);

    /// From the next position on there are `lanes` lanes, each with room for `room` positions.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    fn fork(&mut self, lanes: usize, room: usize) -> Result<()>;

    /// Counts `n` positions as finished, after every layer attended to them.
    fn advance(&mut self, n: usize);

    /// Causal attention of new rows in one layer: stores their keys and values behind the finished
    /// positions, then attends. Returns `[n, heads * head_dim]`.
    fn attend(&mut self, layer: usize, new: &NewRows<'_>) -> Result<Tensor>;
}
