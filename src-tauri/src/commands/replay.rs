//! Runs as they were recorded: shown, written to a file, and repeated.

use engine::{Problem, Replay, ReplayMode, SavedLane, SavedRun, SavedToken};
use sessions::{Id, RunOutput, RunRecord};
use tauri::{AppHandle, Runtime, State};

use super::files::{asked_where_to, write};
use super::{Outcome, ask};
use crate::App;

/// What is known of a run.
#[tauri::command]
pub(crate) async fn run_record(app: State<'_, App>, session: Id, run: Id) -> Outcome<RunRecord> {
    Ok(recorded(&app, session, run).await?.0)
}

async fn recorded(app: &App, session: Id, run: Id) -> Outcome<(RunRecord, Vec<RunOutput>)> {
    let (runs, outputs) =
        ask(&app.sessions, move |store| Ok((store.runs(session)?, store.outputs(session, run)?)))
            .await?;
    let record = runs.into_iter().find(|record| record.id == run).ok_or_else(unknown)?;
    Ok((record, outputs))
}

/// The run as the engine repeats it.
async fn saved(app: &App, session: Id, run: Id) -> Outcome<SavedRun> {
    let (record, outputs) = recorded(app, session, run).await?;
    let record = serde_json::from_value(record.record).map_err(|_| unknown())?;
    let token = |token: &sessions::Token| SavedToken { id: token.id, logprob: token.logprob };
    let lane = |RunOutput { lane, text, tokens, .. }| {
        let tokens = tokens.iter().map(token).collect();
        SavedLane { lane, text, tokens }
    };
    Ok(SavedRun::new(record, outputs.into_iter().map(lane).collect()))
}

fn unknown() -> Problem {
    Problem {
        kind: "not_a_run".to_owned(),
        message: "what this run was asked for is not recorded".to_owned(),
        hint: None,
    }
}

/// Repeats a run: its tokens are scored again, or written again.
#[tauri::command]
pub(crate) async fn replay_run(
    app: State<'_, App>,
    session: Id,
    run: Id,
    mode: ReplayMode,
) -> Outcome<Replay> {
    // Waits for a model that is being loaded.
    app.model().await?;
    let saved = saved(&app, session, run).await?;
    // Edited or imported records are trusted no more than a file.
    let saved = SavedRun::from_json(saved.to_json().as_bytes());
    let saved = saved.map_err(|error| Problem::from(&error))?;
    app.engine.replay(saved, mode).await.map_err(|error| Problem::from(&error))
}

/// Asks where to, and writes a run there, to be replayed on the command line. False: nothing was
/// chosen.
#[tauri::command]
pub(crate) async fn export_run<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    session: Id,
    run: Id,
) -> Outcome<bool> {
    let saved = saved(&app, session, run).await?;
    let Some(path) = asked_where_to(&handle, "Export the run", "run.json").await else {
        return Ok(false);
    };
    write(&path, &saved.to_json()).map(|()| true)
}
