//! The downloads of the window: each a task of its own, with a state that the window watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::Problem;
use hub::{Download, Environment, Event, Hub};
use serde::Serialize;
use tauri::async_runtime::{JoinHandle, spawn};
use tokio::sync::watch;
use ts_rs::TS;

use crate::commands::licences::problem;

/// How far a download is.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct DownloadState {
    /// A name of the catalogue, or ORG/REPO.
    model: String,
    stage: DownloadStage,
    /// The one that comes now.
    file: String,
    #[ts(type = "number")]
    bytes: u64,
    #[ts(type = "number")]
    total: u64,
    bytes_per_second: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum DownloadStage {
    /// Nothing has come yet.
    Asking,
    Fetching,
    /// What is here already is read through.
    Resuming,
    /// The connection broke; it is tried again.
    Waiting {
        reason: String,
        seconds: f64,
    },
    Verifying,
    /// By the user.
    Paused,
    Failed {
        problem: Problem,
    },
}

/// All downloads that are not done.
pub(crate) struct Downloads {
    hub: Arc<Hub>,
    states: watch::Sender<Vec<DownloadState>>,
    tasks: Mutex<BTreeMap<String, JoinHandle<()>>>,
}

impl Downloads {
    /// Takes up what was going on when the app ended; what was paused stays so.
    pub(crate) fn resume(hub: &Arc<Hub>) -> Arc<Self> {
        let downloads = Arc::new(Self {
            hub: Arc::clone(hub),
            states: watch::Sender::default(),
            tasks: Mutex::default(),
        });
        // What cannot be read was not going on.
        for left in hub.unfinished.all().unwrap_or_default() {
            if left.paused {
                downloads.change(&left.model, |state| state.stage = DownloadStage::Paused);
            } else {
                downloads.start(&left.model);
            }
        }
        downloads
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Vec<DownloadState>> {
        self.states.subscribe()
    }

    /// Begins or goes on. One that goes on already is left alone.
    pub(crate) fn start(self: &Arc<Self>, model: &str) {
        let mut tasks = self.tasks();
        if tasks.get(model).is_some_and(|task| !task.inner().is_finished()) {
            return;
        }
        self.change(model, |state| state.stage = DownloadStage::Asking);
        // Without the note it does not go on by itself after a crash.
        let _ = self.hub.unfinished.note(model, false);
        let (downloads, name) = (Arc::clone(self), model.to_owned());
        let task = spawn(async move { downloads.run(&name).await });
        tasks.insert(model.to_owned(), task);
    }

    /// What has come stays.
    pub(crate) async fn pause(&self, model: &str) {
        self.stop(model).await;
        let _ = self.hub.unfinished.note(model, true);
        self.change(model, |state| state.stage = DownloadStage::Paused);
    }

    /// Stops whatever needs this licence.
    pub(crate) async fn pause_all_of(&self, record: &str) {
        for model in self.going() {
            let subject = hub::Catalogue::get().subject(&model);
            if subject.is_ok_and(|subject| subject.model == record) {
                self.pause(&model).await;
            }
        }
    }

    fn going(&self) -> Vec<String> {
        let tasks = self.tasks();
        let going = tasks.iter().filter(|(_, task)| !task.inner().is_finished());
        going.map(|(model, _)| model.clone()).collect()
    }

    /// What has come is thrown away.
    pub(crate) async fn cancel(&self, model: &str) -> hub::Result<()> {
        self.stop(model).await;
        self.remove(model);
        self.hub.unfinished.forget(model)?;
        let known = hub::Catalogue::get().find(model);
        let repo = known.map_or(model, |known| &known.repo);
        match Environment::get().cache {
            Some(cache) => self.hub.discard_partial(repo, &cache).map(drop),
            None => Ok(()),
        }
    }

    async fn run(&self, model: &str) {
        let outcome = self.fetch(model).await;
        match outcome {
            Ok(()) => {
                let _ = self.hub.unfinished.forget(model);
                self.remove(model);
            }
            Err(error) => {
                let problem = problem(error);
                // It needs somebody: not by itself at the next start.
                let _ = self.hub.unfinished.note(model, true);
                self.change(model, |state| state.stage = DownloadStage::Failed { problem });
            }
        }
    }

    async fn fetch(&self, model: &str) -> hub::Result<()> {
        let environment = Environment::get();
        let hub = Arc::clone(&self.hub);
        let asked = environment.clone();
        // The keyring may ask the user.
        let found = tokio::task::spawn_blocking(move || hub.tokens.find(&asked)).await;
        let token = found.unwrap_or(Ok(None))?.map(|(token, _)| token);
        let download = Download::of(model, environment, token);
        let mut report = |event| self.change(model, |state| state.take(event));
        self.hub.download(&download, &mut report).await.map(drop)
    }

    /// When it returns, the task says nothing more.
    async fn stop(&self, model: &str) {
        let task = self.tasks().remove(model);
        if let Some(task) = task {
            task.abort();
            // It was aborted, or had ended.
            let _ = task.await;
        }
    }

    fn remove(&self, model: &str) {
        self.states.send_modify(|states| states.retain(|state| state.model != model));
    }

    fn change(&self, model: &str, change: impl FnOnce(&mut DownloadState)) {
        self.states.send_modify(|states| {
            let at = states.iter().position(|state| state.model == model);
            let at = at.unwrap_or_else(|| {
                states.push(DownloadState::new(model));
                states.len() - 1
            });
            change(&mut states[at]);
        });
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<String, JoinHandle<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DownloadState {
    fn new(model: &str) -> Self {
        let stage = DownloadStage::Asking;
        let (file, bytes, total) = (String::new(), 0, 0);
        Self { model: model.to_owned(), stage, file, bytes, total, bytes_per_second: 0.0 }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Progress { file, bytes, total, bytes_per_second } => {
                self.stage = DownloadStage::Fetching;
                (self.file, self.bytes, self.total) = (file, bytes, total);
                self.bytes_per_second = bytes_per_second;
            }
            Event::Resuming { file, bytes, total } => {
                self.stage = DownloadStage::Resuming;
                (self.file, self.bytes, self.total) = (file, bytes, total);
            }
            Event::Waiting { reason, wait, .. } => {
                self.stage = DownloadStage::Waiting { reason, seconds: wait.as_secs_f64() };
                self.bytes_per_second = 0.0;
            }
            Event::Restarted { reason, .. } => {
                self.stage = DownloadStage::Waiting { reason, seconds: 0.0 };
                self.bytes = 0;
            }
            Event::Verifying { bytes, total } => {
                self.stage = DownloadStage::Verifying;
                (self.bytes, self.total, self.bytes_per_second) = (bytes, total, 0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_state_follows_what_the_download_says() {
        let mut state = DownloadState::new("m");
        let progress = |bytes| Event::Progress {
            file: "w".to_owned(),
            bytes,
            total: 10,
            bytes_per_second: 2.0,
        };
        state.take(progress(4));
        assert_eq!((&state.stage, state.bytes), (&DownloadStage::Fetching, 4));
        let reason = "cut".to_owned();
        state.take(Event::Waiting { file: "w".to_owned(), reason, wait: Duration::from_secs(1) });
        assert_eq!((state.bytes, state.bytes_per_second.to_bits()), (4, 0), "what came stays");
        assert!(matches!(state.stage, DownloadStage::Waiting { .. }));
        let reason = "changed".to_owned();
        state.take(Event::Restarted { file: "w".to_owned(), reason });
        assert_eq!(state.bytes, 0);
    }
}
