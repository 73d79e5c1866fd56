//! JSON from elsewhere, refused with the place that is wrong.

use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Reads JSON.
///
/// # Errors
/// [`Error::NotImportable`] with the place as a path, or as line and column where it is no JSON.
pub(crate) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    let mut input = serde_json::Deserializer::from_str(json);
    let read = serde_path_to_error::deserialize(&mut input).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.into_inner());
        let line = format!("line {}, column {}", inner.line(), inner.column());
        // Where JSON itself breaks off the path does too.
        let is_broken = path == "." || inner.is_eof() || path.ends_with('?');
        Error::refused(if is_broken { line } else { path }, message(&inner))
    })?;
    input.end().map_err(|error| {
        let line = format!("line {}, column {}", error.line(), error.column());
        Error::refused(line, message(&error))
    })?;
    Ok(read)
}

/// What is wrong, without the place that serde adds, and never longer than a line.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.replace(&place, "").chars().filter(|c| !c.is_control()).take(200).collect()
}
