//! The nodes of one session. A node knows its parent and nothing else; a document is the path from
//! the root to a node.
//!
//! A node with children, or of a run, keeps its text for ever. Splitting one gives its first part a
//! new node and leaves the number to the second part, so that whatever names the node still means
//! the document that ends with it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Id;
use crate::passage::Passage;

/// A node within its session; what the rows are numbered with, never shown.
pub(crate) type Number = u32;

/// What a node is in its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A piece of a completion session's document.
    Text,
    /// A turn of a chat.
    System,
    User,
    Assistant,
}

/// Which completion of which run a node is, or was a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Output {
    pub(crate) run: u32,
    pub(crate) lane: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) id: Id,
    pub(crate) parent: Option<Number>,
    /// Siblings stand in this order, which is that of their creation.
    pub(crate) order: u32,
    pub(crate) role: Role,
    pub(crate) output: Option<Output>,
    pub(crate) passage: Passage,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    /// Deleted or undone, with everything below.
    pub(crate) hidden: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tree {
    nodes: BTreeMap<Number, Node>,
    next: Number,
}

impl Tree {
    /// From stored rows, which may contradict each other: a node whose parent is lost becomes a
    /// beginning, and so does one of those that would be their own ancestors.
    pub(crate) fn from_rows(nodes: BTreeMap<Number, Node>) -> Self {
        let next = nodes.last_key_value().map_or(0, |(number, _)| number + 1);
        let mut tree = Self { nodes, next };
        let numbers: Vec<Number> = tree.nodes.keys().copied().collect();
        let mut sound = BTreeSet::new();
        for number in numbers {
            let mut trail = tree.mended_trail(number, &sound);
            sound.append(&mut trail);
        }
        tree
    }

    /// The nodes from one up to the root, or to one that is known to be sound.
    fn mended_trail(&mut self, number: Number, sound: &BTreeSet<Number>) -> BTreeSet<Number> {
        let (mut trail, mut at) = (BTreeSet::new(), number);
        while !sound.contains(&at) {
            trail.insert(at);
            match self.parent(at) {
                None => break,
                Some(parent) if trail.contains(&parent) || self.get(parent).is_none() => {
                    self.change(at, |node| node.parent = None);
                }
                Some(parent) => at = parent,
            }
        }
        trail
    }

    pub(crate) fn get(&self, number: Number) -> Option<&Node> {
        self.nodes.get(&number)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (Number, &Node)> {
        self.nodes.iter().map(|(number, node)| (*number, node))
    }

    pub(crate) fn change(&mut self, number: Number, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(&number) {
            change(node);
        }
    }

    pub(crate) fn remove(&mut self, number: Number) {
        self.nodes.remove(&number);
    }

    /// The number the next node gets, which is also its place among siblings.
    pub(crate) fn next(&self) -> Number {
        self.next
    }

    pub(crate) fn insert(&mut self, node: Node) -> Number {
        let number = self.next;
        self.nodes.insert(number, node);
        self.next += 1;
        number
    }

    pub(crate) fn find(&self, id: Id) -> Option<Number> {
        self.iter().find(|(_, node)| node.id == id).map(|(number, _)| number)
    }

    pub(crate) fn parent(&self, number: Number) -> Option<Number> {
        self.get(number)?.parent
    }

    /// From the root to a node; empty for the empty document.
    pub(crate) fn path(&self, end: Option<Number>) -> Vec<Number> {
        let up = std::iter::successors(end, |number| self.parent(*number));
        let mut path: Vec<Number> = up.filter(|number| self.nodes.contains_key(number)).collect();
        path.reverse();
        path
    }

    pub(crate) fn passage(&self, end: Option<Number>) -> Passage {
        let mut passage = Passage::default();
        for node in self.path(end).into_iter().filter_map(|number| self.get(number)) {
            passage.extend(node.passage.clone());
        }
        passage
    }

    /// All children in their order, the hidden ones too.
    pub(crate) fn children(&self, parent: Option<Number>) -> Vec<Number> {
        let of_parent = self.iter().filter(|(_, node)| node.parent == parent);
        let mut children: Vec<(u32, Number)> =
            of_parent.map(|(number, node)| (node.order, number)).collect();
        children.sort_unstable();
        children.into_iter().map(|(_, number)| number).collect()
    }

    pub(crate) fn has_children(&self, number: Number) -> bool {
        self.iter().any(|(_, node)| node.parent == Some(number))
    }

    pub(crate) fn visible_children(&self, parent: Option<Number>) -> Vec<Number> {
        let mut children = self.children(parent);
        children.retain(|number| self.get(*number).is_some_and(|node| !node.hidden));
        children
    }

    /// Neither hidden nor below something hidden.
    pub(crate) fn is_visible(&self, number: Number) -> bool {
        let path = self.path(Some(number));
        !path.is_empty() && path.iter().all(|n| self.get(*n).is_some_and(|node| !node.hidden))
    }

    /// Whether a node is another, or below it.
    pub(crate) fn is_within(&self, number: Number, ancestor: Number) -> bool {
        self.path(Some(number)).contains(&ancestor)
    }

    /// The end of the branch that was begun last at or below a node.
    pub(crate) fn latest_end(&self, number: Number) -> Number {
        let youngest = |at: &Number| self.visible_children(Some(*at)).last().copied();
        std::iter::successors(Some(number), youngest).last().unwrap_or(number)
    }

    /// Every visible node with its depth, parents first, siblings in order.
    pub(crate) fn walk(&self) -> Vec<(Number, usize)> {
        let mut below: BTreeMap<Option<Number>, Vec<(u32, Number)>> = BTreeMap::new();
        for (number, node) in self.iter().filter(|(_, node)| !node.hidden) {
            below.entry(node.parent).or_default().push((node.order, number));
        }
        // The last comes first off the stack.
        for siblings in below.values_mut() {
            siblings.sort_unstable_by(|a, b| b.cmp(a));
        }
        let mut children = |parent| below.remove(&parent).unwrap_or_default().into_iter();
        let mut stack: Vec<(Number, usize)> =
            children(None).map(|(_, number)| (number, 0)).collect();
        let mut walked = Vec::with_capacity(self.nodes.len());
        while let Some((number, depth)) = stack.pop() {
            walked.push((number, depth));
            stack.extend(children(Some(number)).map(|(_, child)| (child, depth + 1)));
        }
        walked
    }

    /// Gives what stands before a place in a node to a new node above it, and returns that.
    pub(crate) fn split(&mut self, number: Number, at: usize) -> Option<Number> {
        let node = self.nodes.get_mut(&number)?;
        let rest = node.passage.split_off(at);
        let passage = std::mem::replace(&mut node.passage, rest);
        let first = Node { id: Id::random(), passage, ..node.clone() };
        let upper = self.insert(first);
        self.change(number, |node| node.parent = Some(upper));
        Some(upper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::tests::written;

    fn node(parent: Option<Number>, order: u32, text: &str) -> Node {
        Node {
            id: Id::random(),
            parent,
            order,
            role: Role::Text,
            output: None,
            passage: Passage::typed(text),
            created_at: 0,
            hidden: false,
        }
    }

    #[test]
    fn a_split_leaves_every_document_as_it_was() {
        let mut tree = Tree::default();
        let root = tree.insert(node(None, 0, "root "));
        let mut output = node(Some(root), 1, "");
        output.passage = written(0, &["one", "", " two", " three"]).into();
        let output = tree.insert(output);
        let child = tree.insert(node(Some(output), 2, "child"));
        let before = [root, output, child].map(|n| tree.passage(Some(n)));
        let upper = tree.split(output, 3).unwrap();
        assert_eq!([root, output, child].map(|n| tree.passage(Some(n))), before);
        assert_eq!(tree.passage(Some(upper)).text(), "root one");
        assert_eq!(tree.path(Some(child)), [root, upper, output, child]);
        let ids = tree.get(output).unwrap().passage.spans()[0].tokens.iter().map(|t| t.id);
        assert_eq!(ids.collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn siblings_keep_their_order_through_a_split() {
        let mut tree = Tree::default();
        let first = tree.insert(node(None, 0, "first"));
        let second = tree.insert(node(None, 1, "second"));
        let upper = tree.split(first, 2).unwrap();
        assert_eq!(tree.children(None), [upper, second]);
        assert_eq!(tree.walk(), [(upper, 0), (first, 1), (second, 0)]);
    }

    #[test]
    fn hidden_nodes_are_not_walked_nor_what_is_below_them() {
        let mut tree = Tree::default();
        let root = tree.insert(node(None, 0, "a"));
        let gone = tree.insert(node(Some(root), 1, "b"));
        let below = tree.insert(node(Some(gone), 2, "c"));
        tree.change(gone, |node| node.hidden = true);
        assert_eq!(tree.walk(), [(root, 0)]);
        assert!(!tree.is_visible(below));
        assert_eq!(tree.latest_end(root), root);
    }

    #[test]
    fn contradictory_rows_become_beginnings() {
        let rows = [
            (0, node(Some(7), 0, "orphan")),
            (1, node(Some(2), 1, "a")),
            (2, node(Some(1), 2, "b")),
        ];
        let tree = Tree::from_rows(rows.into_iter().collect());
        assert_eq!(tree.passage(Some(0)).text(), "orphan");
        assert_eq!(tree.passage(Some(1)).text(), "ba");
        assert_eq!(tree.walk().len(), 3);
    }
}
