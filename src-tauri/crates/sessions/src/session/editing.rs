//! Typing: in place where the document ends with an open leaf, else on a new branch.

use std::ops::Range;

use super::history::{Splice, Step};
use super::{Kind, Session};
use crate::passage::Passage;
use crate::tree::{Number, Role};
use crate::{Error, Id, Result};

impl Session {
    /// Puts text in the place of a range of the document, in bytes.
    pub(crate) fn edit(&mut self, range: Range<usize>, text: &str, now: i64) -> Result<()> {
        self.expect(Kind::Completion)?;
        let document = self.passage();
        check(&document, &range)?;
        self.type_over(&document, range, text, now);
        Ok(())
    }

    /// Adds a turn to a chat.
    pub(crate) fn add_turn(&mut self, role: Role, text: &str, now: i64) -> Result<Number> {
        self.expect(Kind::Chat)?;
        let before = self.current;
        let above = before.and_then(|number| self.settled(number));
        let turn = self.add(above, role, None, Passage::typed(text), now);
        self.move_to(before, turn, now);
        Ok(turn)
    }

    /// Adds a turn at the end that nobody typed here, so that it is no step of the undo log.
    pub(crate) fn import_turn(&mut self, role: Role, passage: Passage, now: i64) {
        self.current = Some(self.add(self.current, role, None, passage, now));
        self.touch(now);
    }

    /// Gives a turn another text: in place if nothing has come of it yet, else on a new branch.
    pub(crate) fn edit_turn(&mut self, turn: Id, text: &str, now: i64) -> Result<Number> {
        self.expect(Kind::Chat)?;
        let number = self.node(turn)?;
        let Some(node) = self.tree.get(number).cloned() else { return Ok(number) };
        let (range, new) = difference(&node.passage.text(), text);
        if self.open_leaf() == Some(number) {
            let document = self.passage();
            let start = document.len() - node.passage.len();
            self.type_over(&document, start + range.start..start + range.end, new, now);
            return Ok(number);
        }
        if range.is_empty() && new.is_empty() {
            return Ok(number);
        }
        let (range, insert) = node.passage.whole_tokens(range, Passage::typed(new));
        let mut passage = node.passage;
        passage.splice(range, insert);
        let before = self.current;
        let edited = self.add(node.parent, node.role, None, passage, now);
        self.move_to(before, edited, now);
        Ok(edited)
    }

    fn move_to(&mut self, before: Option<Number>, added: Number, now: i64) {
        self.current = Some(added);
        self.log(Step { after_only: Some(added), ..Step::moved(before, Some(added)) });
        self.touch(now);
    }

    fn type_over(&mut self, document: &Passage, range: Range<usize>, text: &str, now: i64) {
        if range.is_empty() && text.is_empty() {
            return;
        }
        let (range, inserted) = document.whole_tokens(range, Passage::typed(text));
        let splice = Splice { at: range.start, removed: document.slice(range), inserted };
        let before = self.current;
        let begun = self.replace(document, &splice, now);
        self.log_typing(before, splice, begun, now);
        self.touch(now);
    }

    /// Changes the document; returns the node that a new branch begins with, if one does.
    fn replace(&mut self, document: &Passage, splice: &Splice, now: i64) -> Option<Number> {
        if let Some(leaf) = self.open_leaf() {
            self.change_leaf(leaf, document, splice);
            return None;
        }
        let mut passage = splice.inserted.clone();
        passage.extend(document.slice(splice.range().end..document.len()));
        self.branch(splice.at, passage, now)
    }

    /// Changes the open leaf. If the change begins above it, the leaf takes in a copy of what lies
    /// between: other branches keep theirs.
    pub(super) fn change_leaf(&mut self, leaf: Number, document: &Passage, splice: &Splice) {
        let mut passage = self.tree.get(leaf).map(|node| node.passage.clone()).unwrap_or_default();
        let mut start = document.len() - passage.len();
        if splice.at < start {
            let above = self.end_at(splice.at);
            let mut taken = document.slice(splice.at..start);
            taken.extend(passage);
            (passage, start) = (taken, splice.at);
            self.change(leaf, |node| node.parent = above);
        }
        let Range { start: from, end } = splice.range();
        passage.splice(from - start..end - start, splice.inserted.clone());
        self.change(leaf, |node| node.passage = passage);
    }

    /// Moves to the document up to a place, followed by a passage in a node of its own, which is
    /// returned if there is any.
    pub(super) fn branch(&mut self, at: usize, passage: Passage, now: i64) -> Option<Number> {
        if passage.is_empty() {
            self.current = self.end_at(at);
            return None;
        }
        Some(self.branch_with_leaf(at, passage, now))
    }

    /// The same with a node of its own in any case.
    pub(super) fn branch_with_leaf(&mut self, at: usize, passage: Passage, now: i64) -> Number {
        let above = self.end_at(at);
        let leaf = self.add(above, self.written_role(), None, passage, now);
        self.current = Some(leaf);
        leaf
    }

    /// The node that ends at a place of the document; splits the one around it.
    fn end_at(&mut self, at: usize) -> Option<Number> {
        let (mut above, mut start) = (None, 0);
        for number in self.tree.path(self.current) {
            let end = start + self.tree.get(number).map_or(0, |node| node.passage.len());
            if start < at && at < end {
                return self.split(number, at - start);
            }
            if at < end {
                break;
            }
            (above, start) = (Some(number), end);
        }
        above.and_then(|number| self.settled(number))
    }

    fn log_typing(
        &mut self,
        before: Option<Number>,
        splice: Splice,
        begun: Option<Number>,
        now: i64,
    ) {
        let (after, in_place) = (self.current, self.current == before);
        let going_on = self
            .history
            .typing(now)
            .filter(|step| step.after == before && (in_place || step.splices.is_empty()));
        if let Some(step) = going_on {
            step.typed_at = Some(now);
            step.after = after;
            step.after_only = begun.or(step.after_only);
            if in_place {
                step.take_in(splice);
            }
            return;
        }
        let splices = if in_place { vec![splice] } else { Vec::new() };
        let moved = Step::moved(before, after);
        self.log(Step { after_only: begun, typed_at: Some(now), splices, ..moved });
    }
}

pub(super) fn check(document: &Passage, range: &Range<usize>) -> Result<()> {
    let (length, Range { start, end }) = (document.len(), range.clone());
    if start > end || end > length {
        return Err(Error::NotInDocument { start, end, length });
    }
    match [start, end].into_iter().find(|at| !document.is_char_boundary(*at)) {
        Some(at) => Err(Error::InsideCharacter { at }),
        None => Ok(()),
    }
}

/// The part of a text that another differs in, and what the other has there.
fn difference<'a>(old: &str, new: &'a str) -> (Range<usize>, &'a str) {
    let same = |(a, b): &(char, char)| a == b;
    let bytes = |(a, _): (char, char)| a.len_utf8();
    let start: usize = old.chars().zip(new.chars()).take_while(same).map(bytes).sum();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let back = old_rest.chars().rev().zip(new_rest.chars().rev());
    let end: usize = back.take_while(same).map(bytes).sum();
    (start..old.len() - end, &new_rest[..new_rest.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_as_small_as_it_gets() {
        for (old, new, range, inserted) in [
            ("", "", 0..0, ""),
            ("abc", "abXc", 2..2, "X"),
            ("aaa", "aa", 2..3, ""),
            ("né", "nè", 1..3, "è"),
            ("same", "other", 0..4, "other"),
        ] {
            assert_eq!(difference(old, new), (range, inserted), "{old:?} to {new:?}");
        }
    }
}
