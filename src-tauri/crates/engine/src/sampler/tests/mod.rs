//! The sampler against references, against a slow twin, and what must hold for every row.

mod hindsight;
mod likeliest;
mod naive;
mod outlook;
mod properties;
mod reference;

use super::{Draws, Input, Markers, Trace, sample, sample_traced};
use crate::Result;
use crate::settings::SamplingSettings;

static NO_MARKERS: Markers = Markers { sequence_breakers: Vec::new(), xtc_exempt: Vec::new() };

fn input<'a>(logits: &'a [f32], history: &'a [u32], settings: &'a SamplingSettings) -> Input<'a> {
    let draws = Draws { seed: 5, lane: 0, step: 0 };
    Input { logits, pieces: logits.len(), history, settings, markers: &NO_MARKERS, draws }
}

/// All survivors with their probabilities, in the order of their ids.
fn distribution(input: &Input<'_>) -> Result<Vec<(u32, f64)>> {
    let (chosen, trace) = sample_traced(input, input.logits.len())?;
    assert_eq!(chosen, sample(input)?, "looking changes nothing");
    assert_eq!(trace.survivors as usize, trace.likeliest.len());
    let mut survivors: Vec<_> = trace.likeliest.iter().map(|c| (c.id, c.probability)).collect();
    survivors.sort_unstable_by_key(|(id, _)| *id);
    assert!(survivors.iter().any(|(id, _)| *id == chosen));
    Ok(survivors)
}

fn ids(input: &Input<'_>) -> Vec<u32> {
    distribution(input).expect("a token").into_iter().map(|(id, _)| id).collect()
}

fn trace(input: &Input<'_>) -> Trace {
    sample_traced(input, 50).expect("a token").1
}

/// Numbers for test rows, the same in every run.
struct Numbers {
    seed: u64,
    step: u32,
}

impl Numbers {
    fn new(seed: u64) -> Self {
        Self { seed, step: 0 }
    }

    /// In `[0, 1)`.
    fn uniform(&mut self) -> f64 {
        self.step += 1;
        Draws { seed: self.seed, lane: 9, step: self.step }.token()
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.uniform() * bound as f64) as usize
    }

    /// A bell over 24 units, roughly a normal distribution with a deviation of 2.8.
    fn logit(&mut self) -> f32 {
        ((0..6).map(|_| self.uniform()).sum::<f64>() - 3.0) as f32 * 4.0
    }

    /// A row of logits; `step` makes ties by rounding, 0 makes none.
    fn row(&mut self, length: usize, step: f32) -> Vec<f32> {
        let round = |logit: f32| if step > 0.0 { (logit / step).round() * step } else { logit };
        (0..length).map(|_| round(self.logit())).collect()
    }
}
