//! What a user of the command line can run into.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The exit code after Ctrl+C.
pub(crate) const INTERRUPTED: u8 = 130;

#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Engine(#[from] engine::Error),
    #[error(transparent)]
    Hub(#[from] hub::Error),
    #[error("{message}")]
    Usage { message: String },
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{source_name} is not UTF-8: bad byte at {position}")]
    NotUtf8 { source_name: String, position: usize },
    #[error("{source_name} is too long: expected at most {limit} bytes")]
    TooLong { source_name: String, limit: u64 },
    #[error("standard input is no JSON array of token ids: {0}")]
    NotIds(serde_json::Error),
    #[error("{}: {error}", path.display())]
    Run { path: PathBuf, error: engine::Error },
    #[error("the model {name:?} that wrote the run is not here")]
    ModelMissing { name: String },
    #[error("the built-in model is missing from this installation")]
    NoBuiltin,
    #[error("output failed: {0}")]
    Output(std::io::Error),
}

impl CliError {
    /// clap's message on one line.
    pub(crate) fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default();
        let mut message = first.strip_prefix("error: ").unwrap_or(first).to_owned();
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            "no command is given".clone_into(&mut message);
        }
        if let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) {
            message = format!("{message} {}", missing.join(", "));
        }
        let known =
            [(ContextKind::ValidValue, "expected"), (ContextKind::SuggestedSubcommand, "perhaps")];
        for (kind, word) in known {
            if let Some(ContextValue::Strings(values)) = error.get(kind) {
                message = format!("{message}: {word} {}", values.join(", "));
            }
        }
        Self::Usage { message }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Engine(error) | Self::Run { error, .. } => error.kind(),
            Self::Hub(error) => error.kind(),
            Self::Usage { .. } => "usage",
            Self::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                "not_found"
            }
            Self::Read { .. } | Self::Output(_) => "io",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::NotIds(_) => "not_ids",
            Self::TooLong { .. } => "too_long",
            Self::ModelMissing { .. } => "model_missing",
            Self::NoBuiltin => "not_found",
        }
    }

    pub(crate) fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Engine(engine::Error::EmptyPrompt) => "give a text, or --add-bos",
            Self::Engine(engine::Error::NotAdmitted(_)) => {
                "nemotron models lists it, nemotron licence show NAME says how to accept it"
            }
            Self::Engine(error) | Self::Run { error, .. } => error.hint()?,
            Self::ModelMissing { .. } => "install it, or name its file with --model",
            Self::Hub(error) if error.hint().is_some() => return error.hint(),
            Self::Hub(hub::Error::UnknownModel(_)) => "nemotron models lists the names",
            Self::Hub(hub::Error::NotAccepted(_)) => {
                "nemotron licence list shows what was accepted"
            }
            Self::Usage { .. } => "nemotron --help and nemotron COMMAND --help show the options",
            Self::NotIds(_) => "for example: echo '[905, 533]' | nemotron detokenize --json",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Engine(engine::Error::ConversionCancelled) | Self::Hub(hub::Error::Cancelled) => {
                INTERRUPTED
            }
            Self::Usage { .. }
            | Self::Engine(
                engine::Error::OutOfRange { .. }
                | engine::Error::TokenOutOfRange { .. }
                | engine::Error::NotOfTemplate { .. },
            ) => 2,
            _ => 1,
        }
    }
}
