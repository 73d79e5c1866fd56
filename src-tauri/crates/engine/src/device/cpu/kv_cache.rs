//! Keys and values on the CPU, `[layer][position][kv_head][head_dim]` in f32.

use candle_core::Tensor;

use super::attention::Attention;
use crate::config::ModelConfig;
use crate::device::KvCache;
use crate::{Error, Result};

pub(crate) struct CpuKvCache {
    keys: Vec<Vec<f32>>,
    values: Vec<Vec<f32>>,
    len: usize,
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
    context_length: usize,
}

impl CpuKvCache {
    /// Takes the memory for the whole context; the system backs pages as they are first written.
    pub(crate) fn new(config: &ModelConfig) -> Result<Self> {
        let layer = config.context_length * config.num_kv_heads * config.head_dim;
        let all = || (0..config.num_layers).map(|_| zeros(layer)).collect::<Result<Vec<_>>>();
        Ok(Self {
            keys: all()?,
            values: all()?,
            len: 0,
            heads: config.num_heads,
            kv_heads: config.num_kv_heads,
            head_dim: config.head_dim,
            context_length: config.context_length,
        })
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
    }

    fn advance(&mut self, n: usize) {
        self.len += n;
    }

    fn attend(&mut self, layer: usize, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let (n, width) = (q.dim(0)?, self.kv_heads * self.head_dim);
        if self.len + n > self.context_length {
            let (prompt, context) = (self.len + n, self.context_length);
            return Err(Error::PromptTooLong { prompt, context });
        }
        let at = self.len * width..(self.len + n) * width;
        self.keys[layer][at.clone()].copy_from_slice(&k.flatten_all()?.to_vec1::<f32>()?);
        self.values[layer][at].copy_from_slice(&v.flatten_all()?.to_vec1::<f32>()?);
        let attention = Attention {
            keys: &self.keys[layer],
            values: &self.values[layer],
            past: self.len,
            heads: self.heads,
            kv_heads: self.kv_heads,
            head_dim: self.head_dim,
        };
        let queries = q.flatten_all()?.to_vec1::<f32>()?;
        let mixed = attention.mix(&queries);
        Ok(Tensor::from_vec(mixed, (n, self.heads * self.head_dim), q.device())?)
    }
}
