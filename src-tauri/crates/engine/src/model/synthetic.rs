//! A model of any size with made-up weights, to measure speed without a file.

use candle_core::{Device, Tensor};
use half::bf16;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

use super::load::{Embedding, reserve};
use super::{Layer, LayerNorm1p, Model, Rotary, WeightDtype};
use crate::Result;
use crate::config::ModelConfig;
use crate::device::Projection;
use crate::device::cpu::{CpuProjection, Weights};

/// Filled by one thread from one seed: the weights are the same whatever the number of threads.
const PART: usize = 1 << 20;

impl Model {
    /// Weights of about the size that training leaves, the same for the same config.
    pub(crate) fn synthetic(config: &ModelConfig, dtype: WeightDtype) -> Result<Self> {
        config
            .check()
            .map_err(|what| crate::Error::Unsupported { path: "synthetic".into(), what })?;
        let dtype = if dtype == WeightDtype::F32 { dtype } else { WeightDtype::Bf16 };
        let mut maker = Maker { dtype, next_seed: 0, held: 0 };
        let (hidden, ffn) = (config.hidden_size, config.ffn_hidden_size);
        let queries = config.num_heads * config.head_dim;
        let keys_values = 2 * config.num_kv_heads * config.head_dim;
        let layers = (0..config.num_layers).map(|_| {
            Ok(Layer {
                attention_norm: maker.norm(hidden)?,
                qkv: maker.projection(queries + keys_values, hidden)?,
                attention_output: maker.projection(hidden, queries)?,
                mlp_norm: maker.norm(hidden)?,
                up: maker.projection(ffn, hidden)?,
                down: maker.projection(hidden, ffn)?,
            })
        });
        let layers = layers.collect::<Result<_>>()?;
        Ok(Self {
            embedding: Embedding { weights: maker.weights(config.vocab_size, hidden)?, hidden },
            layers,
            final_norm: maker.norm(hidden)?,
            output: maker.projection(config.vocab_size, hidden)?,
            rotary: Rotary::new(config),
            weight_bytes: maker.held,
            dtype,
            config: config.clone(),
            device: Device::Cpu,
        })
    }
}

struct Maker {
    dtype: WeightDtype,
    next_seed: u64,
    held: u64,
}

impl Maker {
    fn norm(&mut self, hidden: usize) -> Result<LayerNorm1p> {
        self.held += 2 * (hidden * size_of::<f32>()) as u64;
        Ok(LayerNorm1p {
            weight: Tensor::ones(hidden, candle_core::DType::F32, &Device::Cpu)?,
            bias: Tensor::zeros(hidden, candle_core::DType::F32, &Device::Cpu)?,
            epsilon: 1e-5,
        })
    }

    fn projection(&mut self, outputs: usize, inputs: usize) -> Result<Box<dyn Projection>> {
        let weights = self.weights(outputs, inputs)?;
        Ok(Box::new(CpuProjection { weights, outputs, inputs }))
    }

    fn weights(&mut self, outputs: usize, inputs: usize) -> Result<Weights> {
        let (count, first_seed) = (outputs * inputs, self.next_seed);
        self.next_seed += count.div_ceil(PART) as u64;
        if self.dtype == WeightDtype::F32 {
            self.held += (count * size_of::<f32>()) as u64;
            return Ok(Weights::F32(made(count, first_seed, |value| value)?));
        }
        self.held += (count * size_of::<bf16>()) as u64;
        Ok(Weights::Bf16(made(count, first_seed, bf16::from_f32)?))
    }
}

/// Numbers spread evenly over ±0.03.
fn made<T: Clone + Default + Send>(
    count: usize,
    first_seed: u64,
    convert: impl Fn(f32) -> T + Sync,
) -> Result<Vec<T>> {
    let mut values = reserve(count)?;
    values.resize(count, T::default());
    values.par_chunks_mut(PART).enumerate().for_each(|(i, part)| {
        let mut random = ChaCha8Rng::seed_from_u64(first_seed + i as u64);
        for value in part {
            let unit = f64::from(random.next_u32()) / f64::from(u32::MAX);
            *value = convert((0.06 * (unit - 0.5)) as f32);
        }
    });
    Ok(values)
}
