//! The pieces of a SentencePiece model, checked as the library checks them when it loads one.

use std::ops::Range;

use super::pieces::{Piece, PieceKind, SentencePieceModel};
use super::trie::Trie;
use crate::{Error, Result};

/// The longest real pieces are runs of spaces and marks of a chat, below 100.
pub(super) const MAX_PIECE_BYTES: usize = 512;
/// Of all pieces together: 256,000 have 2.3 million. A trie takes up to 50 bytes for each.
const MAX_VOCABULARY_BYTES: usize = 8_000_000;

/// A part of a normalised text and its piece, none for an unknown character.
pub(super) type Segment = (Range<usize>, Option<u32>);

pub(super) struct Vocabulary {
    pub(super) user_defined: Trie,
    /// None only where unknown text is spelled in bytes.
    pub(super) unknown: Option<u32>,
    /// The pieces of the 256 bytes, where unknown text is spelled in bytes.
    pub(super) bytes: Option<Box<[u32; 256]>>,
}

impl Vocabulary {
    /// # Errors
    /// What the library refuses: empty or repeated pieces, no unknown piece or several, byte pieces
    /// that are missing or not wanted. And scores that are no numbers.
    pub(super) fn new(model: &SentencePieceModel) -> Result<Self> {
        let bad = Error::Tokenizer;
        too_long(model).or_else(|| faulty(model)).map_or(Ok(()), |what| Err(bad(what)))?;
        let unknown: Vec<u32> = of_kind(model, PieceKind::Unknown).map(|(id, _)| id).collect();
        let bytes = bytes(model).map_err(bad)?;
        if unknown.len() != 1 && (bytes.is_none() || unknown.len() > 1) {
            return Err(bad(format!("it has {} unknown pieces: expected one", unknown.len())));
        }
        let user_defined = of_kind(model, PieceKind::UserDefined);
        Ok(Self {
            user_defined: Trie::new(user_defined.map(|(id, piece)| (piece.text.as_str(), id))),
            unknown: unknown.first().copied(),
            bytes,
        })
    }
}

/// The pieces of one kind with their ids.
pub(super) fn of_kind(
    model: &SentencePieceModel,
    kind: PieceKind,
) -> impl Iterator<Item = (u32, &Piece)> {
    let numbered = model.pieces.iter().enumerate().map(|(id, piece)| (id as u32, piece));
    numbered.filter(move |(_, piece)| piece.kind() == kind)
}

fn too_long(model: &SentencePieceModel) -> Option<String> {
    let lengths = || model.pieces.iter().map(|piece| piece.text.len());
    let (longest, total) = (lengths().max().unwrap_or(0), lengths().sum::<usize>());
    let what =
        |found, most| Some(format!("its pieces have {found} bytes: expected at most {most}"));
    match (longest > MAX_PIECE_BYTES, total > MAX_VOCABULARY_BYTES) {
        (true, _) => what(longest, MAX_PIECE_BYTES),
        (_, true) => what(total, MAX_VOCABULARY_BYTES),
        _ => None,
    }
}

fn faulty(model: &SentencePieceModel) -> Option<String> {
    let mut seen = std::collections::HashSet::with_capacity(model.pieces.len());
    model.pieces.iter().enumerate().find_map(|(id, piece)| {
        match (piece.text.is_empty(), seen.insert(piece.text.as_str()), piece.score.is_finite()) {
            (true, ..) => Some(format!("piece {id} is empty")),
            (_, false, _) => Some(format!("piece {id} repeats {:?}", piece.text)),
            // Nothing compares with it, and JSON has no word for it.
            (.., false) => Some(format!("the score of piece {id} is {}", piece.score)),
            _ => None,
        }
    })
}

fn bytes(model: &SentencePieceModel) -> std::result::Result<Option<Box<[u32; 256]>>, String> {
    let mut ids = [None; 256];
    for (id, piece) in of_kind(model, PieceKind::Byte) {
        let byte = piece.byte().ok_or_else(|| format!("{:?} is no byte", piece.text))?;
        ids[usize::from(byte)] = Some(id);
    }
    if !model.trainer.as_ref().is_some_and(|trainer| trainer.byte_fallback) {
        let unwanted = ids.iter().flatten().next();
        let what = "it has byte pieces but does not spell unknown text in bytes";
        return unwanted.map_or(Ok(None), |_| Err(what.to_owned()));
    }
    let missing = || "it spells unknown text in bytes but lacks pieces for some".to_owned();
    let all: Option<Vec<u32>> = ids.into_iter().collect();
    let all = all.and_then(|ids| ids.into_boxed_slice().try_into().ok());
    all.map(Some).ok_or_else(missing)
}
