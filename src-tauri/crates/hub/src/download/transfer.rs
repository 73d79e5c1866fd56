//! One file, from its headers to the moment its SHA-256 is right.
//!
//! An attempt asks for the bytes that are missing and writes what comes. When it fails, the next one
//! begins at the byte where it ended, with an address of its own, since those of the other host are
//! signed and expire. What is hashed and written waits on a thread of its own, so that the network
//! never does.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Response;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::reading::{ended, reading};
use super::{Event, Meter, Partial, Patience};
use crate::access::{Access, Refusal, Remote};
use crate::{Cache, Error, Result};

/// Pieces that wait to be hashed and written.
const WAITING: usize = 256;
/// A file whose bytes are wrong twice is wrong on the other side.
const MOST_MISMATCHES: u32 = 1;
/// A file that changes more often than this is none to wait for.
const MOST_CHANGES: u32 = 3;
/// How often a lock is tried that the last pause may still hold.
const LOCK_TRIES: u32 = 20;
const LOCK_WAIT: Duration = Duration::from_millis(100);

/// A file of a repository at a commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) repo: &'a str,
    pub(super) commit: &'a str,
    pub(super) name: &'a str,
}

/// A file that is here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fetched {
    pub(super) etag: String,
    /// In hex, if its bytes came through our hands.
    pub(super) sha256: Option<String>,
}

pub(super) struct Transfer<'a> {
    pub(super) access: &'a Access,
    pub(super) cache: &'a Cache,
    pub(super) wanted: Wanted<'a>,
    pub(super) report: &'a mut (dyn FnMut(Event) + Send),
}

/// Why an attempt ended before the file was whole.
enum Break {
    Refused(Refusal),
    Here(Error),
    /// The hub has another file now.
    Changed(Remote),
}

impl Transfer<'_> {
    pub(super) async fn run(mut self, mut remote: Remote) -> Result<Fetched> {
        let (mut mismatches, mut changes) = (0, 0);
        loop {
            match self.whole(&remote).await {
                Ok(fetched) => return Ok(fetched),
                Err(Break::Changed(now)) if changes < MOST_CHANGES => {
                    changes += 1;
                    self.discard(&remote);
                    remote = now;
                    self.restarted("the file on the hub has changed");
                }
                Err(Break::Here(Error::ChecksumMismatch { .. }))
                    if mismatches < MOST_MISMATCHES =>
                {
                    mismatches += 1;
                    self.restarted("its SHA-256 was not the one it should have");
                }
                Err(Break::Changed(_)) => {
                    let reason = "the file on the hub keeps changing".to_owned();
                    return Err(Error::Interrupted { what: self.wanted.name.to_owned(), reason });
                }
                Err(Break::Here(error)) => return Err(self.named(error)),
                Err(Break::Refused(refusal)) => return Err(self.given_up(refusal)),
            }
        }
    }

    async fn whole(&mut self, remote: &Remote) -> Result<Fetched, Break> {
        let blob = self.cache.blob(self.wanted.repo, &remote.etag);
        let etag = remote.etag.clone();
        if is_whole(&blob, remote) {
            return Ok(Fetched { etag, sha256: None });
        }
        let mut partial = self.take_up(&blob, remote).await.map_err(Break::Here)?;
        // Another program may have finished it while we waited for its lock.
        if is_whole(&blob, remote) {
            partial.abandon();
            return Ok(Fetched { etag, sha256: None });
        }
        if partial.bytes() > remote.bytes {
            partial.restart().map_err(Break::Here)?;
        }
        let partial = self.fill(partial, remote).await?;
        let expected = remote.sha256().map(str::to_owned);
        let finished = spawn_blocking(move || partial.finish(expected.as_deref())).await;
        let sha256 = ended(finished).map_err(Break::Here)?;
        Ok(Fetched { etag, sha256: Some(sha256) })
    }

    /// Hashes what is here already. Whoever was paused a moment ago may still be writing.
    async fn take_up(&mut self, blob: &Path, remote: &Remote) -> Result<Partial> {
        for _ in 0..LOCK_TRIES {
            match self.opened(blob, remote).await {
                Err(Error::InUse(_)) => tokio::time::sleep(LOCK_WAIT).await,
                outcome => return outcome,
            }
        }
        self.opened(blob, remote).await
    }

    async fn opened(&mut self, blob: &Path, remote: &Remote) -> Result<Partial> {
        let lock = self.cache.lock(self.wanted.repo, &remote.etag);
        let (blob, total) = (blob.to_owned(), remote.bytes);
        let (file, report) = (self.wanted.name, &mut *self.report);
        let say = |bytes| report(Event::Resuming { file: file.to_owned(), bytes, total });
        reading(move |go_on| Partial::open(&blob, &lock, go_on), say).await
    }

    /// Attempts until the file is as long as it should be.
    async fn fill(&mut self, mut partial: Partial, remote: &Remote) -> Result<Partial, Break> {
        let mut patience = Patience::default();
        let mut meter = Meter::new(self.wanted.name, remote.bytes);
        let mut most = partial.bytes();
        self.say(meter.said(most));
        while partial.bytes() < remote.bytes {
            let (back, outcome) = self.attempt(partial, remote, &mut meter).await?;
            partial = back;
            // Bytes that come again behind a restart are none gained.
            if partial.bytes() > most {
                most = partial.bytes();
                patience.gained();
            }
            if let Err(refusal) = outcome {
                self.wait(refusal, &mut patience).await?;
                Self::unchanged(self.access, self.wanted, remote).await?;
            }
        }
        self.say(meter.said(partial.bytes()));
        Ok(partial)
    }

    /// Until the next attempt, if there is to be one.
    async fn wait(&mut self, refusal: Refusal, patience: &mut Patience) -> Result<(), Break> {
        let Refusal::Passing { reason, retry_after, never_connected } = refusal else {
            return Err(Break::Refused(refusal));
        };
        let Some(wait) = patience.failed(retry_after) else {
            return Err(Break::Refused(Refusal::Passing { reason, retry_after, never_connected }));
        };
        self.say(Event::Waiting { file: self.wanted.name.to_owned(), reason, wait });
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Asks whether the file is still the same; not being able to ask is no answer.
    async fn unchanged(access: &Access, wanted: Wanted<'_>, remote: &Remote) -> Result<(), Break> {
        let Wanted { repo, commit, name } = wanted;
        match access.head(repo, commit, name).await {
            Ok(now) if now == *remote => Ok(()),
            Ok(now) => Err(Break::Changed(now)),
            Err(Refusal::Passing { .. }) => Ok(()),
            Err(refusal) => Err(Break::Refused(refusal)),
        }
    }

    /// The partial file comes back whatever happens, unless it could not be written to.
    async fn attempt(
        &mut self,
        mut partial: Partial,
        remote: &Remote,
        meter: &mut Meter,
    ) -> Result<(Partial, Result<(), Refusal>), Break> {
        let Wanted { repo, commit, name } = self.wanted;
        let from = partial.bytes();
        let (begin, answer) = match self.access.bytes(repo, commit, name, from..remote.bytes).await
        {
            Ok(answer) => answer,
            Err(refusal) => return Ok((partial, Err(refusal))),
        };
        if begin == 0 && from > 0 {
            partial.restart().map_err(Break::Here)?;
            self.restarted("the server knows no ranges");
        } else if begin != from {
            return Ok((partial, Err(Refusal::passing("the server sends other bytes"))));
        }
        self.pump(partial, answer, remote, meter).await
    }

    async fn pump(
        &mut self,
        partial: Partial,
        mut answer: Response,
        remote: &Remote,
        meter: &mut Meter,
    ) -> Result<(Partial, Result<(), Refusal>), Break> {
        let mut bytes = partial.bytes();
        let (sender, receiver) = mpsc::channel(WAITING);
        let writing = spawn_blocking(move || written(partial, receiver));
        let outcome = loop {
            let piece = match answer.chunk().await {
                Ok(Some(piece)) => piece,
                Ok(None) if bytes < remote.bytes => {
                    break Err(Refusal::passing("the connection ended early"));
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(Refusal::lost(self.access, error)),
            };
            bytes += piece.len() as u64;
            if bytes > remote.bytes {
                break Err(Refusal::passing("more bytes came than the file has"));
            }
            // The other end is gone if it could not write, and says so below.
            if sender.send(piece).await.is_err() {
                break Ok(());
            }
            if let Some(event) = meter.at(bytes) {
                self.say(event);
            }
        };
        drop(sender);
        let partial = ended(writing.await).map_err(Break::Here)?;
        Ok((partial, outcome))
    }

    fn say(&mut self, event: Event) {
        (self.report)(event);
    }

    fn restarted(&mut self, reason: &str) {
        let (file, reason) = (self.wanted.name.to_owned(), reason.to_owned());
        self.say(Event::Restarted { file, reason });
    }

    /// What was fetched of a file that the hub has no longer.
    fn discard(&self, remote: &Remote) {
        let mut path = self.cache.blob(self.wanted.repo, &remote.etag).into_os_string();
        path.push(".incomplete");
        // It costs only room.
        let _ = std::fs::remove_file(PathBuf::from(path));
    }

    /// By the name that people know, not by that of the blob.
    fn named(&self, error: Error) -> Error {
        match error {
            Error::ChecksumMismatch { .. } => {
                Error::ChecksumMismatch { file: self.wanted.name.to_owned() }
            }
            Error::Io { path, source } if is_full(source.kind()) => {
                let free = super::free_bytes(&path).ok().flatten().unwrap_or_default();
                Error::NoSpace { path, needed: free.saturating_add(1), free }
            }
            other => other,
        }
    }

    fn given_up(&self, refusal: Refusal) -> Error {
        match refusal {
            Refusal::Final(error) => error,
            Refusal::Passing { reason, never_connected: true, .. } => {
                Error::Offline { host: "the hub".to_owned(), reason }
            }
            Refusal::Passing { reason, .. } => {
                Error::Interrupted { what: self.wanted.name.to_owned(), reason }
            }
        }
    }
}

/// Hashes and writes what comes until nothing comes any more.
fn written(mut partial: Partial, mut pieces: mpsc::Receiver<Bytes>) -> Result<Partial> {
    while let Some(piece) = pieces.blocking_recv() {
        partial.append(&piece)?;
    }
    Ok(partial)
}

fn is_whole(blob: &Path, remote: &Remote) -> bool {
    blob.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == remote.bytes)
}

fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
