//! One run from its request to its last event: encode, reuse what the cache holds, prefill the
//! rest in chunks, then decode step by step.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::device::KvCache;
use crate::event::{
    Completion, FinishReason, GeneratedToken, GenerationEvent, PromptToken, Timings,
    TokenProbability, Usage,
};
use crate::judged::Judged;
use crate::model::Model;
use crate::sampler::{self, Draws, Markers};
use crate::settings::GenerationRequest;
use crate::stop::StopFilter;
use crate::tokenizer::{Decoder, Tokenizer};
use crate::{Error, Result};

/// Prompt tokens computed between two looks at the cancel flag.
pub(crate) const PREFILL_CHUNK: usize = 64;

/// A loaded model with everything a run needs. Lives on the worker thread.
pub(crate) struct Runner {
    pub(crate) model: Model,
    pub(crate) tokenizer: Arc<Tokenizer>,
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
    max_tokens: usize,
    /// Why the run ends when `max_tokens` is reached.
    at_limit: FinishReason,
    cached: usize,
    pub(crate) seed: u64,
}

/// What a run has measured and written so far.
struct Progress {
    started: Instant,
    prefilled: Instant,
    first_token: Option<Instant>,
    text: String,
    tokens: u32,
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
        let logits = self.prefill(request, &plan, run)?;
        let now = Instant::now();
        let mut progress =
            Progress { started, prefilled: now, first_token: None, text: String::new(), tokens: 0 };
        let finish_reason = match logits {
            Some(logits) => self.decode(request, &plan, run, logits, &mut progress)?,
            None => FinishReason::Cancelled,
        };
        (run.emit)(GenerationEvent::Done(progress.completion(&plan, finish_reason)));
        Ok(())
    }

    pub(crate) fn plan(&self, request: &GenerationRequest) -> Result<Plan> {
        request.validate()?;
        request.sampling.check_tokens(self.tokenizer.pieces())?;
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
        let seed = request.seed.unwrap_or_else(random_seed);
        let cached = if request.echo { 0 } else { self.reusable(&prompt) };
        Ok(Plan { prompt, max_tokens, at_limit, cached, seed })
    }

    /// The prompt's tokens that need no computing: all it shares with the cache but the last one,
    /// whose logits are wanted.
    fn reusable(&self, prompt: &[u32]) -> usize {
        let same = prompt.iter().zip(&self.cached).take_while(|(a, b)| a == b).count();
        same.min(prompt.len() - 1)
    }

    /// Computes the prompt's rest and returns the last position's logits; none when cancelled.
    pub(crate) fn prefill(
        &mut self,
        request: &GenerationRequest,
        plan: &Plan,
        run: &RunContext<'_>,
    ) -> Result<Option<Vec<f32>>> {
        self.cached.truncate(plan.cached);
        self.cache.truncate(plan.cached);
        let rest = &plan.prompt[plan.cached..];
        let top = request.top_logprobs.unwrap_or(0) as usize;
        let mut echo = Echo::new(self.tokenizer.clone(), top);
        let mut logits = Vec::new();
        let total = rest.len() as u32;
        for chunk in rest.chunks(PREFILL_CHUNK) {
            if run.cancelled.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let hidden = self.model.forward(chunk, self.cache.as_mut())?;
            self.cached.extend_from_slice(chunk);
            let done = (self.cached.len() - plan.cached) as u32;
            if request.echo {
                echo.push(&self.model.logits(&hidden)?, &plan.prompt);
            }
            if done == total {
                let last = hidden.narrow(0, chunk.len() - 1, 1)?;
                logits = self.model.logits(&last)?.swap_remove(0);
            }
            (run.emit)(GenerationEvent::Prefill { done, total });
        }
        if request.echo {
            (run.emit)(GenerationEvent::Prompt { tokens: echo.tokens(&plan.prompt) });
        }
        Ok(Some(logits))
    }

    fn decode(
        &mut self,
        request: &GenerationRequest,
        plan: &Plan,
        run: &RunContext<'_>,
        mut logits: Vec<f32>,
        progress: &mut Progress,
    ) -> Result<FinishReason> {
        let tokenizer = self.tokenizer.clone();
        let mut decoder = Decoder::within(&tokenizer);
        let mut stop = StopFilter::new(&request.stop);
        let top = request.top_logprobs.unwrap_or(0) as usize;
        let markers = Markers::of(&tokenizer)?;
        progress.prefilled = Instant::now();
        for index in 0..plan.max_tokens {
            if run.cancelled.load(Ordering::Relaxed) {
                return Ok(FinishReason::Cancelled);
            }
            let id = sampler::sample(&sampler::Input {
                logits: &logits,
                pieces: tokenizer.pieces(),
                history: &self.cached,
                settings: &request.sampling,
                markers: &markers,
                draws: Draws { seed: plan.seed, lane: 0, step: index as u32 },
            })?;
            let ended = Some(id) == tokenizer.eos() && !request.ignore_eos;
            let limit = index + 1 == plan.max_tokens;
            let mut grown = decoder.push(id);
            if ended || limit {
                grown.push_str(&decoder.finish());
            }
            let mut released = stop.push(&grown);
            if !released.stopped && (ended || limit) {
                released.text.push_str(&stop.finish());
            }
            let judged = Judged::new(&logits);
            progress.token(&released.text);
            (run.emit)(GenerationEvent::Token(GeneratedToken {
                lane: 0,
                index: index as u32,
                id,
                text: released.text,
                logprob: judged.logprob(id),
                top: judged.top(top, &tokenizer),
            }));
            match (released.stopped, ended, limit) {
                (true, _, _) => return Ok(FinishReason::Stop),
                (_, true, _) => return Ok(FinishReason::Eos),
                (_, _, true) => return Ok(plan.at_limit),
                _ => {}
            }
            let hidden = self.model.forward(&[id], self.cache.as_mut())?;
            self.cached.push(id);
            logits = self.model.logits(&hidden)?.swap_remove(0);
        }
        Ok(plan.at_limit)
    }
}

impl Progress {
    fn token(&mut self, text: &str) {
        self.first_token.get_or_insert_with(Instant::now);
        self.text.push_str(text);
        self.tokens += 1;
    }

    fn completion(self, plan: &Plan, finish_reason: FinishReason) -> Completion {
        let ms = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1e3;
        let now = Instant::now();
        let first = self.first_token.unwrap_or(now);
        let decode_ms = ms(self.prefilled, now);
        // The first token comes out of the prefill; each later one is a decoding step.
        let steps = f64::from(self.tokens.saturating_sub(1));
        let decoding = ms(first, now);
        Completion {
            lane: 0,
            finish_reason,
            text: self.text,
            usage: Usage {
                prompt_tokens: plan.prompt.len() as u32,
                completion_tokens: self.tokens,
                cached_tokens: plan.cached as u32,
            },
            timings: Timings {
                prefill_ms: ms(self.started, self.prefilled),
                decode_ms,
                time_to_first_token_ms: ms(self.started, first),
                tokens_per_second: if steps > 0.0 { steps / decoding * 1e3 } else { 0.0 },
            },
            seed: plan.seed,
        }
    }
}

/// The prompt's own tokens, judged as the prefill goes along.
struct Echo {
    tokenizer: Arc<Tokenizer>,
    top: usize,
    /// For the prompt's tokens from the second on.
    judged: Vec<(f32, Vec<TokenProbability>)>,
}

impl Echo {
    fn new(tokenizer: Arc<Tokenizer>, top: usize) -> Self {
        Self { tokenizer, top, judged: Vec::new() }
    }

    /// Takes the logits of the next positions; each judges the token that follows it.
    fn push(&mut self, rows: &[Vec<f32>], prompt: &[u32]) {
        for row in rows {
            if let Some(next) = prompt.get(self.judged.len() + 1) {
                let judged = Judged::new(row);
                self.judged.push((judged.logprob(*next), judged.top(self.top, &self.tokenizer)));
            }
        }
    }

    fn tokens(self, prompt: &[u32]) -> Vec<PromptToken> {
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

/// A fresh seed, short enough to read out and type.
fn random_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) & u64::from(u32::MAX)
}
