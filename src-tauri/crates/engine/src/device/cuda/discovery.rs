//! Which GPUs the driver knows.

#![expect(unsafe_code, reason = "asks the driver through its C interface")]

use std::path::Path;

use candle_core::cuda_backend::cudarc::driver::{CudaContext, DriverError, result, sys};

use crate::device::choice::Gpu;

/// What the kernels were compiled for: CUDA 13.0, as the driver numbers it.
const CUDA_VERSION: i32 = 13_000;

/// # Errors
/// In words for people, why there is none.
pub(crate) fn gpus() -> Result<Vec<Gpu>, String> {
    if !has_driver() {
        return Err("there is no NVIDIA driver".to_owned());
    }
    let count = CudaContext::device_count().map_err(unknown)?;
    let version = driver_version();
    if version < CUDA_VERSION {
        let named = |version: i32| format!("{}.{}", version / 1000, version % 1000 / 10);
        return Err(format!(
            "the NVIDIA driver is too old: it is for CUDA {}, {} is needed (driver 580 or newer)",
            named(version),
            named(CUDA_VERSION)
        ));
    }
    if count == 0 {
        return Err("the NVIDIA driver finds no GPU".to_owned());
    }
    (0..count as u32).map(gpu).collect()
}

fn has_driver() -> bool {
    cfg!(not(target_os = "linux")) || Path::new("/proc/driver/nvidia/version").exists()
}

fn gpu(number: u32) -> Result<Gpu, String> {
    let describe = || -> Result<Gpu, DriverError> {
        let context = CudaContext::new(number as usize)?;
        let (free, total) = context.mem_get_info()?;
        Ok(Gpu {
            number,
            name: context.name()?,
            total_bytes: total as u64,
            free_bytes: free as u64,
            capability: context.compute_capability()?,
        })
    };
    describe().map_err(unknown)
}

/// 0 where the driver does not say.
fn driver_version() -> i32 {
    let mut version = 0;
    // SAFETY: the driver writes one int to the address it is given, which lives until it returns.
    let result = unsafe { sys::cuDriverGetVersion(&raw mut version) };
    result.result().map_or(0, |()| version)
}

fn unknown(error: DriverError) -> String {
    if error.0 == sys::CUresult::CUDA_ERROR_NO_DEVICE {
        return "the NVIDIA driver finds no GPU".to_owned();
    }
    format!("the NVIDIA driver says {:?}", error.0)
}

/// Destroys the process's context on every GPU. After a kernel failed, the driver answers nothing
/// on a context but the same error.
pub(crate) fn reset() {
    for number in 0..CudaContext::device_count().unwrap_or(0) {
        // SAFETY: called when the model and all its tensors are gone, so nobody uses the context.
        let outcome = unsafe {
            result::device::get(number)
                .and_then(|device| sys::cuDevicePrimaryCtxReset_v2(device).result())
        };
        // A device that cannot be reset says so when it is opened.
        let _ = outcome;
    }
}

/// Gives memory that was freed, and kept for the next model, back to the driver: only then does it
/// count as free.
pub(crate) fn release() {
    for number in 0..CudaContext::device_count().unwrap_or(0) {
        let Ok(context) = CudaContext::new(number as usize) else { continue };
        // SAFETY: the pool is the device's own; what is in use stays, whatever is trimmed.
        let outcome = unsafe {
            context.synchronize().and_then(|()| {
                let pool = result::device::get_default_mem_pool(context.cu_device())?;
                result::mem_pool::trim_to(pool, 0)
            })
        };
        // Memory that stays with us is only counted as taken.
        let _ = outcome;
    }
}
