//! Keys and values on the CPU, in f32.

use std::ops::Range;

use candle_core::Tensor;

use super::attention::{Attention, Positions, Visible};
use crate::config::ModelConfig;
use crate::device::{KvCache, NewRows, Rows};
use crate::{Error, Result};

pub(crate) struct CpuKvCache {
    /// Lane 0 from the start, the others from the position at which they parted from it.
    lanes: Vec<Store>,
    parted: usize,
    len: usize,
    layers: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
}

/// `[layer][keys, values][position][kv_head][head_dim]`.
struct Store {
    numbers: Vec<f32>,
    /// Numbers of one layer's keys.
    layer: usize,
    /// Numbers of one position's keys.
    width: usize,
}

impl CpuKvCache {
    /// Takes the memory for the whole context; the system backs pages as they are first written.
    pub(crate) fn new(config: &ModelConfig) -> Result<Self> {
        let width = config.num_kv_heads * config.head_dim;
        let lane = Store::new(config.num_layers, config.context_length, width)?;
        Ok(Self {
            lanes: vec![lane],
            parted: 0,
            len: 0,
            layers: config.num_layers,
            heads: config.num_heads,
            kv_heads: config.num_kv_heads,
            head_dim: config.head_dim,
        })
    }

    /// Where a lane's store has the position at which the lanes parted.
    fn parting(&self, lane: usize) -> usize {
        if lane == 0 { self.parted } else { 0 }
    }

    /// What row `row` sees, its own position included.
    fn visible(&self, layer: usize, rows: Rows<'_>, row: usize) -> Visible<'_> {
        let positions = |lane: usize, from: usize, count: usize| {
            self.lanes[lane].positions(layer, from..from + count)
        };
        match rows {
            Rows::Following => [positions(0, 0, self.len + row + 1), Positions::default()],
            Rows::Lanes(lanes) => {
                let (lane, own) = (lanes[row], self.len + 1 - self.parted);
                [positions(0, 0, self.parted), positions(lane, self.parting(lane), own)]
            }
        }
    }

    fn store(&mut self, layer: usize, new: &NewRows<'_>) -> Result<()> {
        let keys = new.k.flatten_all()?.to_vec1::<f32>()?;
        let values = new.v.flatten_all()?.to_vec1::<f32>()?;
        let Rows::Lanes(lanes) = new.rows else {
            return self.lanes[0].put(layer, self.len, &keys, &values);
        };
        let width = self.kv_heads * self.head_dim;
        let rows = keys.chunks_exact(width).zip(values.chunks_exact(width));
        for (lane, (keys, values)) in lanes.iter().zip(rows) {
            let position = self.parting(*lane) + self.len - self.parted;
            self.lanes[*lane].put(layer, position, keys, values)?;
        }
        Ok(())
    }
}

impl Store {
    fn new(layers: usize, positions: usize, width: usize) -> Result<Self> {
        let layer = positions.saturating_mul(width);
        let numbers = zeros(layer.saturating_mul(layers).saturating_mul(2))?;
        Ok(Self { numbers, layer, width })
    }

    fn positions(&self, layer: usize, range: Range<usize>) -> Positions<'_> {
        let start = 2 * layer * self.layer + range.start * self.width;
        let length = range.len() * self.width;
        Positions {
            keys: &self.numbers[start..][..length],
            values: &self.numbers[start + self.layer..][..length],
        }
    }

    /// Writes positions from `position` on.
    fn put(&mut self, layer: usize, position: usize, keys: &[f32], values: &[f32]) -> Result<()> {
        let start = position * self.width;
        if start + keys.len() > self.layer {
            let (prompt, context) = ((start + keys.len()) / self.width, self.layer / self.width);
            return Err(Error::PromptTooLong { prompt, context });
        }
        let start = 2 * layer * self.layer + start;
        self.numbers[start..][..keys.len()].copy_from_slice(keys);
        self.numbers[start + self.layer..][..values.len()].copy_from_slice(values);
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
    fn len(&self) -> usize {
        self.len
    }

    fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.lanes.truncate(1);
    }

    fn fork(&mut self, lanes: usize, room: usize) -> Result<()> {
        self.truncate(self.len);
        self.parted = self.len;
        for _ in 1..lanes {
            self.lanes.push(Store::new(self.layers, room, self.kv_heads * self.head_dim)?);
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
        let queries = new.q.flatten_all()?.to_vec1::<f32>()?;
        let mixed = attention.mix(&queries, |row| self.visible(layer, new.rows, row));
        Ok(Tensor::from_vec(mixed, (new.q.dim(0)?, self.heads * self.head_dim), new.q.device())?)
    }
}
