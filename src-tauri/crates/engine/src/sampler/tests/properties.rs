//! What must hold whatever the logits are, and the promises of single settings.

use std::collections::BTreeMap;

use super::{Numbers, distribution, ids, input, trace};
use crate::Error;
use crate::sampler::{Draws, Input, Markers, SamplerStage, entropy_bits, sample};
use crate::settings::SamplingSettings;

fn neutral() -> SamplingSettings {
    SamplingSettings::default()
}

#[test]
fn probabilities_sum_to_one_and_stages_only_take_away() {
    for round in 0..50 {
        let mut numbers = Numbers::new(round);
        let row = numbers.row(3000, 0.5);
        let settings = SamplingSettings {
            temperature: 1.4,
            top_k: 900,
            top_p: 0.97,
            min_p: 0.001,
            typical_p: 0.9,
            top_n_sigma: 3.0,
            xtc_probability: 0.5,
            xtc_threshold: 0.02,
            ..neutral()
        };
        let input = input(&row, &[], &settings);
        let sum: f64 = distribution(&input).expect("a token").iter().map(|(_, p)| p).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
        let trace = trace(&input);
        let names: Vec<_> = trace.stages.iter().map(|stage| stage.name).collect();
        assert_eq!(names, SamplerStage::ALL[4..]);
        let mut left = 3000;
        for stage in &trace.stages {
            assert!(stage.survivors <= left && stage.survivors > 0);
            let cut: f64 = stage.cut.iter().map(|candidate| candidate.probability).sum();
            assert!(cut <= stage.mass_removed + 1e-6 && stage.mass_removed <= 1.0);
            assert_eq!(stage.cut.len() as u32, 20.min(left - stage.survivors));
            assert!(stage.cut.is_sorted_by(|a, b| a.probability >= b.probability));
            left = stage.survivors;
        }
        assert_eq!(trace.survivors, left);
    }
}

#[test]
fn a_trace_names_what_was_cut_with_its_probability_just_before() {
    let row = [0.5_f32, 0.3, 0.15, 0.05].map(f32::ln);
    let settings = SamplingSettings { top_k: 3, top_p: 0.6, ..neutral() };
    let trace = trace(&input(&row, &[], &settings));
    let cut = |stage: usize| {
        let cut = &trace.stages[stage].cut;
        cut.iter().map(|c| (c.id, (c.probability * 1e4).round())).collect::<Vec<_>>()
    };
    assert_eq!(cut(0), [(3, 500.0)]);
    assert_eq!(cut(1), [(2, 1579.0)]);
    assert!((trace.stages[0].mass_removed - 0.05).abs() < 1e-6);
    assert!((trace.stages[1].mass_removed - 0.15 / 0.95).abs() < 1e-6);
    assert!((trace.entropy_bits - entropy_bits(&row)).abs() < 1e-12);
    assert!((trace.entropy_bits - 1.6477).abs() < 1e-4);
}

#[test]
fn stages_run_in_the_order_asked_for_and_left_out_ones_do_not() {
    let row = [0.4_f32, 0.3, 0.2, 0.1].map(f32::ln);
    let with = |order: &[SamplerStage]| {
        let settings = SamplingSettings {
            temperature: 10.0,
            min_p: 0.6,
            sampler_order: order.to_vec(),
            ..neutral()
        };
        ids(&input(&row, &[], &settings))
    };
    assert_eq!(with(&[SamplerStage::MinP, SamplerStage::Temperature]), [0, 1]);
    assert_eq!(with(&[SamplerStage::Temperature, SamplerStage::MinP]), [0, 1, 2, 3]);
    assert_eq!(with(&[SamplerStage::MinP]), [0, 1]);
    assert_eq!(with(&[]), [0, 1, 2, 3]);
}

#[test]
fn values_that_are_no_numbers_are_an_error_and_impossible_tokens_are_not() {
    for bad in [f32::NAN, f32::INFINITY] {
        for settings in [neutral(), SamplingSettings { temperature: 0.0, ..neutral() }] {
            let outcome = sample(&input(&[0.0, bad], &[], &settings));
            assert!(matches!(outcome, Err(Error::NotANumber { position: 1 })));
        }
    }
    let none = [f32::NEG_INFINITY; 3];
    assert!(matches!(sample(&input(&none, &[], &neutral())), Err(Error::NothingToSample)));
    assert_eq!(ids(&input(&[f32::NEG_INFINITY, 1.0, 2.0], &[], &neutral())), [1, 2]);
}

#[test]
fn banning_every_token_is_an_error_whatever_comes_after() {
    let banned = SamplingSettings { ban_token: vec![0, 1], ..neutral() };
    let cases = [
        banned.clone(),
        SamplingSettings { temperature: 0.0, ..banned.clone() },
        SamplingSettings { top_k: 1, ..banned.clone() },
        SamplingSettings { top_p: 0.5, ..banned.clone() },
        SamplingSettings { typical_p: 0.5, ..banned.clone() },
        SamplingSettings { top_n_sigma: 1.0, ..banned },
    ];
    for settings in &cases {
        let outcome = sample(&input(&[1.0, 2.0], &[], settings));
        assert!(matches!(outcome, Err(Error::NothingToSample)), "{settings:?}");
    }
}

#[test]
fn greedy_takes_the_first_of_equals_after_penalties_biases_and_bans() {
    let greedy = SamplingSettings { temperature: 0.0, ..neutral() };
    let row = [1.0, 2.0, 2.0, 1.5];
    assert_eq!(ids(&input(&row, &[], &greedy)), [1]);
    let penalised = SamplingSettings { repetition_penalty: 1.3, ..greedy.clone() };
    assert_eq!(ids(&input(&row, &[1], &penalised)), [2]);
    let banned = SamplingSettings { ban_token: vec![1, 2], ..greedy.clone() };
    assert_eq!(ids(&input(&row, &[], &banned)), [3]);
    let biased = SamplingSettings { logit_bias: BTreeMap::from([(0, 1.5)]), ..greedy };
    assert_eq!(ids(&input(&row, &[], &biased)), [0]);
}

#[test]
fn padding_rows_are_never_chosen_and_cannot_be_biased() {
    let row = [1.0, 2.0, 9.0];
    let greedy = SamplingSettings { temperature: 0.0, ..neutral() };
    assert_eq!(ids(&Input { pieces: 2, ..input(&row, &[2], &greedy) }), [1]);
    let biased = SamplingSettings { logit_bias: BTreeMap::from([(2, 1.0)]), ..neutral() };
    let outcome = sample(&Input { pieces: 2, ..input(&row, &[], &biased) });
    assert!(matches!(outcome, Err(Error::TokenOutOfRange { id: 2, highest: 1, .. })));
}

#[test]
fn extreme_temperatures_and_penalties_still_choose() {
    let row = [88.0, -3.0, 87.0, 0.0];
    for temperature in [1e-300, 1e-40, 1e-30, 100.0] {
        let settings = SamplingSettings { temperature, ..neutral() };
        let found = distribution(&input(&row, &[], &settings)).expect("a token");
        assert!(found.iter().all(|(_, p)| p.is_finite()));
        assert!(temperature > 1.0 || found[0].1 > 0.999);
    }
    let settings = SamplingSettings {
        repetition_penalty: 0.01,
        temperature: 0.5,
        top_p: 0.9,
        min_p: 0.1,
        typical_p: 0.9,
        top_n_sigma: 1.0,
        xtc_probability: 1.0,
        ..neutral()
    };
    assert_eq!(ids(&input(&[3e38, 1.0, -3e38], &[0, 2], &settings)), [0]);
    let dry = SamplingSettings {
        dry_multiplier: 100.0,
        dry_base: 100.0,
        ban_token: vec![0, 1, 3],
        ..neutral()
    };
    assert_eq!(ids(&input(&row, &[2; 100], &dry)), [2], "penalised is not impossible");
}

#[test]
fn dry_does_what_its_description_says() {
    // "a b c d ... a b c": d would carry on a repetition of three.
    let history = [10, 11, 12, 13, 20, 10, 11, 12];
    let settings = SamplingSettings { dry_multiplier: 0.8, ..neutral() };
    let probability = |settings: &SamplingSettings, breakers: &[u32]| {
        let markers = Markers { sequence_breakers: breakers.to_vec(), ..Markers::default() };
        let input = Input { markers: &markers, ..input(&[0.0; 32], &history, settings) };
        distribution(&input).expect("a token")[13].1
    };
    let penalised = (-0.8 * 1.75_f64.powi(1)).exp();
    assert!((probability(&settings, &[]) - penalised / (31.0 + penalised)).abs() < 1e-6);
    let free = [
        probability(&SamplingSettings { dry_allowed_length: 4, ..settings.clone() }, &[]),
        probability(&SamplingSettings { dry_range: 4, ..settings.clone() }, &[]),
        probability(&settings, &[12]),
        probability(&settings, &[13]),
    ];
    for probability in free {
        assert!((probability - 1.0 / 32.0).abs() < 1e-6);
    }
}

#[test]
fn xtc_leaves_the_least_likely_of_the_top_choices() {
    let row = [0.4_f32, 0.3, 0.15, 0.1, 0.05].map(f32::ln);
    let with = |probability: f64, threshold: f64, exempt: &[u32]| {
        let settings = SamplingSettings {
            xtc_probability: probability,
            xtc_threshold: threshold,
            ..neutral()
        };
        let markers = Markers { xtc_exempt: exempt.to_vec(), ..Markers::default() };
        ids(&Input { markers: &markers, ..input(&row, &[], &settings) })
    };
    assert_eq!(with(1.0, 0.12, &[]), [2, 3, 4]);
    assert_eq!(with(1.0, 0.35, &[]), [0, 1, 2, 3, 4], "one top choice is no choice");
    assert_eq!(with(1.0, 0.12, &[1]), [0, 1, 2, 3, 4], "a line may end");
    assert_eq!(with(1.0, 0.12, &[2]), [2, 3, 4]);
    assert_eq!(with(0.0, 0.12, &[]), [0, 1, 2, 3, 4]);
}

#[test]
fn xtc_acts_as_often_as_asked_and_leaves_the_draws_alone() {
    let settings = SamplingSettings { xtc_probability: 0.3, ..neutral() };
    let acted = (0..2000)
        .filter(|step| {
            let draws = Draws { seed: 3, lane: 1, step: *step };
            ids(&Input { draws, ..input(&[0.0, 0.0], &[], &settings) }).len() == 1
        })
        .count();
    assert!((540..660).contains(&acted), "{acted}");
}

#[test]
fn draws_repeat_by_seed_lane_and_step() {
    let draws = Draws { seed: 7, lane: 0, step: 3 };
    let all = [
        draws.token(),
        draws.xtc(),
        Draws { step: 4, ..draws }.token(),
        Draws { lane: 1, ..draws }.token(),
        Draws { seed: 8, ..draws }.token(),
    ];
    assert_eq!(all[0].to_bits(), draws.token().to_bits());
    for (number, one) in all.iter().enumerate() {
        assert!((0.0..1.0).contains(one));
        assert!(all[number + 1..].iter().all(|other| other.to_bits() != one.to_bits()));
    }
}

#[test]
fn tokens_are_chosen_in_proportion_to_their_probabilities() {
    let expected = [0.02_f64, 0.4, 0.08, 0.25, 0.2, 0.05];
    let row = expected.map(|p| p.ln() as f32);
    for seed in 0..4 {
        let mut counts = [0.0_f64; 6];
        for step in 0..20_000 {
            let draws = Draws { seed, lane: 0, step };
            let id = sample(&Input { draws, ..input(&row, &[], &neutral()) }).expect("a token");
            counts[id as usize] += 1.0;
        }
        let terms = counts.iter().zip(expected).map(|(count, p)| {
            let mean = p * 20_000.0;
            (count - mean) * (count - mean) / mean
        });
        // With 5 degrees of freedom chance exceeds 20.5 once in a thousand.
        let chi_squared: f64 = terms.sum();
        assert!(chi_squared < 20.5, "seed {seed}: {chi_squared}");
    }
}

#[test]
fn a_draw_falls_on_the_same_token_however_many_there_are() {
    let mut numbers = Numbers::new(2);
    let row = numbers.row(20_000, 0.25);
    let mut order: Vec<u32> = (0..20_000).collect();
    order.sort_by(|a, b| row[*b as usize].total_cmp(&row[*a as usize]).then(b.cmp(a)));
    let weight = |id: &u32| f64::from(row[*id as usize]).exp();
    let sum: f64 = order.iter().map(weight).sum();
    for step in 0..200 {
        let draws = Draws { seed: 4, lane: 0, step };
        let mut reached = 0.0;
        let walked = order.iter().find(|id| {
            reached += weight(id) / sum;
            draws.token() < reached
        });
        let chosen = sample(&Input { draws, ..input(&row, &[], &neutral()) }).expect("a token");
        assert_eq!(Some(&chosen), walked);
    }
}
