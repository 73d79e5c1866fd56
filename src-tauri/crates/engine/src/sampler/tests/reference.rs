//! What transformers' processors leave of the same logits.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{distribution, input};
use crate::checkpoint::Checkpoint;
use crate::device::Rows;
use crate::device::cpu::CpuPlace;
use crate::logits::Want;
use crate::model::{Model, WeightDtype};
use crate::sampler::Input;
use crate::settings::SamplingSettings;

#[derive(Deserialize)]
struct PromptCase {
    ids: Vec<u32>,
    settings: SamplingSettings,
    survivors: usize,
    top50: Vec<(u32, f64)>,
}

/// Made by `tests/fixtures/sampler/rows.py`.
#[derive(Deserialize)]
struct RowCase {
    logits: Vec<f32>,
    history: Vec<u32>,
    settings: SamplingSettings,
    survivors: Vec<u32>,
    probabilities: Vec<f64>,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures").join(name)
}

fn cases<T: for<'a> Deserialize<'a>>(name: &str) -> Vec<T> {
    let text = std::fs::read_to_string(fixture(name)).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

/// The model's logits behind a prompt, and how many of them have a token.
fn logits(checkpoint: &Checkpoint, ids: &[u32]) -> (Vec<f32>, usize) {
    let mut place = CpuPlace::new(WeightDtype::F32, None);
    let model = Model::load(checkpoint, WeightDtype::F32, &mut place).expect("the model loads");
    let mut cache = model.arithmetic.cache(&model.config).expect("a cache");
    let hidden = model.forward(ids, Rows::Following, cache.as_mut()).expect("hidden states");
    let pieces = checkpoint.tokenizer().expect("a tokenizer").pieces();
    let row = model.last_logits(&hidden, pieces, Want::Whole).expect("logits");
    (row.whole().expect("on the CPU").into_owned(), pieces)
}

#[test]
fn prompts_leave_what_transformers_leaves_within_1e_5() {
    let checkpoint = Checkpoint::open(&fixture("tiny/tiny-zarr.nemo")).expect("opens");
    for (number, case) in cases::<PromptCase>("tiny/sampler.json").into_iter().enumerate() {
        let (logits, pieces) = logits(&checkpoint, &case.ids);
        let input = Input { pieces, ..input(&logits, &case.ids, &case.settings) };
        let found = distribution(&input).expect("a token");
        assert_eq!(found.len(), case.survivors, "case {number}: {:?}", case.settings);
        for (id, expected) in &case.top50 {
            let probability = found.iter().find(|(other, _)| other == id).map(|(_, p)| *p);
            let probability = probability.unwrap_or_else(|| panic!("case {number}: {id} was cut"));
            assert!((probability - expected).abs() < 1e-5, "case {number}, {id}: {probability}");
        }
    }
}

#[test]
fn rows_with_ties_leave_what_transformers_leaves_within_1e_6() {
    for (number, case) in cases::<RowCase>("sampler/rows.json").into_iter().enumerate() {
        let found = distribution(&input(&case.logits, &case.history, &case.settings));
        let found = found.expect("a token");
        let ids: Vec<u32> = found.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, case.survivors, "case {number}: {:?}", case.settings);
        for ((id, probability), expected) in found.iter().zip(&case.probabilities) {
            assert!((probability - expected).abs() < 1e-6, "case {number}, {id}: {probability}");
        }
    }
}
