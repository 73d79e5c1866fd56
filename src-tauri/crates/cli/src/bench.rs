//! `nemotron bench`.

use std::process::ExitCode;

use engine::{BenchReport, BenchRequest, BenchSource, ModelConfig};

use crate::arguments::{Bench, Synthetic};
use crate::error::CliError;
use crate::output::gigabytes;
use crate::{model, output};

pub(crate) fn run(arguments: &Bench) -> Result<ExitCode, CliError> {
    let source = match arguments.synthetic {
        Some(size) => BenchSource::Synthetic { name: name(size).to_owned(), config: config(size) },
        None => BenchSource::File {
            path: model::path(&arguments.model.model)?,
            admission: model::gate(),
        },
    };
    let report = engine::bench(&BenchRequest {
        source,
        dtype: model::dtype(&arguments.device),
        device: arguments.device.device,
        threads: arguments.device.threads.map(usize::from),
        prompt_tokens: arguments.prompt_tokens as usize,
        new_tokens: arguments.new_tokens as usize,
        context: arguments.context.map(|n| n as usize),
        lanes: arguments.lanes as usize,
        runs: arguments.runs as usize,
    })?;
    if arguments.model.json {
        output::json_line(&report)?;
    } else {
        output::text(&readable(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn name(size: Synthetic) -> &'static str {
    match size {
        Synthetic::Nemotron3_8b => "synthetic nemotron-3-8b",
        Synthetic::Minitron4b => "synthetic minitron-4b",
        Synthetic::Small => "synthetic small",
    }
}

fn config(size: Synthetic) -> ModelConfig {
    // Layers, hidden, MLP, heads, KV heads, vocabulary.
    let (layers, hidden, ffn, heads, kv_heads, vocab) = match size {
        Synthetic::Nemotron3_8b => (32, 4096, 16384, 32, 32, 256_000),
        Synthetic::Minitron4b => (32, 3072, 9216, 24, 8, 256_000),
        Synthetic::Small => (16, 1536, 6144, 12, 12, 32_000),
    };
    ModelConfig {
        num_layers: layers,
        hidden_size: hidden,
        ffn_hidden_size: ffn,
        num_heads: heads,
        num_kv_heads: kv_heads,
        head_dim: 128,
        vocab_size: vocab,
        context_length: 4096,
        rotary_fraction: 0.5,
        rope_theta: 10_000.0,
        norm_epsilon: 1e-5,
    }
}

fn readable(report: &BenchReport) -> String {
    let (prefill, decode) = (&report.prefill, &report.decode);
    let peak = report.peak_memory_bytes.map_or_else(|| "-".to_owned(), gigabytes);
    let share = 100.0 * decode.fraction_of_read_bandwidth;
    let rows = [
        ("model", format!("{}, {} of weights", report.model, gigabytes(report.weight_bytes))),
        ("device", format!("{}, reads {:.1} GB/s", report.device, report.read_bandwidth_gbs)),
        ("load", format!("{:.0} ms", report.load_ms)),
        (
            "prefill",
            format!(
                "{:.1} tok/s ({} in {:.0} ms)",
                prefill.tokens_per_second, prefill.tokens, prefill.ms
            ),
        ),
        (
            "decode",
            format!(
                "{:.1} tok/s, {:.1} ms p50, {:.1} ms p99; {:.1} GB/s, {share:.0} % of what memory gives",
                decode.tokens_per_second,
                decode.ms_per_token_p50,
                decode.ms_per_token_p99,
                decode.bandwidth_gbs,
            ),
        ),
        ("sampler", format!("{:.2} ms p50", report.sampler_ms_p50)),
        ("memory", format!("{peak} at most")),
    ];
    rows.map(|(name, value)| format!("{name:<9}{value}\n")).concat()
}
