//! Rotary position embedding of the first dimensions of each head, in the GPT-NeoX arrangement:
//! dimension i turns with i + half the rotated width.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};
use rayon::prelude::*;

use crate::Result;
use crate::config::ModelConfig;
use crate::device::Rows;
use crate::device::cpu::slice;

pub(crate) struct Rotary {
    /// Cosine and sine of each angle, `[position][width / 2]`.
    pub(crate) turns: Vec<(f32, f32)>,
    /// Dimensions of a head that turn.
    pub(crate) width: usize,
    head_dim: usize,
}

impl Rotary {
    pub(super) fn new(config: &ModelConfig) -> Self {
        let width = config.rotary_dim();
        // Frequencies and angles in f32, as the reference computes them.
        let exponent = |i: usize| (2 * i) as f32 / width as f32;
        let frequencies: Vec<f32> =
            (0..width / 2).map(|i| 1.0 / (config.rope_theta as f32).powf(exponent(i))).collect();
        let angles = (0..config.context_length)
            .flat_map(|position| frequencies.iter().map(move |f| position as f32 * f));
        let turns = angles.map(|angle| (angle.cos(), angle.sin())).collect();
        Self { turns, width, head_dim: config.head_dim }
    }

    /// Rotates `[n, heads, head_dim]` of new rows behind `position` positions.
    pub(crate) fn apply(&self, x: &Tensor, position: usize, rows: Rows<'_>) -> Result<Tensor> {
        let each = match rows {
            Rows::Following => 1,
            Rows::Lanes(_) => 0,
        };
        Ok(x.contiguous()?.apply_op1_no_bwd(&Rotation { rotary: self, position, each })?)
    }

    fn turn(&self, head: &mut [f32], position: usize) {
        let half = self.width / 2;
        let (first, second) = head[..self.width].split_at_mut(half);
        let turns = &self.turns[position * half..][..half];
        for ((a, b), (cos, sin)) in first.iter_mut().zip(second).zip(turns) {
            (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
        }
    }
}

/// The rotation of rows from `position` on, each `each` positions further.
struct Rotation<'a> {
    rotary: &'a Rotary,
    position: usize,
    each: usize,
}

impl CustomOp1 for Rotation<'_> {
    fn name(&self) -> &'static str {
        "rotation"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let mut out = slice(x, layout)?.to_vec();
        let width = layout.shape().elem_count() / layout.dims()[0];
        out.par_chunks_mut(width).enumerate().for_each(|(row, heads)| {
            for head in heads.chunks_exact_mut(self.rotary.head_dim) {
                self.rotary.turn(head, self.position + row * self.each);
            }
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}
