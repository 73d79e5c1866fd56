//! A weight matrix on the CPU.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};
use half::bf16;
use rayon::prelude::*;

use super::dot::{Held, dot};
use super::slice;
use crate::Result;
use crate::device::Projection;

/// Output rows that one task computes: a few hundred KB of weights, read once for all inputs.
const ROWS_PER_TASK: usize = 32;

/// A row-major matrix `[out, in]` as it is held.
#[derive(Debug)]
pub(crate) enum Weights {
    Bf16(Vec<bf16>),
    F32(Vec<f32>),
}

#[derive(Debug)]
pub(crate) struct CpuProjection {
    pub(crate) weights: Weights,
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
}

impl Projection for CpuProjection {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.contiguous()?.apply_op1_no_bwd(self)?)
    }
}

impl CustomOp1 for CpuProjection {
    fn name(&self) -> &'static str {
        "projection"
    }

    fn cpu_fwd(
        &self,
        storage: &CpuStorage,
        layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let x = slice(storage, layout)?;
        let n = x.len() / self.inputs;
        let out = match &self.weights {
            Weights::Bf16(weights) => self.multiply(weights, x, n),
            Weights::F32(weights) => self.multiply(weights, x, n),
        };
        Ok((CpuStorage::F32(out), Shape::from((n, self.outputs))))
    }
}

impl CpuProjection {
    /// Each task owns some outputs of every input row, so a weight is read from memory once.
    fn multiply<T: Held>(&self, weights: &[T], x: &[f32], n: usize) -> Vec<f32> {
        let columns: Vec<Vec<f32>> = weights
            .par_chunks(ROWS_PER_TASK * self.inputs)
            .map(|rows| {
                let dots = |row: &[T]| -> Vec<f32> {
                    x.chunks_exact(self.inputs).map(|x| dot(row, x)).collect()
                };
                rows.chunks_exact(self.inputs).flat_map(dots).collect()
            })
            .collect();
        let mut out = vec![0.0; n * self.outputs];
        let by_output = columns.iter().flat_map(|task| task.chunks_exact(n));
        for (output, column) in by_output.enumerate() {
            for (row, value) in column.iter().enumerate() {
                out[row * self.outputs + output] = *value;
            }
        }
        out
    }
}
