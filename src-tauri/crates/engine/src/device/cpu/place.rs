//! Weights in the processor's memory.

use candle_core::{Device, Tensor};
use half::bf16;

use super::CpuArithmetic;
use super::projection::{CpuProjection, Weights};
use crate::Result;
use crate::device::{Arithmetic, Embedding, Place, Projection, Unplaced, Watch, reserve};
use crate::model::WeightDtype;

/// Read at a time: small enough to cancel at once, large enough for the disk.
const STEP_BYTES: usize = 4 << 20;

pub(crate) struct CpuPlace<'a> {
    /// [`WeightDtype::F32`], or else bf16.
    pub(crate) dtype: WeightDtype,
    pub(crate) watch: Option<&'a dyn Watch>,
    held: u64,
}

impl<'a> CpuPlace<'a> {
    pub(crate) fn new(dtype: WeightDtype, watch: Option<&'a dyn Watch>) -> Self {
        Self { dtype, watch, held: 0 }
    }

    fn weights(&mut self, matrix: &Unplaced<'_>) -> Result<Weights> {
        if self.dtype == WeightDtype::F32 {
            return Ok(Weights::F32(self.filled(matrix, |rows, out| matrix.rows.f32(rows, out))?));
        }
        Ok(Weights::Bf16(self.filled(matrix, |rows, out| matrix.rows.bf16(rows, out))?))
    }

    /// A matrix filled step by step.
    fn filled<T: Clone + Default>(
        &mut self,
        matrix: &Unplaced<'_>,
        read: impl Fn(std::ops::Range<usize>, &mut [T]) -> Result<()>,
    ) -> Result<Vec<T>> {
        let mut values: Vec<T> = reserve(matrix.count(), "the weights")?;
        let step = (STEP_BYTES / (matrix.inputs * size_of::<T>())).clamp(1, matrix.outputs);
        for start in (0..matrix.outputs).step_by(step) {
            let end = matrix.outputs.min(start + step);
            values.resize(end * matrix.inputs, T::default());
            read(start..end, &mut values[start * matrix.inputs..])?;
            self.pass((end - start) * matrix.inputs, size_of::<T>())?;
        }
        Ok(values)
    }

    fn pass(&mut self, numbers: usize, bytes_each: usize) -> Result<()> {
        self.held += (numbers * bytes_each) as u64;
        self.watch.map_or(Ok(()), |watch| watch.passed(numbers))
    }
}

impl Place for CpuPlace<'_> {
    fn projection(&mut self, matrix: &Unplaced<'_>) -> Result<Box<dyn Projection>> {
        let Unplaced { outputs, inputs, .. } = *matrix;
        Ok(Box::new(CpuProjection { weights: self.weights(matrix)?, outputs, inputs }))
    }

    fn embedding(&mut self, matrix: &Unplaced<'_>) -> Result<Box<dyn Embedding>> {
        Ok(Box::new(CpuEmbedding { weights: self.weights(matrix)?, hidden: matrix.inputs }))
    }

    fn vector(&mut self, values: Vec<f32>) -> Result<Tensor> {
        self.pass(values.len(), size_of::<f32>())?;
        let len = values.len();
        Ok(Tensor::from_vec(values, len, &Device::Cpu)?)
    }

    fn arithmetic(&self) -> Box<dyn Arithmetic> {
        Box::new(CpuArithmetic)
    }

    fn held(&self) -> u64 {
        self.held
    }
}

/// Looked up row by row.
struct CpuEmbedding {
    weights: Weights,
    hidden: usize,
}

impl Embedding for CpuEmbedding {
    fn rows(&self, ids: &[u32]) -> Result<Tensor> {
        let hidden = self.hidden;
        let mut out = Vec::with_capacity(ids.len() * hidden);
        for id in ids {
            let at = *id as usize * hidden..(*id as usize + 1) * hidden;
            match &self.weights {
                Weights::Bf16(w) => out.extend(w[at].iter().copied().map(bf16::to_f32)),
                Weights::F32(w) => out.extend_from_slice(&w[at]),
            }
        }
        Ok(Tensor::from_vec(out, (ids.len(), hidden), &Device::Cpu)?)
    }
}
