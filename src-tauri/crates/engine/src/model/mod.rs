//! The Nemotron transformer: pre-norm blocks of attention and a squared-ReLU MLP.
//!
//! Arithmetic as in transformers' `NemotronForCausalLM` and megatron-core: LayerNorm with weight
//! + 1, rotation of the first part of each head, no biases in projections, an untied head.

mod build;
mod load;
mod rotary;
mod synthetic;

pub(crate) use load::LoadWatch;
pub use load::WeightDtype;
pub(crate) use rotary::Rotary;

use candle_core::Tensor;

use crate::Result;
use crate::config::ModelConfig;
use crate::device::{Arithmetic, Embedding, KvCache, LayerNorm1p, NewRows, Projection, Rows};
use crate::logits::{Row, Want};

/// The weights, ready to compute with.
pub(crate) struct Model {
    pub(crate) config: ModelConfig,
    pub(crate) weight_bytes: u64,
    pub(crate) dtype: WeightDtype,
    pub(crate) arithmetic: Box<dyn Arithmetic>,
    embedding: Box<dyn Embedding>,
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

impl Model {
    /// Computes new tokens behind what `cache` holds: ids `[n]` to the residual stream `[n, hidden]`
    /// behind the last layer, in f32.
    pub(crate) fn forward(
        &self,
        ids: &[u32],
        rows: Rows<'_>,
        cache: &mut dyn KvCache,
    ) -> Result<Tensor> {
        let compute = &*self.arithmetic;
        let mut x = self.embedding.rows(ids)?;
        for (index, layer) in self.layers.iter().enumerate() {
            let qkv = layer.qkv.apply(&compute.layer_norm(&x, &layer.attention_norm)?, rows)?;
            let mixed = cache.attend(index, &NewRows { rows, qkv, rotary: &self.rotary })?;
            x = compute.residual(&x, &layer.attention_output.apply(&mixed, rows)?)?;
            let up = layer.up.apply(&compute.layer_norm(&x, &layer.mlp_norm)?, rows)?;
            let down = layer.down.apply(&compute.squared_relu(&up)?, rows)?;
            x = compute.residual(&x, &down)?;
        }
        cache.advance(rows.positions(ids.len()));
        Ok(x)
    }

    /// Makes the model ready for another length of context than its own.
    pub(crate) fn set_context(&mut self, length: usize) {
        self.config.context_length = length;
        self.rotary = Rotary::new(&self.config);
    }

    /// Rows `[n, hidden]` of [`Self::forward`] to logits; `pieces` of a row's numbers are of tokens.
    pub(crate) fn logits(
        &self,
        x: &Tensor,
        rows: Rows<'_>,
        pieces: usize,
        want: Want,
    ) -> Result<Vec<Row>> {
        let hidden = self.arithmetic.layer_norm(x, &self.final_norm)?;
        self.arithmetic.rows(&self.output.apply(&hidden, rows)?, pieces, want)
    }

    /// The logits behind the last of `x`, which a whole forward pass of following tokens gave.
    pub(crate) fn last_logits(&self, x: &Tensor, pieces: usize, want: Want) -> Result<Row> {
        let last = x.narrow(0, x.dim(0)? - 1, 1)?;
        Ok(self.logits(&last, Rows::Following, pieces, want)?.swap_remove(0))
    }
}
