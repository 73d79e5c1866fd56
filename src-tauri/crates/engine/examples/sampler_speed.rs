//! How long the sampler takes for one token of a 256,000-token vocabulary, on one core.
//!
//! `cargo run --release -p engine --example sampler_speed`
//!
//! The rows look like a language model's: a wide normal body and a few likely tokens above it. The
//! last lines are what a plain implementation takes: softmax with the standard library's `exp`, a
//! sort of the whole vocabulary, and the cut.

#![expect(clippy::print_stdout, reason = "a table is what this program is for")]

use std::hint::black_box;
use std::time::Instant;

use engine::SamplingSettings;
use engine::sampler::{Draws, Input, Markers, sample, sample_traced};

const VOCABULARY: usize = 256_000;
const ROWS: u32 = 8;
const RUNS: u32 = 25;

fn main() {
    let neutral = SamplingSettings::default;
    let chain =
        || SamplingSettings { temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05, ..neutral() };
    let cases = [
        ("temperature 0", SamplingSettings { temperature: 0.0, ..neutral() }),
        ("neutral", neutral()),
        ("temperature 0.8, top-k 40, top-p 0.95, min-p 0.05", chain()),
        ("top-k 40", SamplingSettings { top_k: 40, ..neutral() }),
        ("top-p 0.95", SamplingSettings { top_p: 0.95, ..neutral() }),
        ("min-p 0.05", SamplingSettings { min_p: 0.05, ..neutral() }),
        ("typical-p 0.95", SamplingSettings { typical_p: 0.95, ..neutral() }),
        ("top-n-sigma 1", SamplingSettings { top_n_sigma: 1.0, ..neutral() }),
        ("xtc 1, 0.1", SamplingSettings { xtc_probability: 1.0, ..neutral() }),
        ("dry 0.8, 4,096 tokens of history", SamplingSettings { dry_multiplier: 0.8, ..neutral() }),
    ];
    for (shape, rows) in [("peaked", rows(1.0)), ("flat", rows(0.0))] {
        println!("{shape} rows, {VOCABULARY} logits");
        for (name, settings) in &cases {
            let time = median(&rows, |row| sample(&input(row, settings)));
            println!("{time:8.3} ms  {name}");
        }
        let traced = chain();
        let time = median(&rows, |row| sample_traced(&input(row, &traced), 50));
        println!("{time:8.3} ms  the chain, traced");
        println!("{:8.3} ms  top-p 0.95, plain", median(&rows, |row| plain_top_p(row, 0.95)));
    }
}

fn input<'a>(logits: &'a [f32], settings: &'a SamplingSettings) -> Input<'a> {
    static MARKERS: Markers = Markers { sequence_breakers: Vec::new(), xtc_exempt: Vec::new() };
    static HISTORY: [u32; 4096] = [7; 4096];
    let draws = Draws { seed: 1, lane: 0, step: 3 };
    Input { logits, pieces: logits.len(), history: &HISTORY, settings, markers: &MARKERS, draws }
}

/// The median of all runs over all rows, in milliseconds.
fn median<T>(rows: &[Vec<f32>], work: impl Fn(&[f32]) -> T) -> f64 {
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..RUNS {
        for row in rows {
            let started = Instant::now();
            black_box(work(black_box(row)));
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Normal(0, 2) with, at `peak` 1, two hundred tokens above it in the manner of Zipf's law.
fn rows(peak: f32) -> Vec<Vec<f32>> {
    let row = |seed| {
        let draw = |step| Draws { seed, lane: 0, step }.token();
        let normal = |step| {
            let (radius, angle) = (draw(2 * step), draw(2 * step + 1));
            (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
        };
        let mut row: Vec<f32> =
            (0..VOCABULARY as u32).map(|step| 2.0 * normal(step) as f32).collect();
        for rank in 1..=200 {
            let place = (draw(u32::MAX - rank) * VOCABULARY as f64) as usize;
            row[place] += peak * (18.0 - 1.2 * (rank as f32).ln());
        }
        row
    };
    (0..ROWS).map(|seed| row(u64::from(seed))).collect()
}

fn plain_top_p(logits: &[f32], p: f64) -> Vec<(u32, f64)> {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f64> = logits.iter().map(|logit| f64::from((logit - highest).exp())).collect();
    let sum: f64 = weights.iter().sum();
    let mut sorted: Vec<(u32, f64)> =
        weights.iter().enumerate().map(|(id, weight)| (id as u32, weight / sum)).collect();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut removed = 0.0;
    let kept = sorted.iter().position(|(_, probability)| {
        removed += probability;
        removed > 1.0 - p
    });
    sorted.split_off(kept.unwrap_or(sorted.len() - 1))
}
