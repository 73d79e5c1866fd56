//! The Nemotron transformer: pre-norm blocks of attention and a squared-ReLU MLP.
//!
//! Arithmetic as in transformers' `NemotronForCausalLM` and megatron-core: LayerNorm with weight
//! + 1, rotation of the first part of each head, no biases in projections, an untied head.

mod elementwise;
mod load;
mod rotary;
mod synthetic;

pub(crate) use load::LoadOptions;
pub use load::WeightDtype;

use candle_core::{Device, Tensor};

use crate::Result;
use crate::config::ModelConfig;
use crate::device::{KvCache, NewRows, Projection, Rows};
use elementwise::{residual, squared_relu};
use rotary::Rotary;

/// The weights, ready to compute with.
pub(crate) struct Model {
    pub(crate) config: ModelConfig,
    pub(crate) weight_bytes: u64,
    pub(crate) dtype: WeightDtype,
    device: Device,
    embedding: load::Embedding,
    layers: Vec<Layer>,
    final_norm: LayerNorm1p,
    output: Box<dyn Projection>, // [hidden] -> [vocab]
    rotary: Rotary,
}

struct Layer {
    attention_norm: LayerNorm1p,
    qkv: Box<dyn Projection>, // [hidden] -> [(heads + 2 * kv_heads) * head_dim]: all q, all k, all v
    attention_output: Box<dyn Projection>, // [heads * head_dim] -> [hidden]
    mlp_norm: LayerNorm1p,
    up: Box<dyn Projection>,   // [hidden] -> [ffn]
    down: Box<dyn Projection>, // [ffn] -> [hidden]
}

/// LayerNorm whose stored weight is centred on zero; 1 was added in f32 when it was loaded.
struct LayerNorm1p {
    weight: Tensor, // [hidden], f32
    bias: Tensor,   // [hidden], f32
    epsilon: f32,
}

impl LayerNorm1p {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        Ok(candle_nn::ops::layer_norm(x, &self.weight, &self.bias, self.epsilon)?)
    }
}

impl Model {
    /// Computes new tokens behind what `cache` holds: ids `[n]` to hidden states `[n, hidden]`,
    /// after the final norm.
    pub(crate) fn forward(
        &self,
        ids: &[u32],
        rows: Rows<'_>,
        cache: &mut dyn KvCache,
    ) -> Result<Tensor> {
        let mut x = self.embedding.rows(ids, &self.device)?;
        for (index, layer) in self.layers.iter().enumerate() {
            let new = self.new_rows(layer, &layer.attention_norm.apply(&x)?, rows, cache.len())?;
            x = residual(&x, &layer.attention_output.apply(&cache.attend(index, &new)?)?)?;
            let hidden = squared_relu(&layer.up.apply(&layer.mlp_norm.apply(&x)?)?)?;
            x = residual(&x, &layer.down.apply(&hidden)?)?;
        }
        cache.advance(rows.positions(ids.len()));
        self.final_norm.apply(&x)
    }

    /// Makes the model ready for another length of context than its own.
    pub(crate) fn set_context(&mut self, length: usize) {
        self.config.context_length = length;
        self.rotary = Rotary::new(&self.config);
    }

    /// Hidden states `[n, hidden]` to logits, `n` rows of the vocabulary's length.
    pub(crate) fn logits(&self, hidden: &Tensor) -> Result<Vec<Vec<f32>>> {
        Ok(self.output.apply(hidden)?.to_vec2()?)
    }

    /// Queries, keys and values of normalised `[n, hidden]`, `position` positions behind the start.
    fn new_rows<'a>(
        &self,
        layer: &Layer,
        x: &Tensor,
        rows: Rows<'a>,
        position: usize,
    ) -> Result<NewRows<'a>> {
        let (n, width) = (x.dim(0)?, self.config.head_dim);
        let qkv = layer.qkv.apply(x)?;
        let heads = |first: usize, count: usize| -> Result<Tensor> {
            Ok(qkv.narrow(1, first * width, count * width)?.reshape((n, count, width))?)
        };
        let (query_heads, kv_heads) = (self.config.num_heads, self.config.num_kv_heads);
        Ok(NewRows {
            rows,
            q: self.rotary.apply(&heads(0, query_heads)?, position, rows)?,
            k: self.rotary.apply(&heads(query_heads, kv_heads)?, position, rows)?,
            v: heads(query_heads + kv_heads, kv_heads)?,
        })
    }
}
