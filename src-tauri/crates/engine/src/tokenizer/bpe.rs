//! Byte-pair encoding as SentencePiece does it (`bpe_model.cc` of google/sentencepiece): of all
//! neighbours whose joined text is a piece, the pair with the best score is joined first, the
//! leftmost of equals.
//!
//! `tokenizers` ranks pairs, not pieces, and gives up a character that is no piece before it could
//! become part of one, so its ids differ where scores are equal or characters are rare.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use super::normalizer::Normalized;
use super::pieces::{PieceKind, SentencePieceModel};
use super::trie::Trie;
use super::vocabulary::{Segment, of_kind};

pub(super) struct Bpe {
    /// User-defined pieces are no part of it, so that text in which they are not allowed can never
    /// produce one.
    ids: HashMap<String, u32>,
    /// By id.
    scores: Vec<f32>,
    /// Pieces that may stand between but not in the result.
    unused: Vec<bool>,
}

/// A part of the text that is one piece, or one character that none begins with.
struct Symbol {
    part: Range<usize>,
    previous: Option<usize>,
    next: Option<usize>,
    /// The id of a user-defined piece, which is never joined with anything.
    user_defined: Option<u32>,
}

/// Two neighbours that could be joined.
#[derive(PartialEq)]
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// The joined length in bytes: it has changed if one of the two was joined otherwise.
    length: usize,
}

impl Eq for Pair {}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The state of one text.
struct Merging<'a> {
    bpe: &'a Bpe,
    text: &'a str,
    symbols: Vec<Symbol>,
    pairs: BinaryHeap<Pair>,
    /// Where an unused piece was last put together.
    splits: HashMap<&'a str, usize>,
}

impl Bpe {
    pub(super) fn new(model: &SentencePieceModel) -> Self {
        let unused = of_kind(model, PieceKind::Unused);
        let pieces = of_kind(model, PieceKind::Normal).chain(unused);
        Self {
            ids: pieces.map(|(id, piece)| (piece.text.clone(), id)).collect(),
            // Adding zero makes one zero of the two.
            scores: model.pieces.iter().map(|piece| piece.score + 0.0).collect(),
            unused: model.pieces.iter().map(|p| p.kind() == PieceKind::Unused).collect(),
        }
    }

    /// The parts of a text with their ids, none for an unknown character.
    pub(super) fn segment(&self, text: &Normalized, user_defined: &Trie) -> Vec<Segment> {
        let mut merging = Merging {
            bpe: self,
            text: &text.text,
            symbols: symbols(text, user_defined),
            pairs: BinaryHeap::new(),
            splits: HashMap::new(),
        };
        merging.run();
        merging.pieces()
    }
}

impl<'a> Merging<'a> {
    fn run(&mut self) {
        for right in 1..self.symbols.len() {
            self.consider(Some(right - 1), Some(right));
        }
        while let Some(pair) = self.pairs.pop() {
            let (left, right) = (&self.symbols[pair.left].part, &self.symbols[pair.right].part);
            let stale = left.is_empty() || right.is_empty();
            if stale || left.len() + right.len() != pair.length {
                continue;
            }
            self.join(pair.left, pair.right);
            self.consider(self.symbols[pair.left].previous, Some(pair.left));
            self.consider(Some(pair.left), self.symbols[pair.left].next);
        }
    }

    fn join(&mut self, left: usize, right: usize) {
        let next = self.symbols[right].next;
        let end = self.symbols[right].part.end;
        self.symbols[left].part.end = end;
        self.symbols[left].next = next;
        self.symbols[right].part = end..end;
        if let Some(next) = next {
            self.symbols[next].previous = Some(left);
        }
    }

    fn consider(&mut self, left: Option<usize>, right: Option<usize>) {
        let (Some(left), Some(right)) = (left, right) else { return };
        let (first, second) = (&self.symbols[left], &self.symbols[right]);
        if first.user_defined.is_some() || second.user_defined.is_some() {
            return;
        }
        let joined = &self.text[first.part.start..second.part.end];
        let Some(id) = self.bpe.ids.get(joined).map(|id| *id as usize) else { return };
        if self.bpe.unused[id] {
            self.splits.insert(joined, first.part.len());
        }
        self.pairs.push(Pair { score: self.bpe.scores[id], left, right, length: joined.len() });
    }

    fn pieces(&self) -> Vec<Segment> {
        let mut pieces = Vec::with_capacity(self.symbols.len() / 2);
        for symbol in self.symbols.iter().filter(|symbol| !symbol.part.is_empty()) {
            match symbol.user_defined {
                Some(id) => pieces.push((symbol.part.clone(), Some(id))),
                None => self.resolve(symbol.part.clone(), &mut pieces),
            }
        }
        pieces
    }

    /// Takes unused pieces apart again, the way they were put together.
    fn resolve(&self, part: Range<usize>, pieces: &mut Vec<Segment>) {
        let mut rest = vec![part];
        while let Some(part) = rest.pop() {
            let text: &'a str = &self.text[part.clone()];
            let id = self.bpe.ids.get(text).copied();
            if id.is_none_or(|id| !self.bpe.unused[id as usize]) {
                pieces.push((part, id));
            } else if let Some(length) = self.splits.get(text) {
                let middle = part.start + length;
                rest.extend([middle..part.end, part.start..middle]);
            } else {
                pieces.push((part, None));
            }
        }
    }
}

/// One symbol for each user-defined piece and each character between them.
fn symbols(text: &Normalized, user_defined: &Trie) -> Vec<Symbol> {
    let mut symbols = Vec::with_capacity(text.text.len());
    let mut at = 0;
    while let Some(character) = text.text[at..].chars().next() {
        let found = text.user_defined(user_defined, at);
        let length = found.map_or(character.len_utf8(), |(length, _)| length);
        let index = symbols.len();
        let next = (at + length < text.text.len()).then_some(index + 1);
        let previous = index.checked_sub(1);
        let user_defined = found.map(|(_, id)| id);
        symbols.push(Symbol { part: at..at + length, previous, next, user_defined });
        at += length;
    }
    symbols
}
