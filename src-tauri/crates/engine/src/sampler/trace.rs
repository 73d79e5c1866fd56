//! What the chain did, for people to look at.

use std::cmp::Reverse;

use serde::Serialize;
use ts_rs::TS;

use super::candidates::{Candidates, Softmax};
use super::exponential::{entropy, highest, sum_exp};
use super::selection::{id_of, key, kth_highest};
use super::stage::SamplerStage;
use crate::Result;

/// How many of the tokens a stage cut are named.
const NAMED_CUTS: usize = 20;

/// A next-token distribution through the chain.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Trace {
    /// Entropy of the model's own distribution, before any setting, over every row of the output
    /// matrix: what log-probabilities are normalised over too.
    pub entropy_bits: f64,
    /// The stages that the settings ask for, in the order in which they ran.
    pub stages: Vec<StageTrace>,
    /// How many tokens could have been chosen.
    pub survivors: u32,
    /// The likeliest of them; the probabilities of all survivors sum to 1.
    #[serde(rename = "final")]
    pub likeliest: Vec<Candidate>,
}

/// What one stage left.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct StageTrace {
    pub name: SamplerStage,
    pub survivors: u32,
    /// Probability the stage took away, of the distribution that came to it.
    pub mass_removed: f64,
    /// The likeliest of what it cut, with their probabilities just before.
    pub cut: Vec<Candidate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct Candidate {
    pub id: u32,
    pub probability: f64,
}

impl StageTrace {
    /// Compares what came to a stage with what it left.
    pub(super) fn between(
        name: SamplerStage,
        before: &mut Candidates,
        after: &Candidates,
    ) -> Result<Self> {
        let (softmax, survivors) = (before.softmax()?, after.count());
        let mut trace = Self { name, survivors: survivors as u32, mass_removed: 0.0, cut: vec![] };
        if survivors == before.count() {
            return Ok(trace);
        }
        let (mut kept, mut mass) = (Vec::new(), 0.0);
        after.for_each_from(f32::MIN, |id, _| {
            kept.push(id);
            let logit = before.logit(id).unwrap_or(f32::NEG_INFINITY);
            mass += f64::from(softmax.weight(logit));
        });
        let cut = |id| kept.binary_search(&id).is_err();
        trace.mass_removed = (1.0 - mass / softmax.sum).max(0.0);
        // So many of the likeliest contain as many that were cut, if there are as many.
        let floor = kth_highest(before.logits(), survivors + NAMED_CUTS).unwrap_or(f32::MIN);
        trace.cut = likeliest(before, softmax, NAMED_CUTS, floor, cut);
        Ok(trace)
    }
}

impl Trace {
    pub(super) fn new(
        logits: &[f32],
        stages: Vec<StageTrace>,
        survivors: &mut Candidates,
        listed: usize,
    ) -> Result<Self> {
        let softmax = survivors.softmax()?;
        let floor = kth_highest(survivors.logits(), listed.max(1)).unwrap_or(f32::MIN);
        Ok(Self {
            entropy_bits: entropy_bits(logits),
            stages,
            survivors: survivors.count() as u32,
            likeliest: likeliest(survivors, softmax, listed, floor, |_| true),
        })
    }
}

/// The entropy of a row's softmax, in bits.
#[must_use]
pub fn entropy_bits(logits: &[f32]) -> f64 {
    let highest = highest(logits);
    // Rounding can take a certain token's entropy a hair below zero.
    (entropy(logits, highest, sum_exp(logits, highest)) / std::f64::consts::LN_2).max(0.0)
}

/// The `listed` likeliest of the wanted tokens not below `floor`, of equals the lower id first.
fn likeliest(
    candidates: &Candidates,
    softmax: Softmax,
    listed: usize,
    floor: f32,
    wanted: impl Fn(u32) -> bool,
) -> Vec<Candidate> {
    let mut items = Vec::new();
    candidates.for_each_from(floor, |id, logit| {
        if wanted(id) {
            items.push((Reverse(key(!id, logit)), logit));
        }
    });
    let order = |item: &(Reverse<u64>, f32)| item.0;
    if listed < items.len() {
        items.select_nth_unstable_by_key(listed, order);
        items.truncate(listed);
    }
    items.sort_unstable_by_key(order);
    let candidate = |(Reverse(key), logit)| {
        let probability = f64::from(softmax.weight(logit)) / softmax.sum;
        Candidate { id: !id_of(key), probability }
    };
    items.into_iter().map(candidate).collect()
}
