//! DRY: a growing penalty on the token that would carry on a repetition.
//!
//! By p-e-w, as published in text-generation-webui (pull request 5677): where the history ends
//! with the same `n` tokens that stood at an earlier place, the token that followed there loses
//! `multiplier * base^(n - allowed_length)` of its logit, if `n` is at least the allowed length. A
//! sequence breaker ends a match, and is itself never penalised.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use crate::settings::SamplingSettings;

/// Longer matches count as this long, as in the published code: the penalty is beyond any logit.
const LONGEST_MATCH: usize = 50;
/// Keeps a penalised logit finite, so that it is still a token.
const HIGHEST_PENALTY: f64 = 1e30;

pub(super) fn apply(
    candidates: &mut Candidates,
    window: &[u32],
    breakers: &[u32],
    settings: &SamplingSettings,
) {
    let allowed = settings.dry_allowed_length;
    for (id, length) in longest_matches(window, breakers) {
        if length >= allowed {
            let growth = settings.dry_base.powf(f64::from(length - allowed));
            let penalty = (settings.dry_multiplier * growth).min(HIGHEST_PENALTY) as f32;
            candidates.adjust(id, |logit| logit - penalty);
        }
    }
}

/// For each token that would carry on a repetition, how long the longest one is.
fn longest_matches(window: &[u32], breakers: &[u32]) -> BTreeMap<u32, u32> {
    let mut lengths = BTreeMap::new();
    let reversed: Vec<u32> = window.iter().rev().copied().collect();
    let unbroken = reversed.iter().take_while(|id| !breakers.contains(id)).count();
    let longest = unbroken.min(LONGEST_MATCH);
    for (place, length) in common_prefixes(&reversed).into_iter().enumerate().skip(1) {
        let (next, length) = (reversed[place - 1], length.min(longest) as u32);
        if length > 0 && !breakers.contains(&next) {
            let entry = lengths.entry(next).or_insert(length);
            *entry = length.max(*entry);
        }
    }
    lengths
}

/// The Z-algorithm: how many tokens from each place on equal those at the start. Linear, because
/// what is known of the match that reaches furthest is not compared again.
fn common_prefixes(tokens: &[u32]) -> Vec<usize> {
    let mut lengths = vec![0; tokens.len()];
    let (mut start, mut end) = (0, 0);
    for place in 1..tokens.len() {
        let known = if place < end { lengths[place - start].min(end - place) } else { 0 };
        let (ahead, here) = (&tokens[known..], &tokens[place + known..]);
        let length = known + ahead.iter().zip(here).take_while(|(a, b)| a == b).count();
        lengths[place] = length;
        if place + length > end {
            (start, end) = (place, place + length);
        }
    }
    lengths
}
