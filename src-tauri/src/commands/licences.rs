//! The licence gate: what can be accepted, what was, and opening what was refused for want of it.

use std::path::{Path, PathBuf};

use ::engine::Problem;
use hub::{Acceptance, Card, Catalogue, Document, Environment, Record};
use serde::Serialize;
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt;
use ts_rs::TS;

use super::Outcome;
use super::models::open_link;
use crate::App;

/// No licence has as many bytes.
const MOST_BYTES: u64 = 16 << 20;

/// A model whose licence can be accepted.
#[derive(Serialize, TS)]
pub(crate) struct LicenceChoice {
    model: String,
    repo: String,
    title: String,
    purpose: String,
    document: Document,
    #[ts(type = "number")]
    weight_bytes: u64,
    card: Option<Card>,
}

/// The text of a licence, as a file of the user's.
#[derive(Serialize, TS)]
pub(crate) struct LicenceCopy {
    path: PathBuf,
    name: String,
    sha256: String,
}

/// The gated models; conversions of one count as that one. Only this one, if it is a repository
/// outside the catalogue.
#[tauri::command]
pub(crate) async fn licence_choices(model: Option<String>) -> Outcome<Vec<LicenceChoice>> {
    let catalogue = Catalogue::get();
    if let Some(repo) = model.filter(|name| catalogue.find(name).is_none()) {
        return foreign(repo).map(|choice| vec![choice]);
    }
    let gated = catalogue.models.iter().filter(|model| model.gated && model.record() == model.name);
    let choice = |model: &hub::Model| LicenceChoice {
        model: model.name.clone(),
        repo: model.repo.clone(),
        title: model.title.clone(),
        purpose: model.purpose.clone(),
        document: catalogue.document(model),
        weight_bytes: model.weight_bytes,
        card: model.card.clone(),
    };
    Ok(gated.map(choice).collect())
}

fn foreign(repo: String) -> Outcome<LicenceChoice> {
    let subject = Catalogue::get().subject(&repo).map_err(problem)?;
    let (model, title, document) = (subject.model, subject.title, subject.document);
    let (purpose, weight_bytes, card) = (String::new(), 0, None);
    Ok(LicenceChoice { model, repo, title, purpose, document, weight_bytes, card })
}

/// Opens the licence's official text in the browser.
#[tauri::command]
pub(crate) async fn open_licence_text(model: String) -> Outcome<()> {
    let link = Catalogue::get().subject(&model).map_err(problem)?.document.link;
    open_link(&link)
}

/// Asks for a copy of the text. Null: nothing was chosen.
#[tauri::command]
pub(crate) async fn choose_licence_copy<R: Runtime>(
    handle: AppHandle<R>,
) -> Outcome<Option<LicenceCopy>> {
    let (answer, chosen) = tokio::sync::oneshot::channel();
    // The window may have gone away meanwhile.
    let dialog = handle.dialog().file().set_title("Choose a copy of the licence");
    dialog.pick_file(|file| drop(answer.send(file)));
    let file = chosen.await.ok().flatten().and_then(|file| file.into_path().ok());
    let Some(path) = file else { return Ok(None) };
    let sha256 = hub::sha256(&text(&path)?);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some(LicenceCopy { path, name, sha256 }))
}

/// Keeps a record that the user accepts the licence of a model, and which copy of it was read.
#[tauri::command]
pub(crate) async fn accept_licence(
    app: State<'_, App>,
    model: String,
    copy: Option<PathBuf>,
) -> Outcome<Acceptance> {
    let subject = Catalogue::get().subject(&model).map_err(problem)?;
    let text = copy.as_deref().map(text).transpose()?;
    app.hub.accept(&subject, text.as_deref(), &Environment::get()).map_err(problem)
}

/// Takes an acceptance back. A model that may not be loaded now gives way to the built-in one.
#[tauri::command]
pub(crate) async fn withdraw_licence(app: State<'_, App>, model: String) -> Outcome<()> {
    app.hub.licences.withdraw(&model).map_err(problem)?;
    app.downloads.pause_all_of(&model).await;
    app.leave_what_is_refused().await.map_err(|error| Problem::from(&error))
}

/// Everything that was accepted here, and what was withdrawn.
#[tauri::command]
pub(crate) async fn licences(app: State<'_, App>) -> Outcome<Vec<Record>> {
    app.hub.licences.all().map_err(problem)
}

/// Loads the model that was refused last. False: none was.
#[tauri::command]
pub(crate) async fn open_refused_model(app: State<'_, App>) -> Outcome<bool> {
    let Some(path) = app.refused() else { return Ok(false) };
    app.load(path.clone(), None).await.map_err(|error| Problem::from(&error))?;
    app.remember_model(Some(path));
    Ok(true)
}

fn text(path: &Path) -> Outcome<Vec<u8>> {
    let failed = |source| problem(hub::Error::Io { path: path.to_owned(), source });
    if std::fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
        return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
    }
    std::fs::read(path).map_err(failed)
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
pub(crate) fn problem(error: hub::Error) -> Problem {
    Problem { kind: error.kind().to_owned(), message: error.to_string(), hint: next_step(&error) }
}

/// What the window offers beside it is a button, not a command line.
fn next_step(error: &hub::Error) -> Option<String> {
    match error {
        hub::Error::LicenceRequired { .. } | hub::Error::TokenMissing { .. } => None,
        hub::Error::Interrupted { .. } => {
            Some("what was fetched is kept, and goes on from there".into())
        }
        _ => error.hint(),
    }
}
