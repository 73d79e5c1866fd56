//! Rows of logits as a run needs them: all of a row, or the likeliest tokens of it with what the
//! whole row adds up to.
//!
//! A GPU that holds 256,000 logits need not send them all. For most settings the 1,024 likeliest
//! and the exact normaliser say everything; where they do not, the row is fetched after all.

use std::sync::Arc;

use crate::Result;
use crate::sampler::{self, Input};

/// Whether a whole row is wanted, or as little as a choice among the likeliest needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Whole,
    Likeliest,
}

/// One row of the output matrix's products.
#[cfg_attr(not(feature = "cuda"), expect(dead_code, reason = "the CPU has whole rows"))]
#[derive(Clone)]
pub(crate) enum Row {
    Whole(Vec<f32>),
    Likeliest(Likeliest),
}

/// The likeliest tokens of a row that stays on a device.
#[derive(Clone)]
pub(crate) struct Likeliest {
    pub(crate) window: Arc<Window>,
    pub(crate) whole: Arc<dyn Remote>,
}

/// A row that stays on a device.
pub(crate) trait Remote: Send + Sync {
    fn fetch(&self) -> Result<Vec<f32>>;
}

/// The highest logits of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Ascending.
    pub ids: Vec<u32>,
    pub logits: Vec<f32>,
    /// Natural logarithm of the sum of exponentials over the whole row.
    pub log_sum: f64,
    /// Whether every token that can be chosen is in it.
    pub complete: bool,
}

impl Window {
    /// How many tokens a device keeps.
    pub const SIZE: usize = 1024;

    /// The logit of a token in it.
    #[must_use]
    pub fn logit(&self, id: u32) -> Option<f32> {
        self.ids.binary_search(&id).ok().map(|at| self.logits[at])
    }

    /// Whether the tokens not below the `k`-th highest, ties included, are all in it when the
    /// logits are divided by `temperature`: what is left out might tie with the lowest.
    #[must_use]
    pub fn holds_top(&self, k: usize, temperature: f32) -> bool {
        if self.complete {
            return true;
        }
        let mut logits = self.logits.clone();
        if k == 0 || k >= logits.len() {
            return false;
        }
        let (_, kth, lower) = logits.select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a));
        let (kth, lowest) = (*kth, lower.iter().copied().fold(f32::INFINITY, f32::min));
        if temperature == 0.0 { kth > lowest } else { kth / temperature > lowest / temperature }
    }
}

impl Row {
    /// Chooses as the sampler does; the `input` comes without logits.
    pub(crate) fn choose(&self, input: &Input<'_>) -> Result<u32> {
        if let Self::Likeliest(row) = self
            && let Some((k, temperature)) = sampler::likeliest_wanted(input.settings)
            && row.window.holds_top(k, temperature)
        {
            return sampler::sample_likeliest(&row.window, input);
        }
        sampler::sample(&Input { logits: &self.whole()?, ..*input })
    }

    pub(crate) fn whole(&self) -> Result<std::borrow::Cow<'_, [f32]>> {
        match self {
            Self::Whole(logits) => Ok(logits.as_slice().into()),
            Self::Likeliest(row) => Ok(row.whole.fetch()?.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(logits: &[f32], complete: bool) -> Window {
        let ids = (0..logits.len() as u32).collect();
        Window { ids, logits: logits.to_vec(), log_sum: 0.0, complete }
    }

    #[test]
    fn what_ties_with_the_lowest_may_tie_with_what_was_left_out() {
        let four = window(&[3.0, 1.0, 2.0, 1.0], false);
        assert!(four.holds_top(2, 1.0));
        assert!(!four.holds_top(3, 1.0), "the third ties with the lowest");
        assert!(!four.holds_top(4, 1.0), "the next one is unknown");
        assert!(!four.holds_top(0, 1.0), "all tokens are wanted");
        assert!(window(&[3.0, 1.0], true).holds_top(0, 1.0), "there are no others");
    }

    #[test]
    fn a_high_temperature_may_make_equals_of_what_differed() {
        let close = window(&[3.0, 1.999_999_9, 1.999_999_8], false);
        assert!(close.holds_top(2, 1.0));
        assert!(!close.holds_top(2, 1.9), "divided by 1.9 they round to the same number");
    }

    #[test]
    fn greedy_needs_only_the_highest_to_be_above_the_lowest() {
        assert!(window(&[2.0, 1.0], false).holds_top(1, 0.0));
        assert!(!window(&[2.0, 2.0], false).holds_top(1, 0.0));
    }
}
