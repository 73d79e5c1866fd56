//! Folders. One inside another is as deep as they go.

use rusqlite::{OptionalExtension, Row, params};
use serde::Serialize;
use ts_rs::TS;

use crate::library::{LONGEST_NAME, key, short};
use crate::{Error, Id, Result, Store};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Folder {
    pub id: Id,
    pub name: String,
    pub parent: Option<Id>,
    /// Sessions directly in it that are neither archived nor in the trash.
    pub sessions: u32,
}

impl Store {
    /// Every folder, in alphabetical order.
    ///
    /// # Errors
    /// Of the database.
    pub fn folders(&self) -> Result<Vec<Folder>> {
        let query = "SELECT f.uid, f.name, p.uid, (SELECT count(*) FROM sessions
                       WHERE folder = f.id AND trashed_at IS NULL AND archived = 0)
                     FROM folders AS f LEFT JOIN folders AS p ON p.id = f.parent
                     ORDER BY f.name COLLATE NOCASE, f.id";
        let mut query = self.database.connection.prepare_cached(query)?;
        let folder = |row: &Row<'_>| {
            let (id, name) = (row.get(0)?, row.get(1)?);
            Ok(Folder { id, name, parent: row.get(2)?, sessions: row.get(3)? })
        };
        Ok(query.query_map([], folder)?.filter_map(rusqlite::Result::ok).collect())
    }

    /// Makes a folder, inside another if that is inside none.
    ///
    /// # Errors
    /// [`Error::FolderTooDeep`], [`Error::Unknown`], [`Error::Empty`], [`Error::TooLong`], and
    /// those of saving.
    pub fn create_folder(&mut self, name: &str, parent: Option<Id>) -> Result<Id> {
        let (id, name) = (Id::random(), folder_name(name)?);
        let parent = parent.map(|parent| self.outer_folder(parent)).transpose()?;
        self.database.writable()?;
        let add = "INSERT INTO folders(uid, name, parent) VALUES(?1, ?2, ?3)";
        self.database.connection.execute(add, params![id, name, parent])?;
        Ok(id)
    }

    /// Gives a folder another name.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Empty`], [`Error::TooLong`], and those of saving.
    pub fn rename_folder(&mut self, folder: Id, name: &str) -> Result<()> {
        let (row, name) = (self.folder_row(folder)?, folder_name(name)?);
        self.database.writable()?;
        let change = "UPDATE folders SET name = ?2 WHERE id = ?1";
        self.database.connection.execute(change, params![row, name])?;
        Ok(())
    }

    /// Puts a folder into another, or out of it.
    ///
    /// # Errors
    /// [`Error::FolderTooDeep`] if either end of that has a folder already, [`Error::Unknown`], and
    /// those of saving.
    pub fn move_folder(&mut self, folder: Id, parent: Option<Id>) -> Result<()> {
        let row = self.folder_row(folder)?;
        let parent = parent.map(|parent| self.outer_folder(parent)).transpose()?;
        let holds_one = "SELECT 1 FROM folders WHERE parent = ?1";
        let holds_one =
            self.database.connection.query_row(holds_one, [row], |_| Ok(())).optional()?.is_some();
        if parent.is_some() && (holds_one || parent == Some(row)) {
            return Err(Error::FolderTooDeep);
        }
        self.database.writable()?;
        let change = "UPDATE folders SET parent = ?2 WHERE id = ?1";
        self.database.connection.execute(change, params![row, parent])?;
        Ok(())
    }

    /// Deletes a folder. What is in it stays, in no folder.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn delete_folder(&mut self, folder: Id) -> Result<()> {
        let row = self.folder_row(folder)?;
        self.database.writable()?;
        self.database.connection.execute("DELETE FROM folders WHERE id = ?1", [row])?;
        Ok(())
    }

    pub(crate) fn folder_row(&self, folder: Id) -> Result<i64> {
        key(&self.database.connection, "folder", "folders", folder)
    }

    /// The key of a folder that may hold others.
    fn outer_folder(&self, folder: Id) -> Result<i64> {
        let row = self.folder_row(folder)?;
        let query = "SELECT parent IS NULL FROM folders WHERE id = ?1";
        let is_outer: bool = self.database.connection.query_row(query, [row], |row| row.get(0))?;
        if is_outer { Ok(row) } else { Err(Error::FolderTooDeep) }
    }
}

fn folder_name(name: &str) -> Result<String> {
    let name = short("the folder's name", name, LONGEST_NAME)?;
    if name.is_empty() { Err(Error::Empty("the folder's name")) } else { Ok(name) }
}
