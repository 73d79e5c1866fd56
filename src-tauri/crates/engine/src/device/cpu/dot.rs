//! The sum of products, in the one order everything on the CPU uses: sixteen partial sums over
//! neighbouring elements, added up as a tree, then the remainder.

use half::bf16;

const LANES: usize = 16;

/// A number as a weight matrix or a cache holds it.
pub(super) trait Held: Copy + Send + Sync {
    fn widen(self) -> f32;
}

impl Held for f32 {
    fn widen(self) -> f32 {
        self
    }
}

impl Held for bf16 {
    fn widen(self) -> f32 {
        f32::from_bits(u32::from(self.to_bits()) << 16)
    }
}

pub(super) fn dot<T: Held>(weights: &[T], x: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (w_chunks, w_rest) = weights.as_chunks::<LANES>();
    let (x_chunks, x_rest) = x.as_chunks::<LANES>();
    for (w, x) in w_chunks.iter().zip(x_chunks) {
        for lane in 0..LANES {
            sums[lane] += w[lane].widen() * x[lane];
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    w_rest.iter().zip(x_rest).fold(sums[0], |sum, (w, x)| sum + w.widen() * x)
}
