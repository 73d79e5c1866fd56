//! Sessions and presets as files of the user's choice.

use std::path::{Path, PathBuf};

use engine::Problem;
use serde::{Deserialize, Serialize};
use sessions::{Error, Id, Imported};
use tauri::{AppHandle, Runtime, State};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder};
use ts_rs::TS;

use super::{Outcome, ask, problem};
use crate::App;

/// A text to attach is no longer, in bytes: a context holds far less.
const MOST_TEXT: u64 = 4 << 20;

/// What a session is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportFormat {
    /// Everything, to be imported again.
    Json,
    Markdown,
    Text,
}

impl ExportFormat {
    fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Text => "txt",
        }
    }
}

/// Asks where to, and writes a session there. False: nothing was chosen.
#[tauri::command]
pub(crate) async fn export_session<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
    session: Id,
    format: ExportFormat,
) -> Outcome<bool> {
    let summary = ask(&app.sessions, move |store| store.summary(session)).await?;
    let name = file_name(summary.title.as_deref().unwrap_or(&summary.preview), format.ending());
    let Some(path) = asked_where_to(&handle, "Export the session", &name).await else {
        return Ok(false);
    };
    let text = ask(&app.sessions, move |store| match format {
        ExportFormat::Json => store.export_json(session),
        ExportFormat::Markdown => store.export_markdown(session),
        ExportFormat::Text => store.export_text(session),
    })
    .await?;
    write(&path, &text).map(|()| true)
}

/// Asks for a file and makes a session of it. Null: nothing was chosen.
#[tauri::command]
pub(crate) async fn import_session<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> Outcome<Option<Imported>> {
    let Some(path) = asked_which(&handle, "Import a session").await else { return Ok(None) };
    let text = read(&path)?;
    ask(&app.sessions, move |store| store.import(&text)).await.map(Some)
}

/// Asks for a text file and reads it. Null: nothing was chosen.
#[tauri::command]
pub(crate) async fn choose_text<R: Runtime>(handle: AppHandle<R>) -> Outcome<Option<String>> {
    let text = |dialog: FileDialogBuilder<R>| dialog.add_filter("Text", &["txt", "md", "*"]);
    let ask = |dialog, answer: Answer| text(dialog).pick_file(answer);
    let Some(path) = chosen(&handle, "Attach a text", ask).await else { return Ok(None) };
    let found = std::fs::metadata(&path).map_err(|source| io(&path, source))?.len();
    if found > MOST_TEXT {
        let (limit, found) = (MOST_TEXT as usize, found as usize);
        return Err(problem(Error::TooLong { what: "the text", limit, found }));
    }
    read(&path).map(Some)
}

/// Asks where to, and writes the user's presets there. False: nothing was chosen.
#[tauri::command]
pub(crate) async fn export_presets<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> Outcome<bool> {
    let Some(path) = asked_where_to(&handle, "Export the presets", "presets.json").await else {
        return Ok(false);
    };
    let text = ask(&app.sessions, |store| store.export_presets()).await?;
    write(&path, &text).map(|()| true)
}

/// Asks for a file and adds its presets; how many are new. Null: nothing was chosen.
#[tauri::command]
pub(crate) async fn import_presets<R: Runtime>(
    handle: AppHandle<R>,
    app: State<'_, App>,
) -> Outcome<Option<u32>> {
    let Some(path) = asked_which(&handle, "Import presets").await else { return Ok(None) };
    let text = read(&path)?;
    ask(&app.sessions, move |store| store.import_presets(&text)).await.map(Some)
}

pub(super) async fn asked_where_to<R: Runtime>(
    handle: &AppHandle<R>,
    title: &str,
    name: &str,
) -> Option<PathBuf> {
    chosen(handle, title, |dialog, answer| dialog.set_file_name(name).save_file(answer)).await
}

async fn asked_which<R: Runtime>(handle: &AppHandle<R>, title: &str) -> Option<PathBuf> {
    let json = |dialog: FileDialogBuilder<R>| dialog.add_filter("JSON", &["json"]);
    chosen(handle, title, |dialog, answer| json(dialog).pick_file(answer)).await
}

type Answer = Box<dyn FnOnce(Option<tauri_plugin_dialog::FilePath>) + Send>;

async fn chosen<R: Runtime>(
    handle: &AppHandle<R>,
    title: &str,
    ask: impl FnOnce(FileDialogBuilder<R>, Answer),
) -> Option<PathBuf> {
    let (answer, file) = tokio::sync::oneshot::channel();
    // The window may have gone away meanwhile.
    ask(handle.dialog().file().set_title(title), Box::new(|file| drop(answer.send(file))));
    file.await.ok().flatten().and_then(|file| file.into_path().ok())
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(path, text).map_err(|source| io(path, source))
}

fn read(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|source| io(path, source))
}

fn io(path: &Path, source: std::io::Error) -> Problem {
    problem(Error::Io { path: path.to_owned(), source })
}

/// A name that every system takes, from the words of a title.
fn file_name(title: &str, ending: &str) -> String {
    let kept = title.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' });
    let words: String = kept.take(60).collect();
    let name = words.split_whitespace().collect::<Vec<_>>().join("-");
    format!("{}.{ending}", if name.is_empty() { "session" } else { &name })
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_title_becomes_a_file_name() {
        assert_eq!(file_name("The fox/and: the..hen", "md"), "The-fox-and-the-hen.md");
        assert_eq!(file_name("../../etc", "json"), "etc.json");
        assert_eq!(file_name(" ?\n", "txt"), "session.txt");
        assert_eq!(file_name("Über 雪", "txt"), "Über-雪.txt");
    }
}
