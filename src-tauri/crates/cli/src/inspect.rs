//! `nemotron inspect`.

use std::path::Path;
use std::process::ExitCode;

use engine::{Checkpoint, MemoryPlan, Tokenizer};
use serde_json::json;

use crate::arguments::Inspect;
use crate::error::CliError;
use crate::{model, output};

pub(crate) fn run(arguments: &Inspect) -> Result<ExitCode, CliError> {
    let path = model::path(&arguments.model)?;
    let checkpoint = Checkpoint::open(&path)?;
    let tokenizer = checkpoint.tokenizer()?;
    let config = &checkpoint.config;
    let sha256 = if arguments.verify { Some(verified(&path)?) } else { None };
    let description = json!({
        "format": checkpoint.format,
        "architecture": "nemotron",
        "parameters": config.parameters(),
        "weight_bytes": checkpoint.weight_bytes(),
        "dtype": checkpoint.dtype(),
        "config": config,
        "tokenizer": {
            "kind": tokenizer.kind(),
            "pieces": tokenizer.pieces(),
            "bos": tokenizer.bos(),
            "eos": tokenizer.eos(),
            "adds_prefix_space": tokenizer.adds_prefix_space(),
        },
        "sha256": sha256,
        "needs": {"gpu_bytes": MemoryPlan::of(config).total()},
    });
    if arguments.json {
        output::json_line(&description)?;
    } else {
        output::text(&readable(&checkpoint, &tokenizer))?;
        if let Some(sha256) = sha256 {
            output::text(&format!("{:<12}{sha256}\n", "sha256"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn verified(path: &Path) -> Result<String, CliError> {
    let bar = model::progress_bar("reading");
    let sha256 = engine::sha256(path, &mut |progress| {
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done);
    })?;
    bar.finish_and_clear();
    Ok(sha256)
}

fn tokenizer_line(tokenizer: &Tokenizer) -> String {
    let id = |id: Option<u32>| id.map_or("none".to_owned(), |id| id.to_string());
    let space = if tokenizer.adds_prefix_space() { ", a space put in front" } else { "" };
    format!("{}, bos {}, eos {}{space}", tokenizer.kind(), id(tokenizer.bos()), id(tokenizer.eos()))
}

fn readable(checkpoint: &Checkpoint, tokenizer: &Tokenizer) -> String {
    let config = &checkpoint.config;
    let rows = [
        ("file", checkpoint.path.display().to_string()),
        ("format", checkpoint.format.to_owned()),
        ("parameters", config.parameters().to_string()),
        ("weights", format!("{} bytes of {}", checkpoint.weight_bytes(), checkpoint.dtype())),
        ("layers", config.num_layers.to_string()),
        ("hidden", format!("{}, MLP {}", config.hidden_size, config.ffn_hidden_size)),
        (
            "heads",
            format!("{} of {}, {} KV", config.num_heads, config.head_dim, config.num_kv_heads),
        ),
        ("context", config.context_length.to_string()),
        ("vocabulary", format!("{} pieces in {} rows", tokenizer.pieces(), config.vocab_size)),
        ("tokenizer", tokenizer_line(tokenizer)),
    ];
    let lines = rows.map(|(name, value)| format!("{name:<12}{value}\n"));
    lines.concat()
}
