//! The next token's distribution before, through and after the sampler chain.

use crate::event::TokenProbability;
use crate::generation::{RunContext, Runner};
use crate::judged::Judged;
use crate::logits::Want;
use crate::sampler::{self, Draws, Markers, Trace};
use crate::settings::GenerationRequest;
use crate::{Error, Result};

/// What could follow a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct NextToken {
    pub prompt_tokens: u32,
    /// The likeliest tokens of the model's own distribution.
    pub raw: Vec<TokenProbability>,
    pub trace: Trace,
    /// The token a run with this seed takes first.
    pub chosen: u32,
    pub seed: u64,
}

impl Runner {
    /// Reads the request's prompt and looks at the step that a run would take first.
    pub(crate) fn next(
        &mut self,
        request: &GenerationRequest,
        listed: usize,
        run: &RunContext<'_>,
    ) -> Result<NextToken> {
        let plan = self.plan(request)?;
        let row = self.prefill(request, &plan, run, Want::Whole)?.ok_or(Error::RunCancelled)?;
        let logits = row.whole()?;
        let (chosen, trace) = sampler::sample_traced(
            &sampler::Input {
                logits: &logits,
                pieces: self.tokenizer.pieces(),
                history: &plan.prompt,
                settings: &request.sampling,
                markers: &Markers::of(&self.tokenizer)?,
                draws: Draws { seed: plan.seed, lane: 0, step: 0 },
            },
            listed,
        )?;
        Ok(NextToken {
            prompt_tokens: plan.prompt.len() as u32,
            raw: Judged::new(&logits).top(listed, &self.tokenizer),
            trace,
            chosen,
            seed: plan.seed,
        })
    }
}
