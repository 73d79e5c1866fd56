//! One NVIDIA GPU: bf16 weights and cache, f32 sums and residual stream.
//!
//! Matrix products are cuBLAS's, prompts go through `FlashAttention` where it is built in, and the
//! rest is `kernels.cu`. Everything is queued on one stream, which one thread at a time uses, so
//! nothing is tracked with events and nothing waits but what copies to the processor.
//!
//! | module | what it is |
//! |---|---|
//! | `context` | the device, its stream, its memory and the kernels |
//! | `discovery` | which GPUs there are, or why there are none |
//! | `place` | weights into one block of memory, through page-locked buffers |
//! | `projection`, `arithmetic`, `kv_cache` | what the model is computed with |

mod arithmetic;
mod context;
mod discovery;
mod kv_cache;
mod place;
mod projection;

pub(crate) use discovery::{gpus, release, reset};
pub(crate) use place::GpuPlace;
