//! Going from branch to branch, and deleting them.

use super::Session;
use super::history::Step;
use crate::tree::Number;

impl Session {
    /// Makes the document end with a node, or, to go on where it was left, with the branch begun
    /// last below it.
    pub(crate) fn switch_to(&mut self, node: Number, to_its_end: bool, now: i64) {
        let target = if to_its_end { self.tree.latest_end(node) } else { node };
        let before = self.current;
        if before != Some(target) {
            self.current = Some(target);
            self.log(Step::moved(before, Some(target)));
            self.touch(now);
        }
    }

    /// Deletes a node with everything below it; the document then ends above.
    pub(crate) fn delete_branch(&mut self, node: Number, now: i64) {
        let before = self.current;
        if before.is_some_and(|current| self.tree.is_within(current, node)) {
            self.current = self.tree.parent(node);
        }
        self.hide(Some(node), true);
        self.log(Step { pruned: Some(node), ..Step::moved(before, self.current) });
        self.touch(now);
    }
}
