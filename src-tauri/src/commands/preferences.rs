//! The user's presets, and the app's settings.

use serde_json::Value;
use sessions::{Id, Preset, Settings};
use tauri::State;

use super::{Outcome, ask, problem};
use crate::App;

/// The user's presets in their order.
#[tauri::command]
pub(crate) async fn presets(app: State<'_, App>) -> Outcome<Vec<Preset>> {
    ask(&app.sessions, |store| store.presets()).await
}

/// Adds a preset of what differs from neutral settings.
#[tauri::command]
pub(crate) async fn add_preset(
    app: State<'_, App>,
    name: String,
    difference: Value,
) -> Outcome<Id> {
    ask(&app.sessions, move |store| store.add_preset(&name, &difference)).await
}

/// Changes a preset.
#[tauri::command]
pub(crate) async fn change_preset(
    app: State<'_, App>,
    preset: Id,
    name: String,
    difference: Value,
) -> Outcome<()> {
    ask(&app.sessions, move |store| store.change_preset(preset, &name, &difference)).await
}

/// Deletes a preset.
#[tauri::command]
pub(crate) async fn delete_preset(app: State<'_, App>, preset: Id) -> Outcome<()> {
    ask(&app.sessions, move |store| store.delete_preset(preset)).await
}

/// Puts the presets into an order.
#[tauri::command]
pub(crate) async fn order_presets(app: State<'_, App>, order: Vec<Id>) -> Outcome<()> {
    ask(&app.sessions, move |store| store.order_presets(&order)).await
}

/// The app's settings.
#[tauri::command]
pub(crate) fn settings(app: State<'_, App>) -> Settings {
    app.settings()
}

/// Keeps changed settings.
#[tauri::command]
pub(crate) async fn change_settings(app: State<'_, App>, settings: Settings) -> Outcome<()> {
    app.change_settings(settings).map_err(problem)
}
