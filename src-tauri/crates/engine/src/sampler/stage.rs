//! The stages by name, which of them act under given settings, and how each is applied.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::candidates::Candidates;
use super::{Input, dry, penalties, truncation};
use crate::settings::SamplingSettings;
use crate::{Error, Result};

/// A step of the sampler chain, named after the option that sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum SamplerStage {
    Dry,
    RepetitionPenalty,
    FrequencyPresence,
    /// Biases and bans.
    Bias,
    Temperature,
    TopK,
    TopP,
    MinP,
    TypicalP,
    TopNSigma,
    Xtc,
}

impl SamplerStage {
    /// In the order in which they run when nothing else is asked for.
    pub const ALL: [Self; 11] = [
        Self::Dry,
        Self::RepetitionPenalty,
        Self::FrequencyPresence,
        Self::Bias,
        Self::Temperature,
        Self::TopK,
        Self::TopP,
        Self::MinP,
        Self::TypicalP,
        Self::TopNSigma,
        Self::Xtc,
    ];
    pub(crate) const NAMES: &str = "dry, repetition-penalty, frequency-presence, bias, \
        temperature, top-k, top-p, min-p, typical-p, top-n-sigma, xtc";

    /// The name on the command line and in stored settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dry => "dry",
            Self::RepetitionPenalty => "repetition-penalty",
            Self::FrequencyPresence => "frequency-presence",
            Self::Bias => "bias",
            Self::Temperature => "temperature",
            Self::TopK => "top-k",
            Self::TopP => "top-p",
            Self::MinP => "min-p",
            Self::TypicalP => "typical-p",
            Self::TopNSigma => "top-n-sigma",
            Self::Xtc => "xtc",
        }
    }

    /// Whether the settings ask anything of this stage. A setting at its neutral value does not.
    #[must_use]
    #[expect(clippy::float_cmp, reason = "neutral values are exact")]
    pub fn acts(self, settings: &SamplingSettings) -> bool {
        match self {
            Self::Dry => settings.dry_multiplier != 0.0,
            Self::RepetitionPenalty => settings.repetition_penalty != 1.0,
            Self::FrequencyPresence => {
                settings.frequency_penalty != 0.0 || settings.presence_penalty != 0.0
            }
            Self::Bias => !settings.logit_bias.is_empty() || !settings.ban_token.is_empty(),
            Self::Temperature => settings.temperature != 1.0,
            Self::TopK => settings.top_k != 0,
            Self::TopP => settings.top_p < 1.0,
            Self::MinP => settings.min_p > 0.0,
            Self::TypicalP => settings.typical_p < 1.0,
            Self::TopNSigma => settings.top_n_sigma > 0.0,
            Self::Xtc => settings.xtc_probability > 0.0,
        }
    }

    pub(super) fn apply(self, candidates: &mut Candidates, input: &Input<'_>) -> Result<()> {
        let settings = input.settings;
        let written = || penalties::window(input.history, settings.repetition_range);
        match self {
            Self::Dry => {
                let window = penalties::window(input.history, settings.dry_range);
                dry::apply(candidates, window, &input.markers.sequence_breakers, settings);
            }
            Self::RepetitionPenalty => {
                penalties::repetition(candidates, written(), settings.repetition_penalty);
            }
            Self::FrequencyPresence => {
                penalties::frequency_presence(candidates, written(), settings);
            }
            Self::Bias => penalties::bias(candidates, settings),
            Self::Temperature => truncation::temperature(candidates, settings.temperature)?,
            Self::TopK => truncation::top_k(candidates, settings.top_k),
            Self::TopP => truncation::top_p(candidates, settings.top_p)?,
            Self::MinP => truncation::min_p(candidates, settings.min_p)?,
            Self::TypicalP => truncation::typical_p(candidates, settings.typical_p)?,
            Self::TopNSigma => truncation::top_n_sigma(candidates, settings.top_n_sigma)?,
            Self::Xtc if input.draws.xtc() < settings.xtc_probability => {
                truncation::xtc(candidates, settings.xtc_threshold, &input.markers.xtc_exempt)?;
            }
            Self::Xtc => {}
        }
        Ok(())
    }
}

impl FromStr for SamplerStage {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.name() == name)
            .ok_or_else(|| Error::UnknownStage { name: name.to_owned(), names: Self::NAMES })
    }
}
