//! The loops of `dot` in AVX2 and AVX-512: the same sums in the same order.
//!
//! A tile of some rows of weights and some inputs stays in registers while it is summed, so that
//! each number loaded is used several times. The generic tile is inlined into the functions that
//! name the instructions; that is how it comes to be compiled with them.
//!
//! # Safety
//! Every unsafe function here needs the instructions of its [`Vector`], and pointers to as many
//! numbers as it says it reads.
#![expect(unsafe_code, reason = "vector instructions read through pointers")]
#![expect(clippy::inline_always, reason = "else the generic parts are compiled without them")]

use std::arch::x86_64::{
    __m256, __m512, _MM_HINT_T0, _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_loadu_si128,
    _mm_movehl_ps, _mm_prefetch, _mm_shuffle_ps, _mm256_add_ps, _mm256_castpd_ps,
    _mm256_castps256_ps128, _mm256_castsi256_ps, _mm256_cvtepu16_epi32, _mm256_extractf128_ps,
    _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_slli_epi32, _mm256_storeu_ps, _mm512_castps_pd, _mm512_castps512_ps256,
    _mm512_castsi512_ps, _mm512_cvtepu16_epi32, _mm512_extractf64x4_pd, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_slli_epi32, _mm512_storeu_ps,
};

use half::bf16;

use super::dot::{Held, LANES, Rows, add_remainder, plain_add_weighted};

/// Columns that stay in registers while rows are added up.
const COLUMNS: usize = 64;

/// With so few inputs the weights are what is waited for: rows are read one after the other, and
/// asked for early. (One input, 805 MB of bf16 weights, two cores: 42 GB/s; four rows at a time,
/// 33 GB/s.)
const STREAMED_INPUTS: usize = 3;
/// How many sixteens ahead weights are asked for.
const AHEAD: usize = 128;

/// Sixteen numbers in registers.
pub(super) trait Vector {
    type Numbers: Copy;
    /// The tile that fits the registers: rows of weights and inputs.
    const ROWS: usize;
    const INPUTS: usize;

    unsafe fn zeros() -> Self::Numbers;
    unsafe fn all(number: f32) -> Self::Numbers;
    /// Writes sixteen numbers.
    unsafe fn store(numbers: Self::Numbers, to: *mut f32);
    /// Reads sixteen numbers.
    unsafe fn load_f32(from: *const f32) -> Self::Numbers;
    /// Reads sixteen numbers.
    unsafe fn load_bf16(from: *const bf16) -> Self::Numbers;
    /// `a * b + sum`, rounded once.
    unsafe fn fused(a: Self::Numbers, b: Self::Numbers, sum: Self::Numbers) -> Self::Numbers;
    /// Halves are added until one number is left.
    unsafe fn total(numbers: Self::Numbers) -> f32;
    /// [`tile`], compiled with these instructions.
    unsafe fn tile<T: Held, const R: usize, const N: usize, const STREAM: bool>(
        weights: Rows<'_, T>,
        x: Rows<'_, f32>,
    ) -> [[f32; R]; N];
}

struct Avx2;
struct Avx512;

/// # Safety
/// The processor has AVX2 and FMA.
pub(super) unsafe fn products_avx2<T: Held>(
    weights: Rows<'_, T>,
    x: Rows<'_, f32>,
    out: &mut [f32],
) {
    // SAFETY: as the caller promises.
    unsafe { products::<Avx2, T>(weights, x, out) }
}

/// # Safety
/// The processor has AVX-512F, AVX-512VL and FMA.
pub(super) unsafe fn products_avx512<T: Held>(
    weights: Rows<'_, T>,
    x: Rows<'_, f32>,
    out: &mut [f32],
) {
    // SAFETY: as the caller promises.
    unsafe { products::<Avx512, T>(weights, x, out) }
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn add_weighted_avx2(weights: &[f32], rows: Rows<'_, f32>, out: &mut [f32]) {
    add_weighted::<Avx2>(weights, rows, out);
}

#[target_feature(enable = "avx512f,avx512vl,fma")]
pub(super) fn add_weighted_avx512(weights: &[f32], rows: Rows<'_, f32>, out: &mut [f32]) {
    add_weighted::<Avx512>(weights, rows, out);
}

/// Columns stay in registers while all rows are added to them.
#[inline(always)]
fn add_weighted<V: Vector>(weights: &[f32], rows: Rows<'_, f32>, out: &mut [f32]) {
    let (blocks, rest) = out.as_chunks_mut::<COLUMNS>();
    let behind = blocks.len() * COLUMNS;
    for (i, block) in blocks.iter_mut().enumerate() {
        let rows = rows.columns(i * COLUMNS, COLUMNS);
        // SAFETY: the instructions are those of the caller; each row has `COLUMNS` numbers.
        unsafe { add_block::<V>(weights, rows, block) };
    }
    plain_add_weighted(weights, rows.columns(behind, rest.len()), rest);
}

#[inline(always)]
unsafe fn add_block<V: Vector>(weights: &[f32], rows: Rows<'_, f32>, out: &mut [f32; COLUMNS]) {
    // SAFETY: as the caller promises.
    unsafe {
        let mut sums = [V::zeros(); COLUMNS / LANES];
        for (sum, out) in sums.iter_mut().zip(out.as_chunks::<LANES>().0) {
            *sum = V::load_f32(out.as_ptr());
        }
        for (i, weight) in weights.iter().enumerate().take(rows.count) {
            let weight = V::all(*weight);
            for (sum, value) in sums.iter_mut().zip(rows.row(i).as_chunks::<LANES>().0) {
                *sum = V::fused(weight, V::load_f32(value.as_ptr()), *sum);
            }
        }
        for (sum, out) in sums.iter().zip(out.as_chunks_mut::<LANES>().0) {
            V::store(*sum, out.as_mut_ptr());
        }
    }
}

unsafe fn products<V: Vector, T: Held>(weights: Rows<'_, T>, x: Rows<'_, f32>, out: &mut [f32]) {
    let mut inputs = x;
    for out in out.chunks_mut(V::INPUTS * weights.count.max(1)) {
        // SAFETY: as the caller promises.
        unsafe {
            match (inputs.count.min(V::INPUTS), x.count <= STREAMED_INPUTS) {
                (1, true) => across::<V, T, 1, true>(weights, inputs, out),
                (2, true) => across::<V, T, 2, true>(weights, inputs, out),
                (3, true) => across::<V, T, 3, true>(weights, inputs, out),
                (1, false) => across::<V, T, 1, false>(weights, inputs, out),
                (2, false) => across::<V, T, 2, false>(weights, inputs, out),
                (3, false) => across::<V, T, 3, false>(weights, inputs, out),
                (4, _) => across::<V, T, 4, false>(weights, inputs, out),
                (5, _) => across::<V, T, 5, false>(weights, inputs, out),
                (6.., _) => across::<V, T, 6, false>(weights, inputs, out),
                (0, _) => return,
            }
        }
        inputs = inputs.skip(V::INPUTS);
    }
}

/// All rows of weights with the first `N` inputs.
unsafe fn across<V: Vector, T: Held, const N: usize, const STREAM: bool>(
    weights: Rows<'_, T>,
    x: Rows<'_, f32>,
    out: &mut [f32],
) {
    let mut row = 0;
    while row < weights.count {
        let rows = weights.skip(row);
        let wide = !STREAM && rows.count >= V::ROWS;
        // SAFETY: as the caller promises.
        unsafe {
            match (wide, V::ROWS) {
                (true, 4) => put(&V::tile::<T, 4, N, false>(rows, x), row, weights.count, out),
                (true, 2) => put(&V::tile::<T, 2, N, false>(rows, x), row, weights.count, out),
                _ => put(&V::tile::<T, 1, N, STREAM>(rows, x), row, weights.count, out),
            }
        }
        row += if wide { V::ROWS } else { 1 };
    }
}

fn put<const R: usize, const N: usize>(
    sums: &[[f32; R]; N],
    row: usize,
    rows: usize,
    out: &mut [f32],
) {
    for (out, sums) in out.chunks_mut(rows).zip(sums) {
        out[row..row + R].copy_from_slice(sums);
    }
}

/// The first `R` rows of weights with the first `N` inputs. Loops instead of closures, and no
/// arithmetic that is checked: anything that may panic would keep the sums out of registers.
#[inline(always)]
fn tile<V: Vector, T: Held, const R: usize, const N: usize, const STREAM: bool>(
    weights: Rows<'_, T>,
    x: Rows<'_, f32>,
) -> [[f32; R]; N] {
    let (weights, x) = (weights.take(R), x.take(N));
    assert!(weights.count == R && x.count == N && weights.width == x.width);
    let (row_starts, inputs) = (weights.starts::<R>(), x.starts::<N>());
    let mut totals = [[0.0; R]; N];
    // SAFETY: the instructions are those that `products` was compiled with; at each start there
    // are `width` numbers, of which whole sixteens are read.
    unsafe {
        let mut sums = [[V::zeros(); R]; N];
        for chunk in 0..weights.width / LANES {
            let mut wide = [V::zeros(); R];
            for r in 0..R {
                if STREAM {
                    _mm_prefetch::<_MM_HINT_T0>(row_starts[r].wrapping_add(chunk + AHEAD).cast());
                }
                wide[r] = T::load::<V>(row_starts[r].add(chunk).cast());
            }
            for n in 0..N {
                let x = V::load_f32(inputs[n].add(chunk).cast());
                for r in 0..R {
                    sums[n][r] = V::fused(wide[r], x, sums[n][r]);
                }
            }
        }
        for n in 0..N {
            for r in 0..R {
                totals[n][r] = V::total(sums[n][r]);
            }
        }
    }
    if weights.width % LANES > 0 {
        for (n, totals) in totals.iter_mut().enumerate() {
            for (r, total) in totals.iter_mut().enumerate() {
                *total = add_remainder(*total, weights.row(r), x.row(n));
            }
        }
    }
    totals
}

impl Vector for Avx512 {
    type Numbers = __m512;
    const ROWS: usize = 4;
    const INPUTS: usize = 6;

    #[inline(always)]
    unsafe fn zeros() -> __m512 {
        // SAFETY: as the caller promises.
        unsafe { _mm512_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn all(number: f32) -> __m512 {
        // SAFETY: as the caller promises.
        unsafe { _mm512_set1_ps(number) }
    }

    #[inline(always)]
    unsafe fn store(numbers: __m512, to: *mut f32) {
        // SAFETY: as the caller promises.
        unsafe { _mm512_storeu_ps(to, numbers) }
    }

    #[inline(always)]
    unsafe fn load_f32(from: *const f32) -> __m512 {
        // SAFETY: as the caller promises.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn load_bf16(from: *const bf16) -> __m512 {
        // SAFETY: as the caller promises. A bf16 is the upper half of an f32.
        unsafe {
            let halves = _mm512_cvtepu16_epi32(_mm256_loadu_si256(from.cast()));
            _mm512_castsi512_ps(_mm512_slli_epi32::<16>(halves))
        }
    }

    #[inline(always)]
    unsafe fn fused(a: __m512, b: __m512, sum: __m512) -> __m512 {
        // SAFETY: as the caller promises.
        unsafe { _mm512_fmadd_ps(a, b, sum) }
    }

    #[inline(always)]
    unsafe fn total(numbers: __m512) -> f32 {
        // SAFETY: as the caller promises.
        unsafe {
            let upper = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(numbers));
            Avx2::total([_mm512_castps512_ps256(numbers), _mm256_castpd_ps(upper)])
        }
    }

    unsafe fn tile<T: Held, const R: usize, const N: usize, const STREAM: bool>(
        weights: Rows<'_, T>,
        x: Rows<'_, f32>,
    ) -> [[f32; R]; N] {
        #[target_feature(enable = "avx512f,avx512vl,fma")]
        fn compiled<T: Held, const R: usize, const N: usize, const STREAM: bool>(
            weights: Rows<'_, T>,
            x: Rows<'_, f32>,
        ) -> [[f32; R]; N] {
            tile::<Avx512, T, R, N, STREAM>(weights, x)
        }
        // SAFETY: as the caller promises.
        unsafe { compiled::<T, R, N, STREAM>(weights, x) }
    }
}

impl Vector for Avx2 {
    type Numbers = [__m256; 2];
    const ROWS: usize = 2;
    const INPUTS: usize = 3;

    #[inline(always)]
    unsafe fn zeros() -> [__m256; 2] {
        // SAFETY: as the caller promises.
        unsafe { [_mm256_setzero_ps(); 2] }
    }

    #[inline(always)]
    unsafe fn all(number: f32) -> [__m256; 2] {
        // SAFETY: as the caller promises.
        unsafe { [_mm256_set1_ps(number); 2] }
    }

    #[inline(always)]
    unsafe fn store([lower, upper]: [__m256; 2], to: *mut f32) {
        // SAFETY: as the caller promises.
        unsafe {
            _mm256_storeu_ps(to, lower);
            _mm256_storeu_ps(to.add(8), upper);
        }
    }

    #[inline(always)]
    unsafe fn load_f32(from: *const f32) -> [__m256; 2] {
        // SAFETY: as the caller promises.
        unsafe { [_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))] }
    }

    #[inline(always)]
    unsafe fn load_bf16(from: *const bf16) -> [__m256; 2] {
        // SAFETY: as the caller promises. A bf16 is the upper half of an f32.
        unsafe {
            let (lower, upper) = (from.cast(), from.add(8).cast());
            let lower = _mm256_cvtepu16_epi32(_mm_loadu_si128(lower));
            let upper = _mm256_cvtepu16_epi32(_mm_loadu_si128(upper));
            [
                _mm256_castsi256_ps(_mm256_slli_epi32::<16>(lower)),
                _mm256_castsi256_ps(_mm256_slli_epi32::<16>(upper)),
            ]
        }
    }

    #[inline(always)]
    unsafe fn fused(a: [__m256; 2], b: [__m256; 2], sum: [__m256; 2]) -> [__m256; 2] {
        // SAFETY: as the caller promises.
        unsafe { [_mm256_fmadd_ps(a[0], b[0], sum[0]), _mm256_fmadd_ps(a[1], b[1], sum[1])] }
    }

    #[inline(always)]
    unsafe fn total([lower, upper]: [__m256; 2]) -> f32 {
        // SAFETY: as the caller promises.
        unsafe {
            let eight = _mm256_add_ps(lower, upper);
            let upper = _mm256_extractf128_ps::<1>(eight);
            let four = _mm_add_ps(_mm256_castps256_ps128(eight), upper);
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<1>(two, two)))
        }
    }

    unsafe fn tile<T: Held, const R: usize, const N: usize, const STREAM: bool>(
        weights: Rows<'_, T>,
        x: Rows<'_, f32>,
    ) -> [[f32; R]; N] {
        #[target_feature(enable = "avx2,fma")]
        fn compiled<T: Held, const R: usize, const N: usize, const STREAM: bool>(
            weights: Rows<'_, T>,
            x: Rows<'_, f32>,
        ) -> [[f32; R]; N] {
            tile::<Avx2, T, R, N, STREAM>(weights, x)
        }
        // SAFETY: as the caller promises.
        unsafe { compiled::<T, R, N, STREAM>(weights, x) }
    }
}
