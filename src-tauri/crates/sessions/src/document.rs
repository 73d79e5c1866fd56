//! A session as the window shows it: the document in pieces, and the tree it is a path of.

use serde::Serialize;
use ts_rs::TS;

use crate::passage::{Author, Span, Token};
use crate::session::{Kind, Session};
use crate::tree::{Node, Number, Role};
use crate::{Id, Result, Store};

/// How much of a branch's text its entry in the tree shows, in characters.
const PREVIEW_CHARACTERS: usize = 80;

/// A document: the path from the root of the tree to the current node.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Document {
    pub session: Id,
    pub kind: Kind,
    /// Absent for the empty document.
    pub current: Option<Id>,
    pub pieces: Vec<Piece>,
    pub can_undo: bool,
    pub can_redo: bool,
}

/// A document without its text, for who has that already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Standing {
    /// Absent for the empty document.
    pub current: Option<Id>,
    pub can_undo: bool,
    pub can_redo: bool,
}

impl Document {
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// Text of one origin, from one node. In a chat each node is a turn, and neighbouring ones of the
/// assistant are one turn.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Piece {
    pub node: Id,
    pub role: Role,
    pub author: Author,
    /// The run that wrote it, where known.
    pub run: Option<Id>,
    pub text: String,
    /// Exactly the text; empty for what was typed or imported. Tokens without text at the end are
    /// those a stop text or the end of the sequence took.
    pub tokens: Vec<Token>,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Branch {
    pub node: Id,
    pub parent: Option<Id>,
    /// How many nodes are above it.
    pub depth: u32,
    pub role: Role,
    /// The model's if a run wrote it.
    pub author: Author,
    pub run: Option<Id>,
    pub lane: Option<u32>,
    /// The beginning of its text.
    pub preview: String,
    /// Of its text, as UTF-8.
    pub bytes: u32,
    /// How many tokens of it are known, and their mean log-probability.
    pub tokens: u32,
    pub mean_logprob: Option<f64>,
    #[ts(type = "number")]
    pub created_at: i64,
    /// Whether the document goes through it.
    pub in_document: bool,
}

impl Store {
    /// Where a document stands in its session.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Damaged`].
    pub fn standing(&mut self, session: Id) -> Result<Standing> {
        Ok(self.session(session)?.standing())
    }

    /// A document as a prompt: its pieces, with tokens only where this very model wrote them.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Damaged`].
    pub fn prompt(&mut self, session: Id, model_hash: &str) -> Result<Vec<Piece>> {
        Ok(self.session(session)?.prompt(model_hash))
    }
}

impl Session {
    pub(crate) fn document(&self) -> Document {
        let path = self.tree.path(self.current);
        let nodes = path.iter().filter_map(|number| self.tree.get(*number));
        Document {
            session: self.id,
            kind: self.kind,
            current: self.current.and_then(|number| Some(self.tree.get(number)?.id)),
            pieces: nodes.flat_map(|node| self.pieces(node)).collect(),
            can_undo: self.history.can_undo(),
            can_redo: self.history.can_redo(),
        }
    }

    pub(crate) fn standing(&self) -> Standing {
        Standing {
            current: self.current.and_then(|number| Some(self.tree.get(number)?.id)),
            can_undo: self.history.can_undo(),
            can_redo: self.history.can_redo(),
        }
    }

    /// The document as a prompt for a model: another model's tokens are only text to it. A token
    /// chosen by hand belongs to the run that went on from it.
    pub(crate) fn prompt(&self, model_hash: &str) -> Vec<Piece> {
        let mut pieces = self.document().pieces;
        let mut own = true;
        for piece in pieces.iter_mut().rev() {
            if let Some(run) = piece.run.and_then(|run| self.run_number(run).ok()) {
                own = self.runs.get(&run).is_some_and(|run| run.shown.model_hash == model_hash);
            }
            if !own {
                piece.tokens.clear();
            }
        }
        pieces
    }

    /// At least one, so that an empty turn is seen too.
    fn pieces(&self, node: &Node) -> Vec<Piece> {
        let run_id = |number: u32| Some(self.runs.get(&number)?.shown.id);
        let empty = Piece {
            node: node.id,
            role: node.role,
            author: Author::User,
            run: None,
            text: String::new(),
            tokens: Vec::new(),
        };
        if node.passage.is_empty() {
            return vec![empty];
        }
        let piece = |span: &Span| Piece {
            author: span.author,
            run: span.run.and_then(run_id),
            text: span.text.clone(),
            tokens: span.tokens.clone(),
            ..empty.clone()
        };
        node.passage.spans().iter().map(piece).collect()
    }

    /// The whole tree, parents first, siblings in the order of their creation.
    pub(crate) fn branches(&self) -> Vec<Branch> {
        let path = self.tree.path(self.current);
        let listed = self.tree.walk().into_iter();
        listed.filter_map(|(number, depth)| self.branch_entry(number, depth, &path)).collect()
    }

    /// A node and its siblings, in the order of their creation.
    pub(crate) fn siblings(&self, node: Number) -> Vec<Branch> {
        let path = self.tree.path(self.current);
        let depth = self.tree.path(Some(node)).len().saturating_sub(1);
        let siblings = self.tree.visible_children(self.tree.parent(node)).into_iter();
        siblings.filter_map(|number| self.branch_entry(number, depth, &path)).collect()
    }

    /// Nothing for a leaf without text that the document does not end with: there is nothing to
    /// see in it.
    fn branch_entry(&self, number: Number, depth: usize, path: &[Number]) -> Option<Branch> {
        let node = self.tree.get(number)?;
        let in_document = path.contains(&number);
        if node.passage.is_empty() && !in_document && !self.tree.has_children(number) {
            return None;
        }
        let (tokens, mean_logprob) = node.passage.judged();
        Some(Branch {
            node: node.id,
            parent: node.parent.and_then(|parent| Some(self.tree.get(parent)?.id)),
            depth: depth as u32,
            role: node.role,
            author: if node.output.is_some() { Author::Model } else { Author::User },
            run: node.output.and_then(|output| Some(self.runs.get(&output.run)?.shown.id)),
            lane: node.output.map(|output| output.lane),
            preview: beginning(&node.passage.text(), PREVIEW_CHARACTERS),
            bytes: node.passage.len() as u32,
            tokens: tokens as u32,
            mean_logprob,
            created_at: node.created_at,
            in_document,
        })
    }

    /// What a list of sessions shows of an untitled one: of a chat what the user said first.
    pub(crate) fn preview(&self, characters: usize) -> String {
        let path = self.tree.path(self.current).into_iter();
        let said = path.filter_map(|number| self.tree.get(number));
        let first =
            said.filter(|node| node.role == Role::User).find(|node| !node.passage.is_empty());
        let text = first.map_or_else(|| self.passage().text(), |node| node.passage.text());
        beginning(&text, characters)
    }
}

/// The first so many characters on one line.
fn beginning(text: &str, characters: usize) -> String {
    let mut beginning = String::new();
    for word in text.split_whitespace() {
        if !beginning.is_empty() {
            beginning.push(' ');
        }
        beginning.extend(word.chars().take(characters + 1));
        if beginning.chars().count() > characters {
            let shortened: String = beginning.chars().take(characters).collect();
            return shortened + "…";
        }
    }
    beginning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_one_short_line() {
        assert_eq!(beginning("  one\n\ttwo  ", 80), "one two");
        assert_eq!(beginning("äöü äöü", 4), "äöü …");
        assert_eq!(beginning(&"x".repeat(1_000_000), 5), "xxxxx…");
    }
}
