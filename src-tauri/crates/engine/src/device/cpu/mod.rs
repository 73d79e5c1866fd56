//! The CPU: f32 arithmetic over weights held as stored.
//!
//! Every output element is summed in one fixed order, whatever the number of rows computed
//! together. So a prompt gives the same bits in one prefill, in chunks, or token by token.

mod arithmetic;
mod attention;
mod dot;
mod kv_cache;
mod place;
mod projection;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use place::CpuPlace;

use arithmetic::CpuArithmetic;
use kv_cache::CpuKvCache;

use candle_core::{CpuStorage, Layout};

/// A contiguous f32 operand's numbers.
pub(crate) fn slice<'a>(
    storage: &'a CpuStorage,
    layout: &Layout,
) -> candle_core::Result<&'a [f32]> {
    let all = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&all[start..end]),
        None => Err(candle_core::Error::Msg("operand is not contiguous".to_owned())),
    }
}
