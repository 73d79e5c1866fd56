//! Text from the command line, a file or standard input, byte for byte.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use engine::PromptSpan;

/// Thousands of times the longest context; more is a device that never ends.
const MAX_TEXT_BYTES: u64 = 64 << 20;

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

pub(crate) fn from_file(path: &Path) -> Result<String, CliError> {
    let file = File::open(path);
    let file = file.map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    read(file, path)
}

pub(crate) fn from_stdin() -> Result<String, CliError> {
    read(std::io::stdin().lock(), Path::new("standard input"))
}

fn read(from: impl Read, name: &Path) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = from.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|source| CliError::Read { path: name.to_owned(), source })?;
    let source_name = name.display().to_string();
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return Err(CliError::TooLong { source_name, limit: MAX_TEXT_BYTES });
    }
    utf8(bytes, &source_name)
}

fn utf8(bytes: Vec<u8>, source_name: &str) -> Result<String, CliError> {
    String::from_utf8(bytes).map_err(|error| CliError::NotUtf8 {
        source_name: source_name.to_owned(),
        position: error.utf8_error().valid_up_to(),
    })
}
