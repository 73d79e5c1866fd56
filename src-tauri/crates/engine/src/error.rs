//! Everything that can go wrong in the engine, each with a stable `kind` for programs and one line
//! for people that names the file, member or tensor, what was expected and what was found.

use std::path::{Path, PathBuf};

use serde::Serialize;
use ts_rs::TS;

pub type Result<T> = std::result::Result<T, Error>;

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{}: {what}", path.display())]
    NotACheckpoint { path: PathBuf, what: String },
    #[error("{}: {what}", path.display())]
    Damaged { path: PathBuf, what: String },
    #[error("{}: {what}", path.display())]
    Unsupported { path: PathBuf, what: String },
    #[error("{}: the folder is not empty", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{}: another conversion is writing there", path.display())]
    InUse { path: PathBuf },
    #[error(
        "{}: not enough room on the disk: {needed_bytes} bytes are needed, {free_bytes} are free",
        path.display()
    )]
    NoSpace { path: PathBuf, needed_bytes: u64, free_bytes: u64 },
    #[error("the conversion was interrupted: nothing is left of it")]
    ConversionCancelled,
    #[error("{field} is out of range: expected {range}, found {found}")]
    OutOfRange { field: &'static str, range: &'static str, found: String },
    #[error("{field} is out of range: expected token ids 0 to {highest}, found {id}")]
    TokenOutOfRange { field: &'static str, id: u32, highest: usize },
    #[error("the prompt is empty")]
    EmptyPrompt,
    #[error("the prompt has {prompt} tokens and fills the context of {context}")]
    PromptTooLong { prompt: usize, context: usize },
    #[error("{prompt} prompt tokens and {max_tokens} new ones do not fit the context of {context}")]
    NoRoom { prompt: usize, max_tokens: usize, context: usize },
    #[error("token {id} does not exist: the model has {rows} tokens")]
    UnknownToken { id: u32, rows: usize },
    #[error("the model produced a value that is not a number at position {position}")]
    NotANumber { position: usize },
    #[error("nothing is left to sample: every token is banned or impossible")]
    NothingToSample,
    #[error("{0}")]
    BadMessages(String),
    #[error("{what} for the template {owner}: this is {found}")]
    NotOfTemplate { what: &'static str, owner: &'static str, found: &'static str },
    #[error("the model has no chat template of its own")]
    NoChatTemplate,
    #[error("the model's chat template: {0}")]
    ChatTemplate(String),
    #[error("unknown sampler stage {name:?}: expected {names}")]
    UnknownStage { name: String, names: &'static str },
    #[error("{place}: {what}")]
    NotARun { place: String, what: String },
    #[error("no model is loaded")]
    NoModel,
    #[error("another model was loaded before the run began")]
    ModelChanged,
    #[error("the logits of that place are no longer kept")]
    RowGone,
    #[error("{0}")]
    NotAdmitted(String),
    #[error("loading was cancelled")]
    LoadCancelled,
    #[error("it was cancelled")]
    RunCancelled,
    #[error("not enough memory: {what} needs {needed_bytes} bytes")]
    OutOfMemory { what: &'static str, needed_bytes: usize },
    #[error("no GPU can be used: {0}")]
    NoGpu(String),
    #[error(
        "not enough GPU memory: the model needs {}, {gpu} has {} free",
        gigabytes(*needed), gigabytes(*free)
    )]
    GpuMemory { gpu: String, needed: u64, free: u64 },
    #[error("the GPU failed: {0}")]
    Gpu(String),
    #[error("the engine stopped unexpectedly: {0}")]
    Panicked(String),
    #[error("the engine has shut down")]
    Closed,
    #[error("the computation failed: {0}")]
    Compute(#[from] candle_core::Error),
    #[error("the text could not be encoded: {0}")]
    Encode(String),
    #[error("the tokenizer cannot be used: {0}")]
    Tokenizer(String),
}

impl Error {
    /// A stable name for scripts; never changes once published.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => "not_found",
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                "no_space"
            }
            Self::Io { .. } => "io",
            Self::NotEmpty { .. } => "not_empty",
            Self::InUse { .. } => "in_use",
            Self::NoSpace { .. } => "no_space",
            Self::NotACheckpoint { .. } => "not_a_checkpoint",
            Self::Damaged { .. } => "damaged_checkpoint",
            Self::Unsupported { .. } => "unsupported_checkpoint",
            Self::OutOfRange { .. } | Self::TokenOutOfRange { .. } => "out_of_range",
            Self::EmptyPrompt => "empty_prompt",
            Self::PromptTooLong { .. } => "prompt_too_long",
            Self::NoRoom { .. } => "no_room",
            Self::UnknownToken { .. } => "unknown_token",
            Self::NotANumber { .. } => "not_a_number",
            Self::NothingToSample => "nothing_to_sample",
            Self::BadMessages(_) => "bad_messages",
            Self::NotOfTemplate { .. } => "usage",
            Self::NoChatTemplate | Self::ChatTemplate(_) => "chat_template",
            Self::UnknownStage { .. } => "unknown_stage",
            Self::NotARun { .. } => "not_a_run",
            Self::NoModel => "no_model",
            Self::ModelChanged => "model_changed",
            Self::RowGone => "row_gone",
            Self::NotAdmitted(_) => "licence_required",
            Self::LoadCancelled | Self::RunCancelled | Self::ConversionCancelled => "cancelled",
            Self::OutOfMemory { .. } | Self::GpuMemory { .. } => "out_of_memory",
            Self::NoGpu(_) => "no_device",
            Self::Gpu(_) => "gpu_failed",
            Self::Panicked(_) | Self::Closed => "engine_failed",
            Self::Compute(_) => "compute_failed",
            Self::Encode(_) => "encode_failed",
            Self::Tokenizer(_) => "unusable_tokenizer",
        }
    }

    /// What to do next, where that is not plain from the message.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotACheckpoint { .. } => Some("open a .nemo file or a Hugging Face folder"),
            Self::Damaged { .. } => Some("the file may be incomplete: copy or download it again"),
            Self::NotEmpty { .. } => Some("name a folder that is empty or not there yet"),
            Self::NoSpace { .. } => Some("make room, or write to another disk"),
            Self::EmptyPrompt => Some("write a prompt, or add the beginning-of-sequence token"),
            Self::PromptTooLong { .. } => Some("shorten the prompt"),
            Self::NoRoom { .. } => Some("shorten the prompt or ask for fewer tokens"),
            Self::BadMessages(_) => {
                Some("system first, if at all, then user and assistant in turn, and user last")
            }
            Self::NoChatTemplate | Self::ChatTemplate(_) => Some("choose another template"),
            Self::NotARun { .. } => Some("only a run that the app exported can be replayed"),
            Self::ModelChanged => Some("generate again"),
            Self::RowGone => Some("look at the next token again"),
            Self::NothingToSample => Some("ban fewer tokens"),
            Self::NoGpu(_) => Some("leave --device out to use what there is"),
            Self::GpuMemory { .. } => {
                Some("close what else uses the GPU, or compute on the CPU: --device cpu")
            }
            Self::OutOfMemory { .. } => Some("close other programs or open a smaller model"),
            Self::Panicked(_) | Self::Gpu(_) => Some("the text is safe; open the model again"),
            _ => None,
        }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

/// An error as it travels to the window and to scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Problem {
    pub kind: String,
    pub message: String,
    pub hint: Option<String>,
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind().to_owned(),
            message: error.to_string(),
            hint: error.hint().map(str::to_owned),
        }
    }
}
