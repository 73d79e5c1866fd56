//! Full-text search over titles, prompts and outputs.
//!
//! A session is one entry of the index: a query finds words of the prompt and of the output
//! together. Entries are made when nothing else is to be done, and before a search for the
//! sessions that were changed last.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::list::{SUMMARY, SessionSummary, summary};
use crate::words::{HIT_BEGINS, HIT_ENDS, query, searchable, spaced, unspaced};
use crate::{Result, Store, rows};

/// Entries made before a search at most; more are left for quiet moments.
const MADE_AT_ONCE: u32 = 32;
/// Words around what was found.
const SNIPPET_WORDS: u32 = 24;
const MOST_HITS: u32 = 100;
/// Of more hits the newest are looked at: ranking costs far more than finding.
const MOST_RANKED: u32 = 4000;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct SearchRequest {
    /// Words that all have to be there; the last one may be the beginning of one.
    pub text: String,
    /// Sessions in the archive too. Those in the trash are never found.
    pub archived: bool,
    /// How many hits to pass over, and how many to return, 100 at most.
    pub offset: u32,
    pub limit: u32,
}

/// What a search found, the best first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct SearchPage {
    pub hits: Vec<SearchHit>,
    /// Whether there are hits behind these.
    pub more: bool,
    /// Sessions that cannot be found yet, because they are still to be indexed.
    pub unindexed: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct SearchHit {
    pub session: SessionSummary,
    /// A piece of title or text around what was found.
    pub snippet: Vec<SnippetPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SnippetPart {
    pub text: String,
    /// Whether this is what was searched for.
    pub hit: bool,
}

impl Store {
    /// Finds sessions by words. Where thousands have all of them, only the newest count.
    ///
    /// # Errors
    /// [`crate::Error::Damaged`], and others of the database.
    pub fn search(&mut self, request: &SearchRequest) -> Result<SearchPage> {
        let Some(query) = query(&request.text) else { return Ok(SearchPage::default()) };
        // What cannot be saved or indexed now is only not found.
        let _ = self.flush();
        let _ = self.index(MADE_AT_ONCE);
        let connection = &self.database.connection;
        let limit = request.limit.min(MOST_HITS);
        let found = "SELECT row FROM (
                       SELECT search.rowid AS row, rank AS quality, changed_at
                       FROM search JOIN sessions ON sessions.id = search.rowid
                       WHERE search MATCH ?1 AND trashed_at IS NULL AND (archived = 0 OR ?2)
                       ORDER BY search.rowid DESC LIMIT ?5)
                     ORDER BY quality, changed_at DESC LIMIT ?3 OFFSET ?4";
        let mut found = connection.prepare_cached(found)?;
        let found = found.query_map(
            params![query, request.archived, limit + 1, request.offset, MOST_RANKED],
            |row| row.get(0),
        )?;
        let rows = found.collect::<rusqlite::Result<Vec<i64>>>()?;
        let hits = rows.iter().take(limit as usize).map(|row| hit(connection, &query, *row));
        let hits = hits.collect::<Result<Vec<_>>>()?;
        let more = rows.len() > limit as usize;
        Ok(SearchPage { hits, more, unindexed: self.unindexed()? })
    }

    /// How many sessions cannot be found yet.
    ///
    /// # Errors
    /// Of the database.
    pub fn unindexed(&self) -> Result<u32> {
        let query = "SELECT count(*) FROM unindexed";
        let mut count = self.database.connection.prepare_cached(query)?;
        Ok(count.query_row([], |row| row.get(0))?)
    }

    /// Makes entries for sessions that have none or an old one, those changed last first, so many
    /// at most. Returns how many are left.
    ///
    /// # Errors
    /// Of the database.
    pub fn index(&mut self, most: u32) -> Result<u32> {
        let waiting = "SELECT session FROM unindexed JOIN sessions ON sessions.id = session
                       ORDER BY changed_at DESC LIMIT ?1";
        let waiting = {
            let mut query = self.database.connection.prepare_cached(waiting)?;
            query.query_map([most], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?
        };
        if !waiting.is_empty() {
            self.database.writable()?;
            let change = self.database.connection.transaction()?;
            for session in waiting {
                index_one(&change, session)?;
            }
            change.commit()?;
        }
        self.unindexed()
    }
}

fn index_one(connection: &Connection, session: i64) -> Result<()> {
    let title = "SELECT ifnull(title, '') FROM sessions WHERE id = ?1";
    let title: String = connection.prepare_cached(title)?.query_row([session], |row| row.get(0))?;
    let body = searchable(&rows::load_tree(connection, session)?);
    // Not an upsert: the index has to see the old text go.
    connection.prepare_cached("DELETE FROM search_text WHERE session = ?1")?.execute([session])?;
    let add = "INSERT INTO search_text(session, title, body) VALUES(?1, ?2, ?3)";
    connection.prepare_cached(add)?.execute(params![session, spaced(&title), body])?;
    connection.prepare_cached("DELETE FROM unindexed WHERE session = ?1")?.execute([session])?;
    Ok(())
}

fn hit(connection: &Connection, query: &str, row: i64) -> Result<SearchHit> {
    let snippet = "SELECT snippet(search, -1, ?3, ?4, '…', ?5) FROM search
                   WHERE search MATCH ?1 AND rowid = ?2";
    let (begins, ends) = (HIT_BEGINS.to_string(), HIT_ENDS.to_string());
    let snippet: String = connection
        .prepare_cached(snippet)?
        .query_row(params![query, row, begins, ends, SNIPPET_WORDS], |row| row.get(0))?;
    let session = format!("{SUMMARY} WHERE s.id = ?1");
    let session = connection.prepare_cached(&session)?.query_row([row], summary)?;
    Ok(SearchHit { session, snippet: parts(&snippet) })
}

fn parts(snippet: &str) -> Vec<SnippetPart> {
    let mut parts = Vec::new();
    let mut add = |text: &str, hit| {
        let text = unspaced(text);
        if !text.is_empty() {
            parts.push(SnippetPart { text, hit });
        }
    };
    let mut pieces = snippet.split(HIT_BEGINS);
    add(pieces.next().unwrap_or_default(), false);
    for piece in pieces {
        let (hit, rest) = piece.split_once(HIT_ENDS).unwrap_or((piece, ""));
        add(hit, true);
        add(rest, false);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_comes_apart_at_its_marks() {
        let parts = parts("a \u{2}hit\u{3} b \u{2}東\u{200b}京\u{3}");
        let parts: Vec<(&str, bool)> = parts.iter().map(|p| (p.text.as_str(), p.hit)).collect();
        assert_eq!(parts, [("a ", false), ("hit", true), (" b ", false), ("東京", true)]);
    }
}
