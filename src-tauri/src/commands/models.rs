//! The models of the catalogue: where they are, whether they are whole, and opening them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ::engine::{LoadProgress, Problem};
use hub::{Acceptance, Catalogue, Environment, Hub, Installed, MAIN, Model, Presence, Snapshot};
use serde::Serialize;
use tauri::State;
use tauri::ipc::Channel;
use ts_rs::TS;

use super::Outcome;
use super::licences::problem;
use crate::App;

/// What comes from repositories outside the catalogue.
const OTHERS: &str = "Others";
/// Between two reports of how far the reading is.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// A model of the catalogue.
#[derive(Serialize, TS)]
pub(crate) struct ModelEntry {
    name: String,
    /// The name under which its licence is kept.
    record: String,
    title: String,
    family: String,
    purpose: String,
    licence: String,
    gate: ModelGate,
    /// Of what is here, else of the weights in bfloat16.
    #[ts(type = "number")]
    weight_bytes: u64,
    presence: ModelPresence,
    verified_at: Option<String>,
    /// 40 hexadecimal digits.
    commit: Option<String>,
}

/// Whether its licence has to be accepted here.
#[derive(Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModelGate {
    None,
    Required,
    Accepted,
}

#[derive(Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModelPresence {
    Absent,
    Fetched,
    Installed,
}

/// The models of the catalogue, and which of them are on this disk.
#[tauri::command]
pub(crate) async fn list_models(app: State<'_, App>) -> Outcome<Vec<ModelEntry>> {
    let accepted = app.hub.licences.accepted().map_err(problem)?;
    let environment = Environment::get();
    let models = Catalogue::get().models.iter();
    let known = models.map(|model| entry(&app.hub, model, &accepted, &environment));
    let mut entries = known.collect::<hub::Result<Vec<_>>>().map_err(problem)?;
    let installed = app.hub.library.installed().map_err(problem)?.into_iter();
    let others = installed.filter(|model| Catalogue::get().find(&model.repo).is_none());
    entries.extend(others.map(|model| other(model, &accepted)));
    Ok(entries)
}

/// A model from a repository outside the catalogue.
fn other(model: Installed, accepted: &[Acceptance]) -> ModelEntry {
    let record = model.repo.to_ascii_lowercase();
    let accepted = accepted.iter().any(|acceptance| acceptance.model == record);
    ModelEntry {
        weight_bytes: model.bytes(),
        licence: format!("the licence of {}", model.repo),
        title: model.repo.clone(),
        name: model.repo,
        record,
        family: OTHERS.to_owned(),
        purpose: String::new(),
        gate: match (accepted, model.gated) {
            (true, _) => ModelGate::Accepted,
            (false, true) => ModelGate::Required,
            (false, false) => ModelGate::None,
        },
        presence: ModelPresence::Installed,
        verified_at: Some(model.verified_at),
        commit: Some(model.commit),
    }
}

fn entry(
    hub: &Hub,
    model: &Model,
    accepted: &[Acceptance],
    environment: &Environment,
) -> hub::Result<ModelEntry> {
    let presence = hub.presence(model, environment)?;
    Ok(ModelEntry {
        name: model.name.clone(),
        record: model.record().to_owned(),
        title: model.title.clone(),
        family: model.family.clone(),
        purpose: model.purpose.clone(),
        licence: Catalogue::get().document(model).name,
        gate: gate(model, accepted),
        weight_bytes: presence.bytes().unwrap_or(model.weight_bytes),
        verified_at: presence.verified_at().map(str::to_owned),
        commit: presence.commit().map(str::to_owned),
        presence: match presence {
            Presence::Absent => ModelPresence::Absent,
            Presence::Fetched(_) => ModelPresence::Fetched,
            Presence::Installed(_) => ModelPresence::Installed,
        },
    })
}

fn gate(model: &Model, accepted: &[Acceptance]) -> ModelGate {
    if accepted.iter().any(|record| record.model == model.record()) {
        ModelGate::Accepted
    } else if model.gated {
        ModelGate::Required
    } else {
        ModelGate::None
    }
}

/// Reads every byte of a model that was fetched; from then on it is installed.
#[tauri::command]
pub(crate) async fn check_model(
    app: State<'_, App>,
    name: String,
    on_progress: Channel<LoadProgress>,
) -> Outcome<()> {
    let snapshot = fetched(&app.hub, &name).map_err(problem)?;
    let (hub, checks) = (Arc::clone(&app.hub), Arc::clone(&app.checks));
    let begun = checks.load(Ordering::Relaxed);
    let mut report = reporter(snapshot.bytes(), on_progress);
    let reading = tokio::task::spawn_blocking(move || {
        hub.library.verify(&snapshot, &mut |read| {
            report(read);
            checks.load(Ordering::Relaxed) == begun
        })
    });
    let read = reading.await.map_err(|error| failed(&error.to_string()))?;
    read.map(drop).map_err(problem)
}

/// Ends the reading.
#[tauri::command]
pub(crate) fn stop_check(app: State<'_, App>) {
    app.checks.fetch_add(1, Ordering::Relaxed);
}

/// Loads an installed model.
#[tauri::command]
pub(crate) async fn open_known_model(app: State<'_, App>, name: String) -> Outcome<()> {
    let installed = installed(&app, &name)?;
    app.load(installed.path.clone(), None).await.map_err(|error| Problem::from(&error))?;
    app.remember_model(Some(installed.path));
    Ok(())
}

/// Opens a model's page in the browser.
#[tauri::command]
pub(crate) async fn open_model_page(name: String) -> Outcome<()> {
    let repo = Catalogue::get().find(&name).map_or(name.as_str(), |model| &model.repo);
    open_link(&format!("{}/{repo}", Environment::get().endpoint))
}

/// Deletes an installed model, and says how many bytes that frees.
#[tauri::command]
pub(crate) async fn delete_model(app: State<'_, App>, name: String) -> Outcome<u64> {
    let model = installed(&app, &name)?;
    app.leave(&model.path).await.map_err(|error| Problem::from(&error))?;
    let Some(cache) = Environment::get().cache else { return Ok(0) };
    app.hub.delete(&model, &cache).map_err(problem)
}

/// Shows an installed model in the system's file manager.
#[tauri::command]
pub(crate) async fn reveal_model(app: State<'_, App>, name: String) -> Outcome<()> {
    let path = installed(&app, &name)?.path;
    let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
    open::that_detached(folder).map_err(|source| Problem {
        kind: "io".to_owned(),
        message: format!("the file manager could not be opened: {source}"),
        hint: Some(format!("the model is in {}", folder.display())),
    })
}

fn installed(app: &App, name: &str) -> Outcome<Installed> {
    let found = app.hub.installed_as(name).map_err(problem)?;
    found.ok_or_else(|| problem(hub::Error::UnknownModel(name.to_owned())))
}

/// Opens a page in the browser.
pub(super) fn open_link(link: &str) -> Outcome<()> {
    open::that_detached(link).map_err(|source| Problem {
        kind: "io".to_owned(),
        message: format!("the browser could not be opened: {source}"),
        hint: Some(format!("copy the link and open it elsewhere: {link}")),
    })
}

/// What is here of a model: the commit that is installed, or the newest that was fetched.
fn fetched(hub: &Hub, name: &str) -> hub::Result<Snapshot> {
    let repo = Catalogue::get().find(name).map_or(name, |model| &model.repo);
    let installed = hub.installed_as(name)?;
    let commit = installed.as_ref().map_or(MAIN, |model| &model.commit);
    let cache = Environment::get().cache;
    let snapshot = cache.map(|cache| cache.snapshot(repo, commit)).transpose()?.flatten();
    snapshot.ok_or_else(|| hub::Error::Incomplete(repo.to_owned()))
}

/// Adds up what was read and says so now and then, and at the end.
fn reporter(bytes_total: u64, channel: Channel<LoadProgress>) -> impl FnMut(u64) {
    let (mut bytes_done, mut said) = (0, Instant::now());
    move |read| {
        bytes_done += read;
        if said.elapsed() >= REPORT_EVERY || bytes_done >= bytes_total {
            said = Instant::now();
            // A window that is gone needs no report.
            let _ = channel.send(LoadProgress { bytes_done, bytes_total });
        }
    }
}

pub(super) fn failed(message: &str) -> Problem {
    Problem { kind: "io".to_owned(), message: message.to_owned(), hint: None }
}
