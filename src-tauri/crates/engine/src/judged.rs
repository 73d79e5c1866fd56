//! What the model's own distribution says of tokens, before any sampling setting.

use crate::event::TokenProbability;
use crate::logits::Row;
use crate::sampler;
use crate::tokenizer::Tokenizer;

/// Logits with their normaliser, which is over every row of the output matrix.
pub(crate) struct Judged<'a> {
    /// Of the tokens in `ids`, or of every row when there are none.
    logits: &'a [f32],
    ids: &'a [u32],
    log_sum: f64,
}

impl<'a> Judged<'a> {
    /// Every row.
    pub(crate) fn new(logits: &'a [f32]) -> Self {
        Self { logits, ids: &[], log_sum: sampler::log_sum_exp(logits) }
    }

    /// What there is of a row.
    pub(crate) fn of(row: &'a Row) -> Self {
        match row {
            Row::Whole(logits) => Self::new(logits),
            Row::Likeliest(row) => {
                let window = &*row.window;
                Self { logits: &window.logits, ids: &window.ids, log_sum: window.log_sum }
            }
        }
    }

    /// Natural logarithm of a token's probability; the token is among those there are.
    pub(crate) fn logprob(&self, id: u32) -> f32 {
        let at = if self.ids.is_empty() { Ok(id as usize) } else { self.ids.binary_search(&id) };
        let logit = at.ok().and_then(|at| self.logits.get(at)).copied();
        (f64::from(logit.unwrap_or(f32::NEG_INFINITY)) - self.log_sum) as f32
    }

    /// A token's place among all by likelihood, from 1; equals share the best of their places.
    /// Only for every row.
    pub(crate) fn rank(&self, id: u32) -> u32 {
        let own = self.logits[id as usize];
        self.logits.iter().filter(|logit| **logit > own).count() as u32 + 1
    }

    /// The `n` likeliest tokens; padding rows have none.
    pub(crate) fn top(&self, n: usize, tokenizer: &Tokenizer) -> Vec<TokenProbability> {
        let known = if self.ids.is_empty() { tokenizer.pieces() } else { self.ids.len() };
        let known = known.min(self.logits.len());
        let n = n.min(known);
        if n == 0 {
            return Vec::new();
        }
        let order = |a: &u32, b: &u32| {
            self.logits[*b as usize].total_cmp(&self.logits[*a as usize]).then(a.cmp(b))
        };
        let mut places: Vec<u32> = (0..known as u32).collect();
        places.select_nth_unstable_by(n - 1, order);
        places.truncate(n);
        places.sort_unstable_by(order);
        let entry = |place: u32| {
            let id = self.ids.get(place as usize).copied().unwrap_or(place);
            TokenProbability { id, text: tokenizer.piece_text(id), logprob: self.logprob(id) }
        };
        places.into_iter().map(entry).collect()
    }
}
