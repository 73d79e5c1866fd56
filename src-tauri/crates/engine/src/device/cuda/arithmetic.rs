//! What is computed row by row, and the way of the logits to the sampler.

use std::sync::Arc;
use std::time::Instant;

use candle_core::Tensor;
use candle_core::cuda_backend::cudarc::driver::CudaSlice;
use half::bf16;

use super::context::{Context, address, address_of, failed, start};
use super::kv_cache::GpuKvCache;
use crate::config::ModelConfig;
use crate::device::memory::MOST_ROWS;
use crate::device::{Arithmetic, Embedding, KvCache, LayerNorm1p};
use crate::logits::{Likeliest, Remote, Row, Want, Window};
use crate::{Error, Result};

/// Threads of a block in kernels that work on a row.
const BLOCK: u32 = 256;
const REDUCING_BLOCK: u32 = 1024;
/// No logit of the row was anything else than a number below infinity.
const ALL_NUMBERS: u32 = u32::MAX;
/// For the read test: far more than the GPU's second-level cache.
const READ_BYTES: usize = 4 << 30;
const READ_PASSES: usize = 5;

pub(super) struct GpuArithmetic(pub(super) Arc<Context>);

/// The reduced form of rows of logits as the kernel writes it.
struct Reduced {
    ids: CudaSlice<u32>,
    kept: CudaSlice<f32>,
    /// Highest logit and sum of exponentials above it.
    sums: CudaSlice<f64>,
    /// How many are kept, and the place of the first that is not a number.
    counts: CudaSlice<u32>,
}

impl Arithmetic for GpuArithmetic {
    fn layer_norm(&self, x: &Tensor, norm: &LayerNorm1p) -> Result<Tensor> {
        let (n, hidden) = x.dims2()?;
        let out = self.0.rows::<bf16>(n, hidden)?;
        start!(
            self.0,
            layer_norm,
            (n as u32, 1, 1),
            BLOCK,
            address::<f32>(x)?,
            address::<f32>(&norm.weight)?,
            address::<f32>(&norm.bias)?,
            address::<bf16>(&out)?,
            hidden as u32,
            norm.epsilon,
        );
        Ok(out)
    }

    fn squared_relu(&self, x: &Tensor) -> Result<Tensor> {
        let (n, width) = x.dims2()?;
        let out = self.0.rows::<bf16>(n, width)?;
        let count = (n * width) as u64;
        start!(
            self.0,
            squared_relu,
            grid_for(count),
            BLOCK,
            address::<bf16>(x)?,
            address::<bf16>(&out)?,
            count,
        );
        Ok(out)
    }

    fn residual(&self, x: &Tensor, computed: &Tensor) -> Result<Tensor> {
        let (n, width) = x.dims2()?;
        let out = self.0.rows::<f32>(n, width)?;
        let count = (n * width) as u64;
        start!(
            self.0,
            add,
            grid_for(count),
            BLOCK,
            address::<f32>(x)?,
            address::<f32>(computed)?,
            address::<f32>(&out)?,
            count,
        );
        Ok(out)
    }

    fn rows(&self, logits: &Tensor, pieces: usize, want: Want) -> Result<Vec<Row>> {
        if want == Want::Whole || self.0.full_logits {
            let all = self.0.numbers(logits)?;
            return Ok(all.chunks(logits.dim(1)?).map(|row| Row::Whole(row.to_vec())).collect());
        }
        let windows = self.windows(logits, pieces)?;
        let rows = windows.into_iter().enumerate().map(|(row, window)| {
            let whole = RowOnGpu { context: self.0.clone(), row: logits.narrow(0, row, 1)? };
            let (window, whole) = (Arc::new(window), Arc::new(whole));
            Ok(Row::Likeliest(Likeliest { window, whole }))
        });
        rows.collect()
    }

    fn cache(&self, config: &ModelConfig) -> Result<Box<dyn KvCache>> {
        Ok(Box::new(GpuKvCache::new(self.0.clone(), config)?))
    }

    fn prefill_chunk(&self) -> usize {
        MOST_ROWS as usize
    }

    fn cached_number_bytes(&self) -> usize {
        size_of::<bf16>()
    }

    fn memory_used(&self) -> Option<u64> {
        let (free, total) = self.0.stream.context().mem_get_info().ok()?;
        Some((total - free) as u64)
    }

    fn read_bandwidth(&self) -> Result<Option<f64>> {
        let (from, to) = (self.0.take::<u8>(READ_BYTES)?, self.0.take::<u32>(1)?);
        let mut best = f64::INFINITY;
        for _ in 0..READ_PASSES {
            self.0.stream.synchronize().map_err(failed)?;
            let started = Instant::now();
            start!(
                self.0,
                read_all,
                (4096, 1, 1),
                BLOCK,
                address_of(&from),
                (READ_BYTES / 16) as u64,
                address_of(&to),
            );
            self.0.stream.synchronize().map_err(failed)?;
            best = best.min(started.elapsed().as_secs_f64());
        }
        Ok(Some(READ_BYTES as f64 / best / 1e9))
    }

    fn lost(&self) -> bool {
        self.0.stream.synchronize().is_err()
    }
}

impl GpuArithmetic {
    fn windows(&self, logits: &Tensor, pieces: usize) -> Result<Vec<Window>> {
        let (n, rows) = logits.dims2()?;
        let reduced = Reduced {
            ids: self.0.take(n * Window::SIZE)?,
            kept: self.0.take(n * Window::SIZE)?,
            sums: self.0.take(n * 2)?,
            counts: self.0.take(n * 2)?,
        };
        start!(
            self.0,
            reduce_logits,
            (n as u32, 1, 1),
            REDUCING_BLOCK,
            address::<f32>(logits)?,
            rows as u32,
            pieces.min(rows) as u32,
            Window::SIZE as u32,
            address_of(&reduced.ids),
            address_of(&reduced.kept),
            address_of(&reduced.sums),
            address_of(&reduced.counts),
        );
        self.fetched(&reduced)
    }

    fn fetched(&self, reduced: &Reduced) -> Result<Vec<Window>> {
        let (ids, kept) = (self.0.download(&reduced.ids)?, self.0.download(&reduced.kept)?);
        let (sums, counts) = (self.0.download(&reduced.sums)?, self.0.download(&reduced.counts)?);
        let rows = sums.as_chunks::<2>().0.iter().zip(counts.as_chunks::<2>().0).enumerate();
        let window = |(row, ([highest, sum], [count, odd])): (usize, (&[f64; 2], &[u32; 2]))| {
            if *odd != ALL_NUMBERS {
                return Err(Error::NotANumber { position: *odd as usize });
            }
            let kept_at = row * Window::SIZE..row * Window::SIZE + *count as usize;
            Ok(Window {
                ids: ids[kept_at.clone()].to_vec(),
                logits: kept[kept_at].to_vec(),
                log_sum: highest + sum.ln(),
                complete: (*count as usize) < Window::SIZE,
            })
        };
        rows.map(window).collect()
    }
}

/// A row of logits, `[1, vocab]`, f32.
struct RowOnGpu {
    context: Arc<Context>,
    row: Tensor,
}

impl Remote for RowOnGpu {
    fn fetch(&self) -> Result<Vec<f32>> {
        self.context.numbers(&self.row)
    }
}

/// Token embeddings in the block of all weights.
pub(super) struct GpuEmbedding {
    pub(super) context: Arc<Context>,
    pub(super) weights: Arc<CudaSlice<bf16>>,
    /// Numbers in front of it.
    pub(super) offset: usize,
    pub(super) hidden: usize,
}

impl Embedding for GpuEmbedding {
    fn rows(&self, ids: &[u32]) -> Result<Tensor> {
        let out = self.context.rows::<f32>(ids.len(), self.hidden)?;
        let ids = self.context.upload(ids)?;
        start!(
            self.context,
            embed_rows,
            (ids.len() as u32, 1, 1),
            BLOCK,
            address_of(&ids),
            address_of(&self.weights) + (self.offset * size_of::<bf16>()) as u64,
            address::<f32>(&out)?,
            self.hidden as u32,
        );
        Ok(out)
    }
}

/// Blocks for a kernel that strides over `count` numbers.
fn grid_for(count: u64) -> (u32, u32, u32) {
    (count.div_ceil(u64::from(BLOCK)).min(4096) as u32, 1, 1)
}
