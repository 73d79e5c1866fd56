//! Reading many bytes on a thread of its own, which ends when nobody waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::{Error, Result};

/// Between two reports.
const EVERY: Duration = Duration::from_millis(200);

/// Does the work, which says how many bytes it has read since it last said so and is told whether to
/// go on; `report` is given the sum now and then.
pub(super) async fn reading<T: Send + 'static>(
    work: impl FnOnce(&mut dyn FnMut(u64) -> bool) -> Result<T> + Send + 'static,
    mut report: impl FnMut(u64) + Send,
) -> Result<T> {
    let stop = StopOnDrop::default();
    let stopped = Arc::clone(&stop.0);
    let (told, mut heard) = mpsc::unbounded_channel();
    let working = spawn_blocking(move || {
        work(&mut |read| {
            // Whoever listened may be gone, and then it stops anyway.
            let _ = told.send(read);
            !stopped.load(Ordering::Relaxed)
        })
    });
    let (mut sum, mut said) = (0, Instant::now());
    while let Some(read) = heard.recv().await {
        sum += read;
        if said.elapsed() >= EVERY {
            said = Instant::now();
            report(sum);
        }
    }
    ended(working.await)
}

/// What a thread for blocking work came to.
pub(super) fn ended<T>(outcome: Result<Result<T>, JoinError>) -> Result<T> {
    outcome.unwrap_or(Err(Error::Cancelled))
}

#[derive(Default)]
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_says_how_far_it_is_and_stops_when_it_is_dropped() {
        let mut said = Vec::new();
        let slow = |go_on: &mut dyn FnMut(u64) -> bool| {
            for _ in 0..6 {
                std::thread::sleep(Duration::from_millis(60));
                go_on(10);
            }
            Ok("done")
        };
        assert_eq!(reading(slow, |sum| said.push(sum)).await.expect("done"), "done");
        assert!(!said.is_empty() && said.is_sorted(), "{said:?}");

        let (ended, when) = std::sync::mpsc::channel();
        let endless = move |go_on: &mut dyn FnMut(u64) -> bool| {
            while go_on(1) {
                std::thread::sleep(Duration::from_millis(1));
            }
            let _ = ended.send(());
            Ok(())
        };
        let moment = Duration::from_millis(50);
        assert!(tokio::time::timeout(moment, reading(endless, |_| {})).await.is_err());
        when.recv_timeout(Duration::from_secs(5)).expect("the thread ends");
    }
}
