//! A session as a file: versioned JSON with everything but the undo log.
//!
//! Reading it trusts nothing. Parents come before their children, so a file cannot describe a
//! circle or an orphan.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::blob::fits;
use crate::passage::{Author, Passage, Span, Token};
use crate::run::{MOST_LANES, Run, RunRecord};
use crate::session::{Fresh, Kind, Session};
use crate::tree::{Node, Number, Output, Role, Tree};
use crate::{Error, Id, Result};

pub(crate) const FORMAT: &str = "nemotron-playground-session";
const VERSION: u32 = 1;
const MOST_NODES: usize = 100_000;
const MOST_RUNS: usize = 100_000;
const DEEPEST: usize = 10_000;
/// The end of the year 9999, in milliseconds since 1970.
const LATEST: i64 = 253_402_300_799_999;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Archive {
    pub(crate) format: String,
    pub(crate) version: u32,
    pub(crate) session: Head,
    /// Parents before children, siblings in their order.
    nodes: Vec<ArchivedNode>,
    runs: Vec<ArchivedRun>,
}

/// What the library knows of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    pub(crate) id: Id,
    pub(crate) kind: Kind,
    pub(crate) title: Option<String>,
    /// By name.
    pub(crate) folder: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) pinned: bool,
    pub(crate) archived: bool,
    pub(crate) created_at: i64,
    pub(crate) changed_at: i64,
    pub(crate) settings: Value,
    pub(crate) current: Option<Id>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchivedNode {
    id: Id,
    parent: Option<Id>,
    role: Role,
    created_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<ArchivedOutput>,
    spans: Vec<ArchivedSpan>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchivedOutput {
    run: Id,
    lane: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchivedSpan {
    author: Author,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Id>,
    text: String,
    /// Id, bytes of text, log-probability. A 32-bit float is exact as a 64-bit one, and JSON's
    /// digits are those of a 64-bit one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<(u32, u32, f64)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArchivedRun {
    id: Id,
    parent: Option<Id>,
    model_name: String,
    model_hash: String,
    seed: Option<u64>,
    finish_reason: Option<String>,
    tokens: u32,
    tokens_per_second: Option<f64>,
    started_at: i64,
    ended_at: Option<i64>,
    record: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tail: Option<Vec<ArchivedSpan>>,
}

impl Archive {
    /// Everything visible of a session.
    pub(crate) fn of(session: &Session, head: Head) -> Self {
        let walked = session.tree.walk();
        let nodes = walked.iter().filter_map(|(number, _)| archived_node(session, *number));
        let runs = session.runs.values().map(|run| archived_run(session, run));
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            session: head,
            nodes: nodes.collect(),
            runs: runs.collect(),
        }
    }

    /// Checks everything and makes a session of it that was never saved.
    ///
    /// # Errors
    /// [`Error::NotImportable`] with the place.
    pub(crate) fn unpack(self, row: i64) -> Result<Session> {
        self.check_head()?;
        let mut session = Session::new(row, self.session.kind, Fresh::default(), 0);
        session.id = self.session.id;
        session.created_at = self.session.created_at;
        session.changed_at = self.session.changed_at;
        let runs = numbers("runs", self.runs.iter().map(|run| run.id))?;
        let nodes = numbers("nodes", self.nodes.iter().map(|node| node.id))?;
        session.tree = tree(self.nodes, &nodes, &runs)?;
        for (index, run) in self.runs.into_iter().enumerate() {
            let run = unpack_run(run, &nodes, &runs).map_err(|e| e.within("runs", index))?;
            session.runs.insert(index as u32, run);
        }
        let current = self.session.current.map(|id| known(&nodes, id)).transpose();
        session.current = current.map_err(|error| error.at("session.current"))?;
        session.write_whole();
        session.interrupt();
        Ok(session)
    }

    fn check_head(&self) -> Result<()> {
        if self.format != FORMAT {
            return Err(Error::refused("format", format!("expected {FORMAT:?}")));
        }
        if self.version != VERSION {
            let what = format!("expected {VERSION}, found {}", self.version);
            return Err(Error::refused("version", what));
        }
        for (place, found, most) in
            [("nodes", self.nodes.len(), MOST_NODES), ("runs", self.runs.len(), MOST_RUNS)]
        {
            if found > most {
                let what = format!("expected at most {most}, found {found}");
                return Err(Error::refused(place, what));
            }
        }
        time(self.session.created_at).map_err(|error| error.at("session.created_at"))?;
        time(self.session.changed_at).map_err(|error| error.at("session.changed_at"))
    }
}

/// What is wrong, and where within what is being read.
struct Wrong(String, String);

impl Wrong {
    fn new(place: &str, what: impl Into<String>) -> Self {
        Self(place.to_owned(), what.into())
    }

    /// At a place itself.
    fn at(self, place: &str) -> Error {
        Error::refused(place, self.1)
    }

    /// In an entry of a list.
    fn within(self, list: &str, index: usize) -> Error {
        Error::refused(format!("{list}[{index}].{}", self.0), self.1)
    }
}

type Checked<T> = std::result::Result<T, Wrong>;
type Numbers = HashMap<Id, u32>;

fn archived_node(session: &Session, number: Number) -> Option<ArchivedNode> {
    let node = session.tree.get(number)?;
    let output = node.output.and_then(|output| {
        let run = session.runs.get(&output.run)?.shown.id;
        Some(ArchivedOutput { run, lane: output.lane })
    });
    Some(ArchivedNode {
        id: node.id,
        parent: node.parent.and_then(|parent| Some(session.tree.get(parent)?.id)),
        role: node.role,
        created_at: node.created_at,
        output,
        spans: archived_spans(session, &node.passage),
    })
}

fn archived_spans(session: &Session, passage: &Passage) -> Vec<ArchivedSpan> {
    let tokens = |token: &Token| (token.id, token.bytes, f64::from(token.logprob));
    let archived = |span: &Span| ArchivedSpan {
        author: span.author,
        run: span.run.and_then(|run| Some(session.runs.get(&run)?.shown.id)),
        text: span.text.clone(),
        tokens: span.tokens.iter().map(tokens).collect(),
    };
    passage.spans().iter().map(archived).collect()
}

fn archived_run(session: &Session, run: &Run) -> ArchivedRun {
    let shown = run.shown.clone();
    // Where it began may have been deleted.
    let parent = run.parent.filter(|parent| session.tree.is_visible(*parent));
    ArchivedRun {
        id: shown.id,
        parent: parent.and_then(|parent| Some(session.tree.get(parent)?.id)),
        model_name: shown.model_name,
        model_hash: shown.model_hash,
        seed: shown.seed,
        finish_reason: shown.finish_reason,
        tokens: shown.tokens,
        tokens_per_second: shown.tokens_per_second,
        started_at: shown.started_at,
        ended_at: shown.ended_at,
        record: shown.record,
        tail: run.tail.as_ref().map(|tail| archived_spans(session, tail)),
    }
}

fn numbers(list: &str, ids: impl Iterator<Item = Id>) -> Result<Numbers> {
    let mut numbers = Numbers::new();
    for (index, id) in ids.enumerate() {
        if numbers.insert(id, index as u32).is_some() {
            return Err(Wrong::new("id", "it was there before").within(list, index));
        }
    }
    Ok(numbers)
}

fn known(numbers: &Numbers, id: Id) -> Checked<u32> {
    numbers.get(&id).copied().ok_or_else(|| Wrong::new("", "there is nothing of this id"))
}

fn time(milliseconds: i64) -> Checked<()> {
    if (0..=LATEST).contains(&milliseconds) {
        return Ok(());
    }
    Err(Wrong::new("", "expected milliseconds since 1970, up to the year 9999"))
}

fn tree(archived: Vec<ArchivedNode>, nodes: &Numbers, runs: &Numbers) -> Result<Tree> {
    let (mut tree, mut depths) = (BTreeMap::new(), Vec::with_capacity(archived.len()));
    for (index, node) in archived.into_iter().enumerate() {
        let node =
            unpack_node(index, node, nodes, runs).map_err(|wrong| wrong.within("nodes", index))?;
        let depth = node.parent.map_or(0, |parent| depths[parent as usize] + 1);
        if depth > DEEPEST {
            let what = format!("more than {DEEPEST} nodes lie above it");
            return Err(Wrong::new("parent", what).within("nodes", index));
        }
        depths.push(depth);
        tree.insert(index as Number, node);
    }
    Ok(Tree::from_rows(tree))
}

fn unpack_node(index: usize, node: ArchivedNode, nodes: &Numbers, runs: &Numbers) -> Checked<Node> {
    let parent = node.parent.map(|id| known(nodes, id)).transpose();
    let parent = parent.map_err(|wrong| Wrong::new("parent", wrong.1))?;
    if parent.is_some_and(|parent| parent as usize >= index) {
        return Err(Wrong::new("parent", "a parent comes before its children"));
    }
    time(node.created_at).map_err(|wrong| Wrong::new("created_at", wrong.1))?;
    let output = node.output.map(|output| unpack_output(&output, runs)).transpose()?;
    let passage = unpack_spans(node.spans, runs)?;
    if output.is_some() && passage.spans().iter().any(|span| span.author == Author::User) {
        return Err(Wrong::new("output", "a run writes no text of the user"));
    }
    Ok(Node {
        id: node.id,
        parent,
        order: index as u32,
        role: node.role,
        output,
        passage,
        created_at: node.created_at,
        hidden: false,
    })
}

fn unpack_output(output: &ArchivedOutput, runs: &Numbers) -> Checked<Output> {
    let run = known(runs, output.run).map_err(|wrong| Wrong::new("output.run", wrong.1))?;
    if output.lane >= MOST_LANES {
        return Err(Wrong::new("output.lane", format!("expected less than {MOST_LANES}")));
    }
    Ok(Output { run, lane: output.lane })
}

fn unpack_spans(spans: Vec<ArchivedSpan>, runs: &Numbers) -> Checked<Passage> {
    let mut passage = Passage::default();
    for (index, span) in spans.into_iter().enumerate() {
        let span = unpack_span(span, runs)
            .map_err(|wrong| Wrong(format!("spans[{index}].{}", wrong.0), wrong.1))?;
        passage.push(span);
    }
    Ok(passage)
}

fn unpack_span(span: ArchivedSpan, runs: &Numbers) -> Checked<Span> {
    let run = span.run.map(|id| known(runs, id)).transpose();
    let run = run.map_err(|wrong| Wrong::new("run", wrong.1))?;
    if span.author == Author::User && (run.is_some() || !span.tokens.is_empty()) {
        return Err(Wrong::new("author", "text of the user has no run and no tokens"));
    }
    let mut tokens = Vec::with_capacity(span.tokens.len());
    for (index, (id, bytes, logprob)) in span.tokens.into_iter().enumerate() {
        let logprob = logprob as f32;
        if !logprob.is_finite() {
            let place = format!("tokens[{index}]");
            return Err(Wrong(place, "expected a 32-bit log-probability".to_owned()));
        }
        tokens.push(Token { id, bytes, logprob });
    }
    if !tokens.is_empty() && !fits(&tokens, &span.text) {
        return Err(Wrong::new("tokens", "together they are not the text"));
    }
    Ok(Span { author: span.author, run, text: span.text, tokens })
}

fn unpack_run(run: ArchivedRun, nodes: &Numbers, runs: &Numbers) -> Checked<Run> {
    let parent = run.parent.map(|id| known(nodes, id)).transpose();
    let parent = parent.map_err(|wrong| Wrong::new("parent", wrong.1))?;
    for (place, at) in [("started_at", Some(run.started_at)), ("ended_at", run.ended_at)] {
        at.map_or(Ok(()), time).map_err(|wrong| Wrong::new(place, wrong.1))?;
    }
    let tail = run.tail.map(|tail| unpack_spans(tail, runs)).transpose();
    let tail = tail.map_err(|wrong| Wrong(format!("tail.{}", wrong.0), wrong.1))?;
    let shown = RunRecord {
        id: run.id,
        model_name: run.model_name,
        model_hash: run.model_hash,
        seed: run.seed,
        finish_reason: run.finish_reason,
        tokens: run.tokens,
        tokens_per_second: run.tokens_per_second,
        started_at: run.started_at,
        ended_at: run.ended_at,
        record: run.record,
    };
    Ok(Run { shown, parent, tail, ends: BTreeMap::new() })
}
