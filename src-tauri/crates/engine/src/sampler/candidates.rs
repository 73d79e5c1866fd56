//! The tokens still in question on their way through the chain.
//!
//! At first that is every row of the output matrix, and a token's id is its place. The first stage
//! that cuts leaves a short list with ids. Both stay in ascending order of ids. A logit of negative
//! infinity is a token that cannot be chosen: it counts nowhere.

use super::exponential;
use super::selection::{self, Weighted, first_reaching, id_of, key};
use crate::{Error, Result};

/// Slack of bounds that only save work, far above the rounding of f32 logits.
const MARGIN: f64 = 0.01;

#[derive(Debug, Clone)]
pub(super) struct Candidates {
    /// Empty while every row is still here.
    ids: Vec<u32>,
    logits: Vec<f32>,
    /// Of the logits as they stand.
    softmax: Option<Softmax>,
}

/// What turns logits into probabilities: `p = e^(logit - highest) / sum`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Softmax {
    pub(super) highest: f32,
    pub(super) sum: f64,
}

impl Softmax {
    pub(super) fn weight(&self, logit: f32) -> f32 {
        exponential::exp(logit - self.highest)
    }

    /// In f32 throughout, as transformers computes it.
    pub(super) fn probability(&self, logit: f32) -> f32 {
        self.weight(logit) / self.sum as f32
    }

    /// The logit of a probability, lowered a little: whatever lies below it is less likely.
    pub(super) fn floor(&self, probability: f64) -> f32 {
        (f64::from(self.highest) + (probability * self.sum).ln() - MARGIN) as f32
    }
}

impl Candidates {
    pub(super) fn new(row: &[f32]) -> Self {
        Self { ids: Vec::new(), logits: row.to_vec(), softmax: None }
    }

    /// Tokens by ascending id.
    pub(super) fn listed(ids: &[u32], logits: &[f32]) -> Self {
        Self { ids: ids.to_vec(), logits: logits.to_vec(), softmax: None }
    }

    pub(super) fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// How many can be chosen.
    pub(super) fn count(&self) -> usize {
        self.logits.iter().filter(|logit| **logit > f32::NEG_INFINITY).count()
    }

    /// # Errors
    /// [`Error::NothingToSample`] when no token is left.
    pub(super) fn highest(&self) -> Result<f32> {
        match self.softmax.map_or_else(|| exponential::highest(&self.logits), |s| s.highest) {
            f32::NEG_INFINITY => Err(Error::NothingToSample),
            highest => Ok(highest),
        }
    }

    /// # Errors
    /// [`Error::NothingToSample`] when no token is left.
    pub(super) fn softmax(&mut self) -> Result<Softmax> {
        if let Some(softmax) = self.softmax {
            return Ok(softmax);
        }
        let highest = self.highest()?;
        let softmax = Softmax { highest, sum: exponential::sum_exp(&self.logits, highest) };
        self.softmax = Some(softmax);
        Ok(softmax)
    }

    /// Visits the ids and logits of tokens whose logit is not below `floor`.
    pub(super) fn for_each_from(&self, floor: f32, mut visit: impl FnMut(u32, f32)) {
        selection::from(&self.logits, floor.max(f32::MIN), |position| {
            let id = self.ids.get(position).copied().unwrap_or(position as u32);
            visit(id, self.logits[position]);
        });
    }

    /// Keeps the tokens that `keep` wants, none of them below `floor`.
    pub(super) fn retain(&mut self, floor: f32, keep: impl Fn(u32, f32) -> bool) {
        let (mut ids, mut logits) = (Vec::new(), Vec::new());
        self.for_each_from(floor, |id, logit| {
            if keep(id, logit) {
                ids.push(id);
                logits.push(logit);
            }
        });
        *self = Self { ids, logits, softmax: None };
    }

    pub(super) fn logit(&self, id: u32) -> Option<f32> {
        self.position(id).map(|position| self.logits[position])
    }

    /// Whether a token can still be chosen.
    pub(super) fn is_there(&self, id: u32) -> bool {
        self.logit(id).is_some_and(|logit| logit > f32::NEG_INFINITY)
    }

    /// Whether the same tokens are left with the same logits.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.ids == other.ids && self.logits == other.logits
    }

    /// Changes the logit of one token, if it is still here.
    pub(super) fn adjust(&mut self, id: u32, change: impl FnOnce(f32) -> f32) {
        if let Some(position) = self.position(id) {
            // A huge logit divided by a small penalty would become infinite.
            self.logits[position] = change(self.logits[position]).min(f32::MAX);
            self.softmax = None;
        }
    }

    fn position(&self, id: u32) -> Option<usize> {
        if self.ids.is_empty() {
            Some(id as usize).filter(|position| *position < self.logits.len())
        } else {
            self.ids.binary_search(&id).ok()
        }
    }

    /// Changes every logit.
    pub(super) fn adjust_all(&mut self, change: impl Fn(f32) -> f32) {
        for logit in &mut self.logits {
            *logit = change(*logit);
        }
        self.softmax = None;
    }

    /// The tokens not below `floor`, to be ordered by `key`.
    pub(super) fn weighted(
        &self,
        softmax: Softmax,
        floor: f32,
        key: impl Fn(u32, f32) -> u64,
    ) -> Vec<Weighted> {
        let mut items = Vec::new();
        self.for_each_from(floor, |id, logit| {
            items.push(Weighted { key: key(id, logit), weight: softmax.weight(logit) });
        });
        items
    }

    /// The token that a number in `[0, 1)` falls on when the probabilities are laid out in a row,
    /// likeliest first and, of equals, the higher id first.
    ///
    /// # Errors
    /// [`Error::NothingToSample`] when no token is left.
    pub(super) fn choose(&mut self, draw: f64) -> Result<u32> {
        let softmax = self.softmax()?;
        // Tokens this unlikely add up to less than what lies beyond the draw.
        let floor = softmax.floor((1.0 - draw) / self.logits.len() as f64);
        let mut items = self.weighted(softmax, floor, |id, logit| !key(id, logit));
        let index = first_reaching(&mut items, 0.0, |mass| mass > draw * softmax.sum);
        // Rounding can leave the sum a hair below 1.
        Ok(id_of(!items[index.min(items.len() - 1)].key))
    }
}
