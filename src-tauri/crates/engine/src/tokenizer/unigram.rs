//! The unigram model as SentencePiece does it (`unigram_model.cc` of google/sentencepiece): the
//! cutting whose scores sum highest, found from left to right, the first found of equals.
//!
//! Sums are f32 as there and start again at zero when they grow large; with f64 throughout, as in
//! `tokenizers`, near ties fall otherwise.

use super::normalizer::Normalized;
use super::pieces::{PieceKind, SentencePieceModel};
use super::trie::Trie;
use super::vocabulary::{Segment, of_kind};

/// How much worse an unknown character is than the worst piece.
const UNKNOWN_PENALTY: f32 = 10.0;
/// Beyond this the sums lose too many digits.
const LARGEST_SUM: f32 = 100_000.0;

pub(super) struct Unigram {
    pieces: Trie,
    /// By id.
    scores: Vec<f32>,
    user_defined: Vec<bool>,
    unknown_score: f32,
}

/// The best way found to a place in the text: its last piece, none for an unknown character.
#[derive(Clone, Copy)]
struct Step {
    start: usize,
    id: Option<u32>,
    score: f32,
}

impl Unigram {
    pub(super) fn new(model: &SentencePieceModel) -> Self {
        let normal = || of_kind(model, PieceKind::Normal);
        let all = normal().chain(of_kind(model, PieceKind::UserDefined));
        let scores = normal().map(|(_, piece)| piece.score);
        Self {
            pieces: Trie::new(all.map(|(id, piece)| (piece.text.as_str(), id))),
            scores: model.pieces.iter().map(|piece| piece.score).collect(),
            user_defined: model.pieces.iter().map(|p| p.kind() == PieceKind::UserDefined).collect(),
            unknown_score: scores.fold(f32::MAX, f32::min) - UNKNOWN_PENALTY,
        }
    }

    /// The parts of a text with their ids, none for an unknown character.
    pub(super) fn segment(&self, text: &Normalized) -> Vec<Segment> {
        let mut best: Vec<Option<Step>> = vec![None; text.text.len() + 1];
        let mut reached = 0;
        for (start, character) in text.text.char_indices() {
            if best[start].is_some_and(|step| step.score.abs() > LARGEST_SUM) {
                restart(&mut best[start..=reached]);
            }
            let score = best[start].map_or(0.0, |step| step.score);
            let width = character.len_utf8();
            let mut has_character = false;
            for (length, id) in self.pieces.prefixes(&text.text.as_bytes()[start..]) {
                if self.user_defined[id as usize] && !text.is_open(start..start + length) {
                    continue;
                }
                reached = reached.max(start + length);
                let step = Step { start, id: Some(id), score: score + self.score(id, length) };
                improve(&mut best[start + length], step);
                has_character |= length == width;
            }
            if !has_character {
                reached = reached.max(start + width);
                let step = Step { start, id: None, score: score + self.unknown_score };
                improve(&mut best[start + width], step);
            }
        }
        backtrack(&best)
    }

    /// User-defined pieces are worth more than any way around them.
    fn score(&self, id: u32, length: usize) -> f32 {
        if self.user_defined[id as usize] {
            (0.1 * (length as f64 - 1.0)) as f32
        } else {
            self.scores[id as usize]
        }
    }
}

fn improve(known: &mut Option<Step>, step: Step) {
    if known.is_none_or(|known| step.score > known.score) {
        *known = Some(step);
    }
}

/// Counts from the first step on.
fn restart(best: &mut [Option<Step>]) {
    let origin = best[0].map_or(0.0, |step| step.score);
    for step in best.iter_mut().flatten() {
        step.score -= origin;
    }
}

fn backtrack(best: &[Option<Step>]) -> Vec<Segment> {
    let mut pieces = Vec::new();
    let mut end = best.len() - 1;
    while let Some(step) = best[end] {
        pieces.push((step.start..end, step.id));
        end = step.start;
    }
    pieces.reverse();
    pieces
}
