//! How surprising each token of a text is to the model.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::device::Rows;
use crate::generation::Runner;
use crate::judged::Judged;
use crate::logits::{Row, Want};
use crate::settings::PromptSpan;
use crate::tokenizer::Decoder;
use crate::{Error, Result};

/// A scored text.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    pub tokens: Vec<ScoredToken>,
    /// Passes over the text; more than one when it is longer than the context.
    pub windows: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ScoredToken {
    pub id: u32,
    pub text: String,
    /// Natural logarithm and place by likelihood, from 1; none for the first token.
    pub judged: Option<(f32, u32)>,
}

impl Score {
    /// Sum of the natural log-probabilities.
    #[must_use]
    pub fn sum_logprob(&self) -> f64 {
        // An empty sum is -0.0, which adding zero makes 0.
        self.judged().map(f64::from).sum::<f64>() + 0.0
    }

    /// e to the mean negative log-probability; none when nothing was judged.
    #[must_use]
    pub fn perplexity(&self) -> Option<f64> {
        let count = self.judged().count();
        (count > 0).then(|| (-self.sum_logprob() / count as f64).exp())
    }

    fn judged(&self) -> impl Iterator<Item = f32> {
        self.tokens.iter().filter_map(|token| Some(token.judged?.0))
    }
}

impl Runner {
    /// Scores a text. One longer than the context is read in windows of its length, each of which
    /// starts half a context before the first token it judges.
    pub(crate) fn score(
        &mut self,
        text: &[PromptSpan],
        add_bos: bool,
        cancelled: &AtomicBool,
    ) -> Result<Score> {
        let ids = self.tokenizer.encode_prompt(text, add_bos)?;
        if ids.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        let context = self.model.config.context_length;
        let mut judged = vec![None];
        let mut windows = 0;
        while windows == 0 || judged.len() < ids.len() {
            let start = if windows == 0 { 0 } else { judged.len() - (context / 2).max(1) };
            let end = ids.len().min(start + context);
            self.judge(&ids[..end], start, &mut judged, cancelled)?;
            windows += 1;
        }
        Ok(Score { tokens: self.scored(&ids, judged), windows })
    }

    /// Reads `ids` from `start` on and judges those that are not judged yet.
    fn judge(
        &mut self,
        ids: &[u32],
        start: usize,
        judged: &mut Vec<Option<(f32, u32)>>,
        cancelled: &AtomicBool,
    ) -> Result<()> {
        self.read(&ids[start..], 0, cancelled, |place, row| {
            let position = start + place;
            if let Some(next) = ids.get(position).filter(|_| position == judged.len()) {
                let row = Judged::of(row);
                judged.push(Some((row.logprob(*next), row.rank(*next))));
            }
            Ok(())
        })
    }

    /// Reads `ids`, the first `known` of which are in the cache, and shows each row with the place of
    /// the token that it judges.
    pub(crate) fn read(
        &mut self,
        ids: &[u32],
        known: usize,
        cancelled: &AtomicBool,
        mut show: impl FnMut(usize, &Row) -> Result<()>,
    ) -> Result<()> {
        self.cache.truncate(known);
        self.cached.truncate(known);
        let (mut place, pieces) = (known, self.tokenizer.pieces());
        for chunk in ids[known..].chunks(self.model.arithmetic.prefill_chunk()) {
            if cancelled.load(Ordering::Relaxed) {
                return Err(Error::RunCancelled);
            }
            let hidden = self.model.forward(chunk, Rows::Following, self.cache.as_mut())?;
            self.cached.extend_from_slice(chunk);
            for row in self.model.logits(&hidden, Rows::Following, pieces, Want::Whole)? {
                place += 1;
                show(place, &row)?;
            }
        }
        Ok(())
    }

    fn scored(&self, ids: &[u32], judged: Vec<Option<(f32, u32)>>) -> Vec<ScoredToken> {
        let mut decoder = Decoder::at_start(&self.tokenizer);
        let mut tokens: Vec<ScoredToken> = ids
            .iter()
            .zip(judged)
            .map(|(id, judged)| ScoredToken { id: *id, text: decoder.push(*id), judged })
            .collect();
        if let Some(last) = tokens.last_mut() {
            last.text.push_str(&decoder.finish());
        }
        tokens
    }
}
