//! `nemotron next`.

use std::process::ExitCode;

use engine::sampler::Candidate;
use engine::{GenerationRequest, NextToken, Tokenizer};
use serde_json::{Value, json};

use crate::arguments::Next;
use crate::error::CliError;
use crate::{model, output, text};

pub(crate) fn run(arguments: &Next) -> Result<ExitCode, CliError> {
    let request = GenerationRequest {
        prompt: text::prompt(&arguments.text)?,
        add_bos: arguments.text.add_bos,
        sampling: arguments.sampling.settings(),
        seed: arguments.seed,
        max_tokens: Some(1),
        ..GenerationRequest::default()
    };
    request.validate()?;
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::Output)?;
    runtime.block_on(async {
        let engine = model::load(&arguments.model.model, &arguments.device).await?;
        let next = engine.next(request, arguments.top as usize).await?;
        let tokenizer = engine.tokenizer()?;
        if arguments.model.json {
            output::json_line(&described(&next, &tokenizer))?;
        } else {
            output::text(&readable(&next, &tokenizer))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn described(next: &NextToken, tokenizer: &Tokenizer) -> Value {
    let named = |candidates: &[Candidate]| -> Vec<Value> {
        let one = |c: &Candidate| json!({"id": c.id, "text": tokenizer.piece_text(c.id), "probability": c.probability});
        candidates.iter().map(one).collect()
    };
    let stages: Vec<Value> = next
        .trace
        .stages
        .iter()
        .map(|stage| {
            json!({
                "name": stage.name,
                "survivors": stage.survivors,
                "mass_removed": stage.mass_removed,
                "cut": named(&stage.cut),
            })
        })
        .collect();
    json!({
        "prompt_tokens": next.prompt_tokens,
        "entropy_bits": next.trace.entropy_bits,
        "raw": next.raw,
        "stages": stages,
        "final": named(&next.trace.likeliest),
        "survivors": next.trace.survivors,
        "chosen": {"id": next.chosen, "text": tokenizer.piece_text(next.chosen)},
        "seed": next.seed,
    })
}

/// The model's own distribution beside what the settings make of it.
fn readable(next: &NextToken, tokenizer: &Tokenizer) -> String {
    let mut lines = format!("{:.2} bits of entropy\n", next.trace.entropy_bits);
    for stage in &next.trace.stages {
        lines += &format!(
            "{}: {} tokens left, {:.1} % of the probability cut\n",
            stage.name.name(),
            stage.survivors,
            100.0 * stage.mass_removed,
        );
    }
    lines += &format!("{:>8}  {:>8}\n", "model", "settings");
    for token in &next.raw {
        let left = next.trace.likeliest.iter().find(|left| left.id == token.id);
        let left = left.map_or_else(|| "cut".to_owned(), |c| percent(c.probability));
        let own = percent(f64::from(token.logprob).exp());
        let text = tokenizer.piece_text(token.id);
        lines += &format!("{own:>8}  {left:>8}  {text:?} {}\n", token.id);
    }
    lines + &format!("chosen with seed {}: {:?}\n", next.seed, tokenizer.piece_text(next.chosen))
}

fn percent(probability: f64) -> String {
    format!("{:.2} %", 100.0 * probability)
}
