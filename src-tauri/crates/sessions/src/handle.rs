//! The way to the sessions: an async handle in front of one thread.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc;

use tokio::sync::{oneshot, watch};

use crate::keeper::{Job, Keeper, SaveState};
use crate::run::WrittenToken;
use crate::{Error, Id, Notice, Result, Store};

/// The sessions. Clones share one thread, which ends with the last of them after writing what is
/// left.
#[derive(Clone)]
pub struct Sessions {
    jobs: mpsc::Sender<Job>,
    state: watch::Receiver<SaveState>,
    notices: watch::Receiver<Vec<Notice>>,
}

impl Sessions {
    /// Opens the file, which need not exist yet.
    ///
    /// # Errors
    /// As [`Store::open`]; [`Error::Panicked`] when the system gives no thread.
    pub async fn open(path: PathBuf) -> Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let (state_sender, state) = watch::channel(SaveState::Saved);
        let (notice_sender, notices) = watch::channel(Vec::new());
        let (opened, outcome) = oneshot::channel();
        let work = move || match Store::open(&path) {
            Ok(store) => {
                let keeper = Keeper::new(store, state_sender, notice_sender);
                // Who does not wait any more has dropped the handle, and with it the queue.
                let _ = opened.send(Ok(()));
                keeper.work(&queue);
            }
            Err(error) => drop(opened.send(Err(error))),
        };
        let thread = std::thread::Builder::new().name("sessions".to_owned());
        thread.spawn(work).map_err(|error| Error::Panicked(error.to_string()))?;
        outcome.await.map_err(|_| Error::Closed)??;
        Ok(Self { jobs, state, notices })
    }

    /// Does something with the store, behind everything asked before, and waits for its outcome.
    ///
    /// # Errors
    /// The outcome's, [`Error::Closed`], [`Error::Panicked`].
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (done, outcome) = oneshot::channel();
        self.send(Box::new(move |keeper| {
            // Who does not wait any more needs no answer.
            drop(done.send(keeper.attempt(work)));
        }))?;
        outcome.await.map_err(|_| Error::Closed)?
    }

    /// The same for who does not want to know the outcome.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn tell(&self, work: impl FnOnce(&mut Store) -> Result<()> + Send + 'static) -> Result<()> {
        self.send(Box::new(move |keeper| drop(keeper.attempt(work))))
    }

    /// Puts text in the place of a range of a document, in bytes of UTF-8; see [`Store::edit`].
    ///
    /// # Errors
    /// As [`Store::edit`].
    pub async fn edit(&self, session: Id, range: Range<usize>, text: String) -> Result<()> {
        self.ask(move |store| store.edit(session, range, &text)).await
    }

    /// Adds what a lane of a run wrote, as it comes; see [`Store::append`].
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn append(&self, session: Id, run: Id, lane: u32, tokens: Vec<WrittenToken>) -> Result<()> {
        self.tell(move |store| store.append(session, run, lane, &tokens))
    }

    /// Writes everything now.
    ///
    /// # Errors
    /// As [`Store::flush`].
    pub async fn flush(&self) -> Result<()> {
        let (done, outcome) = oneshot::channel();
        self.send(Box::new(move |keeper| drop(done.send(keeper.flush()))))?;
        outcome.await.map_err(|_| Error::Closed)?
    }

    /// Writes everything and closes the file; every clone of the handle is of no use then. Waits
    /// for the end of that, so that the program may end.
    ///
    /// # Errors
    /// As [`Store::flush`]: what could not be written is lost.
    pub async fn close(self) -> Result<()> {
        let outcome = self.flush().await;
        self.send(Box::new(Keeper::stop))?;
        let mut state = self.state.clone();
        // The thread takes the sender with it.
        while state.changed().await.is_ok() {}
        outcome
    }

    /// Whether everything is on the disk, now and as it changes.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<SaveState> {
        self.state.clone()
    }

    /// What the user has to be told about the file: from its opening, and what comes later.
    #[must_use]
    pub fn notices(&self) -> watch::Receiver<Vec<Notice>> {
        self.notices.clone()
    }

    fn send(&self, job: Job) -> Result<()> {
        self.jobs.send(job).map_err(|_| Error::Closed)
    }
}
