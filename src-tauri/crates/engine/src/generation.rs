//! One run from its request to its last event: encode, reuse what the cache holds, prefill the
//! rest in chunks, then decode all lanes step by step.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::device::{KvCache, Rows};
use crate::echo::Echo;
use crate::event::{FinishReason, GenerationEvent};
use crate::lane::{Clock, Lane, Writing};
use crate::logits::{Row, Want};
use crate::model::Model;
use crate::sampler::{self, Markers};
use crate::settings::GenerationRequest;
use crate::tokenizer::Tokenizer;
use crate::{Error, Result};

/// A loaded model with everything a run needs. Lives on the worker thread.
pub(crate) struct Runner {
    pub(crate) model: Model,
    pub(crate) tokenizer: Arc<Tokenizer>,
    /// Tokens that end a sequence.
    pub(crate) ends: Vec<u32>,
    pub(crate) cache: Box<dyn KvCache>,
    /// The tokens whose keys and values the cache holds.
    pub(crate) cached: Vec<u32>,
}

/// A run's name, its cancel flag and where its events go.
pub(crate) struct RunContext<'a> {
    pub(crate) run: u64,
    pub(crate) cancelled: &'a AtomicBool,
    pub(crate) emit: &'a (dyn Fn(GenerationEvent) + Sync),
}

/// The checked prompt and the room behind it.
pub(crate) struct Plan {
    pub(crate) prompt: Vec<u32>,
    pub(crate) max_tokens: usize,
    /// Why the run ends when `max_tokens` is reached.
    pub(crate) at_limit: FinishReason,
    pub(crate) cached: usize,
    pub(crate) seed: u64,
}

impl Runner {
    pub(crate) fn run(&mut self, request: &GenerationRequest, run: &RunContext<'_>) -> Result<()> {
        let started = Instant::now();
        let plan = self.plan(request)?;
        (run.emit)(GenerationEvent::Started {
            run: run.run,
            seed: plan.seed,
            prompt_tokens: plan.prompt.len() as u32,
            cached_tokens: plan.cached as u32,
        });
        let want = wanted(request);
        let logits = self.prefill(request, &plan, run, want)?;
        let (tokenizer, ends) = (self.tokenizer.clone(), self.ends.clone());
        let clock = Clock { started, prefilled: Instant::now() };
        let writing = Writing {
            request,
            plan: &plan,
            tokenizer: &tokenizer,
            markers: Markers::of(&tokenizer)?,
            ends: &ends,
            clock,
        };
        let lanes = Lane::all(&writing);
        if let Some(logits) = logits {
            self.cache.fork(lanes.len(), plan.max_tokens)?;
            return self.decode(lanes, logits, want, run);
        }
        for lane in lanes {
            (run.emit)(GenerationEvent::Done(lane.completion(FinishReason::Cancelled)));
        }
        Ok(())
    }

    pub(crate) fn plan(&self, request: &GenerationRequest) -> Result<Plan> {
        request.validate()?;
        let pieces = self.tokenizer.pieces();
        request.samplings().try_for_each(|sampling| sampling.check_tokens(pieces))?;
        let prompt = self.tokenizer.encode_prompt(&request.prompt, request.add_bos)?;
        let (context, rows) = (self.model.config.context_length, self.model.config.vocab_size);
        if let Some(id) = prompt.iter().find(|id| **id as usize >= rows) {
            return Err(Error::UnknownToken { id: *id, rows });
        }
        let length = prompt.len();
        if prompt.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        if length >= context {
            return Err(Error::PromptTooLong { prompt: length, context });
        }
        let room = context - length;
        let (max_tokens, at_limit) = match request.max_tokens.map(|n| n as usize) {
            Some(max_tokens) if max_tokens > room => {
                return Err(Error::NoRoom { prompt: length, max_tokens, context });
            }
            Some(max_tokens) => (max_tokens, FinishReason::Length),
            None if room < GenerationRequest::DEFAULT_MAX_TOKENS as usize => {
                (room, FinishReason::Context)
            }
            None => (GenerationRequest::DEFAULT_MAX_TOKENS as usize, FinishReason::Length),
        };
        let first = request.variants.first().map(|variant| variant.seed);
        let seed = first.or(request.seed).unwrap_or_else(random_seed);
        let cached = if request.echo { 0 } else { self.reusable(&prompt) };
        Ok(Plan { prompt, max_tokens, at_limit, cached, seed })
    }

    /// The prompt's tokens that need no computing: all it shares with the cache but the last one,
    /// whose logits are wanted.
    pub(crate) fn reusable(&self, prompt: &[u32]) -> usize {
        let same = prompt.iter().zip(&self.cached).take_while(|(a, b)| a == b).count();
        same.min(prompt.len() - 1)
    }

    /// Computes the prompt's rest and returns the last position's logits; none when cancelled.
    pub(crate) fn prefill(
        &mut self,
        request: &GenerationRequest,
        plan: &Plan,
        run: &RunContext<'_>,
        want: Want,
    ) -> Result<Option<Row>> {
        self.cached.truncate(plan.cached);
        self.cache.truncate(plan.cached);
        let rest = &plan.prompt[plan.cached..];
        let top = request.top_logprobs.unwrap_or(0) as usize;
        let mut echo = Echo::new(self.tokenizer.clone(), top);
        let (mut logits, pieces) = (None, self.tokenizer.pieces());
        let total = rest.len() as u32;
        for chunk in rest.chunks(self.model.arithmetic.prefill_chunk()) {
            if run.cancelled.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let hidden = self.model.forward(chunk, Rows::Following, self.cache.as_mut())?;
            self.cached.extend_from_slice(chunk);
            let done = (self.cached.len() - plan.cached) as u32;
            if request.echo {
                let rows = self.model.logits(&hidden, Rows::Following, pieces, Want::Whole)?;
                echo.push(&rows, &plan.prompt);
            }
            if done == total {
                logits = Some(self.model.last_logits(&hidden, pieces, want)?);
            }
            (run.emit)(GenerationEvent::Prefill { done, total });
        }
        if request.echo {
            (run.emit)(GenerationEvent::Prompt { tokens: echo.tokens(&plan.prompt) });
        }
        Ok(logits)
    }

    /// Writes token by token, one step of all lanes at a time, until each has its reason to end.
    fn decode(
        &mut self,
        mut lanes: Vec<Lane<'_>>,
        logits: Row,
        want: Want,
        run: &RunContext<'_>,
    ) -> Result<()> {
        let mut rows = vec![logits; lanes.len()];
        loop {
            let cancelled = run.cancelled.load(Ordering::Relaxed);
            let mut going = Vec::new();
            for (mut lane, logits) in lanes.into_iter().zip(&rows) {
                let step = if cancelled {
                    Some(FinishReason::Cancelled)
                } else {
                    lane.step(logits, run.emit)?
                };
                match step {
                    Some(reason) => (run.emit)(GenerationEvent::Done(lane.completion(reason))),
                    None => going.push(lane),
                }
            }
            lanes = going;
            if lanes.is_empty() {
                return Ok(());
            }
            rows = self.step(&lanes, want)?;
        }
    }

    /// Computes each lane's last token.
    fn step(&mut self, lanes: &[Lane<'_>], want: Want) -> Result<Vec<Row>> {
        let (numbers, ids): (Vec<usize>, Vec<u32>) =
            lanes.iter().map(|lane| (lane.number as usize, lane.last())).unzip();
        let rows = Rows::Lanes(&numbers);
        let hidden = self.model.forward(&ids, rows, self.cache.as_mut())?;
        // What is kept for the next run is lane 0, which is the first while it goes on.
        if numbers[0] == 0 {
            self.cached.push(ids[0]);
        }
        self.model.logits(&hidden, rows, self.tokenizer.pieces(), want)
    }
}

/// How much of the logits a run looks at.
fn wanted(request: &GenerationRequest) -> Want {
    let few = |sampling| sampler::likeliest_wanted(sampling).is_some();
    if request.samplings().all(few) { Want::Likeliest } else { Want::Whole }
}

/// A fresh seed, short enough to read out and type.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) & u64::from(u32::MAX)
}
