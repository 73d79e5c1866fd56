//! What orders sessions: titles, tags, pins, the archive and the trash.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

use crate::{Error, Id, Result, Store};

/// How long what is in the trash can be brought back, in milliseconds: 30 days.
const KEPT_IN_TRASH_MS: i64 = 30 * 24 * 60 * 60 * 1000;
pub(crate) const LONGEST_NAME: usize = 500;
pub(crate) const LONGEST_TAG: usize = 100;
pub(crate) const MOST_TAGS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Tag {
    pub name: String,
    pub sessions: u32,
}

impl Store {
    /// Gives a session a title; none, or an empty one, takes it away.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::TooLong`], and those of saving.
    pub fn rename(&mut self, session: Id, title: Option<&str>) -> Result<()> {
        let title = self::title(title)?;
        let row = self.row(session)?;
        self.database.writable()?;
        let change = self.database.connection.transaction()?;
        change.execute("UPDATE sessions SET title = ?2 WHERE id = ?1", params![row, title])?;
        change.execute("INSERT OR IGNORE INTO unindexed VALUES(?1)", [row])?;
        Ok(change.commit()?)
    }

    /// Puts a session into a folder, or out of any.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn put_into(&mut self, session: Id, folder: Option<Id>) -> Result<()> {
        let folder = folder.map(|folder| self.folder_row(folder)).transpose()?;
        self.set(session, "folder", folder)
    }

    /// Keeps a session at the top of the list, or no longer.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn pin(&mut self, session: Id, pinned: bool) -> Result<()> {
        self.set(session, "pinned", pinned)
    }

    /// Puts a session into the archive, or back.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn archive(&mut self, session: Id, archived: bool) -> Result<()> {
        self.set(session, "archived", archived)
    }

    /// Puts a session into the trash, from which it can be taken for 30 days.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn trash(&mut self, session: Id) -> Result<()> {
        let now = self.now();
        self.set(session, "trashed_at", now)
    }

    /// Takes a session out of the trash.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn restore(&mut self, session: Id) -> Result<()> {
        self.set(session, "trashed_at", None::<i64>)
    }

    /// Keeps settings of the window for a session.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn set_settings(&mut self, session: Id, settings: &Value) -> Result<()> {
        self.set(session, "settings", settings.to_string())
    }

    /// The settings kept for a session; null if there are none.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving a session that never was.
    pub fn settings(&mut self, session: Id) -> Result<Value> {
        let row = self.row(session)?;
        let query = "SELECT ifnull(settings, 'null') FROM sessions WHERE id = ?1";
        let settings: String =
            self.database.connection.query_row(query, [row], |row| row.get(0))?;
        Ok(serde_json::from_str(&settings).unwrap_or(Value::Null))
    }

    fn set(&mut self, session: Id, column: &'static str, value: impl ToSql) -> Result<()> {
        let row = self.row(session)?;
        self.database.writable()?;
        let change = format!("UPDATE sessions SET {column} = ?2 WHERE id = ?1");
        self.database.connection.prepare_cached(&change)?.execute(params![row, value])?;
        Ok(())
    }

    /// Deletes a session for ever.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn delete_forever(&mut self, session: Id) -> Result<()> {
        let row = self.row(session)?;
        self.database.writable()?;
        self.database.connection.execute("DELETE FROM sessions WHERE id = ?1", [row])?;
        self.open.remove(&session);
        Ok(())
    }

    /// Deletes everything in the trash for ever; returns how many sessions that were.
    ///
    /// # Errors
    /// Those of saving.
    pub fn empty_trash(&mut self) -> Result<u32> {
        self.database.writable()?;
        let trashed = "SELECT uid FROM sessions WHERE trashed_at IS NOT NULL";
        let trashed: Vec<Id> = {
            let mut query = self.database.connection.prepare(trashed)?;
            query.query_map([], |row| row.get(0))?.filter_map(rusqlite::Result::ok).collect()
        };
        let delete = "DELETE FROM sessions WHERE trashed_at IS NOT NULL";
        let deleted = self.database.connection.execute(delete, [])?;
        for session in trashed {
            self.open.remove(&session);
        }
        Ok(deleted as u32)
    }

    /// Gives a session exactly these tags.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::TooLong`], and those of saving.
    pub fn set_tags(&mut self, session: Id, tags: &[String]) -> Result<()> {
        let tags = self::tags(tags)?;
        let row = self.row(session)?;
        self.database.writable()?;
        let change = self.database.connection.transaction()?;
        change.execute("DELETE FROM tags WHERE session = ?1", [row])?;
        write_tags(&change, row, &tags)?;
        Ok(change.commit()?)
    }

    /// Every tag in use, in alphabetical order.
    ///
    /// # Errors
    /// Of the database.
    pub fn tags(&self) -> Result<Vec<Tag>> {
        let query = "SELECT tag, count(*) FROM tags JOIN sessions ON sessions.id = session
                     WHERE trashed_at IS NULL GROUP BY tag ORDER BY tag COLLATE NOCASE, tag";
        let mut query = self.database.connection.prepare_cached(query)?;
        let tag = |row: &Row<'_>| Ok(Tag { name: row.get(0)?, sessions: row.get(1)? });
        Ok(query.query_map([], tag)?.filter_map(rusqlite::Result::ok).collect())
    }

    /// The key of a session's row, which is written if it never was.
    pub(crate) fn row(&mut self, session: Id) -> Result<i64> {
        if self.open.get(&session).is_some_and(|open| open.changes.fresh.is_some()) {
            self.flush()?;
        }
        key(&self.database.connection, "session", "sessions", session)
    }
}

/// Deletes for ever what has been in the trash long enough.
pub(crate) fn purge(connection: &Connection, now: i64) -> Result<()> {
    let since = now.saturating_sub(KEPT_IN_TRASH_MS);
    connection.execute("DELETE FROM sessions WHERE trashed_at < ?1", [since])?;
    Ok(())
}

/// The key of a row by its name.
pub(crate) fn key(
    connection: &Connection,
    what: &'static str,
    table: &'static str,
    id: Id,
) -> Result<i64> {
    let query = format!("SELECT id FROM {table} WHERE uid = ?1");
    let found = connection.prepare_cached(&query)?.query_row([id], |row| row.get(0)).optional()?;
    found.ok_or(Error::Unknown { what, id })
}

pub(crate) fn write_tags(connection: &Connection, session: i64, tags: &[String]) -> Result<()> {
    let add = "INSERT OR IGNORE INTO tags(session, tag) VALUES(?1, ?2)";
    let mut add = connection.prepare_cached(add)?;
    for tag in tags {
        add.execute(params![session, tag])?;
    }
    Ok(())
}

/// A title without the space around it, if anything is left.
pub(crate) fn title(title: Option<&str>) -> Result<Option<String>> {
    title
        .map(|title| short("the title", title, LONGEST_NAME))
        .transpose()
        .map(|title| title.filter(|title| !title.is_empty()))
}

pub(crate) fn tags(tags: &[String]) -> Result<Vec<String>> {
    if tags.len() > MOST_TAGS {
        let (limit, found) = (MOST_TAGS, tags.len());
        return Err(Error::TooLong { what: "the list of tags", limit, found });
    }
    let tags = tags.iter().map(|tag| short("a tag", tag, LONGEST_TAG));
    let tags = tags.collect::<Result<Vec<String>>>()?;
    Ok(tags.into_iter().filter(|tag| !tag.is_empty()).collect())
}

/// A text without the space around it, if it is no longer than so many characters.
pub(crate) fn short(what: &'static str, text: &str, limit: usize) -> Result<String> {
    let text = text.trim();
    let found = text.chars().count();
    if found > limit { Err(Error::TooLong { what, limit, found }) } else { Ok(text.to_owned()) }
}
