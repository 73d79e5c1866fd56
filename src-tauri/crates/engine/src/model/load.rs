//! Weights from a checkpoint into memory, each read once into the buffer it stays in.

use std::sync::atomic::{AtomicBool, Ordering};

use candle_core::{Device, Tensor};
use half::bf16;
use serde::{Deserialize, Serialize};

use super::{Layer, LayerNorm1p, Model, Rotary};
use crate::checkpoint::{Checkpoint, Stored, Tensor as StoredTensor};
use crate::device::Projection;
use crate::device::cpu::{CpuProjection, Weights};
use crate::event::LoadProgress;
use crate::{Error, Result};

/// Read at a time: small enough to cancel at once, large enough for the disk.
const READ_BYTES: usize = 4 << 20;

/// How weights are held. On the CPU arithmetic is f32 either way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightDtype {
    /// As the checkpoint stores them: nothing is lost, and bf16 takes half the memory.
    #[default]
    Auto,
    Bf16,
    F32,
}

impl WeightDtype {
    /// What `auto` comes to for this checkpoint.
    fn resolve(self, checkpoint: &Checkpoint) -> Self {
        match self {
            Self::Auto if checkpoint.dtype() == "bf16" => Self::Bf16,
            Self::Auto => Self::F32,
            chosen => chosen,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Bf16 => "bf16",
            Self::F32 => "f32",
        }
    }
}

/// How to load, who watches, and a flag that ends it.
pub(crate) struct LoadOptions<'a> {
    pub(crate) dtype: WeightDtype,
    pub(crate) cancelled: &'a AtomicBool,
    pub(crate) progress: &'a dyn Fn(LoadProgress),
}

/// Token embeddings, `[vocab, hidden]`, looked up row by row.
pub(super) struct Embedding {
    pub(super) weights: Weights,
    pub(super) hidden: usize,
}

impl Embedding {
    /// ids `[n]` to `[n, hidden]` in f32.
    pub(super) fn rows(&self, ids: &[u32], device: &Device) -> Result<Tensor> {
        let hidden = self.hidden;
        let mut out = Vec::with_capacity(ids.len() * hidden);
        for id in ids {
            let at = *id as usize * hidden..(*id as usize + 1) * hidden;
            match &self.weights {
                Weights::Bf16(w) => out.extend(w[at].iter().map(|v| v.to_f32())),
                Weights::F32(w) => out.extend_from_slice(&w[at]),
            }
        }
        Ok(Tensor::from_vec(out, (ids.len(), hidden), device)?)
    }
}

impl Model {
    pub(crate) fn load(checkpoint: &Checkpoint, options: &LoadOptions<'_>) -> Result<Self> {
        let config = checkpoint.config.clone();
        let device = Device::Cpu;
        let mut loader = Loader {
            checkpoint,
            options,
            dtype: options.dtype.resolve(checkpoint),
            done: 0,
            total: checkpoint.weight_bytes(),
            held: 0,
        };
        let layers = (0..config.num_layers).map(|i| loader.layer(i)).collect::<Result<_>>()?;
        Ok(Self {
            embedding: Embedding {
                weights: loader.weights(&["embedding".to_owned()])?,
                hidden: config.hidden_size,
            },
            layers,
            final_norm: loader.norm("final_norm")?,
            output: loader.projection(&["output".to_owned()])?,
            rotary: Rotary::new(&config),
            weight_bytes: loader.held,
            dtype: loader.dtype,
            config,
            device,
        })
    }
}

struct Loader<'a> {
    checkpoint: &'a Checkpoint,
    options: &'a LoadOptions<'a>,
    dtype: WeightDtype,
    done: u64,
    total: u64,
    /// Bytes of weights in memory.
    held: u64,
}

impl Loader<'_> {
    fn layer(&mut self, index: usize) -> Result<Layer> {
        let name = |part: &str| format!("layers.{index}.{part}");
        Ok(Layer {
            attention_norm: self.norm(&name("attention_norm"))?,
            qkv: self.projection(&[name("q"), name("k"), name("v")])?,
            attention_output: self.projection(&[name("o")])?,
            mlp_norm: self.norm(&name("mlp_norm"))?,
            up: self.projection(&[name("up")])?,
            down: self.projection(&[name("down")])?,
        })
    }

    fn norm(&mut self, name: &str) -> Result<LayerNorm1p> {
        let weight = self.vector(&format!("{name}.weight"))?.iter().map(|w| w + 1.0).collect();
        let bias = self.vector(&format!("{name}.bias"))?;
        let hidden = bias.len();
        Ok(LayerNorm1p {
            weight: Tensor::from_vec(weight, hidden, &Device::Cpu)?,
            bias: Tensor::from_vec(bias, hidden, &Device::Cpu)?,
            epsilon: self.checkpoint.config.norm_epsilon as f32,
        })
    }

    fn vector(&mut self, name: &str) -> Result<Vec<f32>> {
        let tensor = self.checkpoint.tensor(name)?;
        let mut values = reserve(tensor.rows)?;
        self.read(tensor, |stored, raw| values.push(stored.widen(raw)))?;
        self.held += (values.len() * size_of::<f32>()) as u64;
        Ok(values)
    }

    /// The named matrices, one below the other, as one projection.
    fn projection(&mut self, names: &[String]) -> Result<Box<dyn Projection>> {
        let mut outputs = 0;
        for name in names {
            outputs += self.checkpoint.tensor(name)?.rows;
        }
        let inputs = self.checkpoint.tensor(&names[0])?.columns;
        Ok(Box::new(CpuProjection { weights: self.weights(names)?, outputs, inputs }))
    }

    fn weights(&mut self, names: &[String]) -> Result<Weights> {
        let mut count = 0;
        for name in names {
            let tensor = self.checkpoint.tensor(name)?;
            count += tensor.rows * tensor.columns;
        }
        if self.dtype == WeightDtype::Bf16 {
            let mut values: Vec<bf16> = reserve(count)?;
            for name in names {
                let tensor = self.checkpoint.tensor(name)?;
                self.read(tensor, |stored, raw| values.push(narrow(stored, raw)))?;
            }
            self.held += (count * size_of::<bf16>()) as u64;
            return Ok(Weights::Bf16(values));
        }
        let mut values: Vec<f32> = reserve(count)?;
        for name in names {
            let tensor = self.checkpoint.tensor(name)?;
            self.read(tensor, |stored, raw| values.push(stored.widen(raw)))?;
        }
        self.held += (count * size_of::<f32>()) as u64;
        Ok(Weights::F32(values))
    }

    /// Reads a tensor in bounded steps, handing over each number's stored bytes in order.
    fn read(&mut self, tensor: &StoredTensor, mut put: impl FnMut(Stored, &[u8])) -> Result<()> {
        let stored = tensor.stored();
        let row_bytes = tensor.columns * stored.bytes();
        let step = (READ_BYTES / row_bytes).clamp(1, tensor.rows);
        let mut buffer = vec![0; step * row_bytes];
        for start in (0..tensor.rows).step_by(step) {
            if self.options.cancelled.load(Ordering::Relaxed) {
                return Err(Error::LoadCancelled);
            }
            let end = tensor.rows.min(start + step);
            let part = &mut buffer[..(end - start) * row_bytes];
            tensor.read_rows(start..end, part)?;
            part.chunks_exact(stored.bytes()).for_each(|raw| put(stored, raw));
            self.done += part.len() as u64;
            (self.options.progress)(LoadProgress {
                bytes_done: self.done,
                bytes_total: self.total,
            });
        }
        Ok(())
    }
}

/// Exact for bf16; rounds what is stored wider.
fn narrow(stored: Stored, raw: &[u8]) -> bf16 {
    match stored {
        Stored::Bf16 => bf16::from_le_bytes([raw[0], raw[1]]),
        _ => bf16::from_f32(stored.widen(raw)),
    }
}

/// An empty vector with room, or an error instead of an abort.
pub(super) fn reserve<T>(len: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    let needed_bytes = len.saturating_mul(size_of::<T>());
    values
        .try_reserve_exact(len)
        .map_err(|_| Error::OutOfMemory { what: "the weights", needed_bytes })?;
    Ok(values)
}
