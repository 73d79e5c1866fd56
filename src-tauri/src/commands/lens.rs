//! What could come next, what could have stood in the place of a token, and what the settings make
//! of it.

use std::sync::Arc;

use engine::sampler::Fate;
use engine::{
    ChatForm, Gaze, GenerationRequest, Look, ModelInfo, Problem, PromptSpan, Recollection,
    SamplerStage, SamplingSettings, TokenText,
};
use serde::Serialize;
use sessions::{Id, Kind};
use tauri::State;
use ts_rs::TS;

use super::{Outcome, ask};
use crate::App;
use crate::chat::{Turns, ask as ask_model};
use crate::placed::{PlacedToken, Written, WrittenRun};
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
    looked(&app, prompt, Gaze::default(), sampling, seed).await
}

async fn looked(
    app: &App,
    prompt: Vec<PromptSpan>,
    gaze: Gaze,
    sampling: SamplingSettings,
    seed: Option<u64>,
) -> Outcome<Look> {
    // A step needs room for a token.
    let max_tokens = Some(1);
    let request = GenerationRequest { prompt, sampling, seed, max_tokens, ..Default::default() };
    let looked = app.engine.look(request, gaze, LISTED).await;
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

/// Every token of a completion; of a chat those of its answers.
#[tauri::command]
pub(crate) async fn tokens(app: State<'_, App>, session: Id) -> Outcome<Vec<PlacedToken>> {
    Ok(placed(&app, session, None).await?.1)
}

/// The document with its tokens, as a model reads it: the loaded one if no other is meant.
async fn placed(
    app: &App,
    session: Id,
    model: Option<String>,
) -> Outcome<(Arc<Written>, Vec<PlacedToken>)> {
    let hash = match model {
        Some(hash) => hash,
        None => app.model().await?.sha256,
    };
    let read = ask(&app.sessions, move |store| Written::read(store, session, &hash)).await?;
    let (written, engine) = (Arc::new(read), app.engine.clone());
    let document = written.clone();
    let placing = unhurried(move || document.tokens(&*engine.tokenizer()?)).await;
    Ok((written, placing.map_err(|error| Problem::from(&error))?))
}

/// What could have stood in the place of the token that begins at a byte of the document: by the
/// very ids that were in front of it, and by the draw that took it if a run wrote it.
#[tauri::command]
pub(crate) async fn look_at(
    app: State<'_, App>,
    session: Id,
    start: usize,
    sampling: SamplingSettings,
    seed: Option<u64>,
) -> Outcome<Look> {
    let (written, tokens) = placed(&app, session, None).await?;
    let at = tokens.iter().position(|token| token.start == start).ok_or_else(gone)?;
    let own = of_run(&written, &tokens, at);
    let (prompt, lane, step, seed) = match own {
        Some((run, step)) => {
            let (own_seed, lane) = run.draws();
            let ids = [&run.prompt[..], &run.written[..step as usize]].concat();
            (vec![PromptSpan::Tokens { ids }], lane, step, Some(own_seed))
        }
        None if written.chat => return Err(gone()),
        None => {
            let ids = tokens[..at].iter().flat_map(|token| token.ids.clone()).collect();
            (vec![PromptSpan::Tokens { ids }], 0, 0, seed)
        }
    };
    let gaze = Gaze { token: tokens[at].ids.first().copied(), lane, step };
    looked(&app, prompt, gaze, sampling, seed).await
}

/// The run that wrote a token, and which of its tokens it is.
fn of_run(written: &Written, tokens: &[PlacedToken], at: usize) -> Option<(WrittenRun, u32)> {
    let (run, step) = (tokens[at].run?, tokens[at].step?);
    let until = tokens[..=at].iter().filter(|token| token.run == Some(run));
    let ids: Vec<u32> = until.flat_map(|token| token.ids.clone()).collect();
    Some((written.run(run, &ids)?, step))
}

fn gone() -> Problem {
    Problem {
        kind: "unknown_token".to_owned(),
        message: "the text before this token is not what it was written after".to_owned(),
        hint: None,
    }
}

/// A token of a text with how likely the model found it.
#[derive(Serialize, TS)]
pub(crate) struct ScoredToken {
    /// Bytes of the document's text.
    start: usize,
    end: usize,
    id: u32,
    text: String,
    /// Natural logarithm; null for the first token of a sequence.
    logprob: Option<f32>,
    /// Its place among all tokens by likelihood, from 1.
    rank: Option<u32>,
}

/// How surprising a text is, token by token.
#[derive(Serialize, TS)]
pub(crate) struct Surprise {
    tokens: Vec<ScoredToken>,
    sum_logprob: f64,
    /// Null when nothing was judged.
    perplexity: Option<f64>,
    /// Passes over the text; more than one when it is longer than the context.
    windows: u32,
}

/// Scores a completion, or what a run wrote: one pass of the model.
#[tauri::command]
pub(crate) async fn surprise(
    app: State<'_, App>,
    session: Id,
    run: Option<Id>,
) -> Outcome<Surprise> {
    let (written, tokens) = placed(&app, session, None).await?;
    let Some(run) = run else {
        return scored(&app, Vec::new(), tokens).await;
    };
    let first = |token: &PlacedToken| token.run == Some(run) && token.step == Some(0);
    let at = tokens.iter().position(first).ok_or_else(gone)?;
    let (of, _) = of_run(&written, &tokens, at).ok_or_else(gone)?;
    let own = |token: &PlacedToken| token.run == Some(run) && token.step.is_some();
    scored(&app, of.prompt, tokens.into_iter().filter(own).collect()).await
}

async fn scored(app: &App, before: Vec<u32>, tokens: Vec<PlacedToken>) -> Outcome<Surprise> {
    let behind = tokens.iter().flat_map(|token| token.ids.iter().copied());
    let ids: Vec<u32> = before.iter().copied().chain(behind).collect();
    let score = app.engine.score(vec![PromptSpan::Tokens { ids }], false).await;
    let score = score.map_err(|error| Problem::from(&error))?;
    let mut judged = score.tokens[before.len()..].iter().map(|token| token.judged);
    let mut logprobs = Vec::new();
    let of_token = |PlacedToken { start, end, ids, text, .. }: PlacedToken| {
        let parts: Vec<(f32, u32)> = judged.by_ref().take(ids.len()).flatten().collect();
        let logprob = (!parts.is_empty()).then(|| parts.iter().map(|part| part.0).sum());
        logprobs.extend(parts.iter().map(|part| f64::from(part.0)));
        let rank = parts.iter().map(|part| part.1).max();
        ScoredToken { start, end, id: ids.first().copied().unwrap_or(0), text, logprob, rank }
    };
    let tokens = tokens.into_iter().map(of_token).collect();
    let (sum_logprob, count) = (logprobs.iter().sum::<f64>() + 0.0, logprobs.len());
    let perplexity = (count > 0).then(|| (-sum_logprob / count as f64).exp());
    Ok(Surprise { tokens, sum_logprob, perplexity, windows: score.windows })
}

/// What other settings would have done with a token.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenFate {
    /// It would have been cut.
    Cut,
    /// The same draw takes another one.
    Other,
    /// What is kept of its step does not tell.
    Unknown,
}

/// A token that other settings would not, or may not, have written.
#[derive(Serialize, TS)]
pub(crate) struct Verdict {
    start: usize,
    end: usize,
    fate: TokenFate,
    /// The stage that cuts it.
    by: Option<SamplerStage>,
    /// What is taken instead, where that is known.
    other: Option<TokenText>,
}

/// What other settings would have done with a run.
#[derive(Serialize, TS)]
pub(crate) struct Hindsight {
    /// How many of its tokens stand in the document.
    tokens: u32,
    /// Those that would not be the same.
    verdicts: Vec<Verdict>,
}

/// Every token of a run with which other settings would have done something else by the same draw.
/// The model reads the run once; after that only the sampler is asked.
#[tauri::command]
pub(crate) async fn hindsight(
    app: State<'_, App>,
    session: Id,
    run: Id,
    sampling: SamplingSettings,
) -> Outcome<Hindsight> {
    let model = app.model().await?;
    let (written, tokens) = placed(&app, session, None).await?;
    let first = |token: &PlacedToken| token.run == Some(run) && token.step == Some(0);
    let at = tokens.iter().position(first).ok_or_else(gone)?;
    let (of, _) = of_run(&written, &tokens, at).ok_or_else(gone)?;
    let recollection = recollected(&app, run, &model, &of).await?;
    let (seed, lane) = of.draws();
    let engine = app.engine.clone();
    let judging = unhurried(move || {
        let fates = recollection.fates(&sampling, seed, lane)?;
        let tokenizer = engine.tokenizer()?;
        let named = |id| TokenText { id, text: tokenizer.piece_text(id) };
        let own = tokens.iter().filter(|token| token.run == Some(run) && token.step.is_some());
        let verdicts = own.clone().filter_map(|token| verdict(token, &fates, named)).collect();
        Ok(Hindsight { tokens: own.count() as u32, verdicts })
    });
    judging.await.map_err(|error| Problem::from(&error))
}

async fn recollected(
    app: &App,
    run: Id,
    model: &ModelInfo,
    of: &WrittenRun,
) -> Outcome<Arc<Recollection>> {
    let name = (run, of.lane, model.sha256.clone());
    if let Some(known) = app.recollections.find(&name) {
        return Ok(known);
    }
    let read = app.engine.recollect(of.prompt.clone(), of.written.clone()).await;
    let read = Arc::new(read.map_err(|error| Problem::from(&error))?);
    app.recollections.keep(name, read.clone());
    Ok(read)
}

/// The first of a token's parts that would not be the same decides.
fn verdict(
    token: &PlacedToken,
    fates: &[Fate],
    named: impl Fn(u32) -> TokenText,
) -> Option<Verdict> {
    let step = token.step? as usize;
    let own = fates.get(step..step + token.ids.len())?;
    let (fate, by, other) = match own.iter().find(|fate| **fate != Fate::Same)? {
        Fate::Same => return None,
        Fate::Cut(stage) => (TokenFate::Cut, Some(*stage), None),
        Fate::Other(other) => (TokenFate::Other, None, other.map(named)),
        Fate::Unknown => (TokenFate::Unknown, None, None),
    };
    Some(Verdict { start: token.start, end: token.end, fate, by, other })
}
