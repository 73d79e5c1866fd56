//! Sessions as rows: loading one, and writing what has changed of it.
//!
//! Rows are not trusted. One that makes no sense costs itself: its text counts as typed where only
//! its tokens are broken, and its children become beginnings where it is lost.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;

use crate::blob::{passage_from_blob, spans_to_blob};
use crate::passage::Passage;
use crate::run::{Run, RunRecord};
use crate::session::{Changes, History, Kind, Session, Step};
use crate::tree::{Node, Number, Output, Role, Tree};
use crate::{Id, Result};

/// How many characters of an untitled session a list can show.
pub(crate) const PREVIEW_CHARACTERS: usize = 160;
/// No session gets this far; a number beyond is a broken row.
const MOST_NODES: u32 = 1 << 30;

/// A session with everything, or nothing if there is none of that name.
pub(crate) fn load(connection: &Connection, id: Id) -> Result<Option<Session>> {
    let query = "SELECT id, kind, created_at, changed_at, current, undo_position
                 FROM sessions WHERE uid = ?1";
    let found = connection
        .prepare_cached(query)?
        .query_row([id], |row| {
            let position = lenient(row, 5)?.unwrap_or(0i64);
            // One that is no number at all is lost like one of a lost node.
            let current = (row.get_ref(4)? != ValueRef::Null)
                .then(|| lenient(row, 4).map(|current| current.unwrap_or(Number::MAX)))
                .transpose()?;
            Ok((session(row, id)?, current, position.max(0) as u64))
        })
        .optional()?;
    let Some((mut session, current, position)) = found else { return Ok(None) };
    session.tree = load_tree(connection, session.row)?;
    session.runs = runs(connection, session.row)?;
    session.current = end(&session.tree, current);
    let steps = steps(connection, session.row)?;
    session.history = History::from_rows(steps, position, |node| session.tree.get(node).is_some());
    session.interrupt();
    Ok(Some(session))
}

/// The tree of a session by the key of its row.
pub(crate) fn load_tree(connection: &Connection, session: i64) -> Result<Tree> {
    Ok(Tree::from_rows(nodes(connection, session)?))
}

fn session(row: &Row<'_>, id: Id) -> rusqlite::Result<Session> {
    let kind = if text(row, 1)? == kind_name(Kind::Chat) { Kind::Chat } else { Kind::Completion };
    Ok(Session {
        row: row.get(0)?,
        id,
        kind,
        current: None,
        tree: Tree::default(),
        runs: BTreeMap::new(),
        history: History::default(),
        created_at: lenient(row, 2)?.unwrap_or(0),
        changed_at: lenient(row, 3)?.unwrap_or(0),
        changes: Changes::default(),
    })
}

/// The node the document ends with. If that is lost, the branch begun last.
fn end(tree: &Tree, current: Option<Number>) -> Option<Number> {
    let current = current?;
    if tree.is_visible(current) {
        return Some(current);
    }
    let root = tree.visible_children(None).last().copied()?;
    Some(tree.latest_end(root))
}

fn nodes(connection: &Connection, session: i64) -> Result<BTreeMap<Number, Node>> {
    let mut query = connection.prepare_cached(
        "SELECT number, uid, parent, ordinal, role, run, lane, created_at, hidden, text, spans
         FROM nodes WHERE session = ?1",
    )?;
    let mut rows = query.query([session])?;
    let mut nodes = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let Ok((number, node)) = node(row)
            && number < MOST_NODES
        {
            nodes.insert(number, node);
        }
    }
    Ok(nodes)
}

fn node(row: &Row<'_>) -> rusqlite::Result<(Number, Node)> {
    let number = row.get(0)?;
    let lane = lenient(row, 6)?.unwrap_or(0);
    let node = Node {
        id: row.get(1).unwrap_or_else(|_| Id::random()),
        parent: lenient(row, 2)?,
        order: lenient(row, 3)?.unwrap_or(number),
        role: role(&text(row, 4)?),
        output: lenient(row, 5)?.map(|run| Output { run, lane }),
        created_at: lenient(row, 7)?.unwrap_or(0),
        hidden: lenient(row, 8)?.unwrap_or(false),
        passage: passage(row, 9, 10)?,
    };
    Ok((number, node))
}

fn runs(connection: &Connection, session: i64) -> Result<BTreeMap<u32, Run>> {
    let mut query = connection.prepare_cached(
        "SELECT number, uid, parent, model_name, model_hash, seed, finish_reason, tokens,
           tokens_per_second, started_at, ended_at, record, tail_text, tail_spans
         FROM runs WHERE session = ?1",
    )?;
    let mut rows = query.query([session])?;
    let mut runs = BTreeMap::new();
    while let Some(row) = rows.next()? {
        if let Ok((number, run)) = run(row)
            && number < MOST_NODES
        {
            runs.insert(number, run);
        }
    }
    Ok(runs)
}

fn run(row: &Row<'_>) -> rusqlite::Result<(u32, Run)> {
    let seed: Option<i64> = lenient(row, 5)?;
    let finish_reason = text(row, 6)?;
    let shown = RunRecord {
        id: row.get(1).unwrap_or_else(|_| Id::random()),
        model_name: text(row, 3)?,
        model_hash: text(row, 4)?,
        seed: seed.map(i64::cast_unsigned),
        finish_reason: Some(finish_reason).filter(|reason| !reason.is_empty()),
        tokens: lenient(row, 7)?.unwrap_or(0),
        tokens_per_second: lenient(row, 8)?,
        started_at: lenient(row, 9)?.unwrap_or(0),
        ended_at: lenient(row, 10)?,
        record: serde_json::from_str(&text(row, 11)?).unwrap_or(Value::Null),
    };
    let has_tail = row.get_ref(12)? != ValueRef::Null;
    let tail = if has_tail { Some(passage(row, 12, 13)?) } else { None };
    Ok((row.get(0)?, Run { shown, parent: lenient(row, 2)?, tail, ends: BTreeMap::new() }))
}

fn steps(connection: &Connection, session: i64) -> Result<Vec<(u64, Option<Step>)>> {
    let mut query =
        connection.prepare_cached("SELECT position, step FROM steps WHERE session = ?1")?;
    let mut rows = query.query([session])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        if let Ok(position) = row.get::<_, i64>(0) {
            let blob = row.get_ref(1)?.as_blob().ok();
            steps.push((position.max(0) as u64, blob.and_then(Step::from_blob)));
        }
    }
    Ok(steps)
}

/// A text with its spans; typed if the two do not fit.
fn passage(row: &Row<'_>, text_column: usize, spans_column: usize) -> rusqlite::Result<Passage> {
    let text = text(row, text_column)?;
    let spans = row.get_ref(spans_column)?.as_blob().ok();
    Ok(passage_from_blob(&text, spans).unwrap_or_else(|| Passage::typed(text)))
}

/// A text, of which broken characters cost nothing else; empty if there is none.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        _ => String::new(),
    })
}

/// A value that is absent if it is of the wrong type or out of range.
fn lenient<T: rusqlite::types::FromSql>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let value = row.get_ref(column)?;
    Ok(T::column_result(value).ok())
}

/// Writes what has changed of a session. It counts as saved only when the transaction has been
/// committed.
pub(crate) fn write(change: &Transaction<'_>, session: &Session) -> Result<()> {
    write_session(change, session)?;
    for number in &session.changes.nodes {
        match session.tree.get(*number) {
            Some(node) => write_node(change, session.row, *number, node)?,
            None => forget(
                change,
                "DELETE FROM nodes WHERE session = ?1 AND number = ?2",
                session.row,
                (*number).into(),
            )?,
        }
    }
    for (number, run) in session.changes.runs.iter().filter_map(|n| Some((n, session.runs.get(n)?)))
    {
        write_run(change, session.row, *number, run)?;
    }
    for (position, step) in session.history.changes() {
        let position = position.cast_signed();
        match step {
            Some(step) => {
                let query = "INSERT INTO steps(session, position, step) VALUES(?1, ?2, ?3)
                             ON CONFLICT(session, position) DO UPDATE SET step = excluded.step";
                change.prepare_cached(query)?.execute(params![
                    session.row,
                    position,
                    step.to_blob()
                ])?;
            }
            None => forget(
                change,
                "DELETE FROM steps WHERE session = ?1 AND position = ?2",
                session.row,
                position,
            )?,
        }
    }
    change.prepare_cached("INSERT OR IGNORE INTO unindexed VALUES(?1)")?.execute([session.row])?;
    Ok(())
}

fn forget(change: &Transaction<'_>, query: &str, session: i64, key: i64) -> Result<()> {
    change.prepare_cached(query)?.execute([session, key])?;
    Ok(())
}

fn write_session(change: &Transaction<'_>, session: &Session) -> Result<()> {
    if let Some(fresh) = &session.changes.fresh {
        // A row that a rescue made up for lost text gets its name back.
        let query = "INSERT INTO sessions(id, uid, kind, title, folder, created_at, changed_at)
                     VALUES(?1, ?2, ?3, ?4, (SELECT id FROM folders WHERE id = ?5), ?6, ?6)
                     ON CONFLICT(id) DO UPDATE SET uid = excluded.uid, kind = excluded.kind";
        change.prepare_cached(query)?.execute(params![
            session.row,
            session.id,
            kind_name(session.kind),
            fresh.title,
            fresh.folder,
            session.created_at
        ])?;
    }
    let query = "UPDATE sessions SET preview = ?2, changed_at = ?3, current = ?4,
                   undo_position = ?5 WHERE id = ?1";
    change.prepare_cached(query)?.execute(params![
        session.row,
        session.preview(PREVIEW_CHARACTERS),
        session.changed_at,
        session.current,
        session.history.position().cast_signed()
    ])?;
    Ok(())
}

fn write_node(change: &Transaction<'_>, session: i64, number: Number, node: &Node) -> Result<()> {
    let query = "INSERT INTO nodes(session, number, uid, parent, ordinal, role, run, lane,
                   created_at, hidden, text, spans)
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT(session, number) DO UPDATE SET parent = excluded.parent,
                   hidden = excluded.hidden, text = excluded.text, spans = excluded.spans";
    change.prepare_cached(query)?.execute(params![
        session,
        number,
        node.id,
        node.parent,
        node.order,
        role_name(node.role),
        node.output.map(|output| output.run),
        node.output.map(|output| output.lane),
        node.created_at,
        node.hidden,
        node.passage.text(),
        spans_to_blob(&node.passage)
    ])?;
    Ok(())
}

fn write_run(change: &Transaction<'_>, session: i64, number: u32, run: &Run) -> Result<()> {
    let query = "INSERT INTO runs(session, number, uid, parent, model_name, model_hash, seed,
                   finish_reason, tokens, tokens_per_second, started_at, ended_at, record,
                   tail_text, tail_spans)
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                 ON CONFLICT(session, number) DO UPDATE SET parent = excluded.parent,
                   seed = excluded.seed, finish_reason = excluded.finish_reason,
                   tokens = excluded.tokens, tokens_per_second = excluded.tokens_per_second,
                   ended_at = excluded.ended_at, record = excluded.record";
    let shown = &run.shown;
    change.prepare_cached(query)?.execute(params![
        session,
        number,
        shown.id,
        run.parent,
        shown.model_name,
        shown.model_hash,
        shown.seed.map(u64::cast_signed),
        shown.finish_reason,
        shown.tokens,
        shown.tokens_per_second,
        shown.started_at,
        shown.ended_at,
        shown.record.to_string(),
        run.tail.as_ref().map(Passage::text),
        run.tail.as_ref().and_then(spans_to_blob)
    ])?;
    Ok(())
}

pub(crate) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Completion => "completion",
        Kind::Chat => "chat",
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Text => "text",
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

fn role(name: &str) -> Role {
    match name {
        "system" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => Role::Text,
    }
}
