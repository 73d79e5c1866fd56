//! A run's events on their way to the window: one message a frame, the first token at once.

use std::time::Duration;

use engine::{GenerationEvent, Result, Run};
use tauri::ipc::Channel;
use tokio::time::{MissedTickBehavior, interval};

/// A display frame at 60 Hz. A message per token would flood the window's main loop.
const FRAME: Duration = Duration::from_millis(16);

/// Sends all events to the window after `keep` has had them, and may have changed them; ends the run when the window does not
/// listen any more.
pub(crate) async fn forward(
    mut run: Run,
    window: &Channel<Vec<GenerationEvent>>,
    mut keep: impl FnMut(&mut [GenerationEvent]),
) -> Result<()> {
    let mut send = |batch: &mut Vec<GenerationEvent>| {
        keep(batch);
        window.send(std::mem::take(batch)).is_ok()
    };
    let mut frame = interval(FRAME);
    frame.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut batch = Vec::new();
    let mut waiting_for_first = true;
    let outcome = loop {
        tokio::select! {
            event = run.next() => match event {
                Some(Ok(event)) => {
                    let first = waiting_for_first && matches!(event, GenerationEvent::Token(_));
                    batch.push(event);
                    if first {
                        waiting_for_first = false;
                        if !send(&mut batch) {
                            return Ok(());
                        }
                    }
                }
                Some(Err(error)) => break Err(error),
                None => break Ok(()),
            },
            _ = frame.tick(), if !batch.is_empty() => {
                if !send(&mut batch) {
                    return Ok(());
                }
            }
        }
    };
    if !batch.is_empty() {
        // Nobody is left to tell when the window is gone.
        let _ = send(&mut batch);
    }
    outcome
}
