//! Keys and values on the CPU, in f32.

use std::ops::Range;

use candle_core::Tensor;

use super::attention::{Attention, Positions, Visible};
use crate::config::ModelConfig;
use crate::device::{KvCache, NewRows, Rows};
use crate::{Error, Result};

/// Neighbouring queries that look at the keys together.
const QUERIES_TOGETHER: usize = 6;

pub(super) struct CpuKvCache {
    /// Lane 0 from the start, the others from the position at which they parted from it.
    lanes: Vec<Store>,
    parted: usize,
    len: usize,
    layers: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
}

/// `[layer][keys, values][kv_head][position][head_dim]`: what one head looks through lies together.
struct Store {
    numbers: Vec<f32>,
    positions: usize,
    kv_heads: usize,
    head_dim: usize,
}

impl CpuKvCache {
    /// Takes the memory for the whole context; the system backs pages as they are first written.
    pub(super) fn new(config: &ModelConfig) -> Result<Self> {
        let mut cache = Self {
            lanes: Vec::new(),
            parted: 0,
            len: 0,
            layers: config.num_layers,
            heads: config.num_heads,
            kv_heads: config.num_kv_heads,
            head_dim: config.head_dim,
        };
        cache.lanes.push(cache.lane(config.context_length)?);
        Ok(cache)
    }

    fn lane(&self, positions: usize) -> Result<Store> {
        let sizes = [2, self.kv_heads, positions, self.head_dim];
        let len = sizes.into_iter().fold(self.layers, usize::saturating_mul);
        let numbers = zeros(len)?;
        Ok(Store { numbers, positions, kv_heads: self.kv_heads, head_dim: self.head_dim })
    }

    /// Where a lane's store has the position at which the lanes parted.
    fn parting(&self, lane: usize) -> usize {
        if lane == 0 { self.parted } else { 0 }
    }

    /// What row `row` sees through one head, its own position included.
    fn visible(&self, layer: usize, rows: Rows<'_>, row: usize, kv_head: usize) -> Visible<'_> {
        let positions = |lane: usize, from: usize, count: usize| {
            self.lanes[lane].seen(layer, kv_head, from..from + count)
        };
        match rows {
            Rows::Following => [positions(0, 0, self.len + row + 1), Positions::default()],
            Rows::Lanes(lanes) => {
                let (lane, own) = (lanes[row], self.len + 1 - self.parted);
                [positions(0, 0, self.parted), positions(lane, self.parting(lane), own)]
            }
        }
    }

    /// Heads `first..first + count` of new rows, `[n, count, head_dim]`.
    fn split(&self, qkv: &Tensor, first: usize, count: usize) -> Result<Tensor> {
        let width = self.head_dim;
        let part = qkv.narrow(1, first * width, count * width)?;
        Ok(part.reshape((qkv.dim(0)?, count, width))?)
    }

    fn store(&mut self, layer: usize, new: &NewRows<'_>) -> Result<()> {
        let keys = self.split(&new.qkv, self.heads, self.kv_heads)?;
        let keys = new.rotary.apply(&keys, self.len, new.rows)?.flatten_all()?.to_vec1::<f32>()?;
        let values = self.split(&new.qkv, self.heads + self.kv_heads, self.kv_heads)?;
        let values = values.flatten_all()?.to_vec1::<f32>()?;
        let width = self.kv_heads * self.head_dim;
        let rows = keys.chunks_exact(width).zip(values.chunks_exact(width)).enumerate();
        for (i, (keys, values)) in rows {
            let (lane, position) = match new.rows {
                Rows::Following => (0, self.len + i),
                Rows::Lanes(lanes) => (lanes[i], self.parting(lanes[i]) + self.len - self.parted),
            };
            self.lanes[lane].put(layer, position, keys, values)?;
        }
        Ok(())
    }
}

impl Store {
    /// Where a layer's keys of one head start; its values are [`Self::half`] further.
    fn start(&self, layer: usize, kv_head: usize) -> usize {
        (2 * layer * self.kv_heads + kv_head) * self.positions * self.head_dim
    }

    /// Numbers of one layer's keys.
    fn half(&self) -> usize {
        self.kv_heads * self.positions * self.head_dim
    }

    fn seen(&self, layer: usize, kv_head: usize, range: Range<usize>) -> Positions<'_> {
        let start = self.start(layer, kv_head) + range.start * self.head_dim;
        let length = range.len() * self.head_dim;
        Positions {
            keys: &self.numbers[start..][..length],
            values: &self.numbers[start + self.half()..][..length],
        }
    }

    /// Writes one position, `[kv_head][head_dim]`.
    fn put(&mut self, layer: usize, position: usize, keys: &[f32], values: &[f32]) -> Result<()> {
        if position >= self.positions {
            return Err(Error::PromptTooLong { prompt: position + 1, context: self.positions });
        }
        let (width, half) = (self.head_dim, self.half());
        let heads = keys.chunks_exact(width).zip(values.chunks_exact(width)).enumerate();
        for (kv_head, (keys, values)) in heads {
            let at = self.start(layer, kv_head) + position * width;
            self.numbers[at..][..width].copy_from_slice(keys);
            self.numbers[at + half..][..width].copy_from_slice(values);
        }
        Ok(())
    }
}

/// Zeros straight from the allocator, which hands out pages that are backed on first use.
fn zeros(len: usize) -> Result<Vec<f32>> {
    let needed_bytes = len.saturating_mul(size_of::<f32>());
    let mut probe: Vec<f32> = Vec::new();
    probe
        .try_reserve_exact(len)
        .map_err(|_| Error::OutOfMemory { what: "the KV cache", needed_bytes })?;
    drop(probe);
    Ok(vec![0.0; len])
}

impl KvCache for CpuKvCache {
    fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.lanes.truncate(1);
    }

    fn fork(&mut self, lanes: usize, room: usize) -> Result<()> {
        self.truncate(self.len);
        self.parted = self.len;
        for _ in 1..lanes {
            self.lanes.push(self.lane(room)?);
        }
        Ok(())
    }

    fn advance(&mut self, n: usize) {
        self.len += n;
    }

    fn attend(&mut self, layer: usize, new: &NewRows<'_>) -> Result<Tensor> {
        self.store(layer, new)?;
        let attention =
            Attention { heads: self.heads, kv_heads: self.kv_heads, head_dim: self.head_dim };
        let together = match new.rows {
            Rows::Following => QUERIES_TOGETHER,
            Rows::Lanes(_) => 1,
        };
        let queries = self.split(&new.qkv, 0, self.heads)?;
        let queries = new.rotary.apply(&queries, self.len, new.rows)?;
        let queries = queries.flatten_all()?.to_vec1::<f32>()?;
        let mixed = attention
            .mix(&queries, together, |row, kv_head| self.visible(layer, new.rows, row, kv_head));
        Ok(Tensor::from_vec(
            mixed,
            (new.qkv.dim(0)?, self.heads * self.head_dim),
            new.qkv.device(),
        )?)
    }
}
