//! Getting models from Hugging Face, and who asks there.

use ::engine::Problem;
use hub::{Access, Catalogue, Environment, MAIN, Token, TokenPlace};
use serde::Serialize;
use tauri::State;
use tauri::ipc::Channel;
use ts_rs::TS;

use super::Outcome;
use super::licences::problem;
use super::models::{failed, open_link};
use crate::App;
use crate::downloads::DownloadState;

/// What is known about the account.
#[derive(Serialize, TS)]
pub(crate) struct Account {
    /// Null where there is no token.
    place: Option<TokenPlace>,
    /// The host that tokens go to, and nothing else does.
    endpoint: String,
    offline: bool,
    #[ts(type = "number | null")]
    free_bytes: Option<u64>,
}

/// Sends all downloads that are not done, now and after every change.
#[tauri::command]
pub(crate) async fn watch_downloads(
    app: State<'_, App>,
    on_change: Channel<Vec<DownloadState>>,
) -> Outcome<()> {
    let mut states = app.downloads.watch();
    tauri::async_runtime::spawn(async move {
        loop {
            let now = states.borrow_and_update().clone();
            if on_change.send(now).is_err() || states.changed().await.is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Begins a download or goes on with it.
#[tauri::command]
pub(crate) async fn start_download(app: State<'_, App>, name: String) -> Outcome<()> {
    Catalogue::get().subject(&name).map_err(problem)?;
    app.downloads.start(&name);
    Ok(())
}

/// Stops a download; what has come stays.
#[tauri::command]
pub(crate) async fn pause_download(app: State<'_, App>, name: String) -> Outcome<()> {
    app.downloads.pause(&name).await;
    Ok(())
}

/// Stops a download and throws away what has come.
#[tauri::command]
pub(crate) async fn cancel_download(app: State<'_, App>, name: String) -> Outcome<()> {
    app.downloads.cancel(&name).await.map_err(problem)
}

/// Where the token is, if there is one, and how much room the disk of the models has.
#[tauri::command]
pub(crate) async fn account(app: State<'_, App>) -> Outcome<Account> {
    let environment = Environment::get();
    let place = found(&app, &environment).await?.map(|(_, place)| place);
    let cache = environment.cache.as_ref();
    let free_bytes = cache.and_then(|cache| hub::free_bytes(cache.folder()).ok().flatten());
    let (endpoint, offline) = (environment.endpoint, environment.offline);
    Ok(Account { place, endpoint, offline, free_bytes })
}

/// Asks Hugging Face whose token it is.
#[tauri::command]
pub(crate) async fn check_account(app: State<'_, App>) -> Outcome<String> {
    let environment = Environment::get();
    let token = found(&app, &environment).await?.map(|(token, _)| token);
    let missing = || hub::Error::TokenMissing { model: "the account".to_owned() };
    let token = token.ok_or_else(missing).map_err(problem)?;
    name_of(&app, &environment, token).await
}

/// Keeps a token that was pasted, once Hugging Face knows it, and says whose it is.
#[tauri::command]
pub(crate) async fn keep_token(app: State<'_, App>, token: String) -> Outcome<String> {
    let environment = Environment::get();
    let token = Token::new(&token).ok_or(hub::Error::TokenInvalid).map_err(problem)?;
    let name = name_of(&app, &environment, token.clone()).await?;
    let (tokens, pasted) = (app.hub.tokens.clone(), token.clone());
    let kept = tokio::task::spawn_blocking(move || tokens.keep(&token)).await;
    kept.map_err(|error| failed(&error.to_string()))?.map_err(problem)?;
    match found(&app, &environment).await? {
        Some((used, place)) if used != pasted => Err(shadowed(place)),
        _ => Ok(name),
    }
}

/// A token that counts before the one that was pasted.
fn shadowed(place: TokenPlace) -> Problem {
    let hint = match place {
        TokenPlace::Variable => "take HF_TOKEN out of the environment",
        _ => "sign out with Hugging Face's own tools",
    };
    Problem {
        kind: "token_invalid".to_owned(),
        message: "the token is kept, but another one counts before it".to_owned(),
        hint: Some(hint.to_owned()),
    }
}

/// Forgets a token that was pasted.
#[tauri::command]
pub(crate) async fn forget_token(app: State<'_, App>) -> Outcome<()> {
    let tokens = app.hub.tokens.clone();
    let forgotten = tokio::task::spawn_blocking(move || tokens.forget()).await;
    forgotten.map_err(|error| failed(&error.to_string()))?.map_err(problem)
}

/// Opens the page on which tokens are made.
#[tauri::command]
pub(crate) async fn open_token_page() -> Outcome<()> {
    open_link(&format!("{}/settings/tokens", Environment::get().endpoint))
}

/// Whether the hub has another version of an installed model.
#[tauri::command]
pub(crate) async fn check_update(app: State<'_, App>, name: String) -> Outcome<bool> {
    let environment = Environment::get();
    let token = found(&app, &environment).await?.map(|(token, _)| token);
    app.hub.has_update(&name, MAIN, &environment, token).await.map_err(problem)
}

async fn name_of(app: &App, environment: &Environment, token: Token) -> Outcome<String> {
    let access = Access::new(environment, Some(token.clone()), hub::STALL).map_err(problem)?;
    let name = access.account_name().await.map_err(problem)?;
    // For licence records to come; nothing here needs it.
    let _ = app.hub.accounts.note(&token, &name);
    Ok(name)
}

/// The keyring may ask the user, which takes its time.
async fn found(app: &App, environment: &Environment) -> Outcome<Option<(Token, TokenPlace)>> {
    let (tokens, environment) = (app.hub.tokens.clone(), environment.clone());
    let found = tokio::task::spawn_blocking(move || tokens.find(&environment)).await;
    found.map_err(|error| failed(&error.to_string()))?.map_err(problem)
}
