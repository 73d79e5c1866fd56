//! Encoding with `tokenizers`: SentencePiece's BPE expressed as merges ranked by piece score.
//!
//! User-defined pieces are cut out first, longest match from the left, where the caller allows
//! them; the text between is merged. They are no part of the merges, so that text in which they are
//! not allowed can never produce one.

use std::collections::HashMap;

use tokenizers::models::bpe::BPE;
use tokenizers::{Model, Token};

use super::pieces::{Piece, PieceKind, SentencePieceModel};
use super::{EncodedToken, SPACE};
use crate::{Error, Result};

pub(super) struct Encoder {
    bpe: BPE,
    /// Longest first.
    user_defined: Vec<(String, u32)>,
}

/// The texts of one span as one string with its spaces escaped, and the way back.
struct Escaped {
    text: String,
    /// For each byte of `text`, and its end, the byte of the input it stands for.
    origin: Vec<usize>,
    /// Byte ranges of `text` in which user-defined pieces match.
    open: Vec<(usize, usize)>,
}

impl Encoder {
    pub(super) fn new(model: &SentencePieceModel) -> Result<Self> {
        let mut user_defined: Vec<(String, u32)> = numbered(model)
            .filter(|(_, piece)| piece.kind() == PieceKind::UserDefined && !piece.text.is_empty())
            .map(|(id, piece)| (piece.text.clone(), id))
            .collect();
        user_defined.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Ok(Self { bpe: merges(model)?, user_defined })
    }

    /// Encodes neighbouring texts as one; the flag of each says whether user-defined pieces match.
    pub(super) fn encode(&self, texts: &[(&str, bool)], prefix: bool) -> Result<Vec<EncodedToken>> {
        let escaped = escape(texts, prefix);
        let mut tokens = Vec::new();
        let (mut start, mut position) = (0, 0);
        while position < escaped.text.len() {
            if let Some((length, id)) = self.user_defined_at(&escaped, position) {
                self.merge(&escaped, start..position, &mut tokens)?;
                let end = position + length;
                let bytes = escaped.origin[position]..escaped.origin[end];
                tokens.push(EncodedToken { id, bytes });
                (start, position) = (end, end);
            } else {
                let width = escaped.text[position..].chars().next().map_or(1, char::len_utf8);
                position += width;
            }
        }
        self.merge(&escaped, start..position, &mut tokens)?;
        Ok(tokens)
    }

    fn user_defined_at(&self, escaped: &Escaped, position: usize) -> Option<(usize, u32)> {
        let (_, end) = escaped.open.iter().find(|(from, to)| (*from..*to).contains(&position))?;
        let rest = &escaped.text[position..*end];
        let found = self.user_defined.iter().find(|(piece, _)| rest.starts_with(piece.as_str()))?;
        Some((found.0.len(), found.1))
    }

    fn merge(
        &self,
        escaped: &Escaped,
        part: std::ops::Range<usize>,
        tokens: &mut Vec<EncodedToken>,
    ) -> Result<()> {
        if part.is_empty() {
            return Ok(());
        }
        let first = part.start;
        let merged =
            self.bpe.tokenize(&escaped.text[part]).map_err(|e| Error::Encode(e.to_string()))?;
        tokens.extend(merged.into_iter().map(|Token { id, offsets: (from, to), .. }| {
            let bytes = escaped.origin[first + from]..escaped.origin[first + to];
            EncodedToken { id, bytes }
        }));
        Ok(())
    }
}

fn escape(texts: &[(&str, bool)], prefix: bool) -> Escaped {
    let mut escaped = Escaped { text: String::new(), origin: Vec::new(), open: Vec::new() };
    let mut input = 0;
    let total: usize = texts.iter().map(|(text, _)| text.len()).sum();
    if prefix && total > 0 {
        push(&mut escaped, SPACE, 0, 0);
    }
    for (text, open) in texts {
        let start = escaped.text.len();
        for character in text.chars() {
            let width = character.len_utf8();
            push(&mut escaped, if character == ' ' { SPACE } else { character }, input, width);
            input += width;
        }
        if *open {
            escaped.open.push((start, escaped.text.len()));
        }
    }
    escaped.origin.push(input);
    escaped
}

/// Appends a character that stands for `width` bytes of the input at `input`.
fn push(escaped: &mut Escaped, character: char, input: usize, width: usize) {
    escaped.text.push(character);
    escaped.origin.extend((0..character.len_utf8()).map(|i| input + i.min(width)));
}

fn numbered(model: &SentencePieceModel) -> impl Iterator<Item = (u32, &Piece)> {
    model.pieces.iter().enumerate().map(|(id, piece)| (id as u32, piece))
}

/// SentencePiece merges the neighbours whose joined piece has the highest score; `tokenizers` the
/// pair with the lowest rank. So every way to split a piece in two becomes a merge, ranked by the
/// piece's score.
fn merges(model: &SentencePieceModel) -> Result<BPE> {
    let mergeable: HashMap<&str, f32> = numbered(model)
        .filter(|(_, piece)| piece.kind() == PieceKind::Normal)
        .map(|(_, piece)| (piece.text.as_str(), piece.score))
        .collect();
    let mut ranked: Vec<(f32, (String, String))> = Vec::new();
    for (text, score) in &mergeable {
        for (at, _) in text.char_indices().skip(1) {
            let (left, right) = text.split_at(at);
            if mergeable.contains_key(left) && mergeable.contains_key(right) {
                ranked.push((*score, (left.to_owned(), right.to_owned())));
            }
        }
    }
    ranked.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    let vocabulary: tokenizers::models::bpe::Vocab = numbered(model)
        .filter(|(_, p)| {
            matches!(p.kind(), PieceKind::Normal | PieceKind::Byte | PieceKind::Unknown)
        })
        .map(|(id, piece)| (piece.text.clone(), id))
        .collect();
    let unknown = model.pieces.iter().find(|piece| piece.kind() == PieceKind::Unknown);
    let mut builder = BPE::builder()
        .vocab_and_merges(vocabulary, ranked.into_iter().map(|(_, pair)| pair).collect())
        .byte_fallback(model.trainer.as_ref().is_some_and(|trainer| trainer.byte_fallback))
        .fuse_unk(true);
    if let Some(piece) = unknown {
        builder = builder.unk_token(piece.text.clone());
    }
    builder.build().map_err(|e| Error::Encode(format!("the tokenizer cannot be built: {e}")))
}
