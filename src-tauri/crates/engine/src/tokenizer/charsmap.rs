//! SentencePiece's precompiled normalisation: a double-array trie of rules and the texts they give.
//!
//! Layout (`normalizer.cc` of google/sentencepiece): the trie's size in bytes (u32, little endian),
//! the trie's units (u32 each, as darts-clone packs them), then texts that end in a zero byte.

use std::borrow::Cow;

use crate::{Error, Result};

/// NFKC's longest is 33 bytes; a hostile map must not turn a page into gigabytes.
const MAX_REPLACEMENT_BYTES: usize = 256;

#[derive(Default)]
pub(super) struct CharsMap {
    units: Vec<u32>,
    texts: Vec<u8>,
}

impl CharsMap {
    /// # Errors
    /// When the blob is shorter than it says.
    pub(super) fn parse(blob: &[u8]) -> Result<Self> {
        if blob.is_empty() {
            return Ok(Self::default());
        }
        let broken = || Error::Tokenizer("its normalisation map is cut short".to_owned());
        let (size, rest) = blob.split_first_chunk::<4>().ok_or_else(broken)?;
        let size = u32::from_le_bytes(*size) as usize;
        let (trie, texts) = rest.split_at_checked(size).ok_or_else(broken)?;
        let units = trie.as_chunks::<4>().0.iter().map(|unit| u32::from_le_bytes(*unit)).collect();
        Ok(Self { units, texts: texts.to_owned() })
    }

    /// Makes sure that whatever text is looked up, the way leads from unit to unit and to a whole
    /// text, which the `tokenizers` library relies on; returns the longest text's bytes.
    ///
    /// # Errors
    /// When a way leads elsewhere.
    pub(super) fn check_closed(&self) -> Result<usize> {
        let broken = || Error::Tokenizer("its normalisation map leads out of itself".to_owned());
        let texts = std::str::from_utf8(&self.texts).map_err(|_| broken())?;
        let mut longest = 1;
        // Units with the highest bit are values: no label is equal to theirs. The root's is not read.
        let is_way = |(index, unit): &(usize, &u32)| *index == 0 || *unit >> 31 == 0;
        for (index, unit) in self.units.iter().enumerate().filter(is_way) {
            let children = index ^ offset(*unit) as usize;
            if children | 0xFF >= self.units.len() {
                return Err(broken());
            }
            if unit & (1 << 8) != 0 {
                let value = (self.units[children] & 0x7FFF_FFFF) as usize;
                let text = texts.get(value..).ok_or_else(broken)?;
                longest = longest.max(text.find('\0').unwrap_or(text.len()));
            }
        }
        if longest > MAX_REPLACEMENT_BYTES || self.units.is_empty() {
            Err(broken())
        } else {
            Ok(longest)
        }
    }

    /// The longest rule that `text` begins with: how many bytes it takes and what it makes of them.
    pub(super) fn longest(&self, text: &[u8]) -> Result<Option<(usize, Cow<'_, str>)>> {
        match self.rule(text) {
            Some((length, at)) => Ok(Some((length, self.replacement(at)?))),
            None => Ok(None),
        }
    }

    /// Each unit holds its label in the low byte, whether a value hangs on it in bit 8, and the
    /// way to its children from bit 10 on, times 256 where bit 9 is set.
    fn rule(&self, text: &[u8]) -> Option<(usize, usize)> {
        let mut position = offset(*self.units.first()?);
        let mut found = None;
        for (index, byte) in text.iter().enumerate() {
            position ^= u32::from(*byte);
            let Some(unit) = self.units.get(position as usize) else { break };
            if unit & 0x8000_00FF != u32::from(*byte) {
                break;
            }
            position ^= offset(*unit);
            if unit & (1 << 8) != 0 {
                let leaf = self.units.get(position as usize);
                found = leaf.map(|leaf| (index + 1, (leaf & 0x7FFF_FFFF) as usize)).or(found);
            }
        }
        found
    }

    fn replacement(&self, at: usize) -> Result<Cow<'_, str>> {
        let text = self.texts.get(at..).unwrap_or_default();
        let text = &text[..text.len().min(MAX_REPLACEMENT_BYTES + 1)];
        let length = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        if length > MAX_REPLACEMENT_BYTES {
            let what = "the tokenizer's normalisation map writes over 256 bytes for a character";
            return Err(Error::Encode(what.to_owned()));
        }
        Ok(String::from_utf8_lossy(&text[..length]))
    }
}

/// The way to a unit's children.
fn offset(unit: u32) -> u32 {
    (unit >> 10) << ((unit & (1 << 9)) >> 6)
}
