//! The thread that owns the store. It answers one question after the other, and writes what has
//! changed half a second later, so that typing and generating never wait for the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::watch;
use ts_rs::TS;

use crate::error::Problem;
use crate::{Error, Notice, Result, Store};

/// How long a change may wait to be written.
const WRITE_AFTER: Duration = Duration::from_millis(500);
/// How long until a failed write is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How long nothing has to happen before old entries of the search index are brought up to date.
const INDEX_AFTER: Duration = Duration::from_secs(1);
/// How many of them at a time: a question that comes meanwhile waits for no more.
const INDEXED_AT_ONCE: u32 = 8;

/// Whether what was written is on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SaveState {
    Saved,
    /// It will be within a second.
    Saving,
    /// It is kept in memory, and saving is tried again and again.
    Failing {
        problem: Problem,
    },
}

/// Something to do with the store.
pub(crate) type Job = Box<dyn FnOnce(&mut Keeper) + Send>;

pub(crate) struct Keeper {
    store: Store,
    state: watch::Sender<SaveState>,
    notices: watch::Sender<Vec<Notice>>,
    /// When to write, while there is something to write.
    write_at: Option<Instant>,
    /// When to index, while there may be something to index.
    index_at: Option<Instant>,
    stopped: bool,
}

impl Keeper {
    pub(crate) fn new(
        store: Store,
        state: watch::Sender<SaveState>,
        notices: watch::Sender<Vec<Notice>>,
    ) -> Self {
        let index_at = Some(Instant::now() + INDEX_AFTER);
        let mut keeper = Self { store, state, notices, write_at: None, index_at, stopped: false };
        keeper.after_work();
        keeper
    }

    /// Works until it is stopped or the last handle is gone, and then writes what is left.
    pub(crate) fn work(mut self, jobs: &Receiver<Job>) {
        while !self.stopped {
            self.catch_up();
            let due = [self.write_at, self.index_at].into_iter().flatten().min();
            let job = match due {
                Some(due) => jobs.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match job {
                Ok(job) => job(&mut self),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // Nobody is left to be told.
        let _ = self.write();
    }

    /// Does something with the store. A panic in it, and damage found by it, end only this.
    pub(crate) fn attempt<T>(&mut self, work: impl FnOnce(&mut Store) -> Result<T>) -> Result<T> {
        let outcome = guarded(|| work(&mut self.store));
        if matches!(outcome, Err(Error::Damaged(_))) {
            self.rescue();
        }
        self.after_work();
        outcome
    }

    pub(crate) fn stop(&mut self) {
        self.stopped = true;
    }

    /// Writes at once.
    pub(crate) fn flush(&mut self) -> Result<()> {
        let outcome = self.write();
        self.after_work();
        outcome
    }

    fn after_work(&mut self) {
        if self.store.is_changed() {
            let now = Instant::now();
            self.write_at.get_or_insert(now + WRITE_AFTER);
            self.index_at = Some(now + INDEX_AFTER);
            self.state.send_if_modified(|state| {
                let was_saved = *state == SaveState::Saved;
                if was_saved {
                    *state = SaveState::Saving;
                }
                was_saved
            });
        }
        let said = self.notices.borrow().len();
        if said != self.store.notices().len() {
            self.notices.send_replace(self.store.notices().to_vec());
        }
    }

    /// Does what is due.
    fn catch_up(&mut self) {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= Instant::now());
        if is_due(self.write_at) {
            // The state says what came of it.
            let _ = self.write();
        }
        if is_due(self.index_at) {
            self.index();
        }
        self.after_work();
    }

    fn write(&mut self) -> Result<()> {
        let outcome = self.write_now();
        let failed = outcome.as_ref().err().map(Problem::from);
        self.write_at = failed.is_some().then(|| Instant::now() + RETRY_AFTER);
        let state = failed.map_or(SaveState::Saved, |problem| SaveState::Failing { problem });
        self.state.send_if_modified(|now| {
            let changed = *now != state;
            *now = state;
            changed
        });
        outcome
    }

    fn write_now(&mut self) -> Result<()> {
        match guarded(|| self.store.flush()) {
            Err(Error::ReadOnly) if guarded(|| self.store.regain())? => {
                guarded(|| self.store.flush())
            }
            Err(Error::Damaged(_)) => guarded(|| self.store.rescue()),
            outcome => outcome,
        }
    }

    /// A damaged file is replaced; what it said before is for who asked.
    fn rescue(&mut self) {
        if let Err(error) = guarded(|| self.store.rescue()) {
            let problem = Problem::from(&error);
            self.state.send_replace(SaveState::Failing { problem });
            self.write_at = Some(Instant::now() + RETRY_AFTER);
        }
    }

    fn index(&mut self) {
        self.index_at = match guarded(|| self.store.index(INDEXED_AT_ONCE)) {
            Ok(0) => None,
            Ok(_) => Some(Instant::now()),
            Err(Error::Damaged(_)) => {
                self.rescue();
                Some(Instant::now() + RETRY_AFTER)
            }
            // Tried again after the next change.
            Err(_) => None,
        };
    }
}

fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::Panicked(text.unwrap_or_else(|| "panic".to_owned())))
    })
}
