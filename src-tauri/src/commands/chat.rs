//! Chats: what is said, answered, and put to the model for that.

use engine::{ChatForm, GenerationEvent, GenerationRequest, Problem, PromptPart, Role, Template};
use serde::{Deserialize, Serialize};
use sessions::{Begun, Document, Id, Kind, NewSession, Store, WrittenToken};
use tauri::State;
use tauri::ipc::Channel;
use ts_rs::TS;

use super::document::{OpenSession, opened};
use super::{Outcome, ask, models};
use crate::chat::{Asked, BETWEEN, Turns, ask as ask_model};
use crate::run::{SessionRun, unhurried};
use crate::{App, stream};

/// The prompt that would ask for the next answer.
#[derive(Serialize, TS)]
pub(crate) struct ChatPrompt {
    /// The one that is meant, where the form leaves it to the model.
    template: Template,
    parts: Vec<PromptPart>,
    /// Who says each message.
    roles: Vec<Role>,
    tokens: u32,
    /// How many of the oldest turns no longer fit and are left out.
    folded: u32,
    /// What ends an answer.
    stop: Vec<String>,
}

/// Adds what the user says.
#[tauri::command]
pub(crate) async fn say(app: State<'_, App>, session: Id, text: String) -> Outcome<Document> {
    ask(&app.sessions, move |store| {
        let last = store.document(session)?.pieces.pop();
        match last.filter(|piece| piece.role == sessions::Role::User) {
            // Nobody has answered yet.
            Some(last) => {
                let text = format!("{}{BETWEEN}{text}", last.text);
                store.edit_turn(session, last.node, &text)?;
            }
            None => drop(store.add_turn(session, sessions::Role::User, &text)?),
        }
        store.document(session)
    })
    .await
}

/// Gives a turn another text: on a branch of its own if something has come of it.
#[tauri::command]
pub(crate) async fn edit_turn(
    app: State<'_, App>,
    session: Id,
    node: Id,
    text: String,
) -> Outcome<Document> {
    ask(&app.sessions, move |store| {
        store.edit_turn(session, node, &text)?;
        store.document(session)
    })
    .await
}

/// Where an answer begins: without anything behind what was said last, or with the last answer.
#[derive(Deserialize, TS)]
pub(crate) struct AnswerStart {
    /// Behind this turn instead.
    pub(crate) after: Option<Id>,
    /// In the place of everything from this byte of the chat on.
    pub(crate) at: Option<usize>,
    /// Behind a token that somebody has chosen.
    pub(crate) token: Option<WrittenToken>,
}

/// Answers what the user has said; after an answer, goes on with it. The request's own prompt is
/// not looked at. Resolves with the document when the answer is over.
#[tauri::command]
pub(crate) async fn answer(
    app: State<'_, App>,
    session: Id,
    start: AnswerStart,
    form: ChatForm,
    request: GenerationRequest,
    on_begun: Channel<Begun>,
    on_events: Channel<Vec<GenerationEvent>>,
) -> Outcome<Document> {
    let (mut kept, run) =
        SessionRun::answer(&app, session, start, &form, request, &on_begun).await?;
    let outcome = stream::forward(run, &on_events, |events| kept.take(events)).await;
    kept.end(outcome).await
}

/// The exact prompt for the next answer, with what the user is about to say.
#[tauri::command]
pub(crate) async fn chat_prompt(
    app: State<'_, App>,
    session: Id,
    form: ChatForm,
    draft: Option<String>,
    max_tokens: u32,
) -> Outcome<ChatPrompt> {
    let model = app.model().await?;
    let hash = model.sha256.clone();
    let turns = ask(&app.sessions, move |store| Turns::read(store, session, &hash)).await?;
    let engine = app.engine.clone();
    let prompt = unhurried(move || {
        let asked = ask_model(&engine, &model, &turns, &form, draft.as_deref(), max_tokens)?;
        let Asked { conversation, prompt } = asked;
        let parts = prompt.parts(&*engine.tokenizer()?)?;
        Ok(ChatPrompt {
            template: prompt.template,
            tokens: parts.iter().map(|part| part.tokens.len() as u32).sum(),
            parts,
            roles: conversation.messages.iter().map(|message| message.role).collect(),
            folded: prompt.folded as u32,
            stop: prompt.stop,
        })
    });
    prompt.await.map_err(|error| Problem::from(&error))
}

/// Begins a completion with the exact prompt of a chat.
#[tauri::command]
pub(crate) async fn open_as_completion(
    app: State<'_, App>,
    session: Id,
    form: ChatForm,
    max_tokens: u32,
) -> Outcome<OpenSession> {
    let prompt = chat_prompt(app.clone(), session, form, None, max_tokens).await?;
    let text: String = prompt.parts.into_iter().map(|part| part.text).collect();
    let open = ask(&app.sessions, move |store| completion(store, session, &text)).await?;
    app.remember(open.session());
    Ok(open)
}

fn completion(store: &mut Store, chat: Id, text: &str) -> sessions::Result<OpenSession> {
    let summary = store.summary(chat)?;
    let (title, folder) = (summary.title, summary.folder);
    let session = store.create(&NewSession { kind: Kind::Completion, title, folder })?;
    store.edit(session, 0..0, text)?;
    let settings = store.settings(chat)?;
    store.set_settings(session, &settings)?;
    opened(store, session)
}

/// Opens a link of an answer in the browser. The window has asked the user first.
#[tauri::command]
pub(crate) async fn open_link(link: String) -> Outcome<()> {
    let known = ["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
    if known {
        return models::open_link(&link);
    }
    Err(Problem {
        kind: "usage".to_owned(),
        message: "only links to pages and mail addresses are opened".to_owned(),
        hint: None,
    })
}
