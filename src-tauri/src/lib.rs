//! The desktop shell: a window, its commands, and the engine and sessions behind them. No model
//! code.

mod app;
mod chat;
mod commands;
#[cfg(test)]
mod contract;
mod downloads;
mod placed;
mod run;
mod stream;

use std::path::PathBuf;
use std::process::ExitCode;

use tauri::{Manager, RunEvent};

use crate::app::App;

/// Opens the window and stays until it is closed. A model file may be named as first argument.
#[must_use]
pub fn run() -> ExitCode {
    match builder(tauri::Builder::default()).build(tauri::generate_context!()) {
        Ok(app) => {
            let code = app.run_return(|app, event| {
                if let RunEvent::Exit = event {
                    // What could not be written is in the window's last save state.
                    let _ = tauri::async_runtime::block_on(app.state::<App>().close());
                }
            });
            if code == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            use std::io::Write;
            // Nobody is left to tell when standard error itself is gone.
            let _ = writeln!(std::io::stderr(), "error: the window could not be opened: {error}");
            ExitCode::FAILURE
        }
    }
}

fn builder<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
    let builder = builder.plugin(tauri_plugin_dialog::init());
    with_commands(builder).setup(|app| {
        app.manage(tauri::async_runtime::block_on(App::start())?);
        open_first_model(app.handle().clone());
        Ok(())
    })
}

fn with_commands<R: tauri::Runtime>(builder: tauri::Builder<R>) -> tauri::Builder<R> {
    use commands::{
        chat, document, downloads, engine, files, lens, library, licences, models, preferences,
        replay,
    };
    builder.invoke_handler(tauri::generate_handler![
        engine::watch_engine,
        engine::open_model,
        engine::open_builtin_model,
        engine::cancel_load,
        engine::gpus,
        engine::use_device,
        engine::stop,
        engine::tokens_of,
        document::open_session,
        document::new_session,
        document::document,
        document::edit_document,
        document::undo,
        document::redo,
        document::branches,
        document::switch_branch,
        document::delete_branch,
        document::keep_settings,
        document::count_tokens,
        document::generate,
        chat::say,
        chat::edit_turn,
        chat::answer,
        chat::chat_prompt,
        chat::open_as_completion,
        chat::open_link,
        lens::look,
        lens::look_again,
        lens::tokens,
        lens::look_at,
        lens::surprise,
        lens::hindsight,
        replay::run_record,
        replay::replay_run,
        replay::export_run,
        library::watch_saving,
        library::list_sessions,
        library::search_sessions,
        library::session_summary,
        library::rename_session,
        library::move_session,
        library::pin_session,
        library::archive_session,
        library::trash_session,
        library::restore_session,
        library::delete_session,
        library::empty_trash,
        library::duplicate_session,
        library::tag_session,
        library::tags,
        library::folders,
        library::create_folder,
        library::rename_folder,
        library::move_folder,
        library::delete_folder,
        files::export_session,
        files::import_session,
        files::choose_text,
        files::export_presets,
        files::import_presets,
        preferences::presets,
        preferences::add_preset,
        preferences::change_preset,
        preferences::delete_preset,
        preferences::order_presets,
        preferences::settings,
        preferences::change_settings,
        licences::licence_choices,
        licences::open_licence_text,
        licences::choose_licence_copy,
        licences::accept_licence,
        licences::withdraw_licence,
        licences::licences,
        licences::open_refused_model,
        models::list_models,
        models::check_model,
        models::stop_check,
        models::open_known_model,
        models::open_model_page,
        models::delete_model,
        models::reveal_model,
        downloads::watch_downloads,
        downloads::start_download,
        downloads::pause_download,
        downloads::cancel_download,
        downloads::account,
        downloads::check_account,
        downloads::keep_token,
        downloads::forget_token,
        downloads::open_token_page,
        downloads::check_update,
    ])
}

/// Loads the model named on the command line, else that of the last time, while the window appears.
fn open_first_model<R: tauri::Runtime>(app: tauri::AppHandle<R>) {
    let named = std::env::args_os().nth(1).map(PathBuf::from);
    tauri::async_runtime::spawn(async move {
        let app = app.state::<App>();
        // A failure is part of the engine's status, which the window shows.
        let _ = match named {
            Some(path) => app.load(path, None).await,
            None => app.load_first().await,
        };
    });
}
