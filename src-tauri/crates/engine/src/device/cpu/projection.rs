//! A weight matrix on the CPU.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};
use half::bf16;
use rayon::prelude::*;

use super::dot::{Held, Instructions, Rows};
use super::slice;
use crate::Result;
use crate::device::{self, Projection};

/// Output rows that one task computes: a few hundred KB of weights, read once for all inputs.
const ROWS_PER_TASK: usize = 32;

/// A row-major matrix `[out, in]` as it is held.
#[derive(Debug)]
pub(super) enum Weights {
    Bf16(Vec<bf16>),
    F32(Vec<f32>),
}

#[derive(Debug)]
pub(super) struct CpuProjection {
    pub(super) weights: Weights,
    pub(super) outputs: usize,
    pub(super) inputs: usize,
}

impl Projection for CpuProjection {
    fn apply(&self, x: &Tensor, _: device::Rows<'_>) -> Result<Tensor> {
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
        let x = Rows::dense(x, self.inputs);
        let mut by_task = vec![0.0; n * self.outputs];
        let tasks = by_task.par_chunks_mut(n * ROWS_PER_TASK);
        tasks.zip(weights.par_chunks(ROWS_PER_TASK * self.inputs)).for_each(|(out, rows)| {
            Instructions::here().products(Rows::dense(rows, self.inputs), x, out);
        });
        if n == 1 { by_task } else { self.by_row(&by_task, n) }
    }

    /// `[task][n][outputs of the task]` to `[n][outputs]`.
    fn by_row(&self, by_task: &[f32], n: usize) -> Vec<f32> {
        let mut out = vec![0.0; by_task.len()];
        out.par_chunks_mut(self.outputs).enumerate().for_each(|(row, out)| {
            let tasks = by_task.chunks(n * ROWS_PER_TASK);
            for (out, task) in out.chunks_mut(ROWS_PER_TASK).zip(tasks) {
                out.copy_from_slice(&task[row * out.len()..][..out.len()]);
            }
        });
        out
    }
}
