//! The window's commands: each takes typed arguments, calls one thing, and maps the error.
#![expect(clippy::needless_pass_by_value, reason = "tauri hands a command its state by value")]

pub(crate) mod chat;
pub(crate) mod document;
pub(crate) mod downloads;
pub(crate) mod engine;
pub(crate) mod files;
pub(crate) mod lens;
pub(crate) mod library;
pub(crate) mod licences;
pub(crate) mod models;
pub(crate) mod preferences;
pub(crate) mod replay;

use ::engine::Problem;
use sessions::{Sessions, Store};

type Outcome<T> = Result<T, Problem>;

/// Asks the sessions and says what went wrong in the window's terms.
async fn ask<T: Send + 'static>(
    sessions: &Sessions,
    work: impl FnOnce(&mut Store) -> sessions::Result<T> + Send + 'static,
) -> Outcome<T> {
    sessions.ask(work).await.map_err(problem)
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err wants it")]
pub(crate) fn problem(error: sessions::Error) -> Problem {
    let sessions::Problem { kind, message, hint } = sessions::Problem::from(&error);
    Problem { kind, message, hint }
}
