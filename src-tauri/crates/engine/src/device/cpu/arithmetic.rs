//! Arithmetic number by number, in the engine's own threads: candle's own loops would start a
//! second, spinning set of threads for large tensors.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Shape, Tensor};
use rayon::prelude::*;

use super::{CpuKvCache, slice};
use crate::Result;
use crate::config::ModelConfig;
use crate::device::{Arithmetic, KvCache, LayerNorm1p};
use crate::logits::{Row, Want};

/// Numbers that one task computes.
const NUMBERS_PER_TASK: usize = 1 << 14;

/// Prompt tokens computed between two looks at the cancel flag.
const PREFILL_CHUNK: usize = 64;

pub(crate) struct CpuArithmetic;

impl Arithmetic for CpuArithmetic {
    fn layer_norm(&self, x: &Tensor, norm: &LayerNorm1p) -> Result<Tensor> {
        Ok(candle_nn::ops::layer_norm(x, &norm.weight, &norm.bias, norm.epsilon)?)
    }

    fn squared_relu(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.contiguous()?.apply_op1_no_bwd(&SquaredRelu)?)
    }

    fn residual(&self, x: &Tensor, computed: &Tensor) -> Result<Tensor> {
        Ok(x.contiguous()?.apply_op2_no_bwd(&computed.contiguous()?, &Residual)?)
    }

    /// All of each row: it is in memory already.
    fn rows(&self, logits: &Tensor, _: usize, _: Want) -> Result<Vec<Row>> {
        Ok(logits.to_vec2()?.into_iter().map(Row::Whole).collect())
    }

    fn cache(&self, config: &ModelConfig) -> Result<Box<dyn KvCache>> {
        Ok(Box::new(CpuKvCache::new(config)?))
    }

    fn prefill_chunk(&self) -> usize {
        PREFILL_CHUNK
    }

    fn cached_number_bytes(&self) -> usize {
        size_of::<f32>()
    }
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
        assert_eq!(bits(&CpuArithmetic.squared_relu(&x).expect("ours")), bits(&expected));
        let sum = (&x + &expected).expect("candle");
        assert_eq!(bits(&CpuArithmetic.residual(&x, &expected).expect("ours")), bits(&sum));
    }
}
