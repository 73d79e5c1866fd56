//! A GPU as the other modules see it: memory, one stream, the kernels.

#![expect(unsafe_code, reason = "kernels are started and memory is taken through the driver")]

use std::sync::Arc;

use candle_core::cuda_backend::cudarc::cublas::CudaBlas;
use candle_core::cuda_backend::cudarc::curand::CudaRng;
use candle_core::cuda_backend::cudarc::driver::{
    CudaFunction, CudaModule, CudaSlice, CudaStream, DevicePtr, DeviceRepr, DriverError, result,
    sys,
};
use candle_core::cuda_backend::cudarc::nvrtc::Ptx;
use candle_core::cuda_backend::{CudaDType, CudaStorage};
use candle_core::op::BackpropOp;
use candle_core::{CudaDevice, Shape, Storage, Tensor};

use crate::{Error, Result};

/// `kernels.cu` for the GPUs it is meant for, and as PTX for those to come.
static FATBIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kernels.fatbin"));

/// Rows of decode steps are computed so many at a time, whatever the number of lanes: the same
/// product for each row, bit for bit. Memory of activations is taken for whole groups.
pub(super) const ROWS_TOGETHER: usize = 8;

/// An address in the GPU's memory.
pub(super) type Address = sys::CUdeviceptr;

pub(super) struct Context {
    pub(super) device: CudaDevice,
    pub(super) stream: Arc<CudaStream>,
    pub(super) blas: Arc<CudaBlas>,
    pub(super) kernels: Kernels,
    /// Set in the environment for checks: prompts through our own attention.
    pub(super) plain_attention: bool,
    /// The same: whole rows of logits are copied to the processor.
    pub(super) full_logits: bool,
}

/// The functions of `kernels.cu`, loaded when the device is opened so that no run waits for them.
pub(super) struct Kernels {
    pub(super) embed_rows: CudaFunction,
    pub(super) layer_norm: CudaFunction,
    pub(super) add: CudaFunction,
    pub(super) squared_relu: CudaFunction,
    pub(super) rotate_and_store: CudaFunction,
    pub(super) attend: CudaFunction,
    pub(super) reduce_logits: CudaFunction,
    pub(super) read_all: CudaFunction,
}

/// Starts a kernel: `start!(context, name, grid, block, arguments...)`. The arguments must be of
/// the types that the kernel declares, in their order.
macro_rules! start {
    ($context:expr, $kernel:ident, $grid:expr, $block:expr, $($argument:expr),+ $(,)?) => {{
        use candle_core::cuda_backend::cudarc::driver::{LaunchConfig, PushKernelArg};
        let mut launch = $context.stream.launch_builder(&$context.kernels.$kernel);
        $(let argument = $argument; launch.arg(&argument);)+
        let config = LaunchConfig { grid_dim: $grid, block_dim: ($block, 1, 1), shared_mem_bytes: 0 };
        // SAFETY: the arguments are those of the kernel's declaration; the addresses are of live
        // tensors with the shapes that the caller checked, and the stream keeps their order.
        #[allow(unsafe_code, reason = "kernels are started through the driver")]
        let started = unsafe { launch.launch(config) };
        started.map_err($crate::device::cuda::context::failed)?;
    }};
}
pub(super) use start;

impl Context {
    pub(super) fn open(number: u32) -> Result<Arc<Self>> {
        let device = CudaDevice::new_with_stream(number as usize).map_err(|error| {
            Error::NoGpu(diagnosis(number).unwrap_or_else(|| error.to_string()))
        })?;
        // SAFETY: all tensors live on the one stream of this device; copies on other streams, while
        // weights load, are waited for before anything computes with them.
        unsafe { device.disable_event_tracking() };
        let stream = device.cuda_stream();
        keep_memory(&stream);
        let module =
            stream.context().load_module(Ptx::from_binary(FATBIN.to_vec())).map_err(failed)?;
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Ok(Arc::new(Self {
            kernels: Kernels::of(&module)?,
            blas: device.cublas_handle(),
            device,
            stream,
            plain_attention: set("NEMOTRON_PLAIN_ATTENTION"),
            full_logits: set("NEMOTRON_FULL_LOGITS"),
        }))
    }

    /// Uninitialised memory for `count` numbers.
    pub(super) fn take<T: DeviceRepr>(&self, count: usize) -> Result<CudaSlice<T>> {
        // SAFETY: whoever takes memory writes it before it is read: kernels and copies that fill
        // it are queued on the same stream first.
        unsafe { self.stream.alloc::<T>(count) }.map_err(|error| match error.0 {
            sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => {
                Error::OutOfMemory { what: "the GPU", needed_bytes: count * size_of::<T>() }
            }
            _ => failed(error),
        })
    }

    /// An uninitialised `[rows, width]`, with memory for whole groups of rows.
    pub(super) fn rows<T: CudaDType + DeviceRepr>(
        &self,
        rows: usize,
        width: usize,
    ) -> Result<Tensor> {
        let slice = self.take::<T>(rows.next_multiple_of(ROWS_TOGETHER) * width)?;
        Ok(self.tensor(slice, (rows, width)))
    }

    /// Memory as a tensor.
    pub(super) fn tensor<T: CudaDType>(
        &self,
        slice: CudaSlice<T>,
        shape: impl Into<Shape>,
    ) -> Tensor {
        let storage = CudaStorage::wrap_cuda_slice(slice, self.device.clone());
        Tensor::from_storage(Storage::Cuda(storage), shape, BackpropOp::none(), false)
    }

    /// Numbers copied to the GPU.
    pub(super) fn upload<T: DeviceRepr>(&self, values: &[T]) -> Result<CudaSlice<T>> {
        self.stream.clone_htod(values).map_err(failed)
    }

    /// A contiguous f32 tensor's numbers, and no others that lie in the same memory.
    pub(super) fn numbers(&self, tensor: &Tensor) -> Result<Vec<f32>> {
        let (storage, layout) = tensor.storage_and_layout();
        let (Storage::Cuda(storage), Some((start, end))) = (&*storage, layout.contiguous_offsets())
        else {
            return Err(Error::Gpu("a tensor is not contiguous, or not on the GPU".to_owned()));
        };
        let part = storage.as_cuda_slice::<f32>()?.slice(start..end);
        self.stream.clone_dtoh(&part).map_err(failed)
    }

    /// Numbers copied from the GPU, after all that was queued before.
    pub(super) fn download<T: DeviceRepr>(&self, slice: &CudaSlice<T>) -> Result<Vec<T>> {
        self.stream.clone_dtoh(slice).map_err(failed)
    }
}

impl Kernels {
    fn of(module: &Arc<CudaModule>) -> Result<Self> {
        let function = |name: &str| module.load_function(name).map_err(failed);
        Ok(Self {
            embed_rows: function("embed_rows")?,
            layer_norm: function("layer_norm")?,
            add: function("add")?,
            squared_relu: function("squared_relu")?,
            rotate_and_store: function("rotate_and_store")?,
            attend: function("attend")?,
            reduce_logits: function("reduce_logits")?,
            read_all: function("read_all")?,
        })
    }
}

/// Where a contiguous tensor of this type lies.
pub(super) fn address<T: CudaDType + DeviceRepr>(tensor: &Tensor) -> Result<Address> {
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cuda(storage) = &*storage else {
        return Err(Error::Gpu("a tensor is not on the GPU".to_owned()));
    };
    if !layout.is_contiguous() {
        return Err(Error::Gpu("a tensor is not contiguous".to_owned()));
    }
    let slice = storage.as_cuda_slice::<T>()?;
    Ok(address_of(slice) + (layout.start_offset() * size_of::<T>()) as Address)
}

pub(super) fn address_of<T>(slice: &CudaSlice<T>) -> Address {
    slice.device_ptr(slice.stream()).0
}

pub(super) fn failed(error: DriverError) -> Error {
    Error::Gpu(format!("{:?}", error.0))
}

/// Memory that was freed stays with us: giving it back at every wait costs more than it is worth.
fn keep_memory(stream: &CudaStream) {
    let device = stream.context().cu_device();
    let mut all = u64::MAX;
    let attribute = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
    // SAFETY: the pool is the device's own; the driver reads one u64 from the address.
    let outcome = unsafe {
        result::device::get_default_mem_pool(device).and_then(|pool| {
            result::mem_pool::set_attribute(pool, attribute, (&raw mut all).cast())
        })
    };
    // Without pools every allocation just takes longer.
    let _ = outcome;
}

/// What kept a device from opening, found by trying the parts one by one.
fn diagnosis(number: u32) -> Option<String> {
    use candle_core::cuda_backend::cudarc::driver::CudaContext;
    let context = match CudaContext::new(number as usize) {
        Ok(context) => context,
        Err(error) => return Some(format!("the NVIDIA driver says {:?}", error.0)),
    };
    let stream = context.new_stream().ok()?;
    let missing = |library: &str| {
        format!("{library} of CUDA 13 is not there or does not fit the driver; see docs/cuda.md")
    };
    if CudaBlas::new(stream.clone()).is_err() {
        return Some(missing("the library cuBLAS"));
    }
    CudaRng::new(0, stream).is_err().then(|| missing("the library cuRAND"))
}
