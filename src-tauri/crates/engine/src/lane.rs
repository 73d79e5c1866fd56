//! One of the sequences that a run writes side by side: what it chose, its text, when it ends.

use std::time::Instant;

use crate::Result;
use crate::event::{Completion, FinishReason, GeneratedToken, GenerationEvent, Timings, Usage};
use crate::generation::Plan;
use crate::judged::Judged;
use crate::logits::Row;
use crate::sampler::{self, Draws, Markers};
use crate::settings::{GenerationRequest, SamplingSettings};
use crate::stop::StopFilter;
use crate::tokenizer::{Decoder, Tokenizer};

/// What all lanes of a run have in common.
pub(crate) struct Writing<'a> {
    pub(crate) request: &'a GenerationRequest,
    pub(crate) plan: &'a Plan,
    pub(crate) tokenizer: &'a Tokenizer,
    pub(crate) markers: Markers,
    pub(crate) ends: &'a [u32],
    pub(crate) clock: Clock,
}

/// When the run was taken up and when its prompt was read.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) started: Instant,
    pub(crate) prefilled: Instant,
}

pub(crate) struct Lane<'a> {
    pub(crate) number: u32,
    writing: &'a Writing<'a>,
    sampling: &'a SamplingSettings,
    seed: u64,
    /// Which of the seed's streams of random numbers it draws from.
    stream: u32,
    decoder: Decoder<'a>,
    stop: StopFilter<'a>,
    /// The prompt and what was chosen behind it.
    history: Vec<u32>,
    text: String,
    first_token: Option<Instant>,
}

impl<'a> Lane<'a> {
    /// All lanes of a run: those of one seed each have a stream of it, the others the first of
    /// their own.
    pub(crate) fn all(writing: &'a Writing<'a>) -> Vec<Self> {
        let Writing { request, plan, .. } = writing;
        let alike = if request.variants.is_empty() { request.lanes.unwrap_or(1) } else { 0 };
        let alike =
            (0..alike).map(|lane| Self::new(lane, writing, &request.sampling, plan.seed, lane));
        let variants = (0..).zip(&request.variants);
        let own = variants.map(|(lane, own)| Self::new(lane, writing, &own.sampling, own.seed, 0));
        alike.chain(own).collect()
    }

    fn new(
        number: u32,
        writing: &'a Writing<'a>,
        sampling: &'a SamplingSettings,
        seed: u64,
        stream: u32,
    ) -> Self {
        Self {
            number,
            writing,
            sampling,
            seed,
            stream,
            decoder: Decoder::within(writing.tokenizer),
            stop: StopFilter::new(&writing.request.stop),
            history: writing.plan.prompt.clone(),
            text: String::new(),
            first_token: None,
        }
    }

    /// The token chosen last.
    pub(crate) fn last(&self) -> u32 {
        self.history[self.history.len() - 1]
    }

    /// Chooses the next token from its logits and says so; returns why the lane ends with it.
    pub(crate) fn step(
        &mut self,
        logits: &Row,
        emit: &dyn Fn(GenerationEvent),
    ) -> Result<Option<FinishReason>> {
        let Writing { request, plan, tokenizer, ends, .. } = self.writing;
        let id = self.choose(logits)?;
        let index = self.written();
        self.history.push(id);
        let ended = ends.contains(&id) && !request.ignore_eos;
        let limit = self.written() == plan.max_tokens;
        let (text, stopped) = self.release(id, ended || limit);
        self.first_token.get_or_insert_with(Instant::now);
        self.text.push_str(&text);
        let judged = Judged::of(logits);
        emit(GenerationEvent::Token(GeneratedToken {
            lane: self.number,
            index: index as u32,
            id,
            text,
            logprob: judged.logprob(id),
            top: judged.top(request.top_logprobs.unwrap_or(0) as usize, tokenizer),
        }));
        Ok(match (stopped, ended, limit) {
            (true, _, _) => Some(FinishReason::Stop),
            (_, true, _) => Some(FinishReason::Eos),
            (_, _, true) => Some(plan.at_limit),
            _ => None,
        })
    }

    fn choose(&self, row: &Row) -> Result<u32> {
        row.choose(&sampler::Input {
            logits: &[],
            pieces: self.writing.tokenizer.pieces(),
            history: &self.history,
            settings: self.sampling,
            markers: &self.writing.markers,
            draws: Draws { seed: self.seed, lane: self.stream, step: self.written() as u32 },
        })
    }

    fn written(&self) -> usize {
        self.history.len() - self.writing.plan.prompt.len()
    }

    /// The text that a token lets out, and whether a stop text was found in it.
    fn release(&mut self, id: u32, last: bool) -> (String, bool) {
        let mut grown = self.decoder.push(id);
        if last {
            grown.push_str(&self.decoder.finish());
        }
        let mut released = self.stop.push(&grown);
        if last && !released.stopped {
            released.text.push_str(&self.stop.finish());
        }
        (released.text, released.stopped)
    }

    pub(crate) fn completion(self, finish_reason: FinishReason) -> Completion {
        Completion {
            lane: self.number,
            finish_reason,
            usage: Usage {
                prompt_tokens: self.writing.plan.prompt.len() as u32,
                completion_tokens: self.written() as u32,
                cached_tokens: self.writing.plan.cached as u32,
            },
            timings: self.timings(),
            seed: self.seed,
            text: self.text,
        }
    }

    fn timings(&self) -> Timings {
        let Clock { started, prefilled } = self.writing.clock;
        let ms = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1e3;
        let now = Instant::now();
        let first = self.first_token.unwrap_or(now);
        // The first token comes out of the prefill; each later one is a decoding step.
        let steps = self.written().saturating_sub(1) as f64;
        Timings {
            prefill_ms: ms(started, prefilled),
            decode_ms: ms(prefilled, now),
            time_to_first_token_ms: ms(started, first),
            tokens_per_second: if steps > 0.0 { steps / ms(first, now) * 1e3 } else { 0.0 },
        }
    }
}
