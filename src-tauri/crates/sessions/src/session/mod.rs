//! One session in memory: its tree, its runs, its undo log, and what of it has to be written.
//!
//! Nothing here touches the disk, so everything here works while the disk does not.

mod branches;
mod editing;
mod history;
mod running;
mod undoing;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use self::history::{History, Step};
use crate::passage::Passage;
use crate::run::Run;
use crate::tree::{Node, Number, Output, Role, Tree};
use crate::{Error, Id, Result};

/// What a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One text, written by user and model together.
    Completion,
    /// Turns.
    Chat,
}

#[derive(Debug)]
pub(crate) struct Session {
    /// The key of its row.
    pub(crate) row: i64,
    pub(crate) id: Id,
    pub(crate) kind: Kind,
    /// The document is the path to this node.
    pub(crate) current: Option<Number>,
    pub(crate) tree: Tree,
    pub(crate) runs: BTreeMap<u32, Run>,
    pub(crate) history: History,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) changed_at: i64,
    pub(crate) changes: Changes,
}

/// What has to be written.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Its row was never written; this goes into it.
    pub(crate) fresh: Option<Fresh>,
    pub(crate) row: bool,
    pub(crate) nodes: BTreeSet<Number>,
    pub(crate) runs: BTreeSet<u32>,
}

/// What a new row has beside the document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fresh {
    pub(crate) title: Option<String>,
    pub(crate) folder: Option<i64>,
}

impl Session {
    pub(crate) fn new(row: i64, kind: Kind, fresh: Fresh, now: i64) -> Self {
        Self {
            row,
            id: Id::random(),
            kind,
            current: None,
            tree: Tree::default(),
            runs: BTreeMap::new(),
            history: History::default(),
            created_at: now,
            changed_at: now,
            changes: Changes { fresh: Some(fresh), row: true, ..Changes::default() },
        }
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.changes.row
    }

    pub(crate) fn is_running(&self) -> bool {
        self.runs.values().any(Run::is_going_on)
    }

    /// What was changed has been written.
    pub(crate) fn saved(&mut self) {
        self.changes = Changes::default();
        self.history.saved();
    }

    /// Everything has to be written again, because the file has lost some of it.
    pub(crate) fn write_whole(&mut self) {
        let fresh = self.changes.fresh.take().unwrap_or_default();
        let nodes = self.tree.iter().map(|(number, _)| number).collect();
        let runs = self.runs.keys().copied().collect();
        self.changes = Changes { fresh: Some(fresh), row: true, nodes, runs };
        self.history.write_whole();
    }

    /// Gives the session and everything in it other names.
    pub(crate) fn rename_all(&mut self) {
        self.id = Id::random();
        let numbers: Vec<Number> = self.tree.iter().map(|(number, _)| number).collect();
        for number in numbers {
            self.tree.change(number, |node| node.id = Id::random());
        }
        self.runs.values_mut().for_each(|run| run.shown.id = Id::random());
    }

    /// The document's text with its origin.
    pub(crate) fn passage(&self) -> Passage {
        self.tree.passage(self.current)
    }

    pub(crate) fn node(&self, id: Id) -> Result<Number> {
        let found = self.tree.find(id).filter(|number| self.tree.is_visible(*number));
        found.ok_or(Error::Unknown { what: "node", id })
    }

    pub(crate) fn node_id(&self, number: Number) -> Result<Id> {
        let found = self.tree.get(number).map(|node| node.id);
        found.ok_or(Error::Unknown { what: "node of session", id: self.id })
    }

    pub(crate) fn run_id(&self, number: u32) -> Result<Id> {
        let found = self.runs.get(&number).map(|run| run.shown.id);
        found.ok_or(Error::Unknown { what: "run of session", id: self.id })
    }

    pub(crate) fn run_number(&self, id: Id) -> Result<u32> {
        let found = self.runs.iter().find(|(_, run)| run.shown.id == id);
        found.map(|(number, _)| *number).ok_or(Error::Unknown { what: "run", id })
    }

    fn expect(&self, kind: Kind) -> Result<()> {
        if self.kind == kind { Ok(()) } else { Err(Error::WrongKind) }
    }

    fn touch(&mut self, now: i64) {
        self.changed_at = now;
        self.changes.row = true;
    }

    fn change(&mut self, number: Number, change: impl FnOnce(&mut Node)) {
        self.tree.change(number, change);
        self.changes.nodes.insert(number);
    }

    fn add(
        &mut self,
        parent: Option<Number>,
        role: Role,
        output: Option<Output>,
        passage: Passage,
        now: i64,
    ) -> Number {
        let order = self.tree.next();
        let node = Node {
            id: Id::random(),
            parent,
            order,
            role,
            output,
            passage,
            created_at: now,
            hidden: false,
        };
        let number = self.tree.insert(node);
        self.changes.nodes.insert(number);
        number
    }

    fn split(&mut self, number: Number, at: usize) -> Option<Number> {
        let upper = self.tree.split(number, at);
        self.changes.nodes.insert(number);
        self.changes.nodes.extend(upper);
        upper
    }

    /// Whether a node may change in place: a leaf that no run wrote or began at.
    fn is_open(&self, number: Number) -> bool {
        self.tree.get(number).is_some_and(|node| node.output.is_none())
            && !self.tree.has_children(number)
            && !self.runs.values().any(|run| run.parent == Some(number))
    }

    fn open_leaf(&self) -> Option<Number> {
        self.current.filter(|number| self.is_open(*number))
    }

    /// A node that something can be put under: the part written so far of one still growing.
    fn settled(&mut self, number: Number) -> Option<Number> {
        let growing = |run: &Run| run.is_going_on() && run.ends.values().any(|end| *end == number);
        if self.runs.values().any(growing) {
            let length = self.tree.get(number).map_or(0, |node| node.passage.len());
            return self.split(number, length);
        }
        Some(number)
    }

    /// Adds a step to the log; what was undone can no longer be redone, and what existed only for
    /// that is gone.
    fn log(&mut self, step: Step) {
        for dropped in self.history.push(step) {
            let hidden = |number: &Number| self.tree.get(*number).is_some_and(|node| node.hidden);
            if let Some(number) = dropped.after_only.filter(hidden).filter(|n| self.is_open(*n)) {
                self.tree.remove(number);
                self.changes.nodes.insert(number);
            }
        }
    }
}
