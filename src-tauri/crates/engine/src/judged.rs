//! What the model's own distribution says of tokens, before any sampling setting.

use crate::event::TokenProbability;
use crate::sampler;
use crate::tokenizer::Tokenizer;

/// A row of logits with its normaliser, over every row of the output matrix.
pub(crate) struct Judged<'a> {
    logits: &'a [f32],
    log_sum: f64,
}

impl<'a> Judged<'a> {
    pub(crate) fn new(logits: &'a [f32]) -> Self {
        Self { logits, log_sum: sampler::log_sum_exp(logits) }
    }

    /// Natural logarithm of a token's probability.
    pub(crate) fn logprob(&self, id: u32) -> f32 {
        (f64::from(self.logits[id as usize]) - self.log_sum) as f32
    }

    /// A token's place among all by likelihood, from 1; equals share the best of their places.
    pub(crate) fn rank(&self, id: u32) -> u32 {
        let own = self.logits[id as usize];
        self.logits.iter().filter(|logit| **logit > own).count() as u32 + 1
    }

    /// The `n` likeliest tokens; padding rows have none.
    pub(crate) fn top(&self, n: usize, tokenizer: &Tokenizer) -> Vec<TokenProbability> {
        let pieces = tokenizer.pieces().min(self.logits.len());
        let n = n.min(pieces);
        if n == 0 {
            return Vec::new();
        }
        let order = |a: &u32, b: &u32| {
            self.logits[*b as usize].total_cmp(&self.logits[*a as usize]).then(a.cmp(b))
        };
        let mut ids: Vec<u32> = (0..pieces as u32).collect();
        ids.select_nth_unstable_by(n - 1, order);
        ids.truncate(n);
        ids.sort_unstable_by(order);
        let entry =
            |id| TokenProbability { id, text: tokenizer.piece_text(id), logprob: self.logprob(id) };
        ids.into_iter().map(entry).collect()
    }
}
