//! `nemotron`: the engine without a window. The contract with scripts: exit code 0 for success, 1
//! for work that failed, 2 for a wrong command line, 130 for an interrupt; one `error:` line.

mod arguments;
mod bench;
mod chat;
mod chat_terminal;
mod complete;
mod convert;
mod download;
mod error;
mod inspect;
mod licence;
mod model;
mod models;
mod next;
mod output;
mod replay;
mod sampling;
mod score;
mod signals;
mod text;
mod tokens;

use std::process::ExitCode;

use arguments::{Command, Nemotron};
use error::CliError;

fn main() -> ExitCode {
    let (json, outcome) = match Nemotron::read(std::env::args_os()) {
        Ok(nemotron) => (nemotron.command.json(), run(nemotron)),
        Err(error) if !error.use_stderr() => return output::help(&error),
        // What the options mean is not known then, so any `--json` counts.
        Err(error) => {
            let json = std::env::args_os().any(|argument| argument == "--json");
            (json, Err(CliError::usage(&error)))
        }
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            output::error(&error, json);
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(nemotron: Nemotron) -> Result<ExitCode, CliError> {
    output::set_verbose(nemotron.verbose);
    match nemotron.command {
        Command::Complete(arguments) => complete::run(&arguments),
        Command::Chat(arguments) => chat::run(&arguments),
        Command::Next(arguments) => next::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Tokenize(arguments) => tokens::tokenize(&arguments),
        Command::Detokenize(arguments) => tokens::detokenize(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Models(arguments) => models::run(&arguments),
        Command::Download(arguments) => download::run(&arguments),
        Command::Licence(arguments) => licence::run(&arguments.action),
    }
}
