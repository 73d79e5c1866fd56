//! Sums of products, in the one order everything on the CPU uses: sixteen partial sums over
//! neighbouring elements, each product fused with its sum, added up as a tree; then the remainder.
//!
//! The order does not depend on how many rows are computed together, nor on the processor, so
//! neither do the bits.
#![expect(unsafe_code, reason = "calls into code compiled for instructions that were looked for")]

use std::sync::OnceLock;

use half::bf16;

#[cfg(target_arch = "x86_64")]
use super::x86;

/// Partial sums of one product.
pub(super) const LANES: usize = 16;

/// A number as a weight matrix or a cache holds it.
pub(super) trait Held: Copy + Send + Sync {
    fn widen(self) -> f32;

    /// Widens sixteen numbers.
    ///
    /// # Safety
    /// They can be read, and the processor has the vector's instructions.
    #[cfg(target_arch = "x86_64")]
    unsafe fn load<V: x86::Vector>(from: *const Self) -> V::Numbers;
}

/// Rows of equal length, `stride` numbers from one's start to the next one's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a, T> {
    numbers: &'a [T],
    pub(super) count: usize,
    pub(super) width: usize,
    pub(super) stride: usize,
}

impl<'a, T> Rows<'a, T> {
    /// Rows one after the other.
    pub(super) fn dense(numbers: &'a [T], width: usize) -> Self {
        Self { numbers, count: numbers.len() / width, width, stride: width }
    }

    /// The numbers `start..start + width` of every `stride`.
    pub(super) fn strided(numbers: &'a [T], start: usize, width: usize, stride: usize) -> Self {
        assert!(start + width <= stride, "a row ends before the next one begins");
        let count = numbers.len() / stride;
        // Without the numbers that belong to no row, an empty slice may be sliced like any other.
        let numbers = if count == 0 { &[] } else { &numbers[start..] };
        Self { numbers, count, width, stride }
    }

    #[inline]
    pub(super) fn row(&self, index: usize) -> &'a [T] {
        &self.numbers[index * self.stride..][..self.width]
    }

    #[inline]
    pub(super) fn skip(&self, rows: usize) -> Self {
        let rows = rows.min(self.count);
        let count = self.count - rows;
        let numbers = if count == 0 { &[] } else { &self.numbers[rows * self.stride..] };
        Self { numbers, count, ..*self }
    }

    #[inline]
    pub(super) fn take(&self, rows: usize) -> Self {
        Self { count: self.count.min(rows), ..*self }
    }

    /// Part of each row.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(super) fn columns(&self, start: usize, width: usize) -> Self {
        let start = start.min(self.numbers.len());
        Self { numbers: &self.numbers[start..], width, ..*self }
    }

    /// Where the first `N` rows start, for code that reads their `width` numbers by itself.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(super) fn starts<const N: usize>(&self) -> [*const [T; LANES]; N] {
        let mut starts = [std::ptr::null(); N];
        for (i, start) in starts.iter_mut().enumerate() {
            *start = self.row(i).as_ptr().cast();
        }
        starts
    }
}

/// What the processor can do beyond the plain loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instructions {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Instructions {
    /// The best there are.
    pub(super) fn here() -> Self {
        static HERE: OnceLock<Instructions> = OnceLock::new();
        *HERE.get_or_init(|| Self::all().pop().unwrap_or(Self::Plain))
    }

    /// All there are, from the plainest on.
    pub(super) fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "elsewhere there is nothing to add")]
        let mut all = vec![Self::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            all.extend(avx2.then_some(Self::Avx2));
            // Without VL the compiler leaves half of the registers unused.
            let avx512 =
                is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
            all.extend((avx2 && avx512).then_some(Self::Avx512));
        }
        all
    }

    /// Every row of `x` times every row of `weights`: `out` is `[x rows][weights rows]`.
    pub(super) fn products<T: Held>(self, weights: Rows<'_, T>, x: Rows<'_, f32>, out: &mut [f32]) {
        match self {
            Self::Plain => plain_products(weights, x, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                // SAFETY: `all` and `here` only name instructions that were found.
                unsafe { x86::products_avx2(weights, x, out) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                // SAFETY: `all` and `here` only name instructions that were found.
                unsafe { x86::products_avx512(weights, x, out) }
            }
        }
    }

    /// Adds the weighted rows to `out`, first to last.
    pub(super) fn add_weighted(self, weights: &[f32], rows: Rows<'_, f32>, out: &mut [f32]) {
        match self {
            Self::Plain => plain_add_weighted(weights, rows, out),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                // SAFETY: `all` and `here` only name instructions that were found.
                unsafe { x86::add_weighted_avx2(weights, rows, out) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                // SAFETY: `all` and `here` only name instructions that were found.
                unsafe { x86::add_weighted_avx512(weights, rows, out) }
            }
        }
    }
}

fn plain_products<T: Held>(weights: Rows<'_, T>, x: Rows<'_, f32>, out: &mut [f32]) {
    for (i, sums) in out.chunks_exact_mut(weights.count).take(x.count).enumerate() {
        for (j, sum) in sums.iter_mut().enumerate() {
            *sum = dot(weights.row(j), x.row(i));
        }
    }
}

#[inline]
pub(super) fn plain_add_weighted(weights: &[f32], rows: Rows<'_, f32>, out: &mut [f32]) {
    for (i, weight) in weights.iter().enumerate().take(rows.count) {
        for (out, value) in out.iter_mut().zip(rows.row(i)) {
            *out = weight.mul_add(*value, *out);
        }
    }
}

fn dot<T: Held>(weights: &[T], x: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for (w, x) in weights.as_chunks::<LANES>().0.iter().zip(x.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] = w[lane].widen().mul_add(x[lane], sums[lane]);
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    add_remainder(sums[0], weights, x)
}

/// The elements behind the last whole sixteen.
#[inline]
pub(super) fn add_remainder<T: Held>(sum: f32, weights: &[T], x: &[f32]) -> f32 {
    let rest = weights.as_chunks::<LANES>().1.iter().zip(x.as_chunks::<LANES>().1);
    rest.fold(sum, |sum, (w, x)| w.widen().mul_add(*x, sum))
}

impl Held for f32 {
    #[inline]
    fn widen(self) -> f32 {
        self
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    unsafe fn load<V: x86::Vector>(from: *const Self) -> V::Numbers {
        // SAFETY: as the caller promises.
        unsafe { V::load_f32(from) }
    }
}

impl Held for bf16 {
    #[inline]
    fn widen(self) -> f32 {
        f32::from_bits(u32::from(self.to_bits()) << 16)
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    unsafe fn load<V: x86::Vector>(from: *const Self) -> V::Numbers {
        // SAFETY: as the caller promises.
        unsafe { V::load_bf16(from) }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;

    fn numbers(random: &mut ChaCha8Rng, count: usize) -> Vec<f32> {
        (0..count).map(|_| (random.next_u32() as f32 / 2e9 - 1.0).powi(3)).collect()
    }

    fn bits(numbers: &[f32]) -> Vec<u32> {
        numbers.iter().map(|number| number.to_bits()).collect()
    }

    #[test]
    fn every_instruction_set_sums_to_the_same_bits() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for width in [1, 15, 16, 17, 64, 100, 1536] {
            for (rows, inputs) in [(1, 1), (3, 1), (8, 5), (9, 6), (10, 13), (33, 7)] {
                let x = numbers(&mut random, inputs * width);
                let wide = numbers(&mut random, rows * (width + 3));
                let narrow: Vec<bf16> = wide.iter().map(|n| bf16::from_f32(*n)).collect();
                let x = Rows::dense(&x, width);
                let run = |instructions: Instructions| {
                    let mut sums = [vec![0.0; rows * inputs], vec![0.0; rows * inputs]];
                    let rows = Rows::strided(&wide, 2, width, width + 3);
                    instructions.products(rows, x, &mut sums[0]);
                    let rows = Rows::strided(&narrow, 2, width, width + 3);
                    instructions.products(rows, x, &mut sums[1]);
                    sums.map(|sums| bits(&sums))
                };
                let plain = run(Instructions::Plain);
                for instructions in Instructions::all() {
                    assert_eq!(run(instructions), plain, "{instructions:?} {width} {rows}");
                }
            }
        }
    }

    #[test]
    fn every_instruction_set_adds_weighted_rows_to_the_same_bits() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        for (width, count) in [(1, 1), (32, 5), (100, 33), (128, 64)] {
            let (weights, values) =
                (numbers(&mut random, count), numbers(&mut random, count * 130));
            let run = |instructions: Instructions| {
                let mut out = vec![0.5; width];
                let rows = Rows::strided(&values, 1, width, 130);
                instructions.add_weighted(&weights, rows, &mut out);
                bits(&out)
            };
            let plain = run(Instructions::Plain);
            for instructions in Instructions::all() {
                assert_eq!(run(instructions), plain, "{instructions:?} {width} {count}");
            }
        }
    }

    #[test]
    fn a_product_is_the_sum_of_its_products() {
        let x: Vec<f32> = (0..50).map(|n| n as f32).collect();
        let weights = [1.0; 50].map(bf16::from_f32);
        let mut sum = [0.0];
        for instructions in Instructions::all() {
            instructions.products(Rows::dense(&weights, 50), Rows::dense(&x, 50), &mut sum);
            assert_eq!(bits(&sum), bits(&[1225.0]));
        }
    }
}
