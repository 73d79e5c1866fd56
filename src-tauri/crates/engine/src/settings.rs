//! What a caller asks for: the prompt as spans, how to sample, when to stop.
//!
//! These are the vocabulary types of the whole project: the window, the command line and stored
//! runs use them as they are. Every setting left out is neutral, so a stored preset can name only
//! what it changes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Error, Result};

/// A piece of a prompt. Neighbouring text is encoded together, as one string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PromptSpan {
    /// A completion prompt or a chat template's own text: user-defined pieces such as
    /// `<extra_id_1>` match in it.
    Text { text: String },
    /// What a chat user wrote: user-defined pieces are ordinary characters in it, so that nobody
    /// can write a turn marker.
    User { text: String },
    /// Text a model wrote, by its token ids: it is never encoded again.
    Tokens { ids: Vec<u32> },
}

/// One run of the model over one prompt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct GenerationRequest {
    pub prompt: Vec<PromptSpan>,
    /// Put the beginning-of-sequence token in front.
    pub add_bos: bool,
    pub sampling: SamplingSettings,
    /// Drawn at random when absent; the event `started` says which was used.
    #[ts(type = "number | null")]
    pub seed: Option<u64>,
    /// Absent: what room is left, at most [`GenerationRequest::DEFAULT_MAX_TOKENS`].
    pub max_tokens: Option<u32>,
    /// Texts that end the run; none of them is part of the completion.
    pub stop: Vec<String>,
    /// Go on after the end-of-sequence token.
    pub ignore_eos: bool,
    /// How many of the likeliest tokens to report beside each token; absent: none.
    pub top_logprobs: Option<u32>,
    /// Report the prompt's own tokens first, with their log-probabilities.
    pub echo: bool,
}

impl GenerationRequest {
    pub const DEFAULT_MAX_TOKENS: u32 = 128;
    pub const MAX_TOP_LOGPROBS: u32 = 1000;
    const MAX_STOP_STRINGS: usize = 64;

    /// Checks everything that can be judged without a model.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] names the field and its range.
    pub fn validate(&self) -> Result<()> {
        self.sampling.validate()?;
        check("max-tokens", self.max_tokens.unwrap_or(1) >= 1, "1 or more")?;
        let top = self.top_logprobs.unwrap_or(0);
        check("logprobs", top <= Self::MAX_TOP_LOGPROBS, "0 to 1000")?;
        check("stop", self.stop.len() <= Self::MAX_STOP_STRINGS, "at most 64 texts")?;
        check("stop", self.stop.iter().all(|s| !s.is_empty()), "texts that are not empty")
    }
}

/// The sampler chain. The default is neutral: the model's own distribution, unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct SamplingSettings {
    /// Divides the logits; 0 takes the likeliest token.
    pub temperature: f32,
    /// Keeps the k likeliest tokens and their ties; 0 keeps all.
    pub top_k: u32,
    /// Keeps the likeliest tokens that together reach this probability; 1 keeps all, 0 one.
    pub top_p: f32,
}

impl SamplingSettings {
    /// # Errors
    /// [`Error::OutOfRange`] names the setting and its range.
    pub fn validate(&self) -> Result<()> {
        check("temperature", (0.0..=100.0).contains(&self.temperature), "0 to 100")?;
        check("top-p", (0.0..=1.0).contains(&self.top_p), "0 to 1")
    }
}

impl Default for SamplingSettings {
    fn default() -> Self {
        Self { temperature: 1.0, top_k: 0, top_p: 1.0 }
    }
}

fn check(field: &'static str, ok: bool, range: &'static str) -> Result<()> {
    if ok { Ok(()) } else { Err(Error::OutOfRange { field, range }) }
}
