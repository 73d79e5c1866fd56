//! Arithmetic number by number, in the engine's own threads: candle's own loops would start a
//! second, spinning set of threads for large tensors.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Shape, Tensor};
use rayon::prelude::*;

use crate::Result;
use crate::device::cpu::slice;

/// Numbers that one task computes.
const NUMBERS_PER_TASK: usize = 1 << 14;

/// max(x, 0)².
pub(super) fn squared_relu(x: &Tensor) -> Result<Tensor> {
    Ok(x.contiguous()?.apply_op1_no_bwd(&SquaredRelu)?)
}

/// What a block computed, added to what it was given.
pub(super) fn residual(x: &Tensor, computed: &Tensor) -> Result<Tensor> {
    Ok(x.contiguous()?.apply_op2_no_bwd(&computed.contiguous()?, &Residual)?)
}

struct SquaredRelu;
struct Residual;

impl CustomOp1 for SquaredRelu {
    fn name(&self) -> &'static str {
        "squared-relu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let mut out = slice(x, layout)?.to_vec();
        out.par_chunks_mut(NUMBERS_PER_TASK).for_each(|part| {
            for x in part {
                let positive = x.max(0.0);
                *x = positive * positive;
            }
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

impl CustomOp2 for Residual {
    fn name(&self) -> &'static str {
        "residual"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        computed: &CpuStorage,
        computed_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let mut out = slice(x, layout)?.to_vec();
        let parts = out.par_chunks_mut(NUMBERS_PER_TASK);
        let computed = slice(computed, computed_layout)?.par_chunks(NUMBERS_PER_TASK);
        parts.zip(computed).for_each(|(part, computed)| {
            for (x, computed) in part.iter_mut().zip(computed) {
                *x += computed;
            }
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn both_are_candles_own_arithmetic() {
        let numbers: Vec<f32> =
            (0..50_000).map(|n| ((n * 37) % 1001) as f32 / 100.0 - 5.0).collect();
        let x = Tensor::from_vec(numbers, (50, 1000), &Device::Cpu).expect("tensor");
        let bits = |tensor: &Tensor| -> Vec<u32> {
            let all = tensor.flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("numbers");
            all.into_iter().map(f32::to_bits).collect()
        };
        let expected = x.relu().and_then(|x| x.sqr()).expect("candle");
        assert_eq!(bits(&squared_relu(&x).expect("ours")), bits(&expected));
        let sum = (&x + &expected).expect("candle");
        assert_eq!(bits(&residual(&x, &expected).expect("ours")), bits(&sum));
    }
}
