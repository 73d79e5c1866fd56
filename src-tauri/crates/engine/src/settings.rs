//! What a caller asks for: the prompt as spans, how to sample, when to stop.
//!
//! These are the vocabulary types of the whole project: the window, the command line and stored
//! runs use them as they are. Every setting left out is neutral, so a stored preset can name only
//! what it changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::sampler::SamplerStage;
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
    /// How many completions to write side by side; absent: one, which is always lane 0.
    #[ts(optional)]
    pub lanes: Option<u32>,
    /// Instead of `lanes`: one lane for each, sampled as a run of its own would be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<_>")]
    pub variants: Vec<Variant>,
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

/// What one lane does in its own way. It writes exactly what a run with this seed and these settings
/// writes alone: on the CPU bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    #[ts(type = "number")]
    pub seed: u64,
    pub sampling: SamplingSettings,
}

impl GenerationRequest {
    pub const DEFAULT_MAX_TOKENS: u32 = 128;
    pub const MAX_TOP_LOGPROBS: u32 = 1000;
    pub const MAX_LANES: u32 = 64;
    const MAX_STOP_STRINGS: usize = 64;

    /// Checks everything that can be judged without a model.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] names the field and its range.
    pub fn validate(&self) -> Result<()> {
        self.samplings().try_for_each(SamplingSettings::validate)?;
        let variants = self.variants.len();
        let both = variants > 0 && self.lanes.is_some();
        check("variants", variants, |_| !both, "none beside n")?;
        check("variants", variants, |n| *n <= Self::MAX_LANES as usize, "at most 64")?;
        check("max-tokens", self.max_tokens.unwrap_or(1), |n| *n >= 1, "1 or more")?;
        check("n", self.lanes.unwrap_or(1), |n| (1..=Self::MAX_LANES).contains(n), "1 to 64")?;
        let top = self.top_logprobs.unwrap_or(0);
        check("logprobs", top, |n| *n <= Self::MAX_TOP_LOGPROBS, "0 to 1000")?;
        check("stop", self.stop.len(), |n| *n <= Self::MAX_STOP_STRINGS, "at most 64 texts")?;
        let empty = self.stop.iter().filter(|text| text.is_empty()).count();
        check("stop", empty, |n| *n == 0, "no empty texts")
    }

    /// How many completions are written.
    #[must_use]
    pub fn lane_count(&self) -> u32 {
        match self.variants.len() {
            0 => self.lanes.unwrap_or(1),
            variants => variants as u32,
        }
    }

    /// The settings of every lane.
    pub(crate) fn samplings(&self) -> impl Iterator<Item = &SamplingSettings> {
        let shared = Some(&self.sampling).filter(|_| self.variants.is_empty());
        shared.into_iter().chain(self.variants.iter().map(|variant| &variant.sampling))
    }
}

/// The sampler chain. The default is neutral: the model's own distribution, unchanged. A range of
/// 0 is the whole history, prompt included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct SamplingSettings {
    /// Divides the logits; 0 takes the likeliest token.
    pub temperature: f64,
    /// Keeps the k likeliest tokens and their ties; 0 keeps all.
    pub top_k: u32,
    /// Keeps the likeliest tokens that together reach this probability; 1 keeps all, 0 one.
    pub top_p: f64,
    /// Keeps what is at least this many times as likely as the likeliest token; 0 keeps all.
    #[ts(optional, as = "Option<_>")]
    pub min_p: f64,
    /// Keeps the tokens about as surprising as expected, up to this probability; 1 keeps all.
    #[ts(optional, as = "Option<_>")]
    pub typical_p: f64,
    /// Keeps what is within so many standard deviations of the highest logit; 0 keeps all.
    #[ts(optional, as = "Option<_>")]
    pub top_n_sigma: f64,
    /// How often XTC acts; 0 never.
    #[ts(optional, as = "Option<_>")]
    pub xtc_probability: f64,
    /// Of the tokens at least this likely XTC leaves only the least likely.
    #[ts(optional, as = "Option<_>")]
    pub xtc_threshold: f64,
    /// Divides the positive and multiplies the negative logits of tokens in the range; 1 is off.
    #[ts(optional, as = "Option<_>")]
    pub repetition_penalty: f64,
    /// How many of the last tokens the repetition, frequency and presence penalties look at.
    #[ts(optional, as = "Option<_>")]
    pub repetition_range: u32,
    /// Taken off a token's logit for each time it stands in the range.
    #[ts(optional, as = "Option<_>")]
    pub frequency_penalty: f64,
    /// Taken off a token's logit once if it stands in the range.
    #[ts(optional, as = "Option<_>")]
    pub presence_penalty: f64,
    /// Strength of DRY, the penalty on carrying on a repetition; 0 is off.
    #[ts(optional, as = "Option<_>")]
    pub dry_multiplier: f64,
    /// The penalty's growth with each further token of a repetition.
    #[ts(optional, as = "Option<_>")]
    pub dry_base: f64,
    /// Repetitions shorter than this are free.
    #[ts(optional, as = "Option<_>")]
    pub dry_allowed_length: u32,
    /// How many of the last tokens DRY looks at.
    #[ts(optional, as = "Option<_>")]
    pub dry_range: u32,
    /// Added to the logits of single tokens, by id.
    #[ts(optional, as = "Option<_>")]
    pub logit_bias: BTreeMap<u32, f64>,
    /// Tokens that are never chosen.
    #[ts(optional, as = "Option<_>")]
    pub ban_token: Vec<u32>,
    /// The stages in the order in which they run; a stage left out does not run.
    #[ts(optional, as = "Option<_>")]
    pub sampler_order: Vec<SamplerStage>,
}

impl SamplingSettings {
    /// Checks what can be judged without a model.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] names the setting and its range.
    pub fn validate(&self) -> Result<()> {
        let within = |least: f64, most: f64| move |value: &f64| (least..=most).contains(value);
        check("temperature", self.temperature, within(0.0, 100.0), "0 to 100")?;
        check("top-p", self.top_p, within(0.0, 1.0), "0 to 1")?;
        check("min-p", self.min_p, within(0.0, 1.0), "0 to 1")?;
        check("typical-p", self.typical_p, |p| *p > 0.0 && *p <= 1.0, "above 0 and up to 1")?;
        check("top-n-sigma", self.top_n_sigma, within(0.0, 100.0), "0 to 100")?;
        check("xtc-probability", self.xtc_probability, within(0.0, 1.0), "0 to 1")?;
        check("xtc-threshold", self.xtc_threshold, within(0.0, 1.0), "0 to 1")?;
        check("repetition-penalty", self.repetition_penalty, within(0.01, 100.0), "0.01 to 100")?;
        check("frequency-penalty", self.frequency_penalty, within(-2.0, 2.0), "-2 to 2")?;
        check("presence-penalty", self.presence_penalty, within(-2.0, 2.0), "-2 to 2")?;
        check("dry-multiplier", self.dry_multiplier, within(0.0, 100.0), "0 to 100")?;
        check("dry-base", self.dry_base, within(1.0, 100.0), "1 to 100")?;
        check("dry-allowed-length", self.dry_allowed_length, |n| *n >= 1, "1 or more")?;
        for bias in self.logit_bias.values() {
            check("logit-bias", *bias, within(-100.0, 100.0), "-100 to 100")?;
        }
        let order = &self.sampler_order;
        for stage in order {
            let times = order.iter().filter(|other| *other == stage).count();
            check("sampler-order", times, |n| *n == 1, "each stage at most once")?;
        }
        Ok(())
    }

    /// Checks what depends on the model: the tokens that are biased or banned exist.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`] names the setting and the first that does not.
    pub fn check_tokens(&self, pieces: usize) -> Result<()> {
        let biased = self.logit_bias.keys().map(|id| ("logit-bias", *id));
        let banned = self.ban_token.iter().map(|id| ("ban-token", *id));
        match biased.chain(banned).find(|(_, id)| *id as usize >= pieces) {
            Some((field, id)) => {
                Err(Error::TokenOutOfRange { field, id, highest: pieces.saturating_sub(1) })
            }
            None => Ok(()),
        }
    }
}

impl Default for SamplingSettings {
    fn default() -> Self {
        Self {
            temperature: 1.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
            typical_p: 1.0,
            top_n_sigma: 0.0,
            xtc_probability: 0.0,
            xtc_threshold: 0.1,
            repetition_penalty: 1.0,
            repetition_range: 0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            dry_multiplier: 0.0,
            dry_base: 1.75,
            dry_allowed_length: 2,
            dry_range: 0,
            logit_bias: BTreeMap::new(),
            ban_token: Vec::new(),
            sampler_order: SamplerStage::ALL.to_vec(),
        }
    }
}

fn check<T: std::fmt::Display>(
    field: &'static str,
    found: T,
    fits: impl Fn(&T) -> bool,
    range: &'static str,
) -> Result<()> {
    let refused = |found: T| Error::OutOfRange { field, range, found: found.to_string() };
    if fits(&found) { Ok(()) } else { Err(refused(found)) }
}
