//! `nemotron convert`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use engine::{Conversion, ConversionRequest};
use indicatif::DecimalBytes;
use serde_json::json;

use crate::arguments::Convert;
use crate::error::CliError;
use crate::{model, output, signals};

pub(crate) fn run(arguments: &Convert) -> Result<ExitCode, CliError> {
    let request = ConversionRequest {
        model: model::path(&arguments.model)?,
        folder: arguments.folder.clone(),
        max_shard_bytes: arguments.max_shard_bytes,
    };
    let started = Instant::now();
    let cancelled = Arc::new(AtomicBool::new(false));
    // Its thread waits for signals while this one converts.
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().map_err(CliError::Output)?;
    let _context = runtime.enter();
    watch(&cancelled).map_err(CliError::Output)?;
    let bar = model::progress_bar("converting");
    let outcome = engine::convert(&request, &*model::gate(), &cancelled, &|progress| {
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_done);
    });
    bar.finish_and_clear();
    let conversion = outcome?;
    let (bytes, seconds) = (DecimalBytes(conversion.bytes), started.elapsed().as_secs_f64());
    output::note(&format!("wrote {bytes} in {seconds:.1} s"));
    report(&conversion, arguments.json)?;
    Ok(ExitCode::SUCCESS)
}

/// From here on Ctrl+C, or being told to end, sets the flag.
fn watch(cancelled: &Arc<AtomicBool>) -> std::io::Result<()> {
    let (interrupted, cancelled) = (signals::listen()?, Arc::clone(cancelled));
    tokio::spawn(async move {
        interrupted.await;
        cancelled.store(true, Ordering::Relaxed);
    });
    Ok(())
}

fn report(conversion: &Conversion, json: bool) -> Result<(), CliError> {
    if json {
        let mut done = json!(conversion);
        done["type"] = json!("done");
        return output::json_line(&done);
    }
    let Conversion { path, parameters, dtype, bytes, files, .. } = conversion;
    let width = files.iter().map(|file| file.name.len()).max().unwrap_or_default();
    let rows = files.iter().map(|file| format!("{:width$}  {:>14}\n", file.name, file.bytes));
    let sum = format!(
        "{}: {parameters} parameters of {dtype}, {} in {} files\n",
        path.display(),
        DecimalBytes(*bytes),
        files.len(),
    );
    output::text(&(rows.collect::<String>() + &sum))
}
