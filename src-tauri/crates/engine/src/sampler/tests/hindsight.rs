//! What is claimed of stored candidates is what the whole row does.

use super::{Draws, Input, Numbers, input, sample, sample_traced};
use crate::sampler::{Fate, SamplerStage, TopLogits};
use crate::settings::SamplingSettings;

const TOKENS: usize = 900;

fn settings() -> Vec<SamplingSettings> {
    let neutral = SamplingSettings::default;
    let order = vec![SamplerStage::TopP, SamplerStage::Temperature, SamplerStage::TopK];
    vec![
        neutral(),
        SamplingSettings { temperature: 0.0, ..neutral() },
        SamplingSettings { temperature: 0.3, ..neutral() },
        SamplingSettings { temperature: 1.3, top_p: 0.9, ..neutral() },
        SamplingSettings { temperature: 0.7, top_p: 0.5, min_p: 0.1, ..neutral() },
        SamplingSettings { top_k: 5, typical_p: 0.7, top_n_sigma: 1.0, ..neutral() },
        SamplingSettings { top_k: 200, ..neutral() },
        SamplingSettings { min_p: 0.2, ..neutral() },
        SamplingSettings { min_p: 1e-6, xtc_probability: 0.7, xtc_threshold: 0.05, ..neutral() },
        SamplingSettings { temperature: 0.6, xtc_probability: 1.0, ..neutral() },
        SamplingSettings { repetition_penalty: 1.4, top_p: 0.8, ..neutral() },
        SamplingSettings { repetition_penalty: 0.8, ..neutral() },
        SamplingSettings { frequency_penalty: 0.7, dry_multiplier: 1.0, ..neutral() },
        SamplingSettings { presence_penalty: -1.0, ..neutral() },
        SamplingSettings { logit_bias: [(3, 9.0), (5, -9.0)].into(), ..neutral() },
        SamplingSettings { ban_token: (0..TOKENS as u32 / 2).collect(), ..neutral() },
        SamplingSettings { temperature: 0.7, top_p: 0.95, sampler_order: order, ..neutral() },
        SamplingSettings { typical_p: 0.9, ..neutral() },
        SamplingSettings { top_n_sigma: 2.0, ..neutral() },
        SamplingSettings { temperature: 1e-42, ..neutral() },
    ]
}

/// The fate as the whole row has it; the first half of a pair: what it takes now.
fn truth(id: u32, input: &Input<'_>) -> (u32, Option<SamplerStage>) {
    let (now, trace) = sample_traced(input, TOKENS).expect("a token");
    let left = trace.likeliest.iter().any(|one| one.id == id);
    // The trace names twenty cuts a stage: which of the stages cut it says the one that first lacks it.
    let cut = trace.stages.iter().find(|stage| stage.cut.iter().any(|one| one.id == id));
    (now, cut.map(|stage| stage.name).filter(|_| !left))
}

#[test]
fn what_is_claimed_is_so_and_little_is_left_open() {
    let (mut open, mut all) = (0, 0);
    for round in 0..60 {
        // From rows in which few tokens are likely to rows in which many are.
        let sharp = 0.5 + 0.04 * round as f32;
        let row = Numbers::new(round).row(TOKENS, if round % 3 == 0 { 0.3 } else { 0.0 });
        let row: Vec<f32> = row.into_iter().map(|logit| logit * sharp).collect();
        let (top, history) = (TopLogits::of(&row), (0..40).collect::<Vec<u32>>());
        for (number, settings) in settings().iter().enumerate() {
            for step in 0..4 {
                let draws = Draws { seed: round, lane: 0, step };
                let neutral = SamplingSettings::default();
                let written = Input { draws, ..input(&row, &history, &neutral) };
                let id = sample(&written).expect("a token");
                let asked = Input { settings, ..written };
                let (now, cut) = truth(id, &asked);
                let fate = top.fate(id, &Input { logits: &[], ..asked }).expect("a fate");
                let what = format!("{settings:?}, round {round}, step {step}: {fate:?}, not {now}");
                match fate {
                    Fate::Same => assert_eq!(now, id, "{what}"),
                    Fate::Other(Some(other)) => assert_eq!(now, other, "{what}"),
                    Fate::Other(None) => assert!(now != id && !top.ids.contains(&now), "{what}"),
                    Fate::Cut(stage) => {
                        assert_ne!(now, id, "{what}");
                        assert!(cut.is_none_or(|cut| cut == stage), "{what}: {cut:?}");
                    }
                    Fate::Unknown => {}
                }
                // A model's rows are sharp, and these are settings that need only a part of them.
                if round > 30 && number < 6 {
                    open += usize::from(fate == Fate::Unknown);
                    all += 1;
                }
            }
        }
    }
    assert!(open * 8 < all, "{open} of {all} are open");
}

#[test]
fn with_the_settings_it_was_written_by_a_token_stays() {
    for round in 0..40 {
        let row = Numbers::new(round).row(TOKENS, 0.0);
        let (top, history) = (TopLogits::of(&row), vec![1, 2, 3]);
        for settings in &settings() {
            let input = input(&row, &history, settings);
            let fate = top.fate(sample(&input).expect("a token"), &input).expect("a fate");
            assert!(matches!(fate, Fate::Same | Fate::Unknown), "{settings:?}: {fate:?}");
        }
    }
}

#[test]
fn a_row_that_is_stored_whole_leaves_nothing_open() {
    let row = Numbers::new(3).row(50, 0.5);
    let (top, history) = (TopLogits::of(&row), vec![1, 2, 3]);
    for settings in &settings() {
        let settings = &SamplingSettings { ban_token: vec![], ..settings.clone() };
        let input = input(&row, &history, settings);
        let id = sample(&input).expect("a token");
        assert_eq!(top.fate(id, &input).expect("a fate"), Fate::Same, "{settings:?}");
        assert_ne!(top.fate((id + 1) % 50, &input).expect("a fate"), Fate::Same);
    }
}
