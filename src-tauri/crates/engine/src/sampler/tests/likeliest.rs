//! Choosing among the likeliest tokens of a row gives what the whole row gives.

use super::{Draws, Input, Numbers, input, sample};
use crate::logits::Window;
use crate::sampler::{SamplerStage, likeliest_wanted, log_sum_exp, sample_likeliest};
use crate::settings::SamplingSettings;

/// The `size` highest of a row, of equals those with the lower ids.
fn window(row: &[f32], size: usize) -> Window {
    let mut ids: Vec<u32> = (0..row.len() as u32).collect();
    ids.sort_by(|a, b| row[*b as usize].total_cmp(&row[*a as usize]).then(a.cmp(b)));
    ids.truncate(size);
    ids.sort_unstable();
    let logits = ids.iter().map(|id| row[*id as usize]).collect();
    Window { ids, logits, log_sum: log_sum_exp(row), complete: size >= row.len() }
}

#[test]
fn the_same_token_wherever_the_window_holds_what_counts() {
    let neutral = SamplingSettings::default;
    let several = [
        SamplingSettings { temperature: 0.0, ..neutral() },
        SamplingSettings { top_k: 1, ..neutral() },
        SamplingSettings { temperature: 0.8, top_k: 40, top_p: 0.95, ..neutral() },
        SamplingSettings { temperature: 1.7, top_k: 60, min_p: 0.05, typical_p: 0.9, ..neutral() },
        SamplingSettings { top_k: 20, top_n_sigma: 1.5, xtc_probability: 0.5, ..neutral() },
    ];
    let (mut held, mut spilled) = (0, 0);
    for round in 0..300 {
        let step = [0.0, 0.25][round as usize % 2];
        let row = Numbers::new(round).row(2000, step);
        let window = window(&row, 64);
        for settings in &several {
            let draws = Draws { seed: round, lane: 0, step: 3 };
            let whole = Input { draws, ..input(&row, &[], settings) };
            let (k, temperature) = likeliest_wanted(settings).expect("a top-k comes first");
            if !window.holds_top(k, temperature) {
                spilled += 1;
                continue;
            }
            held += 1;
            let part = Input { logits: &[], ..whole };
            let chosen = sample_likeliest(&window, &part).expect("a token");
            assert_eq!(chosen, sample(&whole).expect("a token"), "round {round}: {settings:?}");
        }
    }
    assert!(held > 1000 && spilled > 50, "{held} held, {spilled} spilled: both are looked at");
}

#[test]
fn the_whole_row_counts_where_anything_comes_before_the_top_k() {
    let with = |change: fn(&mut SamplingSettings)| {
        let mut settings = SamplingSettings { top_k: 40, temperature: 0.5, ..Default::default() };
        change(&mut settings);
        likeliest_wanted(&settings)
    };
    assert_eq!(with(|_| ()), Some((40, 0.5)));
    assert_eq!(with(|s| s.temperature = 0.0), Some((1, 0.0)));
    assert_eq!(with(|s| s.top_k = 0), None);
    assert_eq!(with(|s| s.repetition_penalty = 1.1), None);
    assert_eq!(with(|s| s.dry_multiplier = 0.8), None);
    assert_eq!(with(|s| s.presence_penalty = 0.1), None);
    assert_eq!(with(|s| s.ban_token = vec![3]), None);
    let top_p_first = |s: &mut SamplingSettings| {
        s.top_p = 0.9;
        s.sampler_order = vec![SamplerStage::TopP, SamplerStage::TopK];
    };
    assert_eq!(with(top_p_first), None);
    let k_before_temperature = |s: &mut SamplingSettings| {
        s.sampler_order = vec![SamplerStage::TopK, SamplerStage::Temperature];
    };
    assert_eq!(with(k_before_temperature), Some((40, 1.0)));
}
