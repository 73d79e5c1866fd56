//! The sessions there are: listing, finding, sorting and throwing them away.

use serde::Serialize;
use sessions::{
    Folder, Id, ListRequest, Notice, SaveState, SearchPage, SearchRequest, SessionPage,
    SessionSummary, Store, Tag,
};
use tauri::State;
use tauri::ipc::Channel;
use ts_rs::TS;

use super::{Outcome, ask};
use crate::App;

/// Whether everything is on the disk, and what the user has to be told about the files.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct Saving {
    state: SaveState,
    notices: Vec<Notice>,
    /// Why what is written now is not kept when the app closes; null otherwise.
    problem: Option<engine::Problem>,
}

/// Sends the state of saving now and after every change, until the window is gone.
#[tauri::command]
pub(crate) fn watch_saving(app: State<'_, App>, on_change: Channel<Saving>) {
    let (mut state, mut notices) = (app.sessions.state(), app.sessions.notices());
    let (problem, settings) = (app.sessions_problem.clone(), app.settings_notice.clone());
    tauri::async_runtime::spawn(async move {
        loop {
            let now = Saving {
                state: state.borrow_and_update().clone(),
                notices: settings.iter().chain(&*notices.borrow_and_update()).cloned().collect(),
                problem: problem.clone(),
            };
            let told = on_change.send(now).is_ok();
            let changed = tokio::select! {
                state = state.changed() => state,
                notices = notices.changed() => notices,
            };
            if !told || changed.is_err() {
                return;
            }
        }
    });
}

/// A page of the list: pinned ones first, then those changed last.
#[tauri::command]
pub(crate) async fn list_sessions(
    app: State<'_, App>,
    request: ListRequest,
) -> Outcome<SessionPage> {
    ask(&app.sessions, move |store| store.list(&request)).await
}

/// Sessions with all of some words in title or text.
#[tauri::command]
pub(crate) async fn search_sessions(
    app: State<'_, App>,
    request: SearchRequest,
) -> Outcome<SearchPage> {
    ask(&app.sessions, move |store| store.search(&request)).await
}

/// A session as the list shows it.
#[tauri::command]
pub(crate) async fn session_summary(app: State<'_, App>, session: Id) -> Outcome<SessionSummary> {
    ask(&app.sessions, move |store| store.summary(session)).await
}

/// Names a session; null: by its beginning.
#[tauri::command]
pub(crate) async fn rename_session(
    app: State<'_, App>,
    session: Id,
    title: Option<String>,
) -> Outcome<()> {
    ask(&app.sessions, move |store| store.rename(session, title.as_deref())).await
}

/// Puts a session into a folder; null: into none.
#[tauri::command]
pub(crate) async fn move_session(
    app: State<'_, App>,
    session: Id,
    folder: Option<Id>,
) -> Outcome<()> {
    ask(&app.sessions, move |store| store.put_into(session, folder)).await
}

/// Keeps a session at the top of the list, or not.
#[tauri::command]
pub(crate) async fn pin_session(app: State<'_, App>, session: Id, pinned: bool) -> Outcome<()> {
    ask(&app.sessions, move |store| store.pin(session, pinned)).await
}

/// Moves a session out of the way, or back.
#[tauri::command]
pub(crate) async fn archive_session(
    app: State<'_, App>,
    session: Id,
    archived: bool,
) -> Outcome<()> {
    ask(&app.sessions, move |store| store.archive(session, archived)).await
}

/// Throws a session away: it can be restored for 30 days.
#[tauri::command]
pub(crate) async fn trash_session(app: State<'_, App>, session: Id) -> Outcome<()> {
    ask(&app.sessions, move |store| store.trash(session)).await
}

/// Takes a session out of the trash.
#[tauri::command]
pub(crate) async fn restore_session(app: State<'_, App>, session: Id) -> Outcome<()> {
    ask(&app.sessions, move |store| store.restore(session)).await
}

/// Deletes a session at once and for ever.
#[tauri::command]
pub(crate) async fn delete_session(app: State<'_, App>, session: Id) -> Outcome<()> {
    ask(&app.sessions, move |store| store.delete_forever(session)).await
}

/// Deletes everything in the trash for ever; how many sessions there were.
#[tauri::command]
pub(crate) async fn empty_trash(app: State<'_, App>) -> Outcome<u32> {
    ask(&app.sessions, Store::empty_trash).await
}

/// A copy of a session with its whole tree.
#[tauri::command]
pub(crate) async fn duplicate_session(app: State<'_, App>, session: Id) -> Outcome<Id> {
    ask(&app.sessions, move |store| store.duplicate(session)).await
}

/// Replaces the tags of a session.
#[tauri::command]
pub(crate) async fn tag_session(
    app: State<'_, App>,
    session: Id,
    tags: Vec<String>,
) -> Outcome<()> {
    ask(&app.sessions, move |store| store.set_tags(session, &tags)).await
}

/// Every tag in use.
#[tauri::command]
pub(crate) async fn tags(app: State<'_, App>) -> Outcome<Vec<Tag>> {
    ask(&app.sessions, |store| store.tags()).await
}

/// Every folder.
#[tauri::command]
pub(crate) async fn folders(app: State<'_, App>) -> Outcome<Vec<Folder>> {
    ask(&app.sessions, |store| store.folders()).await
}

/// Makes a folder, inside another or not.
#[tauri::command]
pub(crate) async fn create_folder(
    app: State<'_, App>,
    name: String,
    parent: Option<Id>,
) -> Outcome<Id> {
    ask(&app.sessions, move |store| store.create_folder(&name, parent)).await
}

/// Names a folder.
#[tauri::command]
pub(crate) async fn rename_folder(app: State<'_, App>, folder: Id, name: String) -> Outcome<()> {
    ask(&app.sessions, move |store| store.rename_folder(folder, &name)).await
}

/// Puts a folder into another; null: into none.
#[tauri::command]
pub(crate) async fn move_folder(
    app: State<'_, App>,
    folder: Id,
    parent: Option<Id>,
) -> Outcome<()> {
    ask(&app.sessions, move |store| store.move_folder(folder, parent)).await
}

/// Takes a folder away; what was in it is in none then.
#[tauri::command]
pub(crate) async fn delete_folder(app: State<'_, App>, folder: Id) -> Outcome<()> {
    ask(&app.sessions, move |store| store.delete_folder(folder)).await
}
