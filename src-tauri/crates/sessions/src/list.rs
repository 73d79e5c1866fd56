//! The list of sessions, page by page.

use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Row, params_from_iter};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::session::{Kind, Session};
use crate::{Error, Id, Result, Store, rows};

const MOST_ROWS: u32 = 1000;

/// Columns that [`summary`] reads.
pub(crate) const SUMMARY: &str = "
  SELECT s.uid, s.kind, s.title, s.preview, f.uid, s.pinned, s.archived, s.created_at,
    s.changed_at, s.trashed_at, s.id,
    (SELECT json_group_array(tag) FROM
      (SELECT tag FROM tags WHERE session = s.id ORDER BY tag COLLATE NOCASE))
  FROM sessions AS s LEFT JOIN folders AS f ON f.id = s.folder";

/// A session in a list. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SessionSummary {
    pub id: Id,
    pub kind: Kind,
    pub title: Option<String>,
    /// The beginning of the document, on one line.
    pub preview: String,
    pub folder: Option<Id>,
    pub tags: Vec<String>,
    pub pinned: bool,
    pub archived: bool,
    #[ts(type = "number")]
    pub created_at: i64,
    #[ts(type = "number")]
    pub changed_at: i64,
    #[ts(type = "number | null")]
    pub trashed_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    #[default]
    Active,
    Archive,
    Trash,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Within {
    #[default]
    Anywhere,
    NoFolder,
    Folder {
        folder: Id,
    },
}

/// Which sessions to list: pinned ones first, then those changed last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ListRequest {
    pub shelf: Shelf,
    pub within: Within,
    pub tag: Option<String>,
    pub kind: Option<Kind>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1000 at most.
    pub limit: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SessionPage {
    pub sessions: Vec<SessionSummary>,
    /// Where the next page begins; absent behind the last.
    pub next: Option<String>,
}

impl Store {
    /// A page of the list of sessions.
    ///
    /// # Errors
    /// [`Error::NotACursor`], [`Error::Unknown`] for the folder, [`Error::Damaged`].
    pub fn list(&mut self, request: &ListRequest) -> Result<SessionPage> {
        // What cannot be saved is listed as it was.
        let _ = self.flush();
        let limit = request.limit.min(MOST_ROWS);
        let (conditions, mut values) = self.conditions(request)?;
        values.push(Box::new(limit + 1));
        let query = format!(
            "{SUMMARY} WHERE {conditions}
             ORDER BY s.pinned DESC, s.changed_at DESC, s.id DESC LIMIT ?{}",
            values.len()
        );
        let mut query = self.database.connection.prepare_cached(&query)?;
        let mut found = query.query(params_from_iter(values))?;
        let (mut sessions, mut next, mut seen) = (Vec::new(), None, 0);
        while let Some(row) = found.next()? {
            seen += 1;
            if seen > limit {
                break;
            }
            next = Some(format!(
                "{}.{}.{}",
                u8::from(flag(row, 5)?),
                row.get::<_, i64>(8)?,
                row.get::<_, i64>(10)?
            ));
            // A broken row hides no other.
            sessions.extend(summary(row).ok());
        }
        drop(found);
        let mut unsaved = self.unsaved(request);
        unsaved.append(&mut sessions);
        Ok(SessionPage { sessions: unsaved, next: next.filter(|_| seen > limit) })
    }

    /// Sessions that could not be written yet, which are the newest; for the first page.
    fn unsaved(&self, request: &ListRequest) -> Vec<SessionSummary> {
        let has_them = request.after.is_none()
            && request.shelf == Shelf::Active
            && request.within == Within::Anywhere
            && request.tag.is_none();
        let of_kind = |session: &&Session| request.kind.is_none_or(|kind| kind == session.kind);
        let open = self.open.values().filter(|_| has_them).filter(of_kind);
        let mut unsaved: Vec<SessionSummary> = open.filter_map(unsaved).collect();
        unsaved.sort_by_key(|session| std::cmp::Reverse(session.changed_at));
        unsaved
    }

    fn conditions(&self, request: &ListRequest) -> Result<(String, Vec<Box<dyn ToSql>>)> {
        let mut conditions = vec![match request.shelf {
            Shelf::Active => "s.trashed_at IS NULL AND s.archived = 0".to_owned(),
            Shelf::Archive => "s.trashed_at IS NULL AND s.archived = 1".to_owned(),
            Shelf::Trash => "s.trashed_at IS NOT NULL".to_owned(),
        }];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut mark = |value: Box<dyn ToSql>| {
            values.push(value);
            values.len()
        };
        match request.within {
            Within::Anywhere => {}
            Within::NoFolder => conditions.push("s.folder IS NULL".to_owned()),
            Within::Folder { folder } => {
                let mark = mark(Box::new(self.folder_row(folder)?));
                conditions.push(format!("s.folder = ?{mark}"));
            }
        }
        if let Some(tag) = &request.tag {
            let mark = mark(Box::new(tag.clone()));
            let tagged = format!("s.id IN (SELECT session FROM tags WHERE tag = ?{mark})");
            conditions.push(tagged);
        }
        if let Some(kind) = request.kind {
            let mark = mark(Box::new(rows::kind_name(kind)));
            conditions.push(format!("s.kind = ?{mark}"));
        }
        if let Some(after) = &request.after {
            let marks = cursor(after)?.map(|value| mark(Box::new(value)));
            let [pinned, changed, id] = marks;
            let behind = format!("(s.pinned, s.changed_at, s.id) < (?{pinned}, ?{changed}, ?{id})");
            conditions.push(behind);
        }
        Ok((conditions.join(" AND "), values))
    }

    /// A session as the list shows it.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of reading.
    pub fn summary(&mut self, session: Id) -> Result<SessionSummary> {
        let row = match self.row(session) {
            Ok(row) => row,
            Err(error) => return self.open.get(&session).and_then(unsaved).ok_or(error),
        };
        let query = format!("{SUMMARY} WHERE s.id = ?1");
        let mut query = self.database.connection.prepare_cached(&query)?;
        Ok(query.query_row([row], summary)?)
    }
}

fn unsaved(session: &Session) -> Option<SessionSummary> {
    let fresh = session.changes.fresh.as_ref()?;
    Some(SessionSummary {
        id: session.id,
        kind: session.kind,
        title: fresh.title.clone(),
        preview: session.preview(rows::PREVIEW_CHARACTERS),
        folder: None,
        tags: Vec::new(),
        pinned: false,
        archived: false,
        created_at: session.created_at,
        changed_at: session.changed_at,
        trashed_at: None,
    })
}

/// Reads a row of [`SUMMARY`]; only a session without a name is no session.
pub(crate) fn summary(row: &Row<'_>) -> rusqlite::Result<SessionSummary> {
    let tags: Option<String> = value(row, 11)?;
    let chat = value::<String>(row, 1)?.is_some_and(|kind| kind == rows::kind_name(Kind::Chat));
    Ok(SessionSummary {
        id: row.get(0)?,
        kind: if chat { Kind::Chat } else { Kind::Completion },
        title: value(row, 2)?,
        preview: value(row, 3)?.unwrap_or_default(),
        folder: value(row, 4)?,
        tags: tags.and_then(|tags| serde_json::from_str(&tags).ok()).unwrap_or_default(),
        pinned: flag(row, 5)?,
        archived: flag(row, 6)?,
        created_at: value(row, 7)?.unwrap_or(0),
        changed_at: value(row, 8)?.unwrap_or(0),
        trashed_at: value(row, 9)?,
    })
}

fn flag(row: &Row<'_>, column: usize) -> rusqlite::Result<bool> {
    Ok(value::<bool>(row, column)?.unwrap_or(false))
}

fn value<T: FromSql>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    Ok(T::column_result(row.get_ref(column)?).ok())
}

fn cursor(text: &str) -> Result<[i64; 3]> {
    let numbers = text.split('.').map(|number| number.parse().ok());
    let numbers = numbers.collect::<Option<Vec<i64>>>();
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| Error::NotACursor(text.chars().take(40).collect()))
}
