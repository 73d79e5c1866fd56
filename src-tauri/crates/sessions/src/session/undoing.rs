//! Undo and redo of everything that changes the document.
//!
//! What a run began at keeps its text. If a step to be undone changed such a node in place, the
//! earlier document is put beside it, and the step becomes a move between the two.

use super::Session;
use super::history::{Splice, Step};
use crate::tree::Number;

impl Session {
    /// Goes back to the document before the last step. False: there is none.
    pub(crate) fn undo(&mut self, now: i64) -> bool {
        let Some(step) = self.history.last_done().cloned() else { return false };
        let opposites: Vec<Splice> = step.splices.iter().rev().map(Splice::opposite).collect();
        if opposites.is_empty() {
            self.go(step.before, step.before_only, step.after_only);
            self.hide(step.pruned, false);
        } else if !self.change_back(&step, &opposites, now) {
            return self.give_up();
        }
        self.history.step_back();
        self.touch(now);
        true
    }

    /// Goes forward to the document after the next step. False: there is none.
    pub(crate) fn redo(&mut self, now: i64) -> bool {
        let Some(step) = self.history.first_undone().cloned() else { return false };
        if step.splices.is_empty() {
            self.go(step.after, step.after_only, step.before_only);
            self.hide(step.pruned, true);
        } else {
            self.current = step.before;
            let changed =
                self.open_leaf().is_some_and(|leaf| self.change_in_place(leaf, &step.splices));
            if !changed {
                return self.give_up();
            }
        }
        self.history.step_forward();
        self.touch(now);
        true
    }

    fn change_back(&mut self, step: &Step, opposites: &[Splice], now: i64) -> bool {
        self.current = step.after;
        match self.open_leaf() {
            Some(leaf) => self.change_in_place(leaf, opposites),
            None => self.put_beside(opposites, now),
        }
    }

    fn change_in_place(&mut self, leaf: Number, splices: &[Splice]) -> bool {
        splices.iter().all(|splice| {
            let document = self.passage();
            let fits = splice.fits(&document);
            if fits {
                self.change_leaf(leaf, &document, splice);
            }
            fits
        })
    }

    fn put_beside(&mut self, opposites: &[Splice], now: i64) -> bool {
        let mut earlier = self.passage();
        for splice in opposites {
            if !splice.fits(&earlier) {
                return false;
            }
            earlier.splice(splice.range(), splice.inserted.clone());
        }
        // Before the first change the two documents are the same.
        let at = opposites.iter().map(|splice| splice.at).min().unwrap_or(0);
        // Even an empty leaf: steps further back change it in place.
        let leaf = self.branch_with_leaf(at, earlier.slice(at..earlier.len()), now);
        self.history.become_move(leaf);
        true
    }

    /// Moves to a document; shows one node, and hides another if nothing has come of it.
    pub(super) fn go(&mut self, to: Option<Number>, show: Option<Number>, hide: Option<Number>) {
        self.current = to;
        self.hide(hide.filter(|number| self.is_open(*number)), true);
        self.hide(show, false);
    }

    pub(super) fn hide(&mut self, number: Option<Number>, hidden: bool) {
        if let Some(number) = number {
            self.change(number, |node| node.hidden = hidden);
        }
    }

    /// A damaged log contradicts the document: the document stays, the log goes.
    fn give_up(&mut self) -> bool {
        self.history.clear();
        self.changes.row = true;
        false
    }
}
