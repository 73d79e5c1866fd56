//! Text from the command line, a file or standard input, byte for byte.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

use engine::PromptSpan;

use crate::arguments::TextArguments;
use crate::error::CliError;

/// The text that was given, as a prompt; an empty one when there is none.
pub(crate) fn prompt(arguments: &TextArguments) -> Result<Vec<PromptSpan>, CliError> {
    let text = match (&arguments.prompt, &arguments.prompt_file, &arguments.stdin) {
        (Some(value), _, _) => from_argument(value)?,
        (_, Some(path), _) => from_file(path)?,
        (_, _, Some(_)) => from_stdin()?,
        _ => String::new(),
    };
    Ok(vec![PromptSpan::Text { text }])
}

fn from_argument(value: &OsStr) -> Result<String, CliError> {
    utf8(value.as_encoded_bytes().to_vec(), "--prompt")
}

fn from_file(path: &Path) -> Result<String, CliError> {
    let bytes =
        std::fs::read(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    utf8(bytes, &path.display().to_string())
}

pub(crate) fn from_stdin() -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|source| CliError::Read { path: "standard input".into(), source })?;
    utf8(bytes, "standard input")
}

fn utf8(bytes: Vec<u8>, source_name: &str) -> Result<String, CliError> {
    String::from_utf8(bytes).map_err(|error| CliError::NotUtf8 {
        source_name: source_name.to_owned(),
        position: error.utf8_error().valid_up_to(),
    })
}
