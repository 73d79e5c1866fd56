//! `nemotron complete`.

use std::process::ExitCode;
use std::time::Instant;

use engine::{Completion, Engine, FinishReason, GenerationEvent, GenerationRequest, PromptToken};
use serde_json::json;

use crate::arguments::Complete;
use crate::error::{CliError, INTERRUPTED};
use crate::{model, output, text};

pub(crate) fn run(arguments: &Complete) -> Result<ExitCode, CliError> {
    let request = request(arguments)?;
    request.validate()?;
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::Output)?;
    runtime.block_on(async {
        let started = Instant::now();
        let engine = model::load(&arguments.model.model, &arguments.device).await?;
        let load_ms = started.elapsed().as_secs_f64() * 1e3;
        stream(&engine, request, arguments.model.json, load_ms).await
    })
}

fn request(arguments: &Complete) -> Result<GenerationRequest, CliError> {
    Ok(GenerationRequest {
        prompt: text::prompt(&arguments.text)?,
        add_bos: arguments.text.add_bos,
        sampling: arguments.sampling.settings(),
        seed: arguments.seed,
        lanes: Some(arguments.n),
        max_tokens: arguments.max_tokens,
        stop: arguments.stop.clone(),
        ignore_eos: arguments.ignore_eos,
        top_logprobs: arguments.logprobs,
        echo: arguments.echo,
        ..GenerationRequest::default()
    })
}

async fn stream(
    engine: &Engine,
    request: GenerationRequest,
    json: bool,
    load_ms: f64,
) -> Result<ExitCode, CliError> {
    let lanes = request.lane_count();
    let mut run = engine.generate(request)?;
    let interrupted = engine.clone();
    // A second handler cannot be set twice in one process; without one Ctrl+C just ends it.
    let _ = ctrlc::set_handler(move || interrupted.cancel_all());
    let mut code = ExitCode::SUCCESS;
    while let Some(event) = run.next().await {
        let event = event?;
        if let GenerationEvent::Done(done) = &event {
            if done.finish_reason == FinishReason::Cancelled {
                code = ExitCode::from(INTERRUPTED);
            }
            remark(done);
        }
        match (json, lanes) {
            (true, _) => print_json(&event, load_ms)?,
            (false, 1) => print_text(&event)?,
            (false, _) => print_lane(&event)?,
        }
    }
    Ok(code)
}

pub(crate) fn remark(done: &Completion) {
    let Completion { lane, finish_reason, usage, timings, seed, .. } = done;
    output::note(&format!(
        "lane {lane}: {} prompt tokens in {:.0} ms, {} tokens at {:.1} a second, ended by {}, seed {seed}",
        usage.prompt_tokens,
        timings.prefill_ms,
        usage.completion_tokens,
        timings.tokens_per_second,
        format!("{finish_reason:?}").to_lowercase(),
    ));
}

fn print_json(event: &GenerationEvent, load_ms: f64) -> Result<(), CliError> {
    match event {
        GenerationEvent::Prompt { .. } | GenerationEvent::Token(_) => output::json_line(event),
        GenerationEvent::Done(_) => {
            let mut done = json!(event);
            done["timings"]["load_ms"] = json!(load_ms);
            output::json_line(&done)
        }
        GenerationEvent::Started { .. } | GenerationEvent::Prefill { .. } => Ok(()),
    }
}

/// One completion, as it is written.
pub(crate) fn print_text(event: &GenerationEvent) -> Result<(), CliError> {
    match event {
        GenerationEvent::Prompt { tokens } => output::text(&joined(tokens)),
        GenerationEvent::Token(token) => output::text(&token.text),
        GenerationEvent::Done(_) => output::text("\n"),
        GenerationEvent::Started { .. } | GenerationEvent::Prefill { .. } => Ok(()),
    }
}

/// Several completions, each as soon as it is whole.
fn print_lane(event: &GenerationEvent) -> Result<(), CliError> {
    match event {
        GenerationEvent::Prompt { tokens } => output::text(&(joined(tokens) + "\n")),
        GenerationEvent::Done(done) => output::text(&format!("[{}]{}\n", done.lane, done.text)),
        _ => Ok(()),
    }
}

fn joined(tokens: &[PromptToken]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect()
}
