//! `nemotron replay`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use engine::{Changed, Difference, Replay, ReplayMode, SavedRun};

use crate::arguments::{DeviceArguments, Dtype};
use crate::error::CliError;
use crate::{model, output, text};

#[derive(Args)]
pub(crate) struct ReplayArguments {
    /// A run as the app exports it.
    #[arg(value_name = "RUN.json")]
    run: PathBuf,
    /// Write everything again and compare the tokens. Left out, the recorded tokens are read and their
    /// log-probabilities compared, which takes less time.
    #[arg(long)]
    regenerate: bool,
    /// A .nemo file, an unpacked one, a Hugging Face folder, the name of an installed model, or `demo`,
    /// the built-in one [default: the model that wrote the run]
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    device: DeviceArguments,
}

pub(crate) fn run(arguments: &ReplayArguments) -> Result<ExitCode, CliError> {
    let saved = saved(&arguments.run)?;
    let model = match &arguments.model {
        Some(model) => model.clone(),
        None => model::recorded(&saved.record.model)?,
    };
    let device = as_recorded(&arguments.device, &saved);
    let mode = if arguments.regenerate { ReplayMode::Regenerate } else { ReplayMode::Forced };
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::Output)?;
    runtime.block_on(async {
        let engine = model::load(&model, &device).await?;
        let replay = engine.replay(saved, mode).await?;
        if arguments.json {
            output::json_line(&replay)?;
        } else {
            output::text(&readable(&replay))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn saved(path: &Path) -> Result<SavedRun, CliError> {
    let json = text::from_file(path)?;
    let named = |error| CliError::Run { path: path.to_owned(), error };
    SavedRun::from_json(json.as_bytes()).map_err(named)
}

/// The weights are held as they were then, unless the command line says how.
fn as_recorded(device: &DeviceArguments, saved: &SavedRun) -> DeviceArguments {
    let dtype = match (device.dtype, saved.record.dtype.as_str()) {
        (Dtype::Auto, "bf16") => Dtype::Bf16,
        (Dtype::Auto, "f32") => Dtype::F32,
        (chosen, _) => chosen,
    };
    DeviceArguments { dtype, ..*device }
}

fn readable(replay: &Replay) -> String {
    let compared = replay.compared;
    let result = match (&replay.first_difference, replay.identical) {
        (Some(difference), _) => differs(replay.mode, difference),
        (None, true) if compared == 1 => "The token is the same.".to_owned(),
        (None, true) => format!("All {compared} tokens are the same."),
        (None, false) => "The tokens are the same, but the run ends elsewhere.".to_owned(),
    };
    let changed: Vec<&str> = replay.changed.iter().copied().map(name).collect();
    if changed.is_empty() {
        return result + "\n";
    }
    format!("{result} Other than recorded: {}.\n", changed.join(", "))
}

fn differs(mode: ReplayMode, difference: &Difference) -> String {
    let Difference { lane, index, recorded, found, margin } = difference;
    let (place, recorded, found) = (index + 1, &recorded.text, &found.text);
    match mode {
        ReplayMode::Forced => format!(
            "The log-probability of token {place} of lane {lane}, {recorded:?}, differs by {margin:.4}."
        ),
        ReplayMode::Regenerate => format!(
            "Token {place} of lane {lane} is {found:?} and was {recorded:?}, with a margin of {margin:.4} logits."
        ),
    }
}

fn name(changed: Changed) -> &'static str {
    match changed {
        Changed::Model => "model",
        Changed::Build => "build",
        Changed::Device => "device",
        Changed::BatchShape => "batch shape",
    }
}
