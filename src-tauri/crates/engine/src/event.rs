//! What a run and a load report while they go on. Text in events is append-only and always ends at
//! a character boundary.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One step of a run, in the order `started`, `prompt` (on request), `prefill`…, `token`…, `done`.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GenerationEvent {
    /// The prompt was encoded and fits.
    Started {
        #[ts(type = "number")]
        run: u64,
        /// The seed in force, asked for or drawn.
        #[ts(type = "number")]
        seed: u64,
        prompt_tokens: u32,
        /// How many of them were still in the KV cache.
        cached_tokens: u32,
    },
    Prompt {
        tokens: Vec<PromptToken>,
    },
    /// So many of the prompt tokens that had to be computed are done.
    Prefill {
        done: u32,
        total: u32,
    },
    Token(GeneratedToken),
    Done(Completion),
}

/// A token of the prompt, judged by the model given those before it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PromptToken {
    pub id: u32,
    pub text: String,
    /// Natural logarithm; none for the first token.
    pub logprob: Option<f32>,
    pub top: Vec<TokenProbability>,
}

/// A token the sampler chose.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct GeneratedToken {
    pub lane: u32,
    /// Its place in the completion, from 0.
    pub index: u32,
    pub id: u32,
    /// What it adds to the text; empty while a character is incomplete or a stop text may begin.
    pub text: String,
    /// Natural logarithm of the model's own probability, before any sampling setting.
    pub logprob: f32,
    pub top: Vec<TokenProbability>,
}

/// One of the likeliest tokens at a position.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct TokenProbability {
    pub id: u32,
    pub text: String,
    pub logprob: f32,
}

/// How a run ended, with its whole text and what it took.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Completion {
    pub lane: u32,
    pub finish_reason: FinishReason,
    pub text: String,
    pub usage: Usage,
    pub timings: Timings,
    #[ts(type = "number")]
    pub seed: u64,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The asked-for number of tokens was reached.
    Length,
    /// A stop text appeared.
    Stop,
    /// The model ended the sequence.
    Eos,
    Cancelled,
    /// The context is full.
    Context,
}

/// Tokens read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
    /// Prompt tokens that were not computed again.
    pub cached_tokens: u32,
}

/// Measured in the engine, in milliseconds of wall time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Timings {
    pub prefill_ms: f64,
    pub decode_ms: f64,
    /// From the moment the engine took up the request to the first token.
    pub time_to_first_token_ms: f64,
    /// Decoding steps per second, the prefill not counted; 0 when there was none.
    pub tokens_per_second: f64,
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct LoadProgress {
    #[ts(type = "number")]
    pub bytes_done: u64,
    #[ts(type = "number")]
    pub bytes_total: u64,
}
