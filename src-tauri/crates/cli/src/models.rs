//! `nemotron models`.

use std::fmt::Write;
use std::process::ExitCode;

use engine::Checkpoint;
use hub::{Acceptance, Catalogue, Environment, Installed, Model, OpenedModel};
use serde_json::{Value, json};

use crate::arguments::Models;
use crate::error::CliError;
use crate::{model, output};

pub(crate) fn run(arguments: &Models) -> Result<ExitCode, CliError> {
    let accepted = model::hub().licences.accepted()?;
    let models = &Catalogue::get().models;
    if arguments.json {
        let known = models.iter().map(|model| described(model, &accepted));
        let mut models = known.collect::<Result<Vec<Value>, _>>()?;
        models.extend(others(&accepted)?);
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

/// What is installed from repositories outside the catalogue, and what was opened from the disk.
fn others(accepted: &[Acceptance]) -> Result<Vec<Value>, CliError> {
    let hub = model::hub();
    let foreign = |known: &Installed| Catalogue::get().find(&known.repo).is_none();
    let installed = hub.library.installed()?.into_iter().filter(foreign);
    let mut models: Vec<Value> = installed.map(|model| foreign_model(&model, accepted)).collect();
    for OpenedModel { path, gated } in hub.opened.all()? {
        let Ok(checkpoint) = Checkpoint::open(&path) else { continue };
        models.push(json!({
            "name": path.file_stem().unwrap_or_default().to_string_lossy(),
            "repo": null,
            "gated": gated,
            "licence": null,
            "installed": false,
            "path": path,
            "format": checkpoint.format,
            "size_bytes": std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file).map(|it| it.len()),
            "revision": null,
            "verified_at": null,
        }));
    }
    Ok(models)
}

fn foreign_model(model: &Installed, accepted: &[Acceptance]) -> Value {
    let record = model.repo.to_ascii_lowercase();
    let document = Catalogue::get().subject(&model.repo).ok().map(|subject| subject.document);
    let document = document.as_ref();
    json!({
        "name": model.repo,
        "repo": model.repo,
        "gated": model.gated,
        "licence": {
            "name": document.map(|document| &document.name),
            "link": document.map(|document| &document.link),
            "accepted": accepted.iter().any(|acceptance| acceptance.model == record),
        },
        "installed": true,
        "path": model.path,
        "format": Checkpoint::open(&model.path).ok().map(|checkpoint| checkpoint.format),
        "size_bytes": model.bytes(),
        "revision": model.commit,
        "verified_at": model.verified_at,
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
