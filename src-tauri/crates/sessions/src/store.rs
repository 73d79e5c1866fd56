//! The sessions behind one connection. What is written goes to memory at once and to the disk with
//! the next [`Store::flush`]; a disk that fails holds nothing up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::TransactionBehavior;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::database::{Database, Notice};
use crate::document::{Branch, Document, Piece};
use crate::run::{Place, RunEnd, RunOutput, RunRecord, RunStart, WrittenToken};
use crate::session::{Fresh, Kind, Session};
use crate::tree::Role;
use crate::{Error, Id, Result, library, rows};

/// Sessions kept in memory beside those that are not saved or that a run writes.
const KEPT: usize = 8;
/// Damaged files kept aside while the store is open.
const MOST_RESCUES: usize = 3;
/// The longest text that is typed at once, in bytes.
const MOST_BYTES: usize = 64 << 20;

/// Milliseconds since 1970.
type Clock = Box<dyn Fn() -> i64 + Send>;

/// All sessions, folders, tags, presets and runs. Dropping it writes nothing: that is for
/// [`Store::flush`].
pub struct Store {
    pub(crate) database: Database,
    clock: Clock,
    pub(crate) open: HashMap<Id, Session>,
    /// The sessions in memory, the one used last at the end.
    used: Vec<Id>,
    /// The key of the next session's row.
    next_row: i64,
    notices: Vec<Notice>,
}

/// What a session begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NewSession {
    pub kind: Kind,
    pub title: Option<String>,
    pub folder: Option<Id>,
}

/// A run that has begun, with the document before it and what comes back behind it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Begun {
    pub run: Id,
    pub prompt: Vec<Piece>,
    pub tail: String,
}

impl Store {
    /// Opens the file, which need not exist yet. Runs that the app did not see the end of are
    /// marked `interrupted`, and what has been in the trash for 30 days is deleted.
    ///
    /// # Errors
    /// [`Error::InUse`] and [`Error::NotOurs`]; every other state of the file or its disk leads to
    /// an open store, which says so in [`Store::notices`] and when it is to be saved.
    pub fn open(path: &Path) -> Result<Self> {
        Self::with_clock(path, Box::new(system_clock))
    }

    /// The same with another clock, for tests.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn with_clock(path: &Path, clock: Clock) -> Result<Self> {
        let mut notices = Vec::new();
        let database = Database::open(path, clock(), &mut notices)?;
        let (open, used) = (HashMap::new(), Vec::new());
        let mut store = Self { database, clock, open, used, next_row: 1, notices };
        store.find_next_row()?;
        if store.database.writable().is_ok() {
            // What cannot be tidied up now is tidied up another time.
            let _ = store.tidy_up();
        }
        Ok(store)
    }

    fn tidy_up(&mut self) -> Result<()> {
        library::purge(&self.database.connection, self.now())?;
        let query = "SELECT DISTINCT uid FROM sessions JOIN runs ON runs.session = sessions.id
                     WHERE ended_at IS NULL";
        let unfinished = {
            let mut query = self.database.connection.prepare(query)?;
            query.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<Id>>>()?
        };
        for id in unfinished {
            self.session(id)?;
        }
        self.flush()
    }

    fn find_next_row(&mut self) -> Result<()> {
        let query = "SELECT ifnull(max(id), 0) FROM sessions";
        let last: i64 = self.database.connection.query_row(query, [], |row| row.get(0))?;
        self.next_row = last.max(0).saturating_add(1);
        for session in self.open.values_mut().filter(|session| session.changes.fresh.is_some()) {
            session.row = self.next_row;
            self.next_row += 1;
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    pub(crate) fn take_row(&mut self) -> i64 {
        self.next_row += 1;
        self.next_row - 1
    }

    /// What the user has to be told about the file, in the order in which it happened.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Whether there is anything that [`Store::flush`] would write.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.open.values().any(Session::is_changed)
    }

    /// Writes everything that has changed. If that fails it stays changed, and nothing is lost
    /// before the program ends.
    ///
    /// # Errors
    /// [`Error::NoSpace`], [`Error::ReadOnly`], [`Error::NewerSchema`], [`Error::Damaged`].
    pub fn flush(&mut self) -> Result<()> {
        if !self.is_changed() {
            return Ok(());
        }
        self.database.writable()?;
        let immediate = TransactionBehavior::Immediate;
        let change = self.database.connection.transaction_with_behavior(immediate)?;
        for session in self.open.values().filter(|session| session.is_changed()) {
            rows::write(&change, session)?;
        }
        change.commit()?;
        self.open.values_mut().for_each(Session::saved);
        Ok(())
    }

    fn forget_unused(&mut self) {
        let spare = self.used.len().saturating_sub(KEPT);
        for id in self.used.drain(..spare).collect::<Vec<Id>>() {
            match self.open.get(&id) {
                Some(session) if session.is_changed() || session.is_running() => {
                    self.used.push(id);
                }
                _ => drop(self.open.remove(&id)),
            }
        }
    }

    /// Lets the file grow to so many pages at most, as on a disk with so much room: for tests.
    ///
    /// # Errors
    /// Of the database.
    #[doc(hidden)]
    pub fn limit_pages(&mut self, pages: Option<u32>) -> Result<()> {
        let pages = pages.unwrap_or(u32::MAX - 1);
        let query = format!("PRAGMA max_page_count = {pages}");
        Ok(self.database.connection.query_row(&query, [], |_| Ok(()))?)
    }

    /// Tries to open a file for writing that could only be read. True: it can be saved to now.
    ///
    /// # Errors
    /// Of the database.
    pub fn regain(&mut self) -> Result<bool> {
        let now = self.now();
        let regained = self.database.regain(now, &mut self.notices);
        if regained {
            self.find_next_row()?;
        }
        Ok(regained)
    }

    /// Moves what can be read of a damaged file to a fresh one. What is in memory is written again
    /// whole. Each time leaves a file as large as the damaged one, so there are three times at most.
    ///
    /// # Errors
    /// Why that failed; the damaged file is then where it was, and the store works in memory.
    pub fn rescue(&mut self) -> Result<()> {
        let is_rescue = |notice: &&Notice| matches!(notice, Notice::Rescued { .. });
        if self.notices.iter().filter(is_rescue).count() >= MOST_RESCUES {
            return Err(Error::Damaged("again and again: the disk may be failing".to_owned()));
        }
        let now = self.now();
        self.database.rescue(now, &mut self.notices)?;
        self.open.values_mut().for_each(Session::write_whole);
        self.flush()
    }

    /// Begins a session with an empty document.
    ///
    /// # Errors
    /// [`Error::Unknown`] for the folder, [`Error::TooLong`] for the title.
    pub fn create(&mut self, new: &NewSession) -> Result<Id> {
        let folder = new.folder.map(|folder| self.folder_row(folder)).transpose()?;
        let title = library::title(new.title.as_deref())?;
        let (row, now) = (self.take_row(), self.now());
        let session = Session::new(row, new.kind, Fresh { title, folder }, now);
        Ok(self.keep(session))
    }

    pub(crate) fn keep(&mut self, session: Session) -> Id {
        let id = session.id;
        self.open.insert(id, session);
        self.used.push(id);
        id
    }

    /// A session in memory; loads it if need be.
    pub(crate) fn session(&mut self, id: Id) -> Result<&mut Session> {
        self.used.retain(|used| *used != id);
        self.forget_unused();
        match self.open.entry(id) {
            Entry::Occupied(found) => {
                self.used.push(id);
                Ok(found.into_mut())
            }
            Entry::Vacant(place) => {
                let unknown = Error::Unknown { what: "session", id };
                let loaded = rows::load(&self.database.connection, id)?.ok_or(unknown)?;
                self.used.push(id);
                Ok(place.insert(loaded))
            }
        }
    }

    fn with<T>(&mut self, id: Id, work: impl FnOnce(&mut Session, i64) -> Result<T>) -> Result<T> {
        let now = self.now();
        work(self.session(id)?, now)
    }

    /// The document of a session.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Damaged`].
    pub fn document(&mut self, session: Id) -> Result<Document> {
        Ok(self.session(session)?.document())
    }

    /// Puts text in the place of a range of the document, in bytes of UTF-8.
    ///
    /// # Errors
    /// [`Error::NotInDocument`], [`Error::InsideCharacter`], [`Error::WrongKind`] for a chat,
    /// [`Error::TooLong`].
    pub fn edit(&mut self, session: Id, range: Range<usize>, text: &str) -> Result<()> {
        bounded(text)?;
        self.with(session, |session, now| session.edit(range, text, now))
    }

    /// Goes back to the document before the last step. False: there is none.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn undo(&mut self, session: Id) -> Result<bool> {
        self.with(session, |session, now| Ok(session.undo(now)))
    }

    /// Goes forward to what was undone. False: there is nothing.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn redo(&mut self, session: Id) -> Result<bool> {
        self.with(session, |session, now| Ok(session.redo(now)))
    }

    /// Adds a turn at the end of a chat and returns its node.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for a completion, [`Error::TooLong`].
    pub fn add_turn(&mut self, session: Id, role: Role, text: &str) -> Result<Id> {
        bounded(text)?;
        self.with(session, |session, now| {
            let turn = session.add_turn(role, text, now)?;
            session.node_id(turn)
        })
    }

    /// Gives a turn another text and returns its node: the same if nothing has come of it yet.
    ///
    /// # Errors
    /// [`Error::WrongKind`] for a completion, [`Error::Unknown`], [`Error::TooLong`].
    pub fn edit_turn(&mut self, session: Id, turn: Id, text: &str) -> Result<Id> {
        bounded(text)?;
        self.with(session, |session, now| {
            let turn = session.edit_turn(turn, text, now)?;
            session.node_id(turn)
        })
    }

    /// Begins a run and returns it with its prompt, as [`Store::prompt`] has it. The document ends where it begins; what it
    /// writes in its first lane becomes the document.
    ///
    /// # Errors
    /// [`Error::NotInDocument`], [`Error::InsideCharacter`], [`Error::NothingToRetry`],
    /// [`Error::WrongKind`].
    pub fn begin_run(&mut self, session: Id, place: Place, start: RunStart) -> Result<Begun> {
        self.with(session, |session, now| {
            let model = start.model_hash.clone();
            let number = session.begin_run(place, start, now)?;
            let (run, prompt) = (session.run_id(number)?, session.prompt(&model));
            Ok(Begun { run, prompt, tail: session.tail(number) })
        })
    }

    /// Adds what a lane of a run wrote.
    ///
    /// # Errors
    /// [`Error::RunEnded`], [`Error::Unknown`].
    pub fn append(
        &mut self,
        session: Id,
        run: Id,
        lane: u32,
        tokens: &[WrittenToken],
    ) -> Result<()> {
        self.with(session, |session, now| {
            let number = session.run_number(run)?;
            session.append(number, lane, tokens, now)
        })
    }

    /// Notes what is known of a run only after it has begun.
    ///
    /// # Errors
    /// [`Error::RunEnded`], [`Error::Unknown`].
    pub fn describe_run(
        &mut self,
        session: Id,
        run: Id,
        seed: Option<u64>,
        record: Value,
    ) -> Result<()> {
        self.with(session, |session, now| {
            let number = session.run_number(run)?;
            session.describe_run(number, seed, record, now)
        })
    }

    /// Ends a run. One that wrote nothing leaves the document as it was.
    ///
    /// # Errors
    /// [`Error::RunEnded`], [`Error::Unknown`].
    pub fn finish_run(&mut self, session: Id, run: Id, end: RunEnd) -> Result<()> {
        self.with(session, |session, now| {
            let number = session.run_number(run)?;
            session.finish_run(number, end, now)
        })
    }

    /// Every run of a session, the oldest first.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn runs(&mut self, session: Id) -> Result<Vec<RunRecord>> {
        let runs = self.session(session)?.runs.values();
        Ok(runs.map(|run| run.shown.clone()).collect())
    }

    /// What each lane of a run wrote, token by token, whatever became of the text since.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn outputs(&mut self, session: Id, run: Id) -> Result<Vec<RunOutput>> {
        let session = self.session(session)?;
        Ok(session.outputs(session.run_number(run)?))
    }

    /// The whole tree of a session, parents first, siblings in the order of their creation.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn branches(&mut self, session: Id) -> Result<Vec<Branch>> {
        Ok(self.session(session)?.branches())
    }

    /// A node and its siblings, in the order of their creation.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn siblings(&mut self, session: Id, node: Id) -> Result<Vec<Branch>> {
        let session = self.session(session)?;
        Ok(session.siblings(session.node(node)?))
    }

    /// Makes the document end with a node or, `to_its_end`, with the branch begun last below it.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn switch_to(&mut self, session: Id, node: Id, to_its_end: bool) -> Result<()> {
        self.with(session, |session, now| {
            let number = session.node(node)?;
            session.switch_to(number, to_its_end, now);
            Ok(())
        })
    }

    /// Deletes a node with everything below it, which undo brings back.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn delete_branch(&mut self, session: Id, node: Id) -> Result<()> {
        self.with(session, |session, now| {
            let number = session.node(node)?;
            session.delete_branch(number, now);
            Ok(())
        })
    }
}

fn bounded(text: &str) -> Result<()> {
    if text.len() > MOST_BYTES {
        return Err(Error::TooLong { what: "the text", limit: MOST_BYTES, found: text.len() });
    }
    Ok(())
}

fn system_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
