//! `nemotron models`.

use std::fmt::Write;
use std::process::ExitCode;

use engine::Checkpoint;
use hub::{Acceptance, Catalogue, Environment, Model};
use serde_json::{Value, json};

use crate::arguments::Models;
use crate::error::CliError;
use crate::{model, output};

pub(crate) fn run(arguments: &Models) -> Result<ExitCode, CliError> {
    let accepted = model::hub().licences.accepted()?;
    let models = &Catalogue::get().models;
    if arguments.json {
        let described = models.iter().map(|model| described(model, &accepted));
        let models = described.collect::<Result<Vec<Value>, _>>()?;
        output::json_line(&json!({ "models": models }))?;
    } else {
        output::text(&table(models, &accepted))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One entry of the list, in the form that scripts read.
fn described(model: &Model, accepted: &[Acceptance]) -> Result<Value, CliError> {
    let document = Catalogue::get().document(model);
    let presence = model::hub().presence(model, &Environment::get())?;
    let checkpoint = presence.path().and_then(|path| Checkpoint::open(&path).ok());
    Ok(json!({
        "name": model.name,
        "repo": model.repo,
        "gated": model.gated,
        "licence": {
            "name": document.name,
            "link": document.link,
            "accepted": is_accepted(model, accepted),
        },
        "installed": presence.verified_at().is_some(),
        "path": presence.path(),
        "format": checkpoint.map(|checkpoint| checkpoint.format),
        "size_bytes": presence.bytes(),
        "revision": presence.commit(),
        "verified_at": presence.verified_at(),
    }))
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
