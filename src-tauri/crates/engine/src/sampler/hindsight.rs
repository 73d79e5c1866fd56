//! What other settings would have done with a token that was chosen, from the likeliest candidates
//! of its step alone.
//!
//! The stored candidates go through the stages themselves. Of the others, the tail, three things
//! are known: how many there are, what they add up to, and that none is above the ceiling. While
//! that leaves open what a stage does, nothing is claimed. Where a stage depends on the tail's mass
//! it is asked about the least and the most that it may be, and a hair to each side for what
//! rounding does; only what all agree on counts.

use super::candidates::Candidates;
use super::exponential::log_sum_exp;
use super::selection::kth_highest;
use super::stage::SamplerStage;
use super::{Input, truncation};
use crate::settings::SamplingSettings;
use crate::{Error, Result};

/// Far above the rounding of sums of f32 weights.
const HAIR: f64 = 1e-5;

/// The likeliest candidates of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct TopLogits {
    /// Ascending.
    pub ids: Vec<u32>,
    pub logits: Vec<f32>,
    /// How many tokens there are in all.
    pub pieces: u32,
    /// Natural logarithm of the sum of exponentials over all of them.
    pub log_sum: f64,
}

/// What would have become of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Same,
    Cut(SamplerStage),
    /// The same draw takes another token; none where it is one that was not stored.
    Other(Option<u32>),
    /// What was stored does not tell.
    Unknown,
}

impl TopLogits {
    /// How many are kept of each step: they hold 95 to 99 % of the probability.
    pub const COUNT: usize = 64;

    /// Of a row with a logit for each token.
    #[must_use]
    pub fn of(row: &[f32]) -> Self {
        let floor = kth_highest(row, Self::COUNT).unwrap_or(f32::MIN);
        let (mut ids, mut logits) = (Vec::new(), Vec::new());
        Candidates::new(row).for_each_from(floor, |id, logit| {
            ids.push(id);
            logits.push(logit);
        });
        Self { ids, logits, pieces: row.len() as u32, log_sum: log_sum_exp(row) }
    }

    /// What a run with the input's settings and draws would have done with the token `id`, had the
    /// text been the same until here. The input comes without logits.
    ///
    /// # Errors
    /// [`Error::TokenOutOfRange`] for a bias or ban of a token that does not exist.
    pub fn fate(&self, id: u32, input: &Input<'_>) -> Result<Fate> {
        input.settings.check_tokens(self.pieces as usize)?;
        let mut look = Hindsight::new(self);
        for stage in input.settings.sampler_order.iter().filter(|s| s.acts(input.settings)) {
            let was_there = look.may_be_there(id);
            match look.pass(*stage, input) {
                // Every token it knows of is banned, and it is not all it would have to know.
                Err(Error::NothingToSample) | Ok(Known::No) => return Ok(Fate::Unknown),
                Err(error) => return Err(error),
                Ok(Known::Yes) if was_there && !look.may_be_there(id) => {
                    return Ok(Fate::Cut(*stage));
                }
                Ok(Known::Yes) => {}
            }
        }
        Ok(match look.chosen(input.draws.token()) {
            Choice::Stored(chosen) if chosen == id => Fate::Same,
            Choice::Stored(chosen) => Fate::Other(Some(chosen)),
            Choice::Tail if look.stored.is_there(id) => Fate::Other(None),
            // Both may be of the tail, and the same.
            Choice::Tail | Choice::Open => Fate::Unknown,
        })
    }
}

/// What a draw falls on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Choice {
    Stored(u32),
    Tail,
    Open,
}

#[derive(PartialEq)]
enum Known {
    Yes,
    No,
}

/// The tokens that were not stored.
#[derive(Debug, Clone, Copy)]
struct Tail {
    count: f64,
    /// Bounds of what their weights add up to, where a logit of `zero` weighs 1.
    least: f64,
    most: f64,
    zero: f32,
    /// None of their logits is above it.
    ceiling: f32,
}

impl Tail {
    /// With weights as they are beside a highest logit.
    fn beside(self, highest: f32) -> Self {
        let factor = (f64::from(self.zero) - f64::from(highest)).exp();
        Self { least: self.least * factor, most: self.most * factor, zero: highest, ..self }
    }

    /// After a temperature: weights `w` become `w^s`. For `s > 1` the sum is highest when the mass
    /// lies in few large weights and lowest when all are equal; below 1 it is the other way.
    fn tempered(self, temperature: f64, highest: f32) -> Self {
        let (s, beside) = (1.0 / temperature, self.beside(highest));
        let ceiling = (f64::from(self.ceiling) - f64::from(highest)).exp();
        let in_few = |mass: f64| mass * ceiling.powf(s - 1.0);
        let equal = |mass: f64| self.count * (mass / self.count).powf(s);
        let (least, most) = if s > 1.0 {
            (equal(beside.least), in_few(beside.most))
        } else {
            (in_few(beside.least), equal(beside.most))
        };
        // As the stage divides, so that what is not above the ceiling stays so.
        let (temperature, zero) = (temperature as f32, highest / temperature as f32);
        let divided = |logit: f32| {
            if zero.is_finite() { logit / temperature } else { (logit - highest) / temperature }
        };
        Self { least, most, zero: divided(highest), ceiling: divided(self.ceiling), ..self }
    }
}

/// The candidates on their way.
struct Hindsight {
    stored: Candidates,
    /// None once it is cut as a whole.
    tail: Option<Tail>,
}

impl Hindsight {
    fn new(top: &TopLogits) -> Self {
        let stored = Candidates::listed(&top.ids, &top.logits);
        let count = f64::from(top.pieces) - top.ids.len() as f64;
        let zero = top.logits.iter().copied().fold(f32::MIN, f32::max);
        let weight = |logit: f32| (f64::from(logit) - f64::from(zero)).exp();
        let listed: f64 = top.logits.iter().map(|logit| weight(*logit)).sum();
        let mass = (top.log_sum - f64::from(zero)).exp() - listed;
        let tail = Tail {
            count,
            least: (mass - HAIR * listed).max(0.0),
            most: mass.max(0.0) + HAIR * listed,
            zero,
            // Its ties are stored with the last one.
            ceiling: top.logits.iter().copied().fold(f32::MAX, f32::min).next_down(),
        };
        Self { stored, tail: (count > 0.0).then_some(tail) }
    }

    fn may_be_there(&self, id: u32) -> bool {
        self.stored.is_there(id) || (self.tail.is_some() && self.stored.logit(id).is_none())
    }

    /// Lets a stage do what it does; or it is not known.
    fn pass(&mut self, stage: SamplerStage, input: &Input<'_>) -> Result<Known> {
        let settings = input.settings;
        let Some(tail) = self.tail else {
            stage.apply(&mut self.stored, input)?;
            return Ok(Known::Yes);
        };
        match stage {
            SamplerStage::Temperature if settings.temperature == 0.0 => self.keep_top(1, input),
            SamplerStage::Temperature => {
                let highest = self.stored.highest()?;
                stage.apply(&mut self.stored, input)?;
                self.tail = Some(tail.tempered(settings.temperature, highest));
                Ok(Known::Yes)
            }
            SamplerStage::TopK => self.keep_top(settings.top_k as usize, input),
            SamplerStage::TopP => self.nucleus(settings.top_p, tail),
            SamplerStage::MinP => self.min_p(settings.min_p, tail),
            SamplerStage::Xtc => self.xtc(input, tail),
            SamplerStage::TypicalP | SamplerStage::TopNSigma => Ok(Known::No),
            _ if lifts(stage, settings) => Ok(Known::No),
            _ => {
                stage.apply(&mut self.stored, input)?;
                self.tail = Some(Tail { least: 0.0, ..tail });
                Ok(Known::Yes)
            }
        }
    }

    /// Temperature 0 or top-k: known if the last that stays is above the tail.
    fn keep_top(&mut self, k: usize, input: &Input<'_>) -> Result<Known> {
        let Some(tail) = self.tail else { return Ok(Known::No) };
        let kth = kth_highest(self.stored.logits(), k);
        if kth.is_none_or(|kth| kth <= tail.ceiling) {
            return Ok(Known::No);
        }
        if k == 1 && input.settings.temperature == 0.0 {
            truncation::temperature(&mut self.stored, 0.0)?;
        } else {
            truncation::top_k(&mut self.stored, k as u32);
        }
        self.tail = None;
        Ok(Known::Yes)
    }

    fn nucleus(&mut self, p: f64, tail: Tail) -> Result<Known> {
        let shares = self.shares(p, tail)?;
        if shares.iter().all(|share| *share >= 1.0) {
            // Some of the tail stays with all that was stored, and how much is open.
            self.tail = Some(Tail { least: 0.0, ..tail });
            return Ok(self.above(tail));
        }
        if shares.iter().any(|share| *share >= 1.0) {
            return Ok(Known::No);
        }
        let kept = self.agreed(&shares, truncation::top_p)?;
        Ok(self.without_tail(kept, tail))
    }

    fn min_p(&mut self, p: f64, tail: Tail) -> Result<Known> {
        let highest = self.stored.highest()?;
        let shares = [p * (1.0 - HAIR), p * (1.0 + HAIR)];
        let kept = self.agreed(&shares, truncation::min_p)?;
        let reach = (f64::from(tail.ceiling) - f64::from(highest)).exp();
        if reach < shares[0] {
            return Ok(self.without_tail(kept, Tail { ceiling: f32::MIN, ..tail }));
        }
        let Some(kept) = kept else { return Ok(Known::No) };
        (self.stored, self.tail) = (kept, Some(Tail { least: 0.0, ..tail }));
        Ok(Known::Yes)
    }

    /// Known if no token of the tail can be one of the top choices.
    fn xtc(&mut self, input: &Input<'_>, tail: Tail) -> Result<Known> {
        let (settings, softmax) = (input.settings, self.stored.softmax()?);
        if input.draws.xtc() >= settings.xtc_probability {
            return Ok(Known::Yes);
        }
        let reach = (f64::from(tail.ceiling) - f64::from(softmax.highest)).exp() / softmax.sum;
        if reach * (1.0 + HAIR) >= settings.xtc_threshold {
            return Ok(Known::No);
        }
        let shares = self.shares(settings.xtc_threshold, tail)?;
        let exempt = &input.markers.xtc_exempt;
        let kept = self.agreed(&shares, |stored, share| truncation::xtc(stored, share, exempt))?;
        let Some(kept) = kept else { return Ok(Known::No) };
        // The weights of the tail stay what they are, whatever the highest logit is now.
        self.stored = kept;
        Ok(Known::Yes)
    }

    /// A share of everything as shares of what was stored, for all that the tail may weigh.
    fn shares(&mut self, share: f64, tail: Tail) -> Result<[f64; 4]> {
        let softmax = self.stored.softmax()?;
        let tail = tail.beside(softmax.highest);
        let of = |mass: f64| share * (softmax.sum + mass) / softmax.sum;
        let (least, most) = (of(tail.least), of(tail.most));
        Ok([least * (1.0 - HAIR), least * (1.0 + HAIR), most * (1.0 - HAIR), most * (1.0 + HAIR)])
    }

    /// What a stage leaves of the stored ones, if it is the same with every share.
    fn agreed(
        &self,
        shares: &[f64],
        cut: impl Fn(&mut Candidates, f64) -> Result<()>,
    ) -> Result<Option<Candidates>> {
        let mut agreed: Option<Candidates> = None;
        for share in shares {
            let mut stored = self.stored.clone();
            cut(&mut stored, share.min(1.0))?;
            match &agreed {
                Some(first) if !first.is_same_as(&stored) => return Ok(None),
                Some(_) => {}
                None => agreed = Some(stored),
            }
        }
        Ok(agreed)
    }

    /// Takes over what is left, if it is known and all of it lies above the tail.
    fn without_tail(&mut self, kept: Option<Candidates>, tail: Tail) -> Known {
        let Some(kept) = kept else { return Known::No };
        self.stored = kept;
        let known = self.above(tail);
        self.tail = None;
        known
    }

    /// Whether every candidate that is left is above the tail: else they may be mixed.
    fn above(&self, tail: Tail) -> Known {
        let mut lowest = f32::MAX;
        self.stored.for_each_from(f32::MIN, |_, logit| lowest = lowest.min(logit));
        if lowest > tail.ceiling { Known::Yes } else { Known::No }
    }

    fn chosen(&mut self, draw: f64) -> Choice {
        let Some(tail) = self.tail else {
            return self.stored.choose(draw).map_or(Choice::Open, Choice::Stored);
        };
        let Ok(shares) = self.shares(draw, tail) else { return Choice::Open };
        let choices = shares.map(|share| self.chosen_beside(share, tail));
        let agreed = choices.iter().all(|choice| *choice == choices[0]);
        if agreed { choices[0] } else { Choice::Open }
    }

    fn chosen_beside(&mut self, share: f64, tail: Tail) -> Choice {
        if share >= 1.0 {
            return if self.above(tail) == Known::Yes { Choice::Tail } else { Choice::Open };
        }
        let Ok(choice) = self.stored.choose(share) else { return Choice::Open };
        // Below the ceiling one of the tail may be as likely.
        let above = self.stored.logit(choice).is_some_and(|logit| logit > tail.ceiling);
        if above { Choice::Stored(choice) } else { Choice::Open }
    }
}

/// Whether a stage may lift a token that was not stored above those that were.
fn lifts(stage: SamplerStage, settings: &SamplingSettings) -> bool {
    match stage {
        SamplerStage::RepetitionPenalty => settings.repetition_penalty < 1.0,
        SamplerStage::FrequencyPresence => {
            settings.frequency_penalty < 0.0 || settings.presence_penalty < 0.0
        }
        SamplerStage::Bias => settings.logit_bias.values().any(|bias| *bias > 0.0),
        _ => false,
    }
}
