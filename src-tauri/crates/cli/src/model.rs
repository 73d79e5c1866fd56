//! Which model is meant, and loading it.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use engine::{
    Admission, Checkpoint, Engine, EngineStatus, LoadRequest, ModelIdentity, ModelInfo, Tokenizer,
    WeightDtype, builtin,
};
use hub::{Contents, Hub};
use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::{DeviceArguments, Dtype};
use crate::error::CliError;
use crate::output;

/// What the hub's records allow to be loaded.
pub(crate) struct Gate(Hub);

impl Admission for Gate {
    fn admit(&self, model: &ModelIdentity) -> Result<(), String> {
        let config = &model.config;
        let contents = Contents {
            sentencepiece_sha256: model.sentencepiece_sha256.clone(),
            num_layers: config.num_layers,
            hidden_size: config.hidden_size,
            ffn_hidden_size: config.ffn_hidden_size,
            num_heads: config.num_heads,
            vocab_size: config.vocab_size,
        };
        self.0.admit(&contents, &model.path).map_err(|error| error.to_string())
    }
}

pub(crate) fn gate() -> Arc<Gate> {
    Arc::new(Gate(hub()))
}

/// The licences and models of this user.
pub(crate) fn hub() -> Hub {
    Hub::new(&hub::data_folder())
}

/// The file a MODEL argument means: a path, the built-in model, or an installed one by name.
pub(crate) fn path(model: &Path) -> Result<PathBuf, CliError> {
    let name = model.to_string_lossy();
    if model.exists() {
        return Ok(model.to_owned());
    }
    if name.eq_ignore_ascii_case(builtin::NAME) {
        return builtin::path().ok_or(CliError::NoBuiltin);
    }
    Ok(hub().installed_as(&name)?.map_or_else(|| model.to_owned(), |known| known.path))
}

/// The file of a model by the name that a run was recorded with. It comes out of a file, so it is a
/// name and never a path.
pub(crate) fn recorded(name: &str) -> Result<PathBuf, CliError> {
    if name.eq_ignore_ascii_case(builtin::NAME) {
        return builtin::path().ok_or(CliError::NoBuiltin);
    }
    let known = hub().installed_titled(name)?;
    known.map(|known| known.path).ok_or_else(|| CliError::ModelMissing { name: name.to_owned() })
}

pub(crate) fn tokenizer(model: &Path) -> Result<Arc<Tokenizer>, CliError> {
    Ok(Checkpoint::open(&path(model)?)?.tokenizer()?)
}

pub(crate) fn dtype(device: &DeviceArguments) -> WeightDtype {
    match device.dtype {
        Dtype::Auto => WeightDtype::Auto,
        Dtype::Bf16 => WeightDtype::Bf16,
        Dtype::F32 => WeightDtype::F32,
    }
}

/// Starts the engine and loads the model, with a progress bar for people.
pub(crate) async fn load(model: &Path, device: &DeviceArguments) -> Result<Engine, CliError> {
    let started = Instant::now();
    let engine = Engine::start(device.threads.map(usize::from))?;
    let request =
        LoadRequest { path: path(model)?, name: None, dtype: dtype(device), device: device.device };
    let watcher =
        std::io::stderr().is_terminal().then(|| tokio::spawn(show_progress(engine.clone())));
    let outcome = engine.load(request, gate()).await;
    if let Some(watcher) = watcher {
        watcher.abort();
    }
    note(&outcome?, started);
    Ok(engine)
}

fn note(model: &ModelInfo, started: Instant) {
    let ModelInfo { name, weight_bytes, dtype, device, threads, .. } = model;
    let weights = output::gigabytes(*weight_bytes);
    let seconds = started.elapsed().as_secs_f64();
    let with =
        if model.device_id == "cpu" { format!(" with {threads} threads") } else { String::new() };
    let why = model.device_reason.as_ref().map_or(String::new(), |why| format!(" ({why})"));
    output::note(&format!(
        "loaded {name}: {weights} of weights as {dtype}, on the {device}{with}{why}, in {seconds:.2} s"
    ));
}

/// A bar over bytes; nothing is drawn where standard error is no terminal.
pub(crate) fn progress_bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    let template = format!("{what} {{bar:30}} {{bytes}} of {{total_bytes}}, {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

async fn show_progress(engine: Engine) {
    let mut status = engine.status();
    let bar = progress_bar("loading");
    while status.changed().await.is_ok() {
        match &*status.borrow_and_update() {
            EngineStatus::Loading { progress, .. } => {
                bar.set_length(progress.bytes_total);
                bar.set_position(progress.bytes_done);
            }
            _ => break,
        }
    }
    bar.finish_and_clear();
}
