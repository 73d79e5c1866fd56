//! `nemotron next`.

use std::process::ExitCode;

use engine::sampler::Candidate;
use engine::{GenerationRequest, NextToken, TokenProbability, Tokenizer};
use serde::Serialize;
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

/// Written directly: on the way through a JSON value the log-probabilities would grow digits.
#[derive(Serialize)]
struct Described<'a> {
    prompt_tokens: u32,
    entropy_bits: f64,
    raw: &'a [TokenProbability],
    stages: Vec<Value>,
    r#final: Vec<Value>,
    survivors: u32,
    chosen: Value,
    seed: u64,
}

fn described<'a>(next: &'a NextToken, tokenizer: &Tokenizer) -> Described<'a> {
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
    Described {
        prompt_tokens: next.prompt_tokens,
        entropy_bits: next.trace.entropy_bits,
        raw: &next.raw,
        stages,
        r#final: named(&next.trace.likeliest),
        survivors: next.trace.survivors,
        chosen: json!({"id": next.chosen, "text": tokenizer.piece_text(next.chosen)}),
        seed: next.seed,
    }
}

/// The model's own distribution beside what the settings make of it.
fn readable(next: &NextToken, tokenizer: &Tokenizer) -> String {
    let mut lines = vec![format!("{:.2} bits of entropy", next.trace.entropy_bits)];
    lines.extend(next.trace.stages.iter().map(|stage| {
        let (name, survivors) = (stage.name.name(), stage.survivors);
        let removed = percent(stage.mass_removed);
        format!("{name}: {survivors} tokens left, {removed} of the probability cut")
    }));
    lines.push(format!("{:>8}  {:>8}", "model", "settings"));
    lines.extend(next.raw.iter().map(|token| {
        let left = next.trace.likeliest.iter().find(|left| left.id == token.id);
        let left = left.map_or_else(|| "cut".to_owned(), |left| percent(left.probability));
        let own = percent(f64::from(token.logprob).exp());
        format!("{own:>8}  {left:>8}  {:>6}  {:?}", token.id, token.text)
    }));
    let chosen = tokenizer.piece_text(next.chosen);
    lines.push(format!("chosen with seed {}: {chosen:?}\n", next.seed));
    lines.join("\n")
}

fn percent(probability: f64) -> String {
    format!("{:.2} %", 100.0 * probability)
}
