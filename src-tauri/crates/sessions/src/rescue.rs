//! What can be read of a damaged file, row by row, in a fresh one. The damaged file is kept.
//!
//! Tables are read through their lists of pages first. Where such a list is broken, the rows it
//! led to are looked for on every page.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::database::{Notice, beside};
use crate::pages::Pages;
use crate::schema::{MIGRATIONS, migrate};
use crate::{Error, Result};

/// All that cannot be made from something else, and what its columns hold: `K` the key, `U` the
/// 16 bytes of a name, `I` a whole number, `R` a real one, `T` a text, `B` bytes; in small letters
/// what may be absent.
const TABLES: [(&str, &str); 7] = [
    ("folders", "KUTi"),
    ("sessions", "KUTtTiIIIIitiI"),
    ("tags", "KIT"),
    ("nodes", "KIIUiITiiIITb"),
    ("runs", "KIIUiTTitIrIiTtb"),
    ("steps", "KIIB"),
    ("presets", "KUTIT"),
];

/// What may belong to a file. The index of the log is made anew from the log.
const COMPANIONS: [&str; 3] = ["-shm", "-wal", "-journal"];

/// Rows that lost what they belonged to, and text whose session is lost.
const MEND: &str = "
  INSERT INTO sessions(id, uid, kind, title, created_at, changed_at)
    SELECT session, randomblob(16), 'completion', 'Recovered text', min(created_at), max(created_at)
    FROM nodes WHERE session NOT IN (SELECT id FROM sessions) GROUP BY session;
  DELETE FROM tags WHERE session NOT IN (SELECT id FROM sessions);
  DELETE FROM runs WHERE session NOT IN (SELECT id FROM sessions);
  DELETE FROM steps WHERE session NOT IN (SELECT id FROM sessions);
  UPDATE folders SET parent = NULL WHERE parent NOT IN (SELECT id FROM folders);
  UPDATE sessions SET folder = NULL WHERE folder NOT IN (SELECT id FROM folders);
  INSERT OR IGNORE INTO unindexed SELECT id FROM sessions;
";

/// Puts a fresh file with everything readable in the place of a damaged one. Nobody may have the
/// damaged one open.
///
/// # Errors
/// [`Error::Io`] and those of the fresh file; the damaged one is then still in its place.
pub(crate) fn rescue(path: &Path, now: i64) -> Result<Notice> {
    let unfinished = beside(path, ".unfinished");
    remove(&unfinished)?;
    remove_companions(&unfinished)?;
    let mut fresh = Connection::open(&unfinished)?;
    fresh.pragma_update(None, "foreign_keys", false)?;
    migrate(&mut fresh, &unfinished, 0, &MIGRATIONS)?;
    let change = fresh.transaction()?;
    let incomplete = copy_tables(path, &change);
    if !incomplete.is_empty() {
        // A file of which not even that can be read is kept all the same.
        let _ = copy_scattered(path, &change, &incomplete);
    }
    change.execute_batch(MEND)?;
    let count = "SELECT count(*) FROM sessions";
    let sessions = change.query_row(count, [], |row| row.get::<_, i64>(0))?;
    change.commit()?;
    let stamp: String = fresh.query_row(
        "SELECT strftime('%Y-%m-%d-%H%M%f', ?1 / 1000.0, 'unixepoch')",
        [now],
        |row| row.get(0),
    )?;
    fresh.close().map_err(|(_, error)| error)?;
    let kept = beside(path, &format!(".damaged-{stamp}"));
    exchange(path, &kept, &unfinished)?;
    Ok(Notice::Rescued { kept, sessions: sessions as u32, complete: incomplete.is_empty() })
}

/// Finishes what a crash between two renames left.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn finish(path: &Path) -> Result<()> {
    let rescued = beside(path, ".rescued");
    if !path.exists() && rescued.exists() {
        std::fs::rename(&rescued, path).map_err(|e| Error::io(&rescued, e))?;
    }
    Ok(())
}

/// From the first rename on, [`finish`] completes the exchange.
fn exchange(path: &Path, kept: &Path, fresh: &Path) -> Result<()> {
    let rename =
        |from: &Path, to: &Path| std::fs::rename(from, to).map_err(|error| Error::io(from, error));
    let rescued = beside(path, ".rescued");
    rename(fresh, &rescued)?;
    remove(&beside(path, COMPANIONS[0]))?;
    for companion in COMPANIONS.map(|companion| (beside(path, companion), beside(kept, companion)))
    {
        let holds_anything = std::fs::metadata(&companion.0).is_ok_and(|found| found.len() > 0);
        if holds_anything {
            rename(&companion.0, &companion.1)?;
        }
    }
    remove_companions(path)?;
    rename(path, kept)?;
    rename(&rescued, path)
}

fn remove_companions(path: &Path) -> Result<()> {
    COMPANIONS.iter().try_for_each(|companion| remove(&beside(path, companion)))
}

fn remove(file: &Path) -> Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io(file, error)),
        _ => Ok(()),
    }
}

/// Opens a damaged file so that nothing in it changes and as much as possible can be read.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Else one broken entry in the list of tables makes all of them unreadable.
    connection.pragma_update(None, "writable_schema", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

type Table = (&'static str, &'static str);

/// Copies what the tables lead to; returns those that do not lead to all of theirs.
fn copy_tables(path: &Path, to: &Connection) -> Vec<Table> {
    let Ok(damaged) = open(path) else { return TABLES.to_vec() };
    let is_incomplete = |table: &Table| !copy(&damaged, to, table.0).unwrap_or(false);
    TABLES.into_iter().filter(is_incomplete).collect()
}

/// Copies rows of some tables from wherever they are. What the tables led to is there already, and
/// newer than what is left of it elsewhere.
fn copy_scattered(path: &Path, to: &Connection, tables: &[Table]) -> Result<()> {
    let mut pages = Pages::open(path).map_err(|error| Error::io(path, error))?;
    pages.rows(|row| {
        for (table, columns) in tables.iter().filter(|(_, columns)| fits(&row, columns)) {
            let marks = vec!["?"; columns.len()].join(", ");
            let insert = format!("INSERT OR IGNORE INTO {table} VALUES({marks})");
            // A row that contradicts the schema is lost, and no other.
            let insert = to
                .prepare_cached(&insert)
                .and_then(|mut insert| insert.execute(params_from_iter(&row)));
            drop(insert);
        }
    });
    Ok(())
}

/// Whether a row can be of a table with such columns.
fn fits(row: &[Value], columns: &str) -> bool {
    let holds = |(value, column): (&Value, u8)| match (value, column.to_ascii_uppercase()) {
        (Value::Null, _) => column.is_ascii_lowercase(),
        (Value::Integer(_), b'K' | b'I' | b'R') | (Value::Real(_), b'R') => true,
        (Value::Text(_), kind) => kind == b'T',
        (Value::Blob(bytes), b'U') => bytes.len() == 16,
        (Value::Blob(_), kind) => kind == b'B',
        _ => false,
    };
    row.len() == columns.len() && row.iter().zip(columns.bytes()).all(holds)
}

/// Copies what can be read of a table; tells whether that was all.
fn copy(from: &Connection, to: &Connection, table: &str) -> rusqlite::Result<bool> {
    let wanted = columns(to, table)?;
    let known = columns(from, table)?;
    let shared: Vec<String> = wanted.into_iter().filter(|name| known.contains(name)).collect();
    let (names, marks) = (shared.join(", "), vec!["?"; shared.len()].join(", "));
    let select = format!("SELECT {names} FROM {table} WHERE id > ?1 ORDER BY id");
    let insert = format!("INSERT OR IGNORE INTO {table}({names}) VALUES({marks})");
    let (mut after, mut complete) = (i64::MIN, true);
    loop {
        let (last, failed) = copy_on(from, to, &select, &insert, after);
        if !failed {
            return Ok(complete);
        }
        complete = false;
        let Some(next) = next_readable(from, table, last) else { return Ok(false) };
        // A row that was just tried, and has a key but no content, is passed over.
        let tried = last == after && after == next - 1;
        after = if tried { next } else { next - 1 };
    }
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut names = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    names.query_map([table], |row| row.get(0))?.collect()
}

/// Copies row after row; returns the key of the last one, and whether reading failed behind it.
fn copy_on(
    from: &Connection,
    to: &Connection,
    select: &str,
    insert: &str,
    after: i64,
) -> (i64, bool) {
    let mut last = after;
    let mut copy_all = || -> rusqlite::Result<()> {
        let (mut select, mut insert) = (from.prepare_cached(select)?, to.prepare_cached(insert)?);
        let width = select.column_count();
        let mut rows = select.query([after])?;
        while let Some(row) = rows.next()? {
            let values = (0..width).map(|column| row.get_ref(column).map(owned));
            let values = values.collect::<rusqlite::Result<Vec<Value>>>()?;
            if let Some(Value::Integer(id)) = values.first() {
                last = *id;
            }
            // A row that contradicts the schema is lost, and no other.
            let _ = insert.execute(params_from_iter(values));
        }
        Ok(())
    };
    let failed = copy_all().is_err();
    (last, failed)
}

/// Bytes that are no text any more do not cost the rest of it.
fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// The first key above one whose row can be found again. Broken pages make whole ranges of keys
/// unreadable: the steps over them double, and then halve.
fn next_readable(connection: &Connection, table: &str, after: i64) -> Option<i64> {
    let query = format!("SELECT id FROM {table} WHERE id > ?1 ORDER BY id LIMIT 1");
    // Outer: the look-up worked. Inner: the key it found.
    let look_up = |above: i64| {
        let found = connection.prepare_cached(&query).ok()?.query_row([above], |row| row.get(0));
        match found {
            Ok(id) => Some(Some(id)),
            Err(rusqlite::Error::QueryReturnedNoRows) => Some(None),
            Err(_) => None,
        }
    };
    if let Some(found) = look_up(after) {
        return found;
    }
    // Keys begin at 1.
    let (mut broken, mut step) = (after.max(0), 1i64);
    let mut found = None;
    while found.is_none() {
        let above = broken.checked_add(step)?;
        found = look_up(above);
        if found.is_none() {
            broken = above;
            step = step.checked_mul(2)?;
        }
    }
    while step > 1 {
        step /= 2;
        match look_up(broken + step) {
            None => broken += step,
            sooner => found = sooner,
        }
    }
    found.flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_together_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let mut connection = Connection::open(&path).unwrap();
        migrate(&mut connection, &path, 0, &MIGRATIONS).unwrap();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = OFF;
                 INSERT INTO sessions(id, uid, kind, folder, created_at, changed_at)
                   VALUES(1, randomblob(16), 'completion', 77, 5, 5);
                 INSERT INTO nodes(session, number, uid, ordinal, role, created_at, text)
                   VALUES(2, 0, randomblob(16), 0, 'text', 9, 'orphan');
                 INSERT INTO tags(session, tag) VALUES(3, 'lost');",
            )
            .unwrap();
        drop(connection);
        let notice = rescue(&path, 0).unwrap();
        let kept = folder.path().join("sessions.db.damaged-1970-01-01-000000.000");
        assert_eq!(notice, Notice::Rescued { kept: kept.clone(), sessions: 2, complete: true });
        assert!(kept.exists());
        let rescued = Connection::open(&path).unwrap();
        let title = "SELECT title FROM sessions WHERE id = 2";
        let title: String = rescued.query_row(title, [], |row| row.get(0)).unwrap();
        assert_eq!(title, "Recovered text");
        let dangling = "SELECT (SELECT count(*) FROM tags) + count(folder) FROM sessions";
        assert_eq!(rescued.query_row(dangling, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }

    #[test]
    fn a_crash_between_the_renames_is_finished_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        std::fs::write(beside(&path, ".rescued"), "rescued").unwrap();
        finish(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "rescued");
        std::fs::write(beside(&path, ".rescued"), "another").unwrap();
        finish(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "rescued");
    }
}
