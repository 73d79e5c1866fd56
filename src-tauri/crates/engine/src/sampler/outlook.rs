//! The likeliest tokens before the chain and after it, each with what became of it: what the live
//! panel draws while a slider moves.

use serde::Serialize;
use ts_rs::TS;

use super::candidates::{Candidates, Softmax};
use super::exponential::{entropy, highest, sum_exp};
use super::selection::{key, kth_highest};
use super::stage::SamplerStage;
use super::trace::StageTrace;
use super::{Input, survivors};
use crate::Result;

/// A next-token distribution as it is and as the settings leave it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Outlook {
    /// How many tokens there are.
    pub vocabulary: u32,
    /// Of the model's own distribution.
    pub entropy_bits: f64,
    /// How probable all survivors together were before any setting.
    pub kept_mass: f64,
    /// How many tokens can be chosen.
    pub survivors: u32,
    /// Those that the settings ask for, in the order in which they ran.
    pub stages: Vec<StageOutlook>,
    /// The likeliest before and the likeliest after, by `before`, likeliest first.
    pub tokens: Vec<TokenOutlook>,
    /// The token that a run with these settings and draws takes; it is among `tokens`.
    pub chosen: u32,
}

/// What one stage did.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct StageOutlook {
    pub name: SamplerStage,
    pub survivors: u32,
    /// Probability it took away, of the distribution that came to it.
    pub mass_removed: f64,
    /// False: it left everything as it was.
    pub changed: bool,
}

/// What becomes of a token.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct TokenOutlook {
    pub id: u32,
    pub text: String,
    /// Whether the text ends with it: it has none of its own.
    pub ends: bool,
    /// Its probability in the model's own distribution.
    pub before: f64,
    /// Its probability after the chain; 0 where it was cut.
    pub after: f64,
    pub cut_by: Option<SamplerStage>,
}

/// Looks at the chain with the `listed` likeliest tokens of each end, and one more if somebody asks
/// about it.
///
/// # Errors
/// As [`super::sample`].
pub fn outlook(
    input: &Input<'_>,
    listed: usize,
    subject: Option<u32>,
    text_of: impl Fn(u32) -> String,
) -> Result<Outlook> {
    let row = &input.logits[..input.pieces.min(input.logits.len())];
    let mut tokens = top(&Candidates::new(row), listed);
    tokens.extend(subject.filter(|id| !tokens.contains(id)));
    let mut cuts: Vec<Option<SamplerStage>> = vec![None; tokens.len()];
    let mut stages = Vec::new();
    let mut watch = |name, before: &mut Candidates, after: &Candidates| {
        for (id, cut) in tokens.iter().zip(&mut cuts) {
            if cut.is_none() && !after.is_there(*id) {
                *cut = Some(name);
            }
        }
        let changed = before.logits() != after.logits();
        let StageTrace { survivors, mass_removed, .. } = StageTrace::between(name, before, after)?;
        stages.push(StageOutlook { name, survivors, mass_removed, changed });
        Ok(())
    };
    let mut left = survivors(input, Some(&mut watch))?;
    let chosen = left.choose(input.draws.token())?;
    let more: Vec<u32> = top(&left, listed).into_iter().chain([chosen]).collect();
    for id in more {
        if !tokens.contains(&id) {
            tokens.push(id);
        }
    }
    cuts.resize(tokens.len(), None);
    let (own, after) = (whole(input.logits), left.softmax()?);
    let probability = |softmax: Softmax, logit: Option<f32>| {
        logit.map_or(0.0, |logit| f64::from(softmax.weight(logit)) / softmax.sum)
    };
    let mut tokens: Vec<TokenOutlook> = tokens
        .into_iter()
        .zip(cuts)
        .map(|(id, cut_by)| TokenOutlook {
            id,
            text: text_of(id),
            ends: false,
            before: probability(own, row.get(id as usize).copied()),
            after: probability(after, left.logit(id)),
            cut_by,
        })
        .collect();
    tokens.sort_by(|a, b| b.before.total_cmp(&a.before).then(a.id.cmp(&b.id)));
    Ok(Outlook {
        vocabulary: row.len() as u32,
        entropy_bits: entropy_bits(input.logits, own),
        kept_mass: mass(&left, row, own),
        survivors: left.count() as u32,
        stages,
        tokens,
        chosen,
    })
}

/// Over every row of the output matrix, as log-probabilities are.
fn whole(logits: &[f32]) -> Softmax {
    let highest = highest(logits);
    Softmax { highest, sum: sum_exp(logits, highest) }
}

fn entropy_bits(logits: &[f32], own: Softmax) -> f64 {
    // Rounding can take a certain token's entropy a hair below zero.
    (entropy(logits, own.highest, own.sum) / std::f64::consts::LN_2).max(0.0)
}

/// The ids of the `listed` likeliest, of equals the lower one.
fn top(candidates: &Candidates, listed: usize) -> Vec<u32> {
    let floor = kth_highest(candidates.logits(), listed).unwrap_or(f32::MIN);
    let mut found = Vec::new();
    candidates.for_each_from(floor, |id, logit| found.push((key(!id, logit), id)));
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.truncate(listed);
    found.into_iter().map(|(_, id)| id).collect()
}

/// What the survivors' probabilities were before any setting, together.
fn mass(survivors: &Candidates, row: &[f32], own: Softmax) -> f64 {
    let mut mass = 0.0;
    survivors.for_each_from(f32::MIN, |id, _| {
        mass += f64::from(own.weight(row[id as usize]));
    });
    (mass / own.sum).min(1.0)
}
