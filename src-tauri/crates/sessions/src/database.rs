//! The file of sessions: opening it, whatever state it is in.
//!
//! A commit is on the disk when it returns (WAL with `synchronous = FULL`): with NORMAL a power cut
//! would take what was committed since the last checkpoint, which can be minutes of typing. Nobody
//! waits for it, because one thread commits twice a second at most. Only one process may have the
//! file open: what it keeps in memory would otherwise go stale.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Progress;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use ts_rs::TS;

use crate::rescue::{finish, rescue};
use crate::schema::{MIGRATIONS, VERSION, migrate, version};
use crate::{Error, Id, Result};

/// How long another process may take to end, as after a restart of the app.
const PATIENCE: Duration = Duration::from_secs(1);
/// Up to this size every opening checks the whole file; above, only one after a crash.
const CHECKED_BYTES: u64 = 32 << 20;

/// What a user has to be told about the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// The file was damaged and is kept under another name; what could be read is in a fresh one.
    Rescued {
        kept: PathBuf,
        sessions: u32,
        /// Whether every row could be read.
        complete: bool,
    },
    /// The file was of an older version, which is kept.
    BackedUp { kept: PathBuf },
    /// The settings were damaged and have their defaults; the file is kept under another name.
    SettingsDamaged { kept: PathBuf },
    /// The settings could not even be opened: they have their defaults until the app closes.
    SettingsClosed { why: String },
}

/// What may be done with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    Full,
    /// It or its disk is write-protected, or there is no room even to open it.
    ReadOnly,
    /// A newer version of the app wrote it.
    Newer {
        found: i64,
    },
}

#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) path: PathBuf,
    pub(crate) connection: Connection,
    pub(crate) access: Access,
}

impl Database {
    /// Opens a file, new or old, and rescues a damaged one. One that cannot be written is opened
    /// for reading; without even that, an empty one in memory takes its place.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::NotOurs`], and those of a rescue that failed.
    pub(crate) fn open(path: &Path, now: i64, notices: &mut Vec<Notice>) -> Result<Self> {
        let (connection, access) = match open_whole(path, now, notices) {
            Ok(connection) => (connection, Access::Full),
            Err(Error::NewerSchema { found, .. }) => {
                (open_for_reading(path)?, Access::Newer { found })
            }
            Err(error) if is_about_the_disk(&error) => {
                (open_for_reading(path).or_else(|_| open_in_memory())?, Access::ReadOnly)
            }
            Err(error) => return Err(error),
        };
        Ok(Self { path: path.to_owned(), connection, access })
    }

    /// Tries again to get at a file that could only be read. False: it still can't be written.
    pub(crate) fn regain(&mut self, now: i64, notices: &mut Vec<Notice>) -> bool {
        if self.access != Access::ReadOnly {
            return false;
        }
        match open_whole(&self.path, now, notices) {
            Ok(connection) => {
                (self.connection, self.access) = (connection, Access::Full);
                true
            }
            Err(_) => false,
        }
    }

    /// Replaces a file found damaged while it was in use.
    ///
    /// # Errors
    /// Those of a rescue that failed.
    pub(crate) fn rescue(&mut self, now: i64, notices: &mut Vec<Notice>) -> Result<()> {
        // Nobody may have the file open meanwhile.
        self.connection = open_in_memory()?;
        self.access = Access::ReadOnly;
        notices.push(rescue(&self.path, now)?);
        self.regain(now, notices);
        Ok(())
    }

    /// Why nothing can be written now.
    ///
    /// # Errors
    /// [`Error::ReadOnly`], [`Error::NewerSchema`].
    pub(crate) fn writable(&self) -> Result<()> {
        match self.access {
            Access::Full => Ok(()),
            Access::ReadOnly => Err(Error::ReadOnly),
            Access::Newer { found } => {
                Err(Error::NewerSchema { path: self.path.clone(), found, known: VERSION })
            }
        }
    }
}

/// A file that belongs to another: its name and something behind it.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn open_whole(path: &Path, now: i64, notices: &mut Vec<Notice>) -> Result<Connection> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    }
    finish(path)?;
    match open_sound(path, notices) {
        Err(Error::Damaged(_)) => {
            notices.push(rescue(path, now)?);
            open_sound(path, notices)
        }
        outcome => outcome,
    }
}

fn open_sound(path: &Path, notices: &mut Vec<Notice>) -> Result<Connection> {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    // Closing the file properly takes its log away.
    let crashed = size(&beside(path, "-wal")) > 0;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Before the first look at the file, so that nobody else's look comes between.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let found = version(&connection, path)?;
    configure(&connection)?;
    if found > 0 && (crashed || size(path) <= CHECKED_BYTES) {
        check(&connection)?;
    }
    for kept in migrate(&mut connection, path, found, &MIGRATIONS)? {
        notices.push(Notice::BackedUp { kept });
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Kibibytes: the lists and the upper levels of the search index stay in memory.
    connection.pragma_update(None, "cache_size", -8_192)?;
    connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // It would otherwise be on while a file of an older version is rebuilt.
    connection.pragma_update(None, "foreign_keys", false)?;
    Ok(())
}

/// Looks at every page, and at every row as far as its length goes.
fn check(connection: &Connection) -> Result<()> {
    let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(Error::Damaged(found.replace('\n', "; "))) }
}

fn open_for_reading(path: &Path) -> Result<Connection> {
    let open = |query: &str| -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri(path, query), flags)?;
        connection.busy_timeout(PATIENCE)?;
        ours(connection, path)
    };
    // A disk that cannot be written has no room for the log's index either. Then nobody writes
    // there: file and log are read elsewhere, or the file alone.
    open("mode=ro").or_else(|_| open_copy(path)).or_else(|_| open("mode=ro&immutable=1"))
}

fn ours(connection: Connection, path: &Path) -> Result<Connection> {
    match version(&connection, path) {
        Ok(1..) | Err(Error::NewerSchema { .. }) => Ok(connection),
        Ok(_) => Err(Error::NotOurs { path: path.to_owned() }),
        Err(error) => Err(error),
    }
}

/// Reads a file with its log into memory, where both are left as they are.
///
/// # Errors
/// [`Error::Io`] when there is no log or no room for a copy, and those of the file.
fn open_copy(path: &Path) -> Result<Connection> {
    let folder = std::env::temp_dir().join(format!("nemotron-playground-{}", Id::random()));
    let copy = folder.join("copy.db");
    let copied = std::fs::create_dir(&folder)
        .and_then(|()| std::fs::copy(beside(path, "-wal"), beside(&copy, "-wal")))
        .and_then(|_| std::fs::copy(path, &copy));
    let read = copied.map_err(|error| Error::io(path, error)).and_then(|_| {
        let mut connection = Connection::open_in_memory()?;
        connection.restore("main", &copy, None::<fn(Progress)>)?;
        connection.pragma_update(None, "query_only", true)?;
        ours(connection, path)
    });
    // It is a copy, and the system clears the place anyway.
    let _ = std::fs::remove_dir_all(&folder);
    read
}

fn uri(path: &Path, query: &str) -> String {
    let path = path.to_string_lossy();
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?{query}")
}

/// Holds nothing and takes nothing: what is written stays with the sessions in memory.
fn open_in_memory() -> Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    migrate(&mut connection, Path::new(""), 0, &MIGRATIONS)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn is_about_the_disk(error: &Error) -> bool {
    matches!(error, Error::Io { .. } | Error::NoSpace | Error::ReadOnly | Error::Database(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_what_is_only_in_the_log_and_can_only_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let writing = open_whole(&path, 0, &mut Vec::new()).unwrap();
        writing.execute_batch("CREATE TABLE late (x); INSERT INTO late VALUES (7)").unwrap();
        let copy = open_copy(&path).unwrap();
        let late = "SELECT x FROM late";
        assert_eq!(copy.query_row(late, [], |row| row.get::<_, u32>(0)).unwrap(), 7);
        assert!(copy.execute("INSERT INTO late VALUES (8)", []).is_err());
        drop(writing);
        assert!(open_copy(&path).is_err(), "without a log there is nothing that a copy adds");
    }
}
