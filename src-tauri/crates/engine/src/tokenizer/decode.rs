//! Incremental decoding: what each token adds to the text.

use super::{SPACE, Strips, Surface, Tokenizer};

/// Decodes a sequence token by token. Text appears only in whole characters; bytes that cannot
/// belong to one come out as one U+FFFD each, as in SentencePiece.
pub(crate) struct Decoder<'a> {
    tokenizer: &'a Tokenizer,
    /// Bytes of byte pieces that do not make a character yet.
    pending: Vec<u8>,
    /// A leading space is the dummy prefix, not text.
    at_start: bool,
}

impl<'a> Decoder<'a> {
    pub(crate) fn at_start(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, pending: Vec::new(), at_start: tokenizer.strips != Strips::Nothing }
    }

    /// For tokens that follow others.
    pub(crate) fn within(tokenizer: &'a Tokenizer) -> Self {
        Self { tokenizer, pending: Vec::new(), at_start: false }
    }

    /// What the text grows by.
    pub(crate) fn push(&mut self, id: u32) -> String {
        match self.tokenizer.surfaces.get(id as usize) {
            Some(Surface::Byte(byte)) => {
                self.pending.push(*byte);
                let text = take_characters(&mut self.pending, false);
                self.at_start &= text.is_empty();
                text
            }
            Some(Surface::Text(piece)) => {
                let mut text = self.finish();
                text.push_str(&self.piece(piece));
                text
            }
            Some(Surface::Nothing) | None => self.finish(),
        }
    }

    /// What is left when no more tokens come.
    pub(crate) fn finish(&mut self) -> String {
        let text = take_characters(&mut self.pending, true);
        self.at_start &= text.is_empty();
        text
    }

    fn piece(&mut self, piece: &str) -> String {
        let stripped = piece.strip_prefix(SPACE).filter(|_| self.at_start);
        let text = stripped.unwrap_or(piece).replace(SPACE, " ");
        let more = stripped.is_some() && self.tokenizer.strips == Strips::EverySpace;
        self.at_start &= more && text.is_empty();
        text
    }
}

/// Removes and returns the characters at the front of `bytes`. An incomplete character at the end
/// stays, unless it is the `last` chance to write it.
fn take_characters(bytes: &mut Vec<u8>, last: bool) -> String {
    let mut text = String::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                rest = &[];
            }
            Err(error) => {
                let (valid, invalid) = rest.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(valid));
                rest = invalid;
                if error.error_len().is_none() && !last {
                    break;
                }
                text.push(char::REPLACEMENT_CHARACTER);
                rest = &rest[1..];
            }
        }
    }
    *bytes = rest.to_vec();
    text
}
