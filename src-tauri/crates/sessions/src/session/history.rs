//! The undo log: what was done to a session's document, in order, and how much of it stands.
//!
//! A step is either a move from one document to another, both of which the tree holds, or a change
//! in place of a leaf, described by splices in offsets of the document.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use crate::blob::{Reader, Writer};
use crate::passage::Passage;
use crate::tree::Number;

/// Steps kept for a session; the oldest go first.
const MOST_STEPS: usize = 5000;
/// Typing without a pause of this many milliseconds is one step.
const PAUSE_MS: i64 = 700;
const VERSION: u64 = 1;

/// A change in place; it holds whole tokens, so that its opposite restores them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Splice {
    /// In bytes of the document.
    pub(crate) at: usize,
    pub(crate) removed: Passage,
    pub(crate) inserted: Passage,
}

impl Splice {
    pub(crate) fn opposite(&self) -> Self {
        Self { at: self.at, removed: self.inserted.clone(), inserted: self.removed.clone() }
    }

    pub(crate) fn range(&self) -> Range<usize> {
        self.at..self.at.saturating_add(self.removed.len())
    }

    /// Whether a document has what the splice takes away: always, unless a stored log is damaged.
    pub(crate) fn fits(&self, document: &Passage) -> bool {
        let range = self.range();
        document.is_char_boundary(range.start)
            && document.is_char_boundary(range.end)
            && document.slice(range).text() == self.removed.text()
    }

    /// Whether the other only goes on typing where this one ended; then it is taken in.
    fn absorb(&mut self, next: &Self) -> bool {
        let follows = next.removed.is_empty() && next.at == self.at + self.inserted.len();
        if follows {
            self.inserted.extend(next.inserted.clone());
        }
        follows
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Step {
    /// The documents before and after, by their last nodes.
    pub(crate) before: Option<Number>,
    pub(crate) after: Option<Number>,
    /// Nodes that are shown only while the step is undone, or only while it is done.
    pub(crate) before_only: Option<Number>,
    pub(crate) after_only: Option<Number>,
    /// The branch that the step deleted.
    pub(crate) pruned: Option<Number>,
    /// The run that the step belongs to.
    pub(crate) run: Option<u32>,
    /// When something was typed last, in milliseconds since 1970, if the step is typing.
    pub(crate) typed_at: Option<i64>,
    /// Empty for a move; else `before` and `after` are the same node.
    pub(crate) splices: Vec<Splice>,
}

impl Step {
    pub(crate) fn moved(before: Option<Number>, after: Option<Number>) -> Self {
        Self { before, after, ..Self::default() }
    }

    /// Takes a splice into a step that changes in place; a move shows the changed leaf anyway.
    pub(crate) fn take_in(&mut self, splice: Splice) {
        if self.splices.is_empty() && self.before != self.after {
            return;
        }
        if !self.splices.last_mut().is_some_and(|last| last.absorb(&splice)) {
            self.splices.push(splice);
        }
    }

    /// Every node that the step names.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = Number> {
        [self.before, self.after, self.before_only, self.after_only, self.pruned]
            .into_iter()
            .flatten()
    }

    /// Puts one document's last node in the place of another's.
    fn rename(&mut self, from: Number, to: Number) -> bool {
        let mut renamed = false;
        for node in [&mut self.before, &mut self.after, &mut self.after_only] {
            if *node == Some(from) {
                *node = Some(to);
                renamed = true;
            }
        }
        renamed
    }

    pub(crate) fn to_blob(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.number(VERSION);
        for number in
            [self.before, self.after, self.before_only, self.after_only, self.pruned, self.run]
        {
            writer.optional(number);
        }
        writer.number(self.typed_at.map_or(0, |at| at.max(0) as u64 + 1));
        writer.number(self.splices.len() as u64);
        for splice in &self.splices {
            writer.number(splice.at as u64);
            writer.passage(&splice.removed);
            writer.passage(&splice.inserted);
        }
        writer.finish()
    }

    /// Nothing when the blob is damaged.
    pub(crate) fn from_blob(blob: &[u8]) -> Option<Self> {
        let mut reader = Reader(blob);
        if reader.number()? != VERSION {
            return None;
        }
        let mut step = Self {
            before: reader.optional()?,
            after: reader.optional()?,
            before_only: reader.optional()?,
            after_only: reader.optional()?,
            pruned: reader.optional()?,
            run: reader.optional()?,
            typed_at: reader.number()?.checked_sub(1).and_then(|at| at.try_into().ok()),
            splices: Vec::new(),
        };
        for _ in 0..reader.number()? {
            step.splices.push(Splice {
                at: reader.number()?.try_into().ok()?,
                removed: reader.passage()?,
                inserted: reader.passage()?,
            });
        }
        reader.0.is_empty().then_some(step)
    }
}

#[derive(Debug, Default)]
pub(crate) struct History {
    steps: VecDeque<Step>,
    /// The position of the first step that is kept.
    first: u64,
    /// How many of the kept steps stand; the rest is undone.
    done: usize,
    /// Positions that have to be written, or deleted where no step is left.
    changed: BTreeSet<u64>,
}

impl History {
    /// From stored steps: one that is lost, or names lost nodes, ends the log on its side.
    pub(crate) fn from_rows(
        rows: Vec<(u64, Option<Step>)>,
        done_up_to: u64,
        exists: impl Fn(Number) -> bool,
    ) -> Self {
        let mut history = Self { first: done_up_to, ..Self::default() };
        history.changed.extend(rows.iter().map(|(position, _)| *position));
        let sound = |step: &Step| step.nodes().all(&exists);
        let mut steps: BTreeMap<u64, Step> = rows
            .into_iter()
            .filter_map(|(position, step)| Some((position, step.filter(sound)?)))
            .collect();
        while let Some(step) = history.first.checked_sub(1).and_then(|at| steps.remove(&at)) {
            history.steps.push_front(step);
            history.first -= 1;
            history.done += 1;
        }
        while let Some(step) = steps.remove(&history.end()) {
            history.steps.push_back(step);
        }
        // What is left over is deleted with the next change.
        let kept = history.first..history.end();
        history.changed.retain(|position| !kept.contains(position));
        history
    }

    fn end(&self) -> u64 {
        self.first + self.steps.len() as u64
    }

    /// The position behind the last step that stands.
    pub(crate) fn position(&self) -> u64 {
        self.first + self.done as u64
    }

    pub(crate) fn can_undo(&self) -> bool {
        self.done > 0
    }

    pub(crate) fn can_redo(&self) -> bool {
        self.done < self.steps.len()
    }

    /// Adds a step and returns those that can no longer be redone.
    pub(crate) fn push(&mut self, step: Step) -> Vec<Step> {
        let dropped = self.cut();
        self.changed.insert(self.position());
        self.steps.push_back(step);
        self.done += 1;
        while self.steps.len() > MOST_STEPS {
            self.changed.insert(self.first);
            self.steps.pop_front();
            self.first += 1;
            self.done -= 1;
        }
        dropped
    }

    /// Takes away what was undone and returns it.
    pub(crate) fn cut(&mut self) -> Vec<Step> {
        self.changed.extend(self.position()..self.end());
        self.steps.drain(self.done..).collect()
    }

    /// The last step, while nothing is undone.
    pub(crate) fn latest(&mut self) -> Option<&mut Step> {
        if self.can_redo() {
            return None;
        }
        if self.done > 0 {
            self.changed.insert(self.position() - 1);
        }
        self.steps.back_mut()
    }

    /// The last step if it is typing that has not paused.
    pub(crate) fn typing(&mut self, now: i64) -> Option<&mut Step> {
        let going_on = |at: i64| (at..at.saturating_add(PAUSE_MS)).contains(&now);
        self.latest().filter(|step| step.typed_at.is_some_and(going_on))
    }

    /// The last step if a run made it.
    pub(crate) fn of_run(&mut self, run: u32) -> Option<&mut Step> {
        self.latest().filter(|step| step.run == Some(run))
    }

    /// Takes the last step away, as if it had never been.
    pub(crate) fn drop_latest(&mut self) -> Option<Step> {
        self.latest()?;
        self.done = self.done.checked_sub(1)?;
        self.steps.pop_back()
    }

    /// The step that would be undone.
    pub(crate) fn last_done(&self) -> Option<&Step> {
        self.steps.get(self.done.checked_sub(1)?)
    }

    /// The step that would be redone.
    pub(crate) fn first_undone(&self) -> Option<&Step> {
        self.steps.get(self.done)
    }

    pub(crate) fn step_back(&mut self) {
        self.done = self.done.saturating_sub(1);
    }

    pub(crate) fn step_forward(&mut self) {
        self.done = (self.done + 1).min(self.steps.len());
    }

    /// Turns the step to be undone, which changed a node in place, into a move to that node from
    /// a new leaf, which holds the document before; the steps under it then mean the leaf.
    pub(crate) fn become_move(&mut self, leaf: Number) {
        let Some(last) = self.done.checked_sub(1) else { return };
        let Some(node) = self.steps[last].after else { return };
        self.steps[last].splices.clear();
        self.steps[last].before = Some(leaf);
        self.steps[last].before_only = Some(leaf);
        self.changed.insert(self.first + last as u64);
        for place in 0..last {
            if self.steps[place].rename(node, leaf) {
                self.changed.insert(self.first + place as u64);
            }
        }
    }

    /// Forgets every step.
    pub(crate) fn clear(&mut self) {
        self.changed.extend(self.first..self.end());
        self.first = self.position();
        self.done = 0;
        self.steps.clear();
    }

    /// What has to be written: positions with their steps, or without where they are gone.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (u64, Option<&Step>)> {
        self.changed.iter().map(|position| {
            let place = position.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
            (*position, place.and_then(|place| self.steps.get(place)))
        })
    }

    pub(crate) fn write_whole(&mut self) {
        self.changed.extend(self.first..self.end());
    }

    pub(crate) fn saved(&mut self) {
        self.changed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(number: Number) -> Step {
        Step::moved(Some(number), Some(number + 1))
    }

    fn rows(positions: &[u64]) -> Vec<(u64, Option<Step>)> {
        positions.iter().map(|at| (*at, Some(step(*at as u32)))).collect()
    }

    #[test]
    fn a_step_survives_its_blob_and_a_damaged_blob_is_refused() {
        let splice = Splice {
            at: 300,
            removed: crate::passage::tests::written(1, &["a", "", "b"]).into(),
            inserted: Passage::typed("é"),
        };
        let step = Step {
            before: Some(0),
            after: Some(70_000),
            pruned: Some(3),
            run: Some(9),
            typed_at: Some(1_700_000_000_000),
            splices: vec![splice],
            ..Step::default()
        };
        let blob = step.to_blob();
        assert_eq!(Step::from_blob(&blob), Some(step));
        for length in 0..blob.len() {
            assert_eq!(Step::from_blob(&blob[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn a_lost_step_costs_what_lies_beyond_it() {
        let loaded = |rows, done| {
            let history = History::from_rows(rows, done, |number| number < 100);
            (history.first, history.done, history.steps.len())
        };
        assert_eq!(loaded(rows(&[0, 1, 2, 3]), 4), (0, 4, 4));
        assert_eq!(loaded(rows(&[0, 1, 2, 3]), 2), (0, 2, 4));
        assert_eq!(loaded(rows(&[0, 2, 3]), 4), (2, 2, 2));
        assert_eq!(loaded(rows(&[0, 1, 3]), 2), (0, 2, 2));
        assert_eq!(loaded(rows(&[0, 1]), 3), (3, 0, 0));
        assert_eq!(loaded(rows(&[3, 4]), 3), (3, 0, 2));
        assert_eq!(loaded(rows(&[4]), 3), (3, 0, 0));
        assert_eq!(loaded(vec![], 7), (7, 0, 0));
        let mut broken = rows(&[0, 1, 2, 3]);
        broken[1].1 = None;
        assert_eq!(loaded(broken, 4), (2, 2, 2));
        let mut foreign = rows(&[0, 1, 2]);
        foreign[0].1 = Some(step(200));
        assert_eq!(loaded(foreign, 3), (1, 2, 2));
    }

    #[test]
    fn typing_goes_on_until_a_pause() {
        let mut history = History::default();
        history.push(Step { typed_at: Some(1000), ..step(0) });
        assert!(history.typing(1699).is_some());
        assert!(history.typing(1700).is_none());
        assert!(history.typing(999).is_none(), "the clock was set back");
        history.push(step(1));
        assert!(history.typing(1000).is_none(), "something else came between");
    }

    #[test]
    fn the_log_is_bounded() {
        let mut history = History::default();
        for number in 0..MOST_STEPS as u32 + 3 {
            history.push(step(number));
        }
        assert_eq!((history.steps.len(), history.first), (MOST_STEPS, 3));
        assert_eq!(history.changes().filter(|(_, step)| step.is_none()).count(), 3);
    }
}
