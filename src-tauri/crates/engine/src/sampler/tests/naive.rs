//! The slow twin: every stage written down as its definition says, over the whole vocabulary, with
//! full sorts and the standard library's exponential. Made for reading, not for speed.

use std::collections::{HashMap, HashSet};

use super::{Numbers, distribution, input};
use crate::Error;
use crate::sampler::{Draws, Input, Markers, SamplerStage};
use crate::settings::SamplingSettings;

fn softmax(logits: &[f32]) -> Vec<f64> {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f64> = logits.iter().map(|l| f64::from(l - highest).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

fn sorted_ids(logits: &[f32], descending: bool) -> Vec<usize> {
    let mut ids: Vec<usize> = (0..logits.len()).collect();
    // Not total_cmp: -0.0 and 0.0 are equal.
    let order = |a: &usize, b: &usize| logits[*a].partial_cmp(&logits[*b]).expect("numbers");
    ids.sort_by(|a, b| if descending { order(b, a) } else { order(a, b) });
    ids
}

fn mask(logits: &mut [f32], cut: impl Fn(usize) -> bool) {
    for (id, logit) in logits.iter_mut().enumerate() {
        if cut(id) {
            *logit = f32::NEG_INFINITY;
        }
    }
}

fn top_p(logits: &mut [f32], p: f64) {
    let (probabilities, ascending) = (softmax(logits), sorted_ids(logits, false));
    let mut removed = HashSet::new();
    let mut sum = 0.0;
    for id in &ascending[..ascending.len() - 1] {
        sum += probabilities[*id];
        if sum as f32 <= (1.0 - p) as f32 {
            removed.insert(*id);
        }
    }
    mask(logits, |id| removed.contains(&id));
}

fn typical_p(logits: &mut [f32], p: f64) {
    let probabilities = softmax(logits);
    let term = |p: &f64| if *p > 0.0 { -p * p.ln() } else { 0.0 };
    let entropy: f64 = probabilities.iter().map(term).sum();
    // To nine digits: tokens on both sides of the entropy can be equally far from it.
    let shift = |p: &f64| ((-p.ln() - entropy).abs() * 1e5).round();
    let shifts: Vec<f64> = probabilities.iter().map(shift).collect();
    let mut nearest: Vec<usize> = (0..logits.len()).collect();
    nearest.sort_by(|a, b| shifts[*a].total_cmp(&shifts[*b]));
    let mut sum = 0.0;
    let reached = nearest.iter().find(|id| {
        sum += probabilities[**id];
        sum as f32 >= p as f32
    });
    let last = shifts[*reached.unwrap_or(&nearest[nearest.len() - 1])];
    mask(logits, |id| shifts[id] > last);
}

fn top_n_sigma(logits: &mut [f32], n: f64) {
    let finite: Vec<f64> =
        logits.iter().filter(|l| l.is_finite()).map(|logit| f64::from(*logit)).collect();
    let mean = finite.iter().sum::<f64>() / finite.len() as f64;
    let squares: f64 = finite.iter().map(|logit| (logit - mean) * (logit - mean)).sum();
    let deviation = (squares / (finite.len() - 1).max(1) as f64).sqrt();
    let highest = finite.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let threshold = (highest - n * deviation) as f32;
    let cut: Vec<bool> = logits.iter().map(|logit| *logit < threshold).collect();
    mask(logits, |id| cut[id]);
}

fn xtc(logits: &mut [f32], threshold: f64, exempt: &[u32]) {
    let (probabilities, descending) = (softmax(logits), sorted_ids(logits, true));
    // Everything whose successor reaches the threshold too.
    let removed: HashSet<usize> = descending
        .windows(2)
        .filter(|pair| probabilities[pair[1]] as f32 >= threshold as f32)
        .map(|pair| pair[0])
        .collect();
    if !exempt.iter().any(|id| removed.contains(&(*id as usize))) {
        mask(logits, |id| removed.contains(&id));
    }
}

/// Every earlier place is compared token by token with the end of the history.
fn dry(logits: &mut [f32], history: &[u32], breakers: &[u32], settings: &SamplingSettings) {
    let end = history.len();
    let mut longest: HashMap<u32, usize> = HashMap::new();
    for next in 1..end {
        let same = |n: &usize| {
            let token = history[next - n];
            token == history[end - n] && !breakers.contains(&token)
        };
        let length = (1..=next.min(50)).take_while(same).count();
        if length > 0 && !breakers.contains(&history[next]) {
            let entry = longest.entry(history[next]).or_default();
            *entry = length.max(*entry);
        }
    }
    for (id, length) in longest {
        if length >= settings.dry_allowed_length as usize {
            let exponent = (length - settings.dry_allowed_length as usize) as f64;
            let penalty = settings.dry_multiplier * settings.dry_base.powf(exponent);
            logits[id as usize] -= penalty.min(1e30) as f32;
        }
    }
}

fn last(history: &[u32], range: u32) -> &[u32] {
    let length = if range == 0 { history.len() } else { history.len().min(range as usize) };
    &history[history.len() - length..]
}

fn penalise(logits: &mut [f32], window: &[u32], change: impl Fn(f32, usize) -> f32) {
    for id in window.iter().copied().collect::<HashSet<u32>>() {
        let count = window.iter().filter(|other| **other == id).count();
        logits[id as usize] = change(logits[id as usize], count);
    }
}

fn apply(stage: SamplerStage, logits: &mut [f32], input: &Input<'_>) {
    let settings = input.settings;
    let window = last(input.history, settings.repetition_range);
    let penalty = settings.repetition_penalty as f32;
    let (frequency, presence) = (settings.frequency_penalty, settings.presence_penalty);
    match stage {
        SamplerStage::Dry => {
            let window = last(input.history, settings.dry_range);
            dry(logits, window, &input.markers.sequence_breakers, settings);
        }
        SamplerStage::RepetitionPenalty => {
            penalise(logits, window, |l, _| if l < 0.0 { l * penalty } else { l / penalty });
        }
        SamplerStage::FrequencyPresence => {
            penalise(logits, window, |l, n| l - (n as f64 * frequency + presence) as f32);
        }
        SamplerStage::Bias => {
            for (id, bias) in &settings.logit_bias {
                logits[*id as usize] += *bias as f32;
            }
            mask(logits, |id| settings.ban_token.contains(&(id as u32)));
        }
        SamplerStage::Temperature if settings.temperature == 0.0 => {
            let best = sorted_ids(logits, true)[0];
            mask(logits, |id| id != best);
        }
        SamplerStage::Temperature => {
            for logit in logits {
                *logit /= settings.temperature as f32;
            }
        }
        SamplerStage::TopK => {
            let kth =
                logits[sorted_ids(logits, true)[(settings.top_k as usize).min(logits.len()) - 1]];
            let cut: Vec<bool> = logits.iter().map(|logit| *logit < kth).collect();
            mask(logits, |id| cut[id]);
        }
        SamplerStage::TopP => top_p(logits, settings.top_p),
        SamplerStage::MinP => {
            let probabilities = softmax(logits);
            let highest = probabilities.iter().copied().fold(0.0, f64::max);
            let threshold = settings.min_p as f32 * highest as f32;
            mask(logits, |id| (probabilities[id] as f32) < threshold);
        }
        SamplerStage::TypicalP => typical_p(logits, settings.typical_p),
        SamplerStage::TopNSigma => top_n_sigma(logits, settings.top_n_sigma),
        SamplerStage::Xtc => {
            if input.draws.xtc() < settings.xtc_probability {
                xtc(logits, settings.xtc_threshold, &input.markers.xtc_exempt);
            }
        }
    }
}

fn survivors(input: &Input<'_>) -> Vec<(u32, f64)> {
    let mut logits = input.logits[..input.pieces].to_vec();
    let stages = &input.settings.sampler_order;
    for stage in stages.iter().filter(|stage| stage.acts(input.settings)) {
        apply(*stage, &mut logits, input);
        if !logits.iter().any(|logit| logit.is_finite()) {
            return Vec::new();
        }
    }
    let probabilities = softmax(&logits).into_iter().zip(&logits).zip(0..);
    let alive = probabilities.filter(|((_, logit), _)| logit.is_finite());
    alive.map(|((probability, _), id)| (id, probability)).collect()
}

fn assert_agree(input: &Input<'_>) {
    let expected = survivors(input);
    let found = match distribution(input) {
        Err(Error::NothingToSample) => Vec::new(),
        found => found.expect("a token"),
    };
    let ids = |list: &[(u32, f64)]| list.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    assert_eq!(ids(&found), ids(&expected), "{:?}", input.settings);
    for ((id, p), (_, exact)) in found.iter().zip(&expected) {
        assert!((p - exact).abs() < 1e-6, "{id}: {p}, not {exact}, {:?}", input.settings);
    }
}

/// Settings of which about a third act, in a random order.
fn random_settings(numbers: &mut Numbers, tokens: usize) -> SamplingSettings {
    let mut settings = SamplingSettings::default();
    let mut acts = |share: f64| numbers.uniform() < share;
    let on: Vec<bool> = (0..11).map(|_| acts(0.35)).collect();
    let mut value = |on: bool, neutral: f64, from: f64, to: f64| {
        if on { from + numbers.uniform() * (to - from) } else { neutral }
    };
    settings.temperature = value(on[0], 1.0, 0.3, 2.5);
    settings.top_p = value(on[1], 1.0, 0.0, 1.0);
    settings.min_p = value(on[2], 0.0, 0.0, 0.3);
    settings.typical_p = value(on[3], 1.0, 0.1, 1.0);
    settings.top_n_sigma = value(on[4], 0.0, 0.3, 4.0);
    settings.xtc_probability = value(on[5], 0.0, 0.3, 1.0);
    settings.xtc_threshold = value(on[5], 0.1, 0.0, 0.3);
    settings.repetition_penalty = value(on[6], 1.0, 0.7, 2.0);
    settings.frequency_penalty = value(on[7], 0.0, -1.0, 2.0);
    settings.presence_penalty = value(on[7], 0.0, -1.0, 2.0);
    settings.dry_multiplier = value(on[8], 0.0, 0.1, 3.0);
    settings.dry_base = value(on[8], 1.75, 1.0, 3.0);
    if on[9] {
        settings.top_k = 1 + numbers.below(tokens) as u32;
        settings.repetition_range = numbers.below(30) as u32;
        settings.dry_range = numbers.below(60) as u32;
        settings.dry_allowed_length = 1 + numbers.below(4) as u32;
    }
    if on[10] && tokens > 2 {
        settings.logit_bias.insert(numbers.below(tokens) as u32, numbers.uniform() * 10.0 - 5.0);
        settings.ban_token.push(numbers.below(tokens) as u32);
        let order = &mut settings.sampler_order;
        for last in (1..order.len()).rev() {
            order.swap(last, numbers.below(last + 1));
        }
    }
    settings
}

#[test]
fn the_fast_chain_and_its_twin_agree() {
    for round in 0..1500 {
        let mut numbers = Numbers::new(round);
        let length = [1, 3, 20, 150, 900, 5000][numbers.below(6)];
        let step = [0.0, 0.0, 0.25, 1.0, 4.0][numbers.below(5)];
        let mut logits = numbers.row(length, step);
        for _ in 0..length / 10 {
            logits[numbers.below(length)] = f32::NEG_INFINITY;
        }
        // Few distinct tokens, so that they repeat.
        let history: Vec<u32> =
            (0..numbers.below(120)).map(|_| numbers.below(length.min(4)) as u32).collect();
        let settings = random_settings(&mut numbers, length);
        let markers = Markers { sequence_breakers: vec![3], xtc_exempt: vec![1, 7] };
        let draws = Draws { seed: round, lane: 0, step: 0 };
        let input = Input { draws, markers: &markers, ..input(&logits, &history, &settings) };
        assert_agree(&input);
    }
}

#[test]
fn whole_vocabularies_agree_with_the_twin() {
    let mut numbers = Numbers::new(1);
    let peaked = |mut row: Vec<f32>| {
        for rank in 0..50 {
            row[rank * 97] = 18.0 - 1.2 * (rank as f32 + 1.0).ln();
        }
        row
    };
    let flat = numbers.row(60_000, 0.0);
    let rows = [flat.clone(), numbers.row(60_000, 0.5), peaked(flat), vec![1.0; 60_000]];
    let neutral = SamplingSettings::default;
    let settings = [
        SamplingSettings { top_p: 0.95, ..neutral() },
        SamplingSettings { top_p: 0.3, ..neutral() },
        SamplingSettings { typical_p: 0.95, ..neutral() },
        SamplingSettings { typical_p: 0.2, ..neutral() },
        SamplingSettings { top_k: 40, ..neutral() },
        SamplingSettings { top_k: 30_000, min_p: 1e-4, ..neutral() },
        SamplingSettings { top_n_sigma: 2.0, xtc_probability: 1.0, ..neutral() },
    ];
    for row in &rows {
        for settings in &settings {
            assert_agree(&input(row, &[], settings));
        }
    }
}
