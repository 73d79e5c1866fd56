//! The document on the screen: a session as it is read, written, continued and taken back.

use engine::{GenerationEvent, GenerationRequest};
use serde::Serialize;
use serde_json::Value;
use sessions::{
    Begun, Branch, Document, Id, Kind, ListRequest, NewSession, Place, Standing, Store,
};
use tauri::State;
use tauri::ipc::Channel;
use ts_rs::TS;

use super::{Outcome, ask};
use crate::run::{SessionRun, spans};
use crate::{App, stream};

/// A session as it is opened.
#[derive(Serialize, TS)]
pub(crate) struct OpenSession {
    document: Document,
    title: Option<String>,
    /// The sampling settings it was left with, as the window wrote them; null for none.
    #[ts(type = "unknown")]
    settings: Value,
}

impl OpenSession {
    pub(crate) fn session(&self) -> Id {
        self.document.session
    }
}

pub(super) fn opened(store: &mut Store, session: Id) -> sessions::Result<OpenSession> {
    Ok(OpenSession {
        title: store.summary(session).ok().and_then(|summary| summary.title),
        settings: store.settings(session).unwrap_or_default(),
        document: store.document(session)?,
    })
}

/// Opens a session; without one, the one that was open last, the newest, or a first one.
#[tauri::command]
pub(crate) async fn open_session(app: State<'_, App>, session: Option<Id>) -> Outcome<OpenSession> {
    let last = app.settings().last_session;
    let open = ask(&app.sessions, move |store| match session {
        Some(session) => opened(store, session),
        None => resumed(store, last),
    })
    .await?;
    app.remember(open.session());
    Ok(open)
}

fn resumed(store: &mut Store, last: Option<Id>) -> sessions::Result<OpenSession> {
    let shelved = |store: &mut Store, id: Id| {
        store.summary(id).is_ok_and(|summary| summary.trashed_at.is_some())
    };
    if let Some(last) = last
        && !shelved(store, last)
        && let Ok(open) = opened(store, last)
    {
        return Ok(open);
    }
    let newest = store.list(&ListRequest { limit: 1, ..ListRequest::default() })?;
    match newest.sessions.first() {
        Some(newest) => opened(store, newest.id),
        None => created(store, Kind::Completion, None),
    }
}

fn created(store: &mut Store, kind: Kind, folder: Option<Id>) -> sessions::Result<OpenSession> {
    let session = store.create(&NewSession { kind, title: None, folder })?;
    opened(store, session)
}

/// Begins an empty session.
#[tauri::command]
pub(crate) async fn new_session(
    app: State<'_, App>,
    kind: Kind,
    folder: Option<Id>,
) -> Outcome<OpenSession> {
    let open = ask(&app.sessions, move |store| created(store, kind, folder)).await?;
    app.remember(open.session());
    Ok(open)
}

/// The document as it is now.
#[tauri::command]
pub(crate) async fn document(app: State<'_, App>, session: Id) -> Outcome<Document> {
    ask(&app.sessions, move |store| store.document(session)).await
}

/// Puts text in the place of a range, in bytes of UTF-8.
#[tauri::command]
pub(crate) async fn edit_document(
    app: State<'_, App>,
    session: Id,
    start: usize,
    end: usize,
    text: String,
) -> Outcome<Standing> {
    ask(&app.sessions, move |store| {
        store.edit(session, start..end, &text)?;
        store.standing(session)
    })
    .await
}

/// Takes back the last step.
#[tauri::command]
pub(crate) async fn undo(app: State<'_, App>, session: Id) -> Outcome<Document> {
    ask(&app.sessions, move |store| {
        store.undo(session)?;
        store.document(session)
    })
    .await
}

/// Does again what was taken back last.
#[tauri::command]
pub(crate) async fn redo(app: State<'_, App>, session: Id) -> Outcome<Document> {
    ask(&app.sessions, move |store| {
        store.redo(session)?;
        store.document(session)
    })
    .await
}

/// The whole tree, parents first.
#[tauri::command]
pub(crate) async fn branches(app: State<'_, App>, session: Id) -> Outcome<Vec<Branch>> {
    ask(&app.sessions, move |store| store.branches(session)).await
}

/// Makes a branch the document, to its end as it was left.
#[tauri::command]
pub(crate) async fn switch_branch(app: State<'_, App>, session: Id, node: Id) -> Outcome<Document> {
    ask(&app.sessions, move |store| {
        store.switch_to(session, node, true)?;
        store.document(session)
    })
    .await
}

/// Takes a branch and everything behind it out of the tree; undo brings it back.
#[tauri::command]
pub(crate) async fn delete_branch(app: State<'_, App>, session: Id, node: Id) -> Outcome<Document> {
    ask(&app.sessions, move |store| {
        store.delete_branch(session, node)?;
        store.document(session)
    })
    .await
}

/// Keeps the sampling settings that go with a session.
#[tauri::command]
pub(crate) async fn keep_settings(
    app: State<'_, App>,
    session: Id,
    settings: Value,
) -> Outcome<()> {
    ask(&app.sessions, move |store| store.set_settings(session, &settings)).await
}

/// How many tokens the document is, exactly as a run would encode it.
#[tauri::command]
pub(crate) async fn count_tokens(app: State<'_, App>, session: Id) -> Outcome<u32> {
    let model = app.model().await?.sha256;
    let pieces = ask(&app.sessions, move |store| store.prompt(session, &model)).await?;
    let engine = app.engine.clone();
    let counting =
        tauri::async_runtime::spawn_blocking(move || engine.count_tokens(&spans(&pieces)));
    let counted = counting.await.unwrap_or(Err(engine::Error::Closed));
    counted.map_err(|error| (&error).into())
}

/// Continues the document from a place; the request's own prompt is not looked at. Resolves with
/// the document when the run is over.
#[tauri::command]
pub(crate) async fn generate(
    app: State<'_, App>,
    session: Id,
    place: Place,
    request: GenerationRequest,
    on_begun: Channel<Begun>,
    on_events: Channel<Vec<GenerationEvent>>,
) -> Outcome<Document> {
    let (mut kept, run) = SessionRun::begin(&app, session, place, request, &on_begun).await?;
    let outcome = stream::forward(run, &on_events, |events| kept.take(events)).await;
    kept.end(outcome).await
}
