//! Keys and values on the GPU, in bf16, and attention over them.

use std::sync::Arc;

use candle_core::Tensor;
use candle_core::cuda_backend::cudarc::driver::CudaSlice;
use half::bf16;

use super::context::{Address, Context, address, address_of, start};
use crate::config::ModelConfig;
use crate::device::{KvCache, NewRows, Rows};
use crate::{Error, Result};

const BLOCK: u32 = 256;
const ATTENDING_BLOCK: u32 = 128;

pub(super) struct GpuKvCache {
    context: Arc<Context>,
    /// Lane 0: `[layer][keys, values][position][kv_head][head_dim]`.
    shared: Store,
    /// The other lanes from where they parted: `[layer][keys, values][lane - 1][position]...`.
    others: Option<Store>,
    parted: usize,
    len: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    layers: usize,
    /// The lanes of the rows of this pass, as the kernels look them up.
    lanes: Lanes,
    /// The rotary table, `[position][width / 2][cos, sin]`, from the first pass on.
    turns: Option<CudaSlice<f32>>,
}

struct Store {
    numbers: Tensor, // [layers, 2, lanes * positions, kv_heads, head_dim]
    positions: usize,
}

struct Lanes {
    numbers: Vec<u32>,
    uploaded: CudaSlice<u32>,
}

/// Where one layer's keys and values begin.
struct Layer {
    keys: Address,
    values: Address,
}

impl GpuKvCache {
    pub(super) fn new(context: Arc<Context>, config: &ModelConfig) -> Result<Self> {
        let shape = (config.num_layers, config.num_kv_heads, config.head_dim);
        let shared = Store::new(&context, shape, config.context_length, 1)?;
        let lanes = Lanes { numbers: vec![0], uploaded: context.upload(&[0])? };
        Ok(Self {
            context,
            shared,
            others: None,
            parted: 0,
            len: 0,
            heads: config.num_heads,
            kv_heads: config.num_kv_heads,
            head_dim: config.head_dim,
            layers: config.num_layers,
            lanes,
            turns: None,
        })
    }

    /// Makes sure that the kernels can look up the lanes of these rows, and that there is room.
    fn prepare(&mut self, new: &NewRows<'_>, n: usize) -> Result<()> {
        let last = self.len + new.rows.positions(n);
        let room = match (new.rows, &self.others) {
            (Rows::Lanes(lanes), Some(others)) if lanes.iter().any(|lane| *lane > 0) => {
                self.shared.positions.min(self.parted + others.positions)
            }
            _ => self.shared.positions,
        };
        if last > room {
            return Err(Error::PromptTooLong { prompt: last, context: room });
        }
        let numbers: Vec<u32> = match new.rows {
            Rows::Following => vec![0; n],
            Rows::Lanes(lanes) => lanes.iter().map(|lane| *lane as u32).collect(),
        };
        if self.lanes.numbers != numbers {
            self.lanes = Lanes { uploaded: self.context.upload(&numbers)?, numbers };
        }
        if self.turns.is_none() {
            let turns = new.rotary.turns.iter().flat_map(|(cos, sin)| [*cos, *sin]);
            self.turns = Some(self.context.upload(&turns.collect::<Vec<f32>>())?);
        }
        Ok(())
    }

    /// Rotates and stores the new rows of one layer; returns their queries, `[n, heads * head_dim]`.
    fn store(&self, layer: usize, new: &NewRows<'_>, each: u32) -> Result<Tensor> {
        let n = new.qkv.dim(0)?;
        let q = self.context.rows::<bf16>(n, self.heads * self.head_dim)?;
        let shared = self.shared.layer(layer)?;
        let (others, stride) = self.others_of(layer)?;
        let turns = self.turns.as_ref().map_or(0, address_of);
        start!(
            self.context,
            rotate_and_store,
            (n as u32, 1, 1),
            BLOCK,
            address::<bf16>(&new.qkv)?,
            turns,
            address::<bf16>(&q)?,
            shared.keys,
            shared.values,
            others.keys,
            others.values,
            stride,
            address_of(&self.lanes.uploaded),
            each,
            self.len as u32,
            self.parted as u32,
            self.heads as u32,
            self.kv_heads as u32,
            self.head_dim as u32,
            new.rotary.width as u32,
        );
        Ok(q)
    }

    fn mix(&self, layer: usize, q: &Tensor, each: u32) -> Result<Tensor> {
        let n = q.dim(0)?;
        let out = self.context.rows::<bf16>(n, self.heads * self.head_dim)?;
        let shared = self.shared.layer(layer)?;
        let (others, stride) = self.others_of(layer)?;
        let scale = 1.0 / (self.head_dim as f32).sqrt();
        start!(
            self.context,
            attend,
            (self.heads as u32, n as u32, 1),
            ATTENDING_BLOCK,
            address::<bf16>(q)?,
            shared.keys,
            shared.values,
            others.keys,
            others.values,
            stride,
            address_of(&self.lanes.uploaded),
            address::<bf16>(&out)?,
            each,
            self.len as u32,
            self.parted as u32,
            self.heads as u32,
            self.kv_heads as u32,
            self.head_dim as u32,
            scale,
        );
        Ok(out)
    }

    /// The other lanes' keys and values of a layer, and how far apart the lanes lie.
    fn others_of(&self, layer: usize) -> Result<(Layer, u64)> {
        match &self.others {
            Some(others) => {
                let stride = others.positions * self.kv_heads * self.head_dim;
                Ok((others.layer(layer)?, stride as u64))
            }
            None => Ok((Layer { keys: 0, values: 0 }, 0)),
        }
    }

    /// A prompt's rows through `FlashAttention`: each sees all that came before it.
    #[cfg(feature = "flash-attn")]
    fn flash(&self, layer: usize, q: &Tensor) -> Result<Tensor> {
        let n = q.dim(0)?;
        let (heads, width) = (self.heads, self.head_dim);
        let q = q.reshape((1, n, heads, width))?;
        let seen = |half: usize| -> Result<Tensor> {
            let all = self.shared.numbers.narrow(0, layer, 1)?.narrow(1, half, 1)?;
            Ok(all.narrow(2, 0, self.len + n)?.squeeze(0)?)
        };
        let scale = 1.0 / (width as f32).sqrt();
        let mixed = candle_flash_attn::flash_attn(&q, &seen(0)?, &seen(1)?, scale, true)?;
        // Its memory is exactly the rows: a projection of following rows reads no more.
        Ok(mixed.reshape((n, heads * width))?)
    }

    #[cfg(feature = "flash-attn")]
    fn flashes(&self, rows: Rows<'_>) -> bool {
        matches!(rows, Rows::Following)
            && self.head_dim.is_multiple_of(32)
            && self.head_dim <= 128
            && !self.context.plain_attention
    }
}

impl Store {
    fn new(
        context: &Context,
        (layers, kv_heads, head_dim): (usize, usize, usize),
        positions: usize,
        lanes: usize,
    ) -> Result<Self> {
        let shape = (layers, 2, lanes * positions, kv_heads, head_dim);
        let count = layers * 2 * lanes * positions * kv_heads * head_dim;
        Ok(Self { numbers: context.tensor(context.take::<bf16>(count)?, shape), positions })
    }

    fn layer(&self, layer: usize) -> Result<Layer> {
        let half = self.numbers.elem_count() / self.numbers.dim(0)? / 2 * size_of::<bf16>();
        let keys = address::<bf16>(&self.numbers)? + (2 * layer * half) as Address;
        Ok(Layer { keys, values: keys + half as Address })
    }
}

impl KvCache for GpuKvCache {
    fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
        self.others = None;
    }

    fn fork(&mut self, lanes: usize, room: usize) -> Result<()> {
        self.truncate(self.len);
        self.parted = self.len;
        if lanes > 1 {
            let shape = (self.layers, self.kv_heads, self.head_dim);
            self.others = Some(Store::new(&self.context, shape, room, lanes - 1)?);
        }
        Ok(())
    }

    fn advance(&mut self, n: usize) {
        self.len += n;
    }

    fn attend(&mut self, layer: usize, new: &NewRows<'_>) -> Result<Tensor> {
        self.prepare(new, new.qkv.dim(0)?)?;
        let each = u32::from(matches!(new.rows, Rows::Following));
        let q = self.store(layer, new, each)?;
        #[cfg(feature = "flash-attn")]
        if self.flashes(new.rows) {
            return self.flash(layer, &q);
        }
        self.mix(layer, &q, each)
    }
}
