//! From a row of logits to a token: a pure function of logits, settings and a random draw.
//!
//! Temperature, top-k and top-p mean exactly what transformers' logits processors of those names
//! mean, ties included. The trace comes from the same pass that chooses.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::settings::SamplingSettings;
use crate::{Error, Result};

/// The sampler's choice and how it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub id: u32,
    /// What could have been chosen, likeliest first, with probabilities that sum to 1.
    pub survivors: Vec<Candidate>,
    pub stages: Vec<Stage>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub id: u32,
    pub probability: f32,
}

/// What one step of the chain left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    pub name: &'static str,
    pub survivors: usize,
    /// Probability the stage took away, of what had come to it.
    pub mass_removed: f32,
}

/// The one random number of a step, in `[0, 1)`: any step of any lane can be drawn again alone.
#[must_use]
pub fn draw(seed: u64, lane: u32, step: u32) -> f64 {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    generator.set_stream(u64::from(lane));
    generator.set_word_pos(u128::from(step) * 2);
    (generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Picks a token from `logits`, of which only the first `pieces` have a token.
///
/// # Errors
/// [`Error::NotANumber`] when a logit is NaN or positive infinity, or none is finite.
pub fn sample(
    logits: &[f32],
    pieces: usize,
    settings: &SamplingSettings,
    draw: f64,
) -> Result<Sample> {
    let row = &logits[..pieces.min(logits.len())];
    if let Some(position) = row.iter().position(|l| l.is_nan() || *l == f32::INFINITY) {
        return Err(Error::NotANumber { position });
    }
    let mut chain = Chain::new(row);
    if settings.temperature == 0.0 {
        chain.greedy()?;
    } else {
        chain.temperature(settings.temperature);
        chain.top_k(settings.top_k as usize);
        chain.top_p(settings.top_p);
    }
    chain.choose(draw)
}

/// Candidates on their way through the chain: ids with logits.
struct Chain {
    candidates: Vec<(u32, f32)>,
    sorted: bool,
    stages: Vec<Stage>,
}

impl Chain {
    fn new(row: &[f32]) -> Self {
        let candidates = row.iter().enumerate().map(|(id, logit)| (id as u32, *logit)).collect();
        Self { candidates, sorted: false, stages: Vec::new() }
    }

    /// The likeliest token, the first of equals.
    fn greedy(&mut self) -> Result<()> {
        let likelier =
            |best: (u32, f32), next: &(u32, f32)| if next.1 > best.1 { *next } else { best };
        let best = self.candidates.iter().fold((0, f32::NEG_INFINITY), likelier);
        if best.1 == f32::NEG_INFINITY {
            return Err(Error::NotANumber { position: 0 });
        }
        let before = self.weights();
        self.candidates = vec![best];
        self.record("greedy", &before, |i| i != best.0 as usize);
        Ok(())
    }

    fn temperature(&mut self, temperature: f32) {
        if temperature.to_bits() == 1.0_f32.to_bits() {
            return;
        }
        for (_, logit) in &mut self.candidates {
            *logit /= temperature;
        }
        self.stages.push(Stage {
            name: "temperature",
            survivors: self.candidates.len(),
            mass_removed: 0.0,
        });
    }

    /// Keeps what is not less than the k-th highest logit, so all its ties too.
    fn top_k(&mut self, k: usize) {
        if k == 0 || k >= self.candidates.len() {
            return;
        }
        let mut logits: Vec<f32> = self.candidates.iter().map(|(_, logit)| *logit).collect();
        let (_, kth, _) = logits.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a));
        let kth = *kth;
        let before = self.weights();
        let cut: Vec<bool> = self.candidates.iter().map(|(_, logit)| *logit < kth).collect();
        self.candidates.retain(|(_, logit)| *logit >= kth);
        self.record("top-k", &before, |i| cut[i]);
    }

    /// Cuts from the least likely up as long as what is cut stays within `1 - p`; keeps one token.
    /// Of equals, the lower id goes first (a stable ascending sort).
    fn top_p(&mut self, p: f32) {
        if p >= 1.0 {
            return;
        }
        self.sort();
        let before = self.weights();
        let mut removed = 0.0;
        let mut kept = self.candidates.len();
        while kept > 1 && removed + before[kept - 1] <= 1.0 - f64::from(p) {
            removed += before[kept - 1];
            kept -= 1;
        }
        self.candidates.truncate(kept);
        self.record("top-p", &before, |i| i >= kept);
    }

    fn choose(mut self, draw: f64) -> Result<Sample> {
        self.sort();
        let probabilities = self.weights();
        if probabilities.iter().any(|p| p.is_nan()) {
            return Err(Error::NotANumber { position: 0 });
        }
        let mut reached = 0.0;
        let chosen = probabilities.iter().position(|probability| {
            reached += probability;
            draw < reached
        });
        // Rounding can leave the sum a hair below 1.
        let chosen = chosen.unwrap_or(probabilities.len() - 1);
        let survivors: Vec<Candidate> = self
            .candidates
            .iter()
            .zip(&probabilities)
            .map(|((id, _), p)| Candidate { id: *id, probability: *p as f32 })
            .collect();
        Ok(Sample { id: survivors[chosen].id, survivors, stages: self.stages })
    }

    /// Likeliest first; of equals the higher id.
    fn sort(&mut self) {
        if !self.sorted {
            self.candidates
                .sort_unstable_by(|(i, a), (j, b)| b.total_cmp(a).then_with(|| j.cmp(i)));
            self.sorted = true;
        }
    }

    /// The candidates' probabilities among themselves.
    fn weights(&self) -> Vec<f64> {
        let highest =
            self.candidates.iter().map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
        let mut weights: Vec<f64> =
            self.candidates.iter().map(|(_, logit)| f64::from(logit - highest).exp()).collect();
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        weights
    }

    fn record(&mut self, name: &'static str, before: &[f64], cut: impl Fn(usize) -> bool) {
        let removed: f64 =
            before.iter().enumerate().filter(|(i, _)| cut(*i)).map(|(_, weight)| weight).sum();
        let survivors = self.candidates.len();
        self.stages.push(Stage { name, survivors, mass_removed: removed as f32 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEUTRAL: SamplingSettings = SamplingSettings { temperature: 1.0, top_k: 0, top_p: 1.0 };

    fn survivors(logits: &[f32], settings: SamplingSettings) -> Vec<u32> {
        let sample = sample(logits, logits.len(), &settings, 0.5).expect("a token");
        let sum: f32 = sample.survivors.iter().map(|candidate| candidate.probability).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
        sample.survivors.iter().map(|candidate| candidate.id).collect()
    }

    #[test]
    fn top_k_keeps_the_ties_of_the_kth() {
        let logits = [1.0, 3.0, 2.0, 2.0, 0.0];
        assert_eq!(survivors(&logits, SamplingSettings { top_k: 2, ..NEUTRAL }), [1, 3, 2]);
        assert_eq!(survivors(&logits, SamplingSettings { top_k: 1, ..NEUTRAL }), [1]);
    }

    #[test]
    fn top_p_keeps_the_token_that_crosses_the_threshold_and_never_none() {
        let logits = [0.5_f32, 0.3, 0.15, 0.05].map(f32::ln);
        let with = |top_p| survivors(&logits, SamplingSettings { top_p, ..NEUTRAL });
        assert_eq!(with(0.6), [0, 1]);
        assert_eq!(with(0.81), [0, 1, 2]);
        assert_eq!(with(0.0), [0]);
    }

    #[test]
    fn greedy_takes_the_first_of_equals_and_padding_rows_are_never_chosen() {
        let greedy = SamplingSettings { temperature: 0.0, ..NEUTRAL };
        let id = |logits: &[f32], pieces| sample(logits, pieces, &greedy, 0.0).expect("token").id;
        assert_eq!(id(&[1.0, 2.0, 2.0], 3), 1);
        assert_eq!(id(&[1.0, 2.0, 9.0], 2), 1);
    }

    #[test]
    fn values_that_are_no_numbers_are_an_error() {
        for bad in [f32::NAN, f32::INFINITY] {
            let outcome = sample(&[0.0, bad], 2, &NEUTRAL, 0.0);
            assert!(matches!(outcome, Err(Error::NotANumber { position: 1 })));
        }
        let none = sample(&[f32::NEG_INFINITY; 3], 3, &NEUTRAL, 0.0);
        assert!(matches!(none, Err(Error::NotANumber { .. })));
    }

    #[test]
    fn draws_repeat_by_seed_lane_and_step_and_choose_in_proportion() {
        assert_eq!(draw(7, 0, 3).to_bits(), draw(7, 0, 3).to_bits());
        assert_ne!(draw(7, 0, 3).to_bits(), draw(7, 0, 4).to_bits());
        assert_ne!(draw(7, 0, 3).to_bits(), draw(7, 1, 3).to_bits());
        let logits = [0.7_f32, 0.3].map(f32::ln);
        let first = (0..4000)
            .filter(|step| sample(&logits, 2, &NEUTRAL, draw(1, 0, *step)).expect("token").id == 0)
            .count();
        assert!((2700..2900).contains(&first), "{first}");
    }
}
