//! The tables, and how a file of an older version becomes one of this version.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::{Error, Result};

/// Marks a file as one of ours: "NPSS".
const APPLICATION: i64 = 0x4e50_5353;

/// Each makes the next version out of the one before; the number of those applied is the file's
/// version. What has been published here never changes.
pub(crate) const MIGRATIONS: [&str; 2] =
    [include_str!("schema/1_sessions.sql"), include_str!("schema/2_search.sql")];

/// The version this program writes.
pub(crate) const VERSION: i64 = MIGRATIONS.len().cast_signed() as i64;

/// The version of a file; 0 for an empty one.
///
/// # Errors
/// [`Error::NotOurs`] for another program's, [`Error::NewerSchema`].
pub(crate) fn version(connection: &Connection, path: &Path) -> Result<i64> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, found) = (number("application_id")?, number("user_version")?);
    let count = "SELECT count(*) FROM sqlite_schema";
    let is_empty = connection.query_row(count, [], |row| row.get::<_, i64>(0))? == 0;
    match (application, found) {
        (APPLICATION, 0..=VERSION) => Ok(found),
        (APPLICATION, _) => {
            Err(Error::NewerSchema { path: path.to_owned(), found, known: VERSION })
        }
        (0, 0) if is_empty => Ok(0),
        _ => Err(Error::NotOurs { path: path.to_owned() }),
    }
}

/// Brings a file to the version that the migrations lead to, each in a transaction of its own and
/// behind a backup. Returns the backups.
///
/// # Errors
/// Of the database; the file then has the version that the last migration led to, whole.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    found: i64,
    migrations: &[&str],
) -> Result<Vec<PathBuf>> {
    let mut backups = Vec::new();
    for (version, migration) in (0..).zip(migrations).skip(found.max(0) as usize) {
        if version > 0 && found > 0 {
            backups.push(back_up(connection, path, version)?);
        }
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change.execute_batch(migration)?;
        change.pragma_update(None, "application_id", APPLICATION)?;
        change.pragma_update(None, "user_version", version + 1)?;
        change.commit()?;
    }
    Ok(backups)
}

/// A copy of the file as it is, under a name that says of which version.
fn back_up(connection: &Connection, path: &Path, version: i64) -> Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let backup = path.with_file_name(format!("{name}.version-{version}"));
    let unfinished = path.with_file_name(format!("{name}.version-{version}.unfinished"));
    // One of an earlier attempt would be refused.
    if unfinished.exists() {
        std::fs::remove_file(&unfinished).map_err(|e| Error::io(&unfinished, e))?;
    }
    connection.execute("VACUUM INTO ?1", [unfinished.to_string_lossy()])?;
    std::fs::rename(&unfinished, &backup).map_err(|e| Error::io(&backup, e))?;
    Ok(backup)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> (tempfile::TempDir, PathBuf, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let connection = Connection::open(&path).unwrap();
        (folder, path, connection)
    }

    #[test]
    fn a_new_file_gets_the_latest_version_and_no_backup() {
        let (_folder, path, mut connection) = scratch();
        assert_eq!(version(&connection, &path).unwrap(), 0);
        let backups = migrate(&mut connection, &path, 0, &MIGRATIONS).unwrap();
        assert_eq!(backups, Vec::<PathBuf>::new());
        assert_eq!(version(&connection, &path).unwrap(), VERSION);
    }

    #[test]
    fn an_old_file_is_backed_up_before_each_step_and_keeps_its_rows() {
        let (_folder, path, mut connection) = scratch();
        migrate(&mut connection, &path, 0, &["CREATE TABLE t(a); INSERT INTO t VALUES(7);"])
            .unwrap();
        let steps = ["", "ALTER TABLE t ADD b DEFAULT 8;", "ALTER TABLE t ADD c DEFAULT 9;"];
        let backups = migrate(&mut connection, &path, 1, &steps).unwrap();
        let sum = |connection: &Connection, columns: &str| {
            let query = format!("SELECT {columns} FROM t");
            connection.query_row(&query, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(sum(&connection, "a + b + c"), 24);
        assert_eq!(backups.len(), 2);
        assert_eq!(sum(&Connection::open(&backups[0]).unwrap(), "a"), 7);
        assert_eq!(sum(&Connection::open(&backups[1]).unwrap(), "a + b"), 15);
    }

    #[test]
    fn a_failing_migration_leaves_the_file_as_it_was() {
        let (_folder, path, mut connection) = scratch();
        migrate(&mut connection, &path, 0, &["CREATE TABLE t(a);"]).unwrap();
        let steps = ["", "ALTER TABLE t ADD b; INSERT INTO nowhere VALUES(1);"];
        migrate(&mut connection, &path, 1, &steps).unwrap_err();
        assert_eq!(version(&connection, &path).unwrap(), 1);
        connection.execute("INSERT INTO t VALUES(1)", []).unwrap();
    }

    #[test]
    fn other_files_and_newer_ones_are_told_apart() {
        let (_folder, path, connection) = scratch();
        connection.execute_batch("CREATE TABLE theirs(a)").unwrap();
        assert_eq!(version(&connection, &path).unwrap_err().kind(), "not_sessions");
        connection.pragma_update(None, "application_id", APPLICATION).unwrap();
        connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
        assert_eq!(version(&connection, &path).unwrap_err().kind(), "newer_schema");
    }
}
