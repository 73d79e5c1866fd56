//! Everything that is printed. Broken pipes end the program quietly, like any other filter.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde_json::json;

use crate::error::CliError;

/// Writes text to standard output at once.
pub(crate) fn text(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(CliError::Output)
}

/// Writes one JSON object on a line of its own.
pub(crate) fn json_line(value: &impl Serialize) -> Result<(), CliError> {
    let line = serde_json::to_string(value).map_err(|e| CliError::Output(e.into()))?;
    text(&(line + "\n"))
}

/// Whether `-v` was given; set once, before any work.
static VERBOSE: AtomicBool = AtomicBool::new(false);

pub(crate) fn set_verbose(verbose: bool) {
    VERBOSE.store(verbose, Ordering::Relaxed);
}

/// Writes a line to standard error, with `-v` only.
pub(crate) fn note(text: &str) {
    if VERBOSE.load(Ordering::Relaxed) {
        // A remark nobody can read is no reason to stop the work.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }
}

pub(crate) fn error(error: &CliError, json: bool) {
    if matches!(error, CliError::Output(e) if e.kind() == ErrorKind::BrokenPipe) {
        return;
    }
    let message = one_line(&error.to_string());
    let mut stderr = std::io::stderr().lock();
    // Nobody is left to tell when standard error itself is gone.
    let _ = writeln!(stderr, "error: {message}");
    if let Some(hint) = error.hint() {
        let _ = writeln!(stderr, "hint: {hint}");
    }
    if json {
        let _ = json_line(&json!({"type": "error", "kind": error.kind(), "message": message}));
    }
}

/// Names in it may come from a hostile file: nothing in them may speak to the terminal.
fn one_line(message: &str) -> String {
    let shown = |character: char| match character {
        '\n' | '\r' => " ".to_owned(),
        _ if character.is_control() => character.escape_default().to_string(),
        _ => character.to_string(),
    };
    message.chars().map(shown).collect()
}

/// `--help` and `--version`.
pub(crate) fn help(shown: &clap::Error) -> ExitCode {
    match shown.print() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

pub(crate) fn gigabytes(bytes: u64) -> String {
    format!("{:.2} GB", bytes as f64 / 1e9)
}
