//! `nemotron tokenize` and `nemotron detokenize`.

use std::process::ExitCode;

use serde_json::json;

use crate::arguments::{Detokenize, Tokenize};
use crate::error::CliError;
use crate::{model, output, text};

pub(crate) fn tokenize(arguments: &Tokenize) -> Result<ExitCode, CliError> {
    let tokenizer = model::tokenizer(&arguments.model.model)?;
    let input = text::from_stdin()?;
    let mut tokens: Vec<(u32, [usize; 2])> = Vec::new();
    if arguments.add_bos {
        tokens.extend(tokenizer.bos().map(|id| (id, [0, 0])));
    }
    let encoded = tokenizer.encode(&input)?;
    tokens.extend(encoded.into_iter().map(|t| (t.id, [t.bytes.start, t.bytes.end])));
    if arguments.model.json {
        let ids: Vec<u32> = tokens.iter().map(|(id, _)| *id).collect();
        let rows: Vec<_> = tokens
            .iter()
            .map(|(id, bytes)| json!({"id": id, "text": tokenizer.piece_text(*id), "bytes": bytes}))
            .collect();
        output::json_line(&json!({"ids": ids, "tokens": rows}))?;
    } else {
        let line = |(id, _): &(u32, _)| format!("{id:>6}  {:?}\n", tokenizer.piece_text(*id));
        output::text(&tokens.iter().map(line).collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn detokenize(arguments: &Detokenize) -> Result<ExitCode, CliError> {
    let tokenizer = model::tokenizer(&arguments.model.model)?;
    let ids: Vec<u32> = serde_json::from_str(&text::from_stdin()?).map_err(CliError::NotIds)?;
    let rows = tokenizer.pieces();
    if let Some(id) = ids.iter().find(|id| **id as usize >= rows) {
        return Err(engine::Error::UnknownToken { id: *id, rows }.into());
    }
    let decoded = tokenizer.decode(&ids);
    if arguments.model.json {
        output::json_line(&json!({ "text": decoded }))?;
    } else {
        output::text(&decoded)?;
    }
    Ok(ExitCode::SUCCESS)
}
