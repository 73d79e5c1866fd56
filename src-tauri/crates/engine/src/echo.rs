//! The prompt's own tokens, judged as the prefill goes along.

use std::sync::Arc;

use crate::event::{PromptToken, TokenProbability};
use crate::judged::Judged;
use crate::logits::Row;
use crate::tokenizer::{Decoder, Tokenizer};

pub(crate) struct Echo {
    tokenizer: Arc<Tokenizer>,
    top: usize,
    /// For the prompt's tokens from the second on.
    judged: Vec<(f32, Vec<TokenProbability>)>,
}

impl Echo {
    pub(crate) fn new(tokenizer: Arc<Tokenizer>, top: usize) -> Self {
        Self { tokenizer, top, judged: Vec::new() }
    }

    /// Takes the logits of the next positions; each judges the token that follows it.
    pub(crate) fn push(&mut self, rows: &[Row], prompt: &[u32]) {
        for row in rows {
            if let Some(next) = prompt.get(self.judged.len() + 1) {
                let judged = Judged::of(row);
                self.judged.push((judged.logprob(*next), judged.top(self.top, &self.tokenizer)));
            }
        }
    }

    pub(crate) fn tokens(self, prompt: &[u32]) -> Vec<PromptToken> {
        let mut decoder = Decoder::at_start(&self.tokenizer);
        let unjudged = std::iter::once((None, Vec::new()));
        let judged = self.judged.into_iter().map(|(logprob, top)| (Some(logprob), top));
        let last = prompt.len() - 1;
        unjudged
            .chain(judged)
            .zip(prompt)
            .enumerate()
            .map(|(i, ((logprob, top), id))| {
                let mut text = decoder.push(*id);
                if i == last {
                    text.push_str(&decoder.finish());
                }
                PromptToken { id: *id, text, logprob, top }
            })
            .collect()
    }
}
