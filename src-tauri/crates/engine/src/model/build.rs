//! A model from wherever its numbers come to wherever they are put.

use super::{Layer, Model, Rotary};
use crate::Result;
use crate::config::ModelConfig;
use crate::device::{LayerNorm1p, MatrixRows, Place, Role, Unplaced};

/// Where a model's numbers come from, by their canonical names.
pub(super) trait Source {
    /// The named matrices, one below the other.
    fn matrix(&self, names: &[String]) -> Result<Box<dyn MatrixRows + '_>>;
    fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>>;
}

/// A model on its way from a source to a place, tensor by tensor.
pub(super) struct Builder<'a> {
    pub(super) config: &'a ModelConfig,
    pub(super) source: &'a dyn Source,
    pub(super) place: &'a mut dyn Place,
}

impl Builder<'_> {
    pub(super) fn model(mut self, dtype: super::WeightDtype) -> Result<Model> {
        let config = self.config;
        let (vocab, hidden) = (config.vocab_size, config.hidden_size);
        let layers = (0..config.num_layers).map(|i| self.layer(i)).collect::<Result<_>>()?;
        let names = ["embedding".to_owned()];
        let rows = self.source.matrix(&names)?;
        let matrix = Unplaced { rows: &*rows, outputs: vocab, inputs: hidden, role: Role::Outer };
        Ok(Model {
            embedding: self.place.embedding(&matrix)?,
            layers,
            final_norm: self.norm("final_norm")?,
            output: self.projection(&["output".to_owned()], vocab, hidden, Role::Outer)?,
            rotary: Rotary::new(config),
            weight_bytes: self.place.held(),
            dtype,
            config: config.clone(),
            arithmetic: self.place.arithmetic(),
        })
    }

    fn layer(&mut self, index: usize) -> Result<Layer> {
        let name = |part: &str| format!("layers.{index}.{part}");
        let ModelConfig { hidden_size: hidden, ffn_hidden_size: ffn, .. } = *self.config;
        let queries = self.config.num_heads * self.config.head_dim;
        let all = queries + 2 * self.config.num_kv_heads * self.config.head_dim;
        let qkv = [name("q"), name("k"), name("v")];
        Ok(Layer {
            attention_norm: self.norm(&name("attention_norm"))?,
            qkv: self.projection(&qkv, all, hidden, Role::Inner)?,
            attention_output: self.projection(&[name("o")], hidden, queries, Role::Outer)?,
            mlp_norm: self.norm(&name("mlp_norm"))?,
            up: self.projection(&[name("up")], ffn, hidden, Role::Inner)?,
            down: self.projection(&[name("down")], hidden, ffn, Role::Outer)?,
        })
    }

    fn norm(&mut self, name: &str) -> Result<LayerNorm1p> {
        let hidden = self.config.hidden_size;
        let weight = self.source.vector(&format!("{name}.weight"), hidden)?;
        let bias = self.source.vector(&format!("{name}.bias"), hidden)?;
        Ok(LayerNorm1p {
            weight: self.place.vector(weight.iter().map(|w| w + 1.0).collect())?,
            bias: self.place.vector(bias)?,
            epsilon: self.config.norm_epsilon as f32,
        })
    }

    fn projection(
        &mut self,
        names: &[String],
        outputs: usize,
        inputs: usize,
        role: Role,
    ) -> Result<Box<dyn crate::device::Projection>> {
        let rows = self.source.matrix(names)?;
        self.place.projection(&Unplaced { rows: &*rows, outputs, inputs, role })
    }
}
