//! The engine's side: which model there is, and what it makes of text.

use engine::{DeviceChoice, EngineStatus, Gpus, Problem, TokenText};
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::DialogExt;

use super::Outcome;
use crate::App;

/// Sends the engine's state now and after every change, until the window is gone.
#[tauri::command]
pub(crate) fn watch_engine(app: State<'_, App>, on_status: Channel<EngineStatus>) {
    let mut status = app.engine.status();
    tauri::async_runtime::spawn(async move {
        loop {
            let now = status.borrow_and_update().clone();
            if on_status.send(now).is_err() || status.changed().await.is_err() {
                return;
            }
        }
    });
}

/// Asks for a file and loads it. False: nothing was chosen.
#[tauri::command]
pub(crate) async fn open_model<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> Outcome<bool> {
    let (answer, chosen) = tokio::sync::oneshot::channel();
    let dialog = handle.dialog().file().set_title("Open a model");
    dialog.add_filter("Nemotron checkpoint", &["nemo"]).add_filter("All files", &["*"]).pick_file(
        // The window may have gone away meanwhile.
        |file| drop(answer.send(file)),
    );
    let file = chosen.await.ok().flatten().and_then(|file| file.into_path().ok());
    let Some(path) = file else { return Ok(false) };
    app.load(path.clone(), None).await.map_err(|error| Problem::from(&error))?;
    app.remember_model(Some(path));
    Ok(true)
}

/// Goes back to the built-in model.
#[tauri::command]
pub(crate) async fn open_builtin_model(app: State<'_, App>) -> Outcome<()> {
    app.load_builtin().await.map_err(|error| Problem::from(&error))?;
    app.remember_model(None);
    Ok(())
}

/// Ends a load that is going on; the model loaded before stays.
#[tauri::command]
pub(crate) fn cancel_load(app: State<'_, App>) {
    app.engine.cancel_load();
}

/// The GPUs of this machine, or why there are none.
#[tauri::command]
pub(crate) async fn gpus() -> Gpus {
    Gpus::here()
}

/// Computes on another device from now on; the model in use is loaded there.
#[tauri::command]
pub(crate) async fn use_device(app: State<'_, App>, device: DeviceChoice) -> Outcome<()> {
    app.use_device(device).await.map_err(|error| Problem::from(&error))
}

/// Ends the run that is going on or waits for a model; its text so far stays.
#[tauri::command]
pub(crate) fn stop(app: State<'_, App>) {
    app.stop();
}

/// The tokens a text consists of, for a bias or a ban.
#[tauri::command]
pub(crate) fn tokens_of(app: State<'_, App>, text: String) -> Outcome<Vec<TokenText>> {
    let tokens = app.engine.tokenizer().and_then(|tokenizer| tokenizer.tokens_of(&text));
    tokens.map_err(|error| Problem::from(&error))
}
