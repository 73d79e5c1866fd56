//! A weight matrix on the GPU, multiplied by cuBLAS.

#![expect(unsafe_code, reason = "cuBLAS has a C interface")]

use std::ffi::c_void;
use std::sync::Arc;

use candle_core::Tensor;
use candle_core::cuda_backend::cudarc::cublas::{result::gemm_ex, sys};
use candle_core::cuda_backend::cudarc::driver::CudaSlice;
use half::bf16;

use super::context::{Address, Context, ROWS_TOGETHER, address, address_of};
use crate::device::{Projection, Role, Rows};
use crate::{Error, Result};

/// `[outputs, inputs]` in the block of all weights.
pub(super) struct GpuProjection {
    pub(super) context: Arc<Context>,
    pub(super) weights: Arc<CudaSlice<bf16>>,
    /// Numbers in front of it.
    pub(super) offset: usize,
    pub(super) outputs: usize,
    pub(super) inputs: usize,
    pub(super) role: Role,
}

impl Projection for GpuProjection {
    /// bf16 `[n, in]` to bf16, or f32 for what is added to the residual stream and for logits.
    fn apply(&self, x: &Tensor, rows: Rows<'_>) -> Result<Tensor> {
        let n = x.dim(0)?;
        let (out, to, kind, bytes) = match self.role {
            Role::Inner => {
                let out = self.context.rows::<bf16>(n, self.outputs)?;
                let to = address::<bf16>(&out)?;
                (out, to, sys::cudaDataType::CUDA_R_16BF, size_of::<bf16>())
            }
            Role::Outer => {
                let out = self.context.rows::<f32>(n, self.outputs)?;
                let to = address::<f32>(&out)?;
                (out, to, sys::cudaDataType::CUDA_R_32F, size_of::<f32>())
            }
        };
        let from = address::<bf16>(x)?;
        match rows {
            Rows::Following => self.multiply(from, to, n, kind)?,
            Rows::Lanes(_) => {
                for first in (0..n).step_by(ROWS_TOGETHER) {
                    let from = from + (first * self.inputs * size_of::<bf16>()) as Address;
                    let to = to + (first * self.outputs * bytes) as Address;
                    self.multiply(from, to, ROWS_TOGETHER, kind)?;
                }
            }
        }
        Ok(out)
    }
}

impl GpuProjection {
    /// `n` rows. cuBLAS thinks in columns: what it is told is the transposed product.
    fn multiply(
        &self,
        from: Address,
        to: Address,
        n: usize,
        kind: sys::cudaDataType,
    ) -> Result<()> {
        let weights = address_of(&self.weights) + (self.offset * size_of::<bf16>()) as Address;
        let (outputs, inputs, n) = (int(self.outputs)?, int(self.inputs)?, int(n)?);
        let (one, zero) = (1.0_f32, 0.0_f32);
        // SAFETY: the handle is this stream's; the three matrices lie in memory of at least these
        // sizes: weights `[outputs, inputs]`, `n` rows of inputs and of outputs, for which
        // `Context::rows` takes memory in whole groups.
        unsafe {
            gemm_ex(
                *self.context.blas.handle(),
                sys::cublasOperation_t::CUBLAS_OP_T,
                sys::cublasOperation_t::CUBLAS_OP_N,
                outputs,
                n,
                inputs,
                (&raw const one).cast::<c_void>(),
                weights as *const c_void,
                sys::cudaDataType::CUDA_R_16BF,
                inputs,
                from as *const c_void,
                sys::cudaDataType::CUDA_R_16BF,
                inputs,
                (&raw const zero).cast::<c_void>(),
                to as *mut c_void,
                kind,
                outputs,
                sys::cublasComputeType_t::CUBLAS_COMPUTE_32F,
                sys::cublasGemmAlgo_t::CUBLAS_GEMM_DEFAULT_TENSOR_OP,
            )
        }
        .map_err(|error| Error::Gpu(format!("a matrix product: {:?}", error.0)))
    }
}

/// A size as cuBLAS takes it.
fn int(size: usize) -> Result<i32> {
    i32::try_from(size).map_err(|_| Error::Gpu(format!("a matrix of {size} rows is too large")))
}
