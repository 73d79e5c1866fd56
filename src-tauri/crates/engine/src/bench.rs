//! How fast a model reads and writes on this machine, beside what its memory allows.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;

use crate::admission::{Admission, ModelIdentity};
use crate::checkpoint::Checkpoint;
use crate::config::ModelConfig;
use crate::device::choice::DeviceChoice;
use crate::device::site::Site;
use crate::device::{KvCache, Rows};
use crate::logits::{Row, Want};
use crate::model::{LoadWatch, Model, WeightDtype};
use crate::sampler::{Draws, Input, Markers};
use crate::settings::SamplingSettings;
use crate::{Error, Result, threads};

/// Large enough that no cache holds a part of it worth speaking of.
const READ_BYTES: usize = 1 << 30;
const READ_PASSES: usize = 4;

/// What to measure.
pub struct BenchRequest {
    pub source: BenchSource,
    pub dtype: WeightDtype,
    pub device: DeviceChoice,
    pub threads: Option<usize>,
    pub prompt_tokens: usize,
    pub new_tokens: usize,
    /// The length of context the model is set up for; none: its own.
    pub context: Option<usize>,
    /// Completions written side by side.
    pub lanes: usize,
    /// Each run reads the whole prompt anew; the best one counts.
    pub runs: usize,
}

pub enum BenchSource {
    File { path: PathBuf, admission: Arc<dyn Admission> },
    Synthetic { name: String, config: ModelConfig },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchReport {
    pub device: String,
    pub model: String,
    pub weight_bytes: u64,
    pub read_bandwidth_gbs: f64,
    pub load_ms: f64,
    pub prefill: PrefillSpeed,
    pub decode: DecodeSpeed,
    pub sampler_ms_p50: f64,
    /// Of this process, the read test not counted; none where the system does not say.
    pub peak_memory_bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrefillSpeed {
    pub tokens: usize,
    pub ms: f64,
    pub tokens_per_second: f64,
    /// Two operations for each weight of the layers and each token.
    pub tflops: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecodeSpeed {
    /// Of all lanes together.
    pub tokens: usize,
    /// Of a step, which is one token of each lane.
    pub ms_per_token_p50: f64,
    pub ms_per_token_p99: f64,
    pub tokens_per_second: f64,
    /// Weights and cache that a step reads, by the median time.
    pub bandwidth_gbs: f64,
    pub fraction_of_read_bandwidth: f64,
}

/// Loads or makes the model and measures it, on the calling thread and a pool of its own.
///
/// # Errors
/// What loading says, and [`Error::NoRoom`] when the tokens do not fit the context.
pub fn bench(request: &BenchRequest) -> Result<BenchReport> {
    threads::pool(request.threads)?.install(|| measure(request))
}

fn measure(request: &BenchRequest) -> Result<BenchReport> {
    let started = Instant::now();
    let (site, name, mut model) = model(request)?;
    let load_ms = ms_since(started);
    if let Some(context) = request.context {
        model.set_context(context);
    }
    let (prompt, new, context) =
        (request.prompt_tokens.max(1), request.new_tokens.max(1), model.config.context_length);
    if prompt + new > context {
        return Err(Error::NoRoom { prompt, max_tokens: new, context });
    }
    let mut cache = model.arithmetic.cache(&model.config)?;
    let mut runs = Vec::new();
    for _ in 0..request.runs.max(1) {
        runs.push(run(&model, cache.as_mut(), request)?);
    }
    let prefill_ms = runs.iter().map(|run| run.prefill).fold(f64::INFINITY, f64::min);
    let steps = sorted(runs.iter().flat_map(|run| run.steps.iter().copied()).collect());
    let sampler = sorted(runs.iter().flat_map(|run| run.sampler.iter().copied()).collect());
    // Before the read test takes memory of its own.
    let peak_memory_bytes = model.arithmetic.memory_used().or_else(resident_peak);
    let read_bandwidth_gbs = match model.arithmetic.read_bandwidth()? {
        Some(measured) => measured,
        None => read_bandwidth()?,
    };
    Ok(BenchReport {
        device: site.name(),
        model: name,
        weight_bytes: model.weight_bytes,
        read_bandwidth_gbs,
        load_ms,
        prefill: prefill_speed(&model.config, prompt, prefill_ms),
        decode: decode_speed(&model, request, &steps, read_bandwidth_gbs),
        sampler_ms_p50: sampler[sampler.len() / 2],
        peak_memory_bytes,
    })
}

fn model(request: &BenchRequest) -> Result<(Site, String, Model)> {
    match &request.source {
        BenchSource::Synthetic { name, config } => {
            let mut config = config.clone();
            let site = Site::for_config(request.device, request.dtype, &mut config)?;
            let model = site.synthetic(&config)?;
            Ok((site, name.clone(), model))
        }
        BenchSource::File { path, admission } => {
            let mut checkpoint = Checkpoint::open(path)?;
            admission.admit(&ModelIdentity::of(&checkpoint)?).map_err(Error::NotAdmitted)?;
            let site = Site::choose(request.device, request.dtype, &mut checkpoint)?;
            let flag = AtomicBool::new(false);
            let model = site.load(&checkpoint, &LoadWatch::new(&checkpoint, &flag, &|_| ()))?;
            Ok((site, checkpoint.name(), model))
        }
    }
}

/// Times in milliseconds.
struct Measured {
    prefill: f64,
    steps: Vec<f64>,
    sampler: Vec<f64>,
}

/// Reads a prompt of arbitrary tokens, then writes step by step as a run does.
fn run(model: &Model, cache: &mut dyn KvCache, request: &BenchRequest) -> Result<Measured> {
    let vocab = model.config.vocab_size as u32;
    let ids: Vec<u32> =
        (0..request.prompt_tokens.max(1) as u32).map(|i| (i * 7919 + 1) % vocab).collect();
    cache.truncate(0);
    let started = Instant::now();
    let pieces = model.config.vocab_size;
    let mut last = None;
    for chunk in ids.chunks(model.arithmetic.prefill_chunk()) {
        last = Some(model.forward(chunk, Rows::Following, cache)?);
    }
    let first = match last {
        Some(hidden) => model.last_logits(&hidden, pieces, Want::Likeliest)?,
        None => return Err(Error::EmptyPrompt),
    };
    let mut measured = Measured { prefill: ms_since(started), steps: vec![], sampler: vec![] };
    let (lanes, new) = (request.lanes.max(1), request.new_tokens.max(1));
    cache.fork(lanes, new)?;
    let numbers: Vec<usize> = (0..lanes).collect();
    let mut rows = vec![first; lanes];
    for step in 0..new as u32 {
        let started = Instant::now();
        let choose = |(lane, row): (usize, &Row)| choose(row, pieces, &ids, lane as u32, step);
        let chosen = rows.iter().enumerate().map(choose).collect::<Result<Vec<u32>>>()?;
        measured.sampler.push(ms_since(started) / lanes as f64);
        let hidden = model.forward(&chosen, Rows::Lanes(&numbers), cache)?;
        rows = model.logits(&hidden, Rows::Lanes(&numbers), pieces, Want::Likeliest)?;
        measured.steps.push(ms_since(started));
    }
    Ok(measured)
}

fn choose(row: &Row, pieces: usize, history: &[u32], lane: u32, step: u32) -> Result<u32> {
    let (temperature, top_k, top_p) = (0.8, 40, 0.95);
    row.choose(&Input {
        logits: &[],
        pieces,
        history,
        settings: &SamplingSettings { temperature, top_k, top_p, ..SamplingSettings::default() },
        markers: &Markers::default(),
        draws: Draws { seed: 1, lane, step },
    })
}

fn prefill_speed(config: &ModelConfig, tokens: usize, ms: f64) -> PrefillSpeed {
    let embeddings = 2 * config.vocab_size as u64 * config.hidden_size as u64;
    let operations = 2.0 * (config.parameters() - embeddings) as f64 * tokens as f64;
    let tokens_per_second = tokens as f64 / ms * 1e3;
    PrefillSpeed { tokens, ms, tokens_per_second, tflops: operations / ms / 1e9 }
}

fn decode_speed(model: &Model, request: &BenchRequest, steps: &[f64], read: f64) -> DecodeSpeed {
    let config = &model.config;
    let width = config.hidden_size as u64 * model.weight_bytes / config.parameters();
    // One row of the embedding is looked up, not the matrix.
    let weights = model.weight_bytes - config.vocab_size as u64 * width;
    // Every lane reads what they share.
    let positions = (request.prompt_tokens + request.new_tokens / 2) * request.lanes;
    let cache = config.num_layers * 2 * config.num_kv_heads * config.head_dim * positions;
    let bytes = weights + (cache * model.arithmetic.cached_number_bytes()) as u64;
    let p50 = steps[steps.len() / 2];
    let bandwidth_gbs = bytes as f64 / p50 / 1e6;
    let tokens = steps.len() * request.lanes;
    DecodeSpeed {
        tokens,
        ms_per_token_p50: p50,
        ms_per_token_p99: steps[steps.len() * 99 / 100],
        tokens_per_second: tokens as f64 / steps.iter().sum::<f64>() * 1e3,
        bandwidth_gbs,
        fraction_of_read_bandwidth: bandwidth_gbs / read,
    }
}

/// Sums a large buffer with all threads; the best of a few passes, in 10^9 bytes a second.
fn read_bandwidth() -> Result<f64> {
    let mut buffer: Vec<u64> = Vec::new();
    buffer
        .try_reserve_exact(READ_BYTES / 8)
        .map_err(|_| Error::OutOfMemory { what: "the read test", needed_bytes: READ_BYTES })?;
    buffer.resize(READ_BYTES / 8, 1);
    let mut best = f64::INFINITY;
    for _ in 0..READ_PASSES {
        let started = Instant::now();
        let sum: u64 = buffer
            .par_chunks(1 << 16)
            .map(|part| part.iter().fold(0_u64, |sum, value| sum.wrapping_add(*value)))
            .sum();
        std::hint::black_box(sum);
        best = best.min(ms_since(started));
    }
    Ok(READ_BYTES as f64 / best / 1e6)
}

/// The largest resident size, from `/proc/self/status`.
fn resident_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

fn ms_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1e3
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}
