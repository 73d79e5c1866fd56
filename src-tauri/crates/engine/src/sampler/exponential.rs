//! Exponentials of whole rows. The standard library's `exp` is computed one value at a time, which
//! for 256,000 logits takes longer than everything else the sampler does; this one is plain
//! arithmetic that the compiler turns into vector instructions.

use std::f32::consts::LOG2_E;

/// Independent running sums, so that additions need not wait for each other.
const LANES: usize = 16;
/// Below this `e^x` leaves the normal range of f32 and counts as 0.
const SMALLEST: f32 = -87.0;

/// `e^x` for `x <= 0`, within 2 units in the last place; 0 below -87.
///
/// With `n = round(x / ln 2)` and `r = x - n ln 2`, `e^x = 2^n e^r`; `|r| <= 0.347`, where the
/// Taylor series to the seventh power is exact to f32.
#[inline]
pub(super) fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits of the mantissa.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts, the first so short that its product with n is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let rounded = x * LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut series = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * r + coefficient;
    }
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(1.0_f32.to_bits()));
    if x < SMALLEST { 0.0 } else { series * power }
}

/// The highest of the values, negative infinity when there are none.
pub(super) fn highest(values: &[f32]) -> f32 {
    let higher = |a: f32, b: f32| if b > a { b } else { a };
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = higher(*lane, *value);
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, higher)
}

/// `sum of e^(logit - highest)`.
pub(super) fn sum_exp(logits: &[f32], highest: f32) -> f64 {
    sum(logits, |logit| exp(logit - highest))
}

/// `sum of e^d d` with `d = logit - highest`: what the entropy is made of.
pub(super) fn sum_exp_times(logits: &[f32], highest: f32) -> f64 {
    sum(logits, |logit| {
        let distance = logit - highest;
        if distance < SMALLEST { 0.0 } else { exp(distance) * distance }
    })
}

/// The natural logarithm of the sum of exponentials of a row of logits.
#[must_use]
pub fn log_sum_exp(logits: &[f32]) -> f64 {
    let highest = highest(logits);
    f64::from(highest) + sum_exp(logits, highest).ln()
}

/// The entropy of a row's softmax in nats: `ln Z - sum of p (logit - highest)`.
pub(super) fn entropy(logits: &[f32], highest: f32, sum: f64) -> f64 {
    sum.ln() - sum_exp_times(logits, highest) / sum
}

fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f64 {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0_f64; LANES];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += f64::from(term(*value));
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|value| f64::from(term(*value))).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_within_two_units_in_the_last_place() {
        for step in 0..=870_000 {
            let x = -(step as f32) * 1e-4;
            let (ours, exact) = (exp(x), f64::from(x).exp() as f32);
            let apart = i64::from(ours.to_bits()) - i64::from(exact.to_bits());
            assert!(apart.abs() <= 2, "e^{x} is {exact:e}, not {ours:e}");
        }
        assert_eq!(exp(0.0).to_bits(), 1.0_f32.to_bits());
        assert_eq!(exp(f32::NEG_INFINITY).to_bits(), 0.0_f32.to_bits());
    }

    #[test]
    fn sums_are_those_of_the_standard_library() {
        let logits: Vec<f32> = (0..1003).map(|i| (i as f32 * 0.37).sin() * 9.0).collect();
        let exact: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
        assert!((log_sum_exp(&logits) - exact.ln()).abs() < 1e-7);
        let p = |logit: &f32| f64::from(*logit).exp() / exact;
        let bits: f64 = logits.iter().map(|logit| -p(logit) * p(logit).ln()).sum();
        let top = highest(&logits);
        assert!((entropy(&logits, top, sum_exp(&logits, top)) - bits).abs() < 1e-6);
        let with_dead = [0.0, f32::NEG_INFINITY];
        assert!(entropy(&with_dead, 0.0, 1.0).abs() < 1e-12);
    }
}
