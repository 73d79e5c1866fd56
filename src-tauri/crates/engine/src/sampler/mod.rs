//! From a row of logits to a token: a pure function of the logits, the tokens so far, the settings
//! and the place in the random numbers.
//!
//! The settings name the stages and their order; each acts on what the one before it left. What a
//! stage means is said where it is written, with its source. The trace compares what came to a
//! stage with what it left, so looking at the chain cannot change what it does.
//!
//! | module | what it is |
//! |---|---|
//! | `stage` | the stages by name |
//! | `penalties`, `dry` | what changes the logits of tokens written before; biases and bans |
//! | `truncation` | temperature, and what cuts |
//! | `candidates` | the tokens still in question, with their probabilities |
//! | `selection`, `exponential` | what makes it fast: no sort of a whole vocabulary, vector `exp` |
//! | `random` | draws by seed, lane and step |
//! | `trace` | what each stage took away |
//! | `outlook` | what becomes of the likeliest tokens |
//! | `hindsight` | what other settings would have done |

mod candidates;
mod dry;
mod exponential;
mod hindsight;
mod outlook;
mod penalties;
mod random;
mod selection;
mod stage;
#[cfg(test)]
mod tests;
mod trace;
mod truncation;

pub use exponential::log_sum_exp;
pub use hindsight::{Fate, TopLogits};
pub use outlook::{Outlook, StageOutlook, TokenOutlook, outlook};
pub use random::Draws;
pub use stage::SamplerStage;
pub use trace::{Candidate, StageTrace, Trace, entropy_bits};

use candidates::Candidates;

use crate::logits::Window;
use crate::settings::SamplingSettings;
use crate::tokenizer::Tokenizer;
use crate::{Error, Result};

/// What a token is chosen from and by.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Every row of the output matrix; empty where only the likeliest are known.
    pub logits: &'a [f32],
    /// How many of the rows have a token; the padding behind them is never sampled.
    pub pieces: usize,
    /// The prompt's tokens and those generated so far.
    pub history: &'a [u32],
    pub settings: &'a SamplingSettings,
    pub markers: &'a Markers,
    pub draws: Draws,
}

/// Tokens that DRY and XTC treat apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markers {
    /// A repetition does not reach across them (DRY).
    pub sequence_breakers: Vec<u32>,
    /// Never excluded as a top choice (XTC).
    pub xtc_exempt: Vec<u32>,
}

impl Markers {
    /// DRY's published sequence breakers.
    const BREAKERS: [&str; 4] = ["\n", ":", "\"", "*"];

    /// The tokens of a model, found as the authors of DRY and XTC find them: the last token of "a"
    /// and the breaker, because a breaker alone may be encoded otherwise than within a text.
    ///
    /// # Errors
    /// [`Error::Encode`] when the tokenizer fails.
    pub fn of(tokenizer: &Tokenizer) -> Result<Self> {
        let mut sequence_breakers = Vec::new();
        for breaker in Self::BREAKERS {
            let tokens = tokenizer.encode(&format!("a{breaker}"))?;
            sequence_breakers.extend(tokens.last().map(|token| token.id));
        }
        let newline = sequence_breakers.first().copied();
        let xtc_exempt = newline.into_iter().chain(tokenizer.eos()).collect();
        Ok(Self { sequence_breakers, xtc_exempt })
    }
}

/// Chooses a token.
///
/// # Errors
/// [`Error::NotANumber`] when a logit is NaN or positive infinity, [`Error::NothingToSample`] when
/// no token is left, [`Error::TokenOutOfRange`] for a bias or ban of a token that does not exist.
pub fn sample(input: &Input<'_>) -> Result<u32> {
    survivors(input, None)?.choose(input.draws.token())
}

/// Chooses the same token as [`sample`] and says how it came about, naming the `listed` likeliest
/// survivors.
///
/// # Errors
/// As [`sample`].
pub fn sample_traced(input: &Input<'_>, listed: usize) -> Result<(u32, Trace)> {
    let mut stages = Vec::new();
    let mut watch = |name, before: &mut Candidates, after: &Candidates| {
        stages.push(StageTrace::between(name, before, after)?);
        Ok(())
    };
    let mut survivors = survivors(input, Some(&mut watch))?;
    let trace = Trace::new(input.logits, stages, &mut survivors, listed)?;
    Ok((survivors.choose(input.draws.token())?, trace))
}

/// Chooses the token that [`sample`] would choose from the whole row, if the settings leave it to
/// the window: see [`likeliest_wanted`].
///
/// # Errors
/// As [`sample`].
pub fn sample_likeliest(window: &Window, input: &Input<'_>) -> Result<u32> {
    let mut candidates = Candidates::listed(&window.ids, &window.logits);
    run(&mut candidates, input, None)?;
    candidates.choose(input.draws.token())
}

/// How many of the likeliest tokens, ties included, decide under these settings and at which
/// temperature they are ranked; none where the whole row counts: without a top-k in front of all
/// that cuts, or with anything that lifts or lowers single tokens.
#[must_use]
pub fn likeliest_wanted(settings: &SamplingSettings) -> Option<(usize, f32)> {
    let mut temperature = 1.0;
    for stage in settings.sampler_order.iter().filter(|stage| stage.acts(settings)) {
        match stage {
            SamplerStage::Temperature if settings.temperature == 0.0 => return Some((1, 0.0)),
            SamplerStage::Temperature => temperature = settings.temperature as f32,
            SamplerStage::TopK => return Some((settings.top_k as usize, temperature)),
            _ => return None,
        }
    }
    None
}

/// Sees each stage that ran, with what came to it and what it left.
type Watch<'a> = dyn FnMut(SamplerStage, &mut Candidates, &Candidates) -> Result<()> + 'a;

/// What the chain leaves of the whole row.
fn survivors(input: &Input<'_>, watch: Option<&mut Watch<'_>>) -> Result<Candidates> {
    check_numbers(input.logits)?;
    let row = &input.logits[..input.pieces.min(input.logits.len())];
    input.settings.check_tokens(row.len())?;
    let mut candidates = Candidates::new(row);
    run(&mut candidates, input, watch)?;
    Ok(candidates)
}

fn run(
    candidates: &mut Candidates,
    input: &Input<'_>,
    mut watch: Option<&mut Watch<'_>>,
) -> Result<()> {
    for stage in &input.settings.sampler_order {
        if !stage.acts(input.settings) {
            continue;
        }
        // What came to a stage is kept only for somebody who looks.
        let before = watch.is_some().then(|| candidates.clone());
        stage.apply(candidates, input)?;
        if let (Some(watch), Some(mut before)) = (watch.as_deref_mut(), before) {
            watch(*stage, &mut before, candidates)?;
        }
    }
    Ok(())
}

fn check_numbers(logits: &[f32]) -> Result<()> {
    // Counting looks at every logit without a branch; the search is for the message.
    let good = logits.iter().filter(|logit| **logit < f32::INFINITY).count();
    let bad = |logit: &f32| logit.is_nan() || *logit == f32::INFINITY;
    if good == logits.len() {
        return Ok(());
    }
    Err(Error::NotANumber { position: logits.iter().position(bad).unwrap_or_default() })
}
