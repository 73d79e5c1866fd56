//! What could come next, and what the settings make of it.

use engine::{ChatForm, GenerationRequest, Look, Problem, SamplingSettings};
use sessions::{Id, Kind};
use tauri::State;

use super::{Outcome, ask};
use crate::App;
use crate::chat::{Turns, ask as ask_model};
use crate::run::{spans, unhurried, until};

/// The likeliest tokens before the settings and after them that are told of each.
const LISTED: usize = 20;

/// What could follow a place of the document, or its end; in a chat the next token of the answer,
/// for which as many turns are left out as for one of `max_tokens`.
#[tauri::command]
pub(crate) async fn look(
    app: State<'_, App>,
    session: Id,
    at: Option<usize>,
    form: ChatForm,
    sampling: SamplingSettings,
    seed: Option<u64>,
    max_tokens: u32,
) -> Outcome<Look> {
    let model = app.model().await?;
    let hash = model.sha256.clone();
    let (turns, chat) = ask(&app.sessions, move |store| {
        let chat = store.document(session)?.kind == Kind::Chat;
        Ok((Turns::read(store, session, &hash)?, chat))
    })
    .await?;
    let prompt = if chat {
        let engine = app.engine.clone();
        let asked =
            unhurried(move || ask_model(&engine, &model, &turns, &form, None, max_tokens)).await;
        asked.map_err(|error| Problem::from(&error))?.prompt.spans
    } else {
        spans(&until(turns.pieces, at))
    };
    // A step needs room for a token.
    let max_tokens = Some(1);
    let request = GenerationRequest { prompt, sampling, seed, max_tokens, ..Default::default() };
    let looked = app.engine.look(request, LISTED).await;
    looked.map_err(|error| Problem::from(&error))
}

/// The same place by other settings; the model is not asked.
#[tauri::command]
pub(crate) async fn look_again(
    app: State<'_, App>,
    row: u64,
    sampling: SamplingSettings,
    seed: u64,
) -> Outcome<Look> {
    let engine = app.engine.clone();
    let looked = unhurried(move || engine.look_again(row, &sampling, seed, LISTED)).await;
    looked.map_err(|error| Problem::from(&error))
}
