//! `nemotron licence`.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use hub::{Catalogue, Environment, Record, Subject};
use serde_json::json;

use crate::arguments::{LicenceAccept, LicenceAction, LicenceList, LicenceShow, LicenceWithdraw};
use crate::error::CliError;
use crate::{model, output};

/// No licence has as many bytes.
const MOST_BYTES: u64 = 16 << 20;

pub(crate) fn run(action: &LicenceAction) -> Result<ExitCode, CliError> {
    match action {
        LicenceAction::Show(arguments) => show(arguments),
        LicenceAction::Accept(arguments) => accept(arguments),
        LicenceAction::Withdraw(arguments) => withdraw(arguments),
        LicenceAction::List(arguments) => list(arguments),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn show(arguments: &LicenceShow) -> Result<(), CliError> {
    let subject = Catalogue::get().subject(&arguments.model)?;
    let mut records = model::hub().licences.accepted()?;
    records.retain(|record| record.model == subject.model);
    let accepted = records.pop();
    if arguments.json {
        return output::json_line(&json!({
            "model": subject.model,
            "document": subject.document.name,
            "link": subject.document.link,
            "accepted": accepted.is_some(),
            "accepted_at": accepted.map(|record| record.accepted_at),
        }));
    }
    let state = match accepted {
        Some(record) => format!("accepted here by {} at {}", record.who, record.accepted_at),
        None => format!(
            "not accepted here\n\nRead it, and if you accept it: nemotron licence accept {} --yes",
            subject.model
        ),
    };
    output::text(&format!("{}\n{state}\n", readable(&subject)))
}

fn readable(subject: &Subject) -> String {
    let document = &subject.document;
    let rows = [
        ("model", &subject.title),
        ("licence", &document.name),
        ("text", &document.link),
        ("between", &format!("you and {}", document.party)),
    ];
    rows.map(|(name, value)| format!("{name:<10}{value}")).join("\n")
}

fn accept(arguments: &LicenceAccept) -> Result<(), CliError> {
    let subject = Catalogue::get().subject(&arguments.model)?;
    let text = arguments.document.as_deref().map(document).transpose()?;
    let record = model::hub().accept(&subject, text.as_deref(), &Environment::get())?;
    if arguments.json {
        return output::json_line(&Record { acceptance: record, withdrawn_at: None });
    }
    let told = format!("{}: accepted by {} at {}\n", record.model, record.who, record.accepted_at);
    output::text(&told)
}

fn document(path: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |source| CliError::Read { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
        let source_name = path.display().to_string();
        return Err(CliError::TooLong { source_name, limit: MOST_BYTES });
    }
    std::fs::read(path).map_err(failed)
}

fn withdraw(arguments: &LicenceWithdraw) -> Result<(), CliError> {
    let subject = Catalogue::get().subject(&arguments.model)?;
    model::hub().licences.withdraw(&subject.model)?;
    if arguments.json {
        return output::json_line(&json!({ "model": subject.model, "accepted": false }));
    }
    output::text(&format!("{}: withdrawn; it is not loaded any more\n", subject.model))
}

fn list(arguments: &LicenceList) -> Result<(), CliError> {
    let records = model::hub().licences.all()?;
    if arguments.json {
        return output::json_line(&json!({ "licences": records }));
    }
    let mut table = String::new();
    for Record { acceptance, withdrawn_at } in &records {
        let until = withdrawn_at.as_ref().map(|at| format!(", withdrawn {at}")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "{:<32}{}, {} by {}{until}",
            acceptance.model, acceptance.document, acceptance.accepted_at, acceptance.who
        );
    }
    output::text(if records.is_empty() { "nothing was accepted here\n" } else { &table })
}
