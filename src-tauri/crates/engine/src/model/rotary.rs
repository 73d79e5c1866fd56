//! Rotary position embedding of the first dimensions of each head, in the GPT-NeoX arrangement:
//! dimension i turns with i + half the rotated width.

use candle_core::{D, Device, Tensor};

use crate::Result;
use crate::config::ModelConfig;
use crate::device::Rows;

pub(super) struct Rotary {
    cos: Tensor, // [context, 1, rotary_dim / 2], f32
    sin: Tensor,
    width: usize,
}

impl Rotary {
    pub(super) fn new(config: &ModelConfig, device: &Device) -> Result<Self> {
        let (rotary_dim, length) = (config.rotary_dim(), config.context_length);
        let half = rotary_dim / 2;
        // Frequencies and angles in f32, as the reference computes them.
        let exponent = |i: usize| (2 * i) as f32 / rotary_dim as f32;
        let frequencies: Vec<f32> =
            (0..half).map(|i| 1.0 / (config.rope_theta as f32).powf(exponent(i))).collect();
        let angles: Vec<f32> = (0..length)
            .flat_map(|position| frequencies.iter().map(move |f| position as f32 * f))
            .collect();
        let angles = Tensor::from_vec(angles, (length, 1, half), device)?;
        Ok(Self { cos: angles.cos()?, sin: angles.sin()?, width: rotary_dim })
    }

    /// Rotates `[n, heads, head_dim]` of new rows behind `position` positions.
    pub(super) fn apply(&self, x: &Tensor, position: usize, rows: Rows<'_>) -> Result<Tensor> {
        let (length, head_dim) = (rows.positions(x.dim(0)?), x.dim(D::Minus1)?);
        let half = self.width / 2;
        let cos = self.cos.narrow(0, position, length)?;
        let sin = self.sin.narrow(0, position, length)?;
        let first = x.narrow(2, 0, half)?;
        let second = x.narrow(2, half, half)?;
        let rotated_first = (first.broadcast_mul(&cos)? - second.broadcast_mul(&sin)?)?;
        let rotated_second = (second.broadcast_mul(&cos)? + first.broadcast_mul(&sin)?)?;
        let rest = x.narrow(2, self.width, head_dim - self.width)?;
        Ok(Tensor::cat(&[&rotated_first, &rotated_second, &rest], 2)?)
    }
}
