//! Export and import of sessions.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::archive::{Archive, FORMAT, Head};
use crate::list::SessionSummary;
use crate::passage::Author;
use crate::session::{Kind, Session};
use crate::tree::Role;
use crate::{Error, Id, Result, Store, chat, foreign, library};

/// The largest file that is imported.
const MOST_BYTES: usize = 64 << 20;

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct Imported {
    pub session: Id,
    /// The very same session was there already, and still is.
    pub was_there: bool,
}

/// What tells the kinds of files apart.
#[derive(Deserialize)]
struct Probe {
    format: Option<Value>,
    messages: Option<Vec<Value>>,
}

impl Store {
    /// A session as JSON with everything but its undo log; [`Store::import`] makes the same session
    /// of it.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Damaged`].
    pub fn export_json(&mut self, session: Id) -> Result<String> {
        let archive = self.archive_of(session)?;
        Ok(serde_json::to_string(&archive).unwrap_or_default())
    }

    /// The current document with its title, as Markdown. The text itself is left as it is.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Damaged`].
    pub fn export_markdown(&mut self, session: Id) -> Result<String> {
        let head = self.head(session)?;
        let open = self.session(session)?;
        let title = head.title.map(|title| format!("# {title}\n\n")).unwrap_or_default();
        Ok(title + &transcript(open, |role| format!("## {role}\n\n")))
    }

    /// The current document as plain text.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Damaged`].
    pub fn export_text(&mut self, session: Id) -> Result<String> {
        Ok(transcript(self.session(session)?, |role| format!("{role}: ")))
    }

    /// Makes a session of an export of this app, or of a chat as OpenAI's API takes it. An exported
    /// session keeps its ids, unless another one has them by now.
    ///
    /// # Errors
    /// [`Error::NotImportable`] with the place in the file, [`Error::TooLong`], and those of
    /// saving; then nothing is imported.
    pub fn import(&mut self, json: &str) -> Result<Imported> {
        if json.len() > MOST_BYTES {
            let (limit, found) = (MOST_BYTES, json.len());
            return Err(Error::TooLong { what: "the file", limit, found });
        }
        let (row, now) = (self.take_row(), self.now());
        if json.trim_start().starts_with('[') {
            let messages: Vec<Value> = foreign::read(json)?;
            return self.add_chat(chat::unpack(&messages, "", row, now)?);
        }
        let probe: Probe = foreign::read(json)?;
        match probe {
            Probe { format: Some(_), .. } => self.import_archive(foreign::read(json)?, row),
            Probe { messages: Some(messages), .. } => {
                self.add_chat(chat::unpack(&messages, "messages", row, now)?)
            }
            Probe { .. } => {
                let what = format!("expected \"format\": {FORMAT:?}, or \"messages\"");
                Err(Error::refused("the file", what))
            }
        }
    }

    /// A copy of a session with names of its own, without its undo log.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of saving.
    pub fn duplicate(&mut self, session: Id) -> Result<Id> {
        let mut archive = self.archive_of(session)?;
        let (row, now) = (self.take_row(), self.now());
        let title = archive.session.title.take().map(|title| format!("{title} (copy)"));
        let head = Head { title, pinned: false, archived: false, ..archive.session.clone() };
        let mut copy = archive.unpack(row)?;
        copy.rename_all();
        (copy.created_at, copy.changed_at) = (now, now);
        self.add(copy, &head)
    }

    fn import_archive(&mut self, archive: Archive, row: i64) -> Result<Imported> {
        let id = archive.session.id;
        check_names(&archive.session)?;
        let known = match self.archive_of(id) {
            Ok(known) => Some(known),
            Err(Error::Unknown { .. }) => None,
            Err(error) => return Err(error),
        };
        if known.as_ref() == Some(&archive) {
            self.restore(id)?;
            return Ok(Imported { session: id, was_there: true });
        }
        let head = archive.session.clone();
        let mut session = archive.unpack(row)?;
        if known.is_some() {
            session.rename_all();
        }
        Ok(Imported { session: self.add(session, &head)?, was_there: false })
    }

    fn add_chat(&mut self, session: Session) -> Result<Imported> {
        let id = self.keep(session);
        self.flush().inspect_err(|_| drop(self.open.remove(&id)))?;
        Ok(Imported { session: id, was_there: false })
    }

    /// Saves a session with what the library knows of it, or nothing at all.
    fn add(&mut self, session: Session, head: &Head) -> Result<Id> {
        let id = self.keep(session);
        let saved = self.flush().and_then(|()| self.write_head(id, head));
        if saved.is_err() {
            self.open.remove(&id);
            // What was saved of it is of no use without the rest.
            let _ = self.database.connection.execute("DELETE FROM sessions WHERE uid = ?1", [id]);
        }
        saved.map(|()| id)
    }

    fn write_head(&mut self, session: Id, head: &Head) -> Result<()> {
        let row = self.row(session)?;
        let folder = head.folder.as_deref().map(|name| self.folder_named(name)).transpose()?;
        let change = self.database.connection.transaction()?;
        let query = "UPDATE sessions SET title = ?2, folder = ?3, pinned = ?4, archived = ?5,
                       settings = ?6 WHERE id = ?1";
        let settings = (!head.settings.is_null()).then(|| head.settings.to_string());
        let Head { title, pinned, archived, .. } = head;
        change.execute(query, params![row, title, folder, pinned, archived, settings])?;
        library::write_tags(&change, row, &head.tags)?;
        Ok(change.commit()?)
    }

    /// The key of the first folder of a name, made if there is none.
    fn folder_named(&mut self, name: &str) -> Result<i64> {
        let query = "SELECT id FROM folders WHERE name = ?1 ORDER BY id LIMIT 1";
        let connection = &self.database.connection;
        let found = connection.query_row(query, [name], |row| row.get(0)).optional()?;
        if let Some(folder) = found {
            return Ok(folder);
        }
        let folder = self.create_folder(name, None)?;
        self.folder_row(folder)
    }

    fn archive_of(&mut self, session: Id) -> Result<Archive> {
        let head = self.head(session)?;
        Ok(Archive::of(self.session(session)?, head))
    }

    /// What the library knows of a session: as much as it was created with, if it cannot be saved.
    fn head(&mut self, session: Id) -> Result<Head> {
        let open = self.session(session)?;
        let head = Head {
            id: session,
            kind: open.kind,
            title: open.changes.fresh.as_ref().and_then(|fresh| fresh.title.clone()),
            folder: None,
            tags: Vec::new(),
            pinned: false,
            archived: false,
            created_at: open.created_at,
            changed_at: open.changed_at,
            settings: Value::Null,
            current: open.current.and_then(|current| open.node_id(current).ok()),
        };
        let settings = match self.settings(session) {
            Err(Error::NoSpace | Error::ReadOnly | Error::NewerSchema { .. }) => return Ok(head),
            outcome => outcome?,
        };
        let (known, folders) = (self.summary(session)?, self.folders()?);
        let folder = folders.into_iter().find(|folder| Some(folder.id) == known.folder);
        let SessionSummary { title, tags, pinned, archived, .. } = known;
        let folder = folder.map(|folder| folder.name);
        Ok(Head { title, folder, tags, pinned, archived, settings, ..head })
    }
}

fn check_names(head: &Head) -> Result<()> {
    let wrong = |place: &'static str| {
        move |error: Error| Error::refused(format!("session.{place}"), error.to_string())
    };
    library::title(head.title.as_deref()).map_err(wrong("title"))?;
    library::tags(&head.tags).map_err(wrong("tags"))?;
    let folder = head.folder.as_deref().unwrap_or("-");
    let folder = library::short("the folder's name", folder, library::LONGEST_NAME);
    if folder.map_err(wrong("folder"))?.is_empty() {
        return Err(Error::refused("session.folder", "the folder's name is empty"));
    }
    Ok(())
}

/// The document as one text; a chat turn by turn, each behind what `heading` makes of its role.
fn transcript(session: &Session, heading: impl Fn(&str) -> String) -> String {
    let document = session.document();
    if session.kind == Kind::Completion {
        return document.text();
    }
    let (mut text, mut last) = (String::new(), None);
    for piece in document.pieces {
        let goes_on = last == Some((piece.node, piece.role))
            || (piece.role == Role::Assistant && last.is_some_and(|(_, role)| role == piece.role));
        if !goes_on {
            let name = match (piece.role, piece.author) {
                (Role::System, _) => "System",
                (Role::Assistant, _) | (Role::Text, Author::Model) => "Assistant",
                (Role::User | Role::Text, _) => "User",
            };
            text.push_str(if text.is_empty() { "" } else { "\n\n" });
            text.push_str(&heading(name));
        }
        text.push_str(&piece.text);
        last = Some((piece.node, piece.role));
    }
    text
}
