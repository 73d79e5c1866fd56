//! `nemotron download`.

use std::io::Read;
use std::process::ExitCode;

use hub::{Download, Environment, Event, Installed, Token};
use indicatif::{HumanBytes, ProgressBar};
use serde_json::json;

use crate::arguments::Download as Arguments;
use crate::error::CliError;
use crate::{model, output, signals};

/// A token has some 40 characters.
const MOST_TOKEN_BYTES: u64 = 1 << 12;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, CliError> {
    let environment = Environment::get();
    let token = token(arguments, &environment)?;
    let mut download = Download::of(&arguments.model, environment, token);
    download.revision.clone_from(&arguments.revision);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().map_err(CliError::Output)?;
    let bar = model::progress_bar("{msg}");
    let outcome = runtime.block_on(fetched(&download, arguments.json, &bar));
    bar.finish_and_clear();
    // What still hashes a piece of the file has nothing left to do.
    runtime.shutdown_background();
    report(&arguments.model, &outcome?, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

async fn fetched(
    download: &Download,
    as_json: bool,
    bar: &ProgressBar,
) -> Result<Installed, CliError> {
    let interrupted = signals::listen().map_err(CliError::Output)?;
    let hub = model::hub();
    let mut show = |event: Event| {
        if as_json {
            // Whoever closed the output is told at the end.
            let _ = output::json_line(&described(&event));
        } else {
            draw(bar, event);
        }
    };
    tokio::select! {
        installed = hub.download(download, &mut show) => Ok(installed?),
        () = interrupted => Err(hub::Error::Cancelled.into()),
    }
}

/// From standard input, the environment, or where it is kept.
fn token(arguments: &Arguments, environment: &Environment) -> Result<Option<Token>, CliError> {
    if !arguments.token_stdin {
        return Ok(model::hub().tokens.find(environment)?.map(|(token, _)| token));
    }
    let mut text = String::new();
    let read = std::io::stdin().take(MOST_TOKEN_BYTES).read_to_string(&mut text);
    read.map_err(|source| CliError::Read { path: "standard input".into(), source })?;
    Token::new(&text).ok_or(CliError::Hub(hub::Error::TokenInvalid)).map(Some)
}

fn described(event: &Event) -> serde_json::Value {
    match event {
        Event::Progress { file, bytes, total, bytes_per_second } => json!({
            "type": "progress", "file": file, "bytes": bytes, "total": total,
            "bytes_per_second": bytes_per_second,
        }),
        Event::Resuming { file, bytes, total } => {
            json!({ "type": "resuming", "file": file, "bytes": bytes, "total": total })
        }
        Event::Waiting { file, reason, wait } => json!({
            "type": "waiting", "file": file, "reason": reason, "seconds": wait.as_secs_f64(),
        }),
        Event::Restarted { file, reason } => {
            json!({ "type": "restarted", "file": file, "reason": reason })
        }
        Event::Verifying { bytes, total } => {
            json!({ "type": "verifying", "bytes": bytes, "total": total })
        }
    }
}

fn draw(bar: &ProgressBar, event: Event) {
    match event {
        Event::Progress { file, bytes, total, .. } | Event::Resuming { file, bytes, total } => {
            bar.set_length(total);
            bar.set_position(bytes);
            bar.set_message(file);
        }
        Event::Waiting { file, reason, wait } => {
            let seconds = wait.as_secs_f64();
            output::note(&format!("{file}: {reason}; trying again in {seconds:.1} s"));
        }
        Event::Restarted { file, reason } => output::note(&format!("{file}: {reason}; again")),
        Event::Verifying { bytes, total } => {
            bar.set_length(total);
            bar.set_position(bytes);
            bar.set_message("verifying");
        }
    }
}

fn report(name: &str, model: &Installed, as_json: bool) -> Result<(), CliError> {
    let name = hub::Catalogue::get().find(name).map_or(model.repo.as_str(), |known| &known.name);
    // Of the weights: nothing else in a model is as large.
    let weights = model.files.iter().max_by_key(|file| file.bytes);
    let sha256 = weights.map(|file| file.sha256.as_str());
    if as_json {
        return output::json_line(&json!({
            "type": "done", "name": name, "path": model.path, "sha256": sha256,
        }));
    }
    output::text(&format!(
        "{name}: {} verified and installed\n{}\n",
        HumanBytes(model.bytes()),
        model.path.display()
    ))
}
