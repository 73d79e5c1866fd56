//! What changes the logits of single tokens: what was written already, biases and bans.

use std::collections::BTreeMap;

use super::candidates::Candidates;
use crate::settings::SamplingSettings;

/// The last `range` tokens of the history; 0 is all of it.
pub(super) fn window(history: &[u32], range: u32) -> &[u32] {
    match range as usize {
        0 => history,
        range => &history[history.len().saturating_sub(range)..],
    }
}

/// As transformers' `RepetitionPenaltyLogitsProcessor`: whatever was written has its logit divided
/// by the penalty if positive and multiplied by it if negative, once, however often it was written.
pub(super) fn repetition(candidates: &mut Candidates, window: &[u32], penalty: f64) {
    let penalty = penalty as f32;
    for id in counts(window).into_keys() {
        candidates.adjust(id, |logit| if logit < 0.0 { logit * penalty } else { logit / penalty });
    }
}

/// As the API of `OpenAI` defines them: `logit - count * frequency - (count > 0) * presence`.
pub(super) fn frequency_presence(
    candidates: &mut Candidates,
    window: &[u32],
    settings: &SamplingSettings,
) {
    for (id, count) in counts(window) {
        let penalty = f64::from(count) * settings.frequency_penalty + settings.presence_penalty;
        candidates.adjust(id, |logit| logit - penalty as f32);
    }
}

/// Adds the biases, and makes the banned tokens impossible.
pub(super) fn bias(candidates: &mut Candidates, settings: &SamplingSettings) {
    for (id, bias) in &settings.logit_bias {
        candidates.adjust(*id, |logit| logit + *bias as f32);
    }
    for id in &settings.ban_token {
        candidates.adjust(*id, |_| f32::NEG_INFINITY);
    }
}

fn counts(window: &[u32]) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    for id in window {
        *counts.entry(*id).or_insert(0) += 1;
    }
    counts
}
