//! The stages that decide which tokens stay, and temperature. Each says whose definition it
//! follows, ties included; "as transformers" means its logits processor of that name.

use super::candidates::Candidates;
use super::exponential::entropy;
use super::selection::{Weighted, first_reaching, id_of, key, kth_highest};
use crate::Result;

/// Divides the logits; 0 leaves the likeliest token alone, the lowest id of equals.
pub(super) fn temperature(candidates: &mut Candidates, temperature: f64) -> Result<()> {
    let temperature = temperature as f32;
    let highest = candidates.highest()?;
    if temperature == 0.0 {
        let mut chosen = None;
        candidates.for_each_from(highest, |id, _| chosen = chosen.or(Some(id)));
        candidates.retain(highest, |id, _| Some(id) == chosen);
    } else if (highest / temperature).is_finite() {
        candidates.adjust_all(|logit| logit / temperature);
    } else {
        // A temperature so low that a quotient overflows: only distances from the highest count.
        candidates.adjust_all(|logit| (logit - highest) / temperature);
    }
    Ok(())
}

/// As transformers: what is not below the k-th highest logit, so all its ties too.
pub(super) fn top_k(candidates: &mut Candidates, k: u32) {
    if let Some(kth) = kth_highest(candidates.logits(), k as usize) {
        candidates.retain(kth, |_, _| true);
    }
}

/// As transformers: cuts from the least likely up while what is cut stays within `1 - p`; one token
/// always stays. Of equal tokens the lower id is cut first (a stable ascending sort).
pub(super) fn top_p(candidates: &mut Candidates, p: f64) -> Result<()> {
    let softmax = candidates.softmax()?;
    let limit = (1.0 - p) as f32;
    // Even if all tokens were this unlikely, they would not add up to the limit.
    let floor = softmax.floor((1.0 - p) / candidates.logits().len() as f64);
    let mut items = candidates.weighted(softmax, floor, key);
    let below = if items.len() == candidates.count() { 0.0 } else { softmax.sum - mass(&items) };
    let beyond = |mass: f64| (mass / softmax.sum) as f32 > limit;
    let first = first_reaching(&mut items, below, beyond).min(items.len() - 1);
    let boundary = items[first].key;
    candidates.retain(floor, |id, logit| key(id, logit) >= boundary);
    Ok(())
}

/// As transformers: what is at least `p` times as likely as the likeliest token.
pub(super) fn min_p(candidates: &mut Candidates, p: f64) -> Result<()> {
    let softmax = candidates.softmax()?;
    let threshold = p as f32 * softmax.probability(softmax.highest);
    let floor = softmax.floor(f64::from(threshold));
    candidates.retain(floor, |_, logit| softmax.probability(logit) >= threshold);
    Ok(())
}

/// As transformers, after Meister et al. (arXiv 2202.00666): the tokens whose surprisal `-ln p` is
/// nearest to the entropy, until they reach the mass `p`, and what is exactly as near as the last.
pub(super) fn typical_p(candidates: &mut Candidates, p: f64) -> Result<()> {
    let softmax = candidates.softmax()?;
    let entropy = entropy(candidates.logits(), softmax.highest, softmax.sum);
    let log_sum = softmax.sum.ln() as f32;
    let shift = |logit: f32| (log_sum - (logit - softmax.highest) - entropy as f32).abs();
    // What is likelier than the entropy says is at most `entropy` away from it. Whatever is less
    // likely than this is further away, and all of it together is less than `1 - p`.
    let count = candidates.logits().len() as f64;
    let floor = softmax.floor(((1.0 - p) / count).min((-2.0 * entropy).exp()));
    let by_shift = |id: u32, logit: f32| key(id, shift(logit));
    let mut items = candidates.weighted(softmax, floor, by_shift);
    let reached = |mass: f64| (mass / softmax.sum) as f32 >= p as f32;
    let last = first_reaching(&mut items, 0.0, reached).min(items.len() - 1);
    let threshold = items[last].key | u64::from(u32::MAX);
    candidates.retain(floor, |id, logit| by_shift(id, logit) <= threshold);
    Ok(())
}

/// After Tang et al. (arXiv 2411.07641): what is within `n` standard deviations of the highest
/// logit. The deviation is of the logits that are left, with the sample's `count - 1`, as the
/// authors' code has it.
pub(super) fn top_n_sigma(candidates: &mut Candidates, n: f64) -> Result<()> {
    let highest = candidates.highest()?;
    let count = candidates.count() as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    // Distances from the highest, so that the difference below loses no digits to a common offset.
    candidates.for_each_from(f32::MIN, |_, logit| {
        let distance = f64::from(logit) - f64::from(highest);
        sum += distance;
        squares += distance * distance;
    });
    let variance = (squares - sum * sum / count).max(0.0) / (count - 1.0).max(1.0);
    candidates.retain((f64::from(highest) - n * variance.sqrt()) as f32, |_, _| true);
    Ok(())
}

/// XTC (exclude top choices) by p-e-w, as published in text-generation-webui (pull request 6335):
/// of the tokens that reach the threshold only the least likely stays, if there are two or more.
/// Of equal tokens the highest id stays (a stable descending sort). Nothing is cut when a token of
/// `exempt` would be: the end of a line or of the text.
pub(super) fn xtc(candidates: &mut Candidates, threshold: f64, exempt: &[u32]) -> Result<()> {
    let softmax = candidates.softmax()?;
    let threshold = threshold as f32;
    let mut tops = Vec::new();
    candidates.for_each_from(softmax.floor(f64::from(threshold)), |id, logit| {
        if softmax.probability(logit) >= threshold {
            tops.push(key(!id, logit));
        }
    });
    let least = tops.iter().copied().min();
    let excluded = tops.into_iter().filter(|top| Some(*top) != least).map(|top| !id_of(top));
    let excluded: Vec<u32> = excluded.collect();
    if !excluded.iter().any(|id| exempt.contains(id)) {
        for id in excluded {
            candidates.adjust(id, |_| f32::NEG_INFINITY);
        }
    }
    Ok(())
}

fn mass(items: &[Weighted]) -> f64 {
    items.iter().map(|item| f64::from(item.weight)).sum()
}
