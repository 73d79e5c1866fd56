//! A finished run with the likeliest candidates of each of its steps, so that other settings can be
//! tried on it without the model.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::generation::Runner;
use crate::sampler::{Draws, Fate, Input, Markers, TopLogits};
use crate::settings::SamplingSettings;
use crate::tokenizer::Tokenizer;
use crate::{Error, Result};

/// What a run wrote, step by step.
pub struct Recollection {
    /// The prompt and what was written behind it.
    ids: Vec<u32>,
    steps: Vec<TopLogits>,
    tokenizer: Arc<Tokenizer>,
    markers: Markers,
}

impl Recollection {
    /// What other settings would have done with each token that was written, had the text been the
    /// same until there, by the draws of a seed and lane.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn fates(&self, settings: &SamplingSettings, seed: u64, lane: u32) -> Result<Vec<Fate>> {
        settings.validate()?;
        let prompt = self.ids.len() - self.steps.len();
        let fate = |(step, top): (usize, &TopLogits)| {
            let (history, written) = self.ids.split_at(prompt + step);
            let draws = Draws { seed, lane, step: step as u32 };
            let (pieces, markers) = (self.tokenizer.pieces(), &self.markers);
            let input = Input { logits: &[], pieces, history, settings, markers, draws };
            top.fate(written[0], &input)
        };
        self.steps.iter().enumerate().map(fate).collect()
    }
}

impl Runner {
    /// Reads a run once more, from its prompt's last token on where the rest is cached.
    pub(crate) fn recollect(
        &mut self,
        prompt: &[u32],
        written: &[u32],
        cancelled: &AtomicBool,
    ) -> Result<Recollection> {
        let (rows, context) = (self.model.config.vocab_size, self.model.config.context_length);
        let ids = [prompt, written].concat();
        if let Some(id) = ids.iter().find(|id| **id as usize >= rows) {
            return Err(Error::UnknownToken { id: *id, rows });
        }
        if prompt.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        if ids.len() > context {
            return Err(Error::PromptTooLong { prompt: ids.len(), context });
        }
        let (mut steps, pieces) = (Vec::new(), self.tokenizer.pieces());
        let known = self.reusable(prompt);
        let read = &ids[..ids.len() - usize::from(!written.is_empty())];
        self.read(read, known, cancelled, |place, row| {
            if place >= prompt.len() && steps.len() < written.len() {
                steps.push(TopLogits::of(&row.whole()?[..pieces.min(rows)]));
            }
            Ok(())
        })?;
        let (tokenizer, markers) = (self.tokenizer.clone(), Markers::of(&self.tokenizer)?);
        Ok(Recollection { ids, steps, tokenizer, markers })
    }
}
