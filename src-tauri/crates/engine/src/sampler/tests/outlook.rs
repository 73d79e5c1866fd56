//! What the panel shows is what the sampler does.

use super::{Draws, Input, Numbers, input, sample, sample_traced};
use crate::sampler::{Outlook, SamplerStage, outlook};
use crate::settings::SamplingSettings;

fn look(input: &Input<'_>, listed: usize) -> Outlook {
    outlook(input, listed, None, |id| id.to_string()).expect("a token")
}

fn several() -> [SamplingSettings; 5] {
    let neutral = SamplingSettings::default;
    [
        neutral(),
        SamplingSettings { temperature: 0.0, ..neutral() },
        SamplingSettings { temperature: 0.8, top_k: 300, top_p: 0.9, min_p: 0.01, ..neutral() },
        SamplingSettings { temperature: 1.6, typical_p: 0.8, xtc_probability: 1.0, ..neutral() },
        SamplingSettings {
            repetition_penalty: 1.8,
            top_n_sigma: 1.0,
            ban_token: vec![3],
            ..neutral()
        },
    ]
}

#[test]
fn every_token_is_where_the_trace_has_it() {
    for round in 0..20 {
        let row = Numbers::new(round).row(900, 0.3);
        let history: Vec<u32> = (0..40).collect();
        for settings in &several() {
            let draws = Draws { seed: round, lane: 0, step: 0 };
            let input = Input { draws, ..input(&row, &history, settings) };
            let (chosen, trace) = sample_traced(&input, 900).expect("a token");
            let found = look(&input, 900);
            assert_eq!((found.chosen, sample(&input).expect("a token")), (chosen, chosen));
            assert_eq!(found.survivors, trace.survivors);
            assert_eq!((found.tokens.len(), found.vocabulary), (900, 900));
            assert!((found.entropy_bits - trace.entropy_bits).abs() < 1e-12);
            for token in &found.tokens {
                let survivor = trace.likeliest.iter().find(|one| one.id == token.id);
                let after = survivor.map_or(0.0, |one| one.probability);
                assert!((token.after - after).abs() < 1e-12, "{token:?}");
                assert_eq!(token.cut_by.is_none(), survivor.is_some(), "{token:?}");
            }
            for stage in &trace.stages {
                let by = |id| found.tokens.iter().find(|t| t.id == id).and_then(|t| t.cut_by);
                assert!(stage.cut.iter().all(|cut| by(cut.id) == Some(stage.name)));
            }
            let sum = |of: fn(&crate::sampler::TokenOutlook) -> f64| -> f64 {
                found.tokens.iter().map(of).sum()
            };
            assert!(
                (sum(|t| t.before) - 1.0).abs() < 1e-5 && (sum(|t| t.after) - 1.0).abs() < 1e-5
            );
            let kept: f64 =
                found.tokens.iter().filter(|t| t.cut_by.is_none()).map(|t| t.before).sum();
            assert!((found.kept_mass - kept).abs() < 1e-5);
        }
    }
}

#[test]
fn the_likeliest_of_both_ends_are_listed_and_the_chosen_one() {
    let row = [4.0, 3.0, 2.0, 1.0, 0.0];
    let bias = [(4, 9.0)].into_iter().collect();
    let settings = SamplingSettings { logit_bias: bias, top_k: 2, ..Default::default() };
    let found = look(&input(&row, &[], &settings), 2);
    let ids: Vec<u32> = found.tokens.iter().map(|token| token.id).collect();
    assert_eq!(ids, [0, 1, 4], "by what they were before");
    assert_eq!(found.tokens[1].cut_by, Some(SamplerStage::TopK));
    assert_eq!(found.tokens[2].text, "4");
    assert!(ids.contains(&found.chosen));
}

#[test]
fn a_setting_that_does_nothing_is_told_from_one_that_does() {
    let row = [4.0, 3.0, 2.0, 1.0];
    let settings = SamplingSettings {
        repetition_penalty: 2.0,
        temperature: 0.5,
        top_k: 2,
        top_p: 0.999_999,
        min_p: 0.9,
        ..Default::default()
    };
    let changed = |history: &[u32]| -> Vec<(SamplerStage, bool)> {
        let found = look(&input(&row, history, &settings), 4);
        found.stages.iter().map(|stage| (stage.name, stage.changed)).collect()
    };
    let expected = |repetition| {
        [
            (SamplerStage::RepetitionPenalty, repetition),
            (SamplerStage::Temperature, true),
            (SamplerStage::TopK, true),
            (SamplerStage::TopP, false),
            (SamplerStage::MinP, true),
        ]
    };
    assert_eq!(changed(&[]), expected(false));
    assert_eq!(changed(&[1]), expected(true));
}

#[test]
fn padding_rows_count_in_probabilities_and_are_never_shown() {
    let row = [1.0, 0.0, 2.0];
    let settings = SamplingSettings::default();
    let found = look(&Input { pieces: 2, ..input(&row, &[], &settings) }, 40);
    assert_eq!(found.tokens.len(), 2);
    assert!((found.kept_mass - 0.3348).abs() < 1e-4, "{}", found.kept_mass);
}
