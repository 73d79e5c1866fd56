//! The desktop shell: a window, its commands, and the engine behind them. No model code.

mod commands;
#[cfg(test)]
mod contract;
mod stream;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use engine::{Admission, Engine, LoadRequest, ModelIdentity, WeightDtype, builtin};
use tauri::Manager;

/// What every command can reach.
struct App {
    engine: Engine,
}

/// Every model may be loaded until there is a licence gate to ask.
struct Open;

impl Admission for Open {
    fn admit(&self, _model: &ModelIdentity) -> Result<(), String> {
        Ok(())
    }
}

impl App {
    async fn load(&self, path: PathBuf, name: Option<String>) -> engine::Result<()> {
        let request = LoadRequest { path, name, dtype: WeightDtype::Auto };
        self.engine.load(request, Arc::new(Open)).await.map(|_| ())
    }
}

/// Opens the window and stays until it is closed. A model file may be named as first argument.
#[must_use]
pub fn run() -> ExitCode {
    let outcome = builder(tauri::Builder::default()).run(tauri::generate_context!());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write;
            // Nobody is left to tell when standard error itself is gone.
            let _ = writeln!(std::io::stderr(), "error: the window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

fn builder<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
    builder
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![
            commands::watch_engine,
            commands::open_model,
            commands::cancel_load,
            commands::generate,
            commands::stop,
            commands::count_tokens,
            commands::tokens_of,
        ])
        .setup(|app| {
            app.manage(App { engine: Engine::start(None)? });
            open_first_model(app.handle().clone());
            Ok(())
        })
}

/// Loads the model named on the command line, else the built-in one, while the window appears.
fn open_first_model<R: tauri::Runtime>(app: tauri::AppHandle<R>) {
    let named = std::env::args_os().nth(1).map(|path| (PathBuf::from(path), None));
    let builtin = || builtin::path().map(|path| (path, Some(builtin::NAME.to_owned())));
    if let Some((path, name)) = named.or_else(builtin) {
        tauri::async_runtime::spawn(async move {
            // A failure is part of the engine's status, which the window shows.
            let _ = app.state::<App>().load(path, name).await;
        });
    }
}
