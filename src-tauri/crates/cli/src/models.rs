//! `nemotron models`.

use std::fmt::Write;
use std::process::ExitCode;

use hub::{Acceptance, Catalogue, Model};
use serde_json::{Value, json};

use crate::arguments::Models;
use crate::error::CliError;
use crate::{model, output};

pub(crate) fn run(arguments: &Models) -> Result<ExitCode, CliError> {
    let accepted = model::hub().licences.accepted()?;
    let models = &Catalogue::get().models;
    if arguments.json {
        let models: Vec<Value> = models.iter().map(|model| described(model, &accepted)).collect();
        output::json_line(&json!({ "models": models }))?;
    } else {
        output::text(&table(models, &accepted))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// As CLI.md has it; nothing is installed until there are downloads.
fn described(model: &Model, accepted: &[Acceptance]) -> Value {
    let document = Catalogue::get().document(model);
    json!({
        "name": model.name,
        "repo": model.repo,
        "gated": model.gated,
        "licence": {
            "name": document.name,
            "link": document.link,
            "accepted": is_accepted(model, accepted),
        },
        "installed": false,
        "path": null,
        "format": null,
        "size_bytes": null,
        "revision": null,
        "verified_at": null,
    })
}

fn is_accepted(model: &Model, accepted: &[Acceptance]) -> bool {
    accepted.iter().any(|record| record.model == model.record())
}

fn table(models: &[Model], accepted: &[Acceptance]) -> String {
    let mut table =
        format!("{:<32}{:>9}  {:<14}{}\n", "NAME", "WEIGHTS", "LICENCE", "WHAT IT IS FOR");
    for model in models {
        let licence = match (model.gated, is_accepted(model, accepted)) {
            (_, true) => "accepted",
            (true, false) => "not accepted",
            (false, false) => "not asked for",
        };
        let size = output::gigabytes(model.weight_bytes);
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{:<32}{size:>9}  {licence:<14}{}", model.name, model.purpose);
    }
    table
}
