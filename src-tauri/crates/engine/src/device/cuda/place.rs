//! Weights from wherever they come into one block of GPU memory.
//!
//! Copying from ordinary memory makes the driver copy twice, and one after the other. Here several
//! threads read into page-locked buffers of their own, and the GPU fetches from one buffer of a
//! thread while the thread fills the other.

#![expect(unsafe_code, reason = "page-locked memory is copied from while the thread goes on")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use candle_core::Tensor;
use candle_core::cuda_backend::cudarc::driver::{
    CudaEvent, CudaSlice, CudaStream, PinnedHostSlice, result,
};
use half::bf16;

use super::arithmetic::{GpuArithmetic, GpuEmbedding};
use super::context::{Address, Context, address_of, failed};
use super::projection::GpuProjection;
use crate::config::ModelConfig;
use crate::device::choice::Gpu;
use crate::device::{Arithmetic, Embedding, Place, Projection, Unplaced, Watch};
use crate::{Error, Result};

/// Threads that read; a disk needs several requests at once to give what it can.
const READERS: usize = 8;
/// Numbers of a page-locked buffer: 8 MB.
const BUFFER: usize = 4 << 20;
/// Each matrix begins at a multiple of so many numbers: 256 bytes, as memory of its own would.
const ALIGNED: usize = 128;

pub(crate) struct GpuPlace<'a> {
    context: Arc<Context>,
    block: Arc<CudaSlice<bf16>>,
    used: usize,
    held: u64,
    readers: Vec<Reader>,
    watch: Option<&'a dyn Watch>,
}

/// A thread's stream and its two buffers.
struct Reader {
    stream: Arc<CudaStream>,
    buffers: [Buffer; 2],
}

struct Buffer {
    numbers: PinnedHostSlice<bf16>,
    /// When the GPU has fetched what was in it.
    fetched: CudaEvent,
}

impl<'a> GpuPlace<'a> {
    /// Takes the memory for all matrices at once.
    pub(crate) fn new(
        gpu: &Gpu,
        config: &ModelConfig,
        watch: Option<&'a dyn Watch>,
    ) -> Result<Self> {
        let context = Context::open(gpu.number)?;
        let matrices = 2 + 4 * config.num_layers;
        let count = config.parameters() as usize + matrices * ALIGNED;
        let block = context.take::<bf16>(count).map_err(|error| match error {
            Error::OutOfMemory { needed_bytes, .. } => Error::GpuMemory {
                gpu: gpu.name.clone(),
                needed: needed_bytes as u64,
                free: gpu.free_bytes,
            },
            other => other,
        })?;
        // The readers' streams do not wait for this one.
        context.stream.synchronize().map_err(failed)?;
        let readers = (0..READERS).map(|_| Reader::new(&context)).collect::<Result<_>>()?;
        Ok(Self { context, block: Arc::new(block), used: 0, held: 0, readers, watch })
    }

    /// Copies a matrix to the next free place and says where that is.
    fn put(&mut self, matrix: &Unplaced<'_>) -> Result<usize> {
        let offset = self.used;
        self.used = (offset + matrix.count()).next_multiple_of(ALIGNED);
        if self.used > self.block.len() {
            return Err(Error::Gpu("the weights are more than their config says".to_owned()));
        }
        let to = address_of(&self.block) + (offset * size_of::<bf16>()) as Address;
        let (watch, next) = (self.watch, AtomicUsize::new(0));
        std::thread::scope(|scope| {
            let start = |reader| scope.spawn(|| Reader::read(reader, matrix, to, &next, watch));
            let threads: Vec<_> = self.readers.iter_mut().map(start).collect();
            threads.into_iter().try_for_each(|thread| {
                thread.join().map_err(|_| Error::Panicked("a reading thread".to_owned()))?
            })
        })?;
        self.held += (matrix.count() * size_of::<bf16>()) as u64;
        Ok(offset)
    }
}

impl Reader {
    fn new(context: &Context) -> Result<Self> {
        let driver = context.stream.context();
        let buffer = || -> Result<Buffer> {
            // SAFETY: every number is written before the GPU is told to fetch it.
            let numbers = unsafe { driver.alloc_pinned::<bf16>(BUFFER) }.map_err(failed)?;
            Ok(Buffer { numbers, fetched: driver.new_event(None).map_err(failed)? })
        };
        Ok(Self { stream: driver.new_stream().map_err(failed)?, buffers: [buffer()?, buffer()?] })
    }

    /// Takes pieces of the matrix until there are no more, and waits until all have arrived.
    fn read(
        &mut self,
        matrix: &Unplaced<'_>,
        to: Address,
        next: &AtomicUsize,
        watch: Option<&dyn Watch>,
    ) -> Result<()> {
        self.stream.context().bind_to_thread().map_err(failed)?;
        let rows = (BUFFER / matrix.inputs).clamp(1, matrix.outputs);
        let mut turn = 0;
        loop {
            let first = next.fetch_add(rows, Ordering::Relaxed);
            if first >= matrix.outputs {
                return self.stream.synchronize().map_err(failed);
            }
            let last = matrix.outputs.min(first + rows);
            let to = to + (first * matrix.inputs * size_of::<bf16>()) as Address;
            self.send(turn, matrix, first..last, to)?;
            turn = 1 - turn;
            watch.map_or(Ok(()), |watch| watch.passed((last - first) * matrix.inputs))?;
        }
    }

    fn send(
        &mut self,
        turn: usize,
        matrix: &Unplaced<'_>,
        rows: std::ops::Range<usize>,
        to: Address,
    ) -> Result<()> {
        let buffer = &mut self.buffers[turn];
        buffer.fetched.synchronize().map_err(failed)?;
        let count = rows.len() * matrix.inputs;
        let numbers = &mut buffer.numbers.as_mut_slice().map_err(failed)?[..count];
        matrix.rows.bf16(rows, numbers)?;
        // SAFETY: `to` and what follows it belong to this piece alone; the buffer is not written
        // again before its event says that the copy is done, and `read` waits for the last one.
        unsafe { result::memcpy_htod_async(to, numbers, self.stream.cu_stream()) }
            .map_err(failed)?;
        buffer.fetched.record(&self.stream).map_err(failed)
    }
}

impl Drop for Reader {
    /// A buffer must not be freed while the GPU fetches from it.
    fn drop(&mut self) {
        // Nobody is left to tell if it cannot be waited for.
        let _ = self.stream.synchronize();
    }
}

impl Place for GpuPlace<'_> {
    fn projection(&mut self, matrix: &Unplaced<'_>) -> Result<Box<dyn Projection>> {
        let offset = self.put(matrix)?;
        let Unplaced { outputs, inputs, role, .. } = *matrix;
        let (context, weights) = (self.context.clone(), self.block.clone());
        Ok(Box::new(GpuProjection { context, weights, offset, outputs, inputs, role }))
    }

    fn embedding(&mut self, matrix: &Unplaced<'_>) -> Result<Box<dyn Embedding>> {
        let offset = self.put(matrix)?;
        let (context, weights) = (self.context.clone(), self.block.clone());
        Ok(Box::new(GpuEmbedding { context, weights, offset, hidden: matrix.inputs }))
    }

    fn vector(&mut self, values: Vec<f32>) -> Result<Tensor> {
        self.held += (values.len() * size_of::<f32>()) as u64;
        self.watch.map_or(Ok(()), |watch| watch.passed(values.len()))?;
        Ok(self.context.tensor(self.context.upload(&values)?, values.len()))
    }

    fn arithmetic(&self) -> Box<dyn Arithmetic> {
        Box::new(GpuArithmetic(self.context.clone()))
    }

    fn held(&self) -> u64 {
        self.held
    }
}
