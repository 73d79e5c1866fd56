//! What SentencePiece does to a text before it looks for pieces: rules of the normalisation map,
//! runs of spaces, the dummy prefix, and U+2581 for every space.

use std::borrow::Cow;

use super::SPACE;
use super::charsmap::CharsMap;
use super::pieces::SentencePieceModel;
use super::trie::Trie;
use crate::Result;

pub(super) struct Normalizer {
    charsmap: CharsMap,
    dummy: Option<Side>,
    pub(super) removes_extra_spaces: bool,
    escapes_spaces: bool,
}

/// Where the dummy space is put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Front,
    Back,
}

/// Neighbouring texts as one.
pub(super) struct Source {
    pub(super) text: String,
    /// For each byte, whether user-defined pieces match there.
    pub(super) open: Vec<bool>,
}

/// A normalised text and the way back to its source.
#[derive(Default)]
pub(super) struct Normalized {
    pub(super) text: String,
    /// For each byte of `text`, and its end, the byte of the source it stands for.
    pub(super) origin: Vec<usize>,
    open: Vec<bool>,
}

/// What the front of the rest of a text becomes.
struct Step<'a> {
    text: Cow<'a, str>,
    consumed: usize,
    /// Byte for byte the source's own.
    unchanged: bool,
}

impl Source {
    /// The flag of each text says whether user-defined pieces match in it.
    pub(super) fn join(texts: &[(&str, bool)]) -> Self {
        let text = texts.iter().map(|(text, _)| *text).collect();
        let open = texts.iter().flat_map(|(text, open)| std::iter::repeat_n(*open, text.len()));
        Self { text, open: open.collect() }
    }
}

impl Normalized {
    /// The longest user-defined piece at a byte: its length and id.
    pub(super) fn user_defined(&self, pieces: &Trie, at: usize) -> Option<(usize, u32)> {
        longest_open(pieces, self.text.as_bytes(), &self.open, at)
    }

    /// Whether user-defined pieces match in the whole of a part.
    pub(super) fn is_open(&self, part: std::ops::Range<usize>) -> bool {
        self.open[part].iter().all(|open| *open)
    }

    fn push(&mut self, character: char, origin: impl Fn(usize) -> usize, open: bool) {
        self.text.push(character);
        let width = character.len_utf8();
        self.origin.extend((0..width).map(origin));
        self.open.extend(std::iter::repeat_n(open, width));
    }

    fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
        self.origin.truncate(length);
        self.open.truncate(length);
    }
}

impl Normalizer {
    /// # Errors
    /// When the normalisation map is broken.
    pub(super) fn new(model: &SentencePieceModel) -> Result<Self> {
        let spec = model.normalizer.clone().unwrap_or_default();
        let suffix = model.trainer.as_ref().is_some_and(|t| t.treat_whitespace_as_suffix);
        let side = if suffix { Side::Back } else { Side::Front };
        Ok(Self {
            charsmap: CharsMap::parse(&spec.precompiled_charsmap)?,
            dummy: spec.add_dummy_prefix.unwrap_or(true).then_some(side),
            removes_extra_spaces: spec.remove_extra_whitespaces.unwrap_or(true),
            escapes_spaces: spec.escape_whitespaces.unwrap_or(true),
        })
    }

    /// `first` says that the text starts a sequence: only there is a dummy prefix added and are
    /// leading spaces removed.
    pub(super) fn normalize(
        &self,
        source: &Source,
        user_defined: &Trie,
        first: bool,
    ) -> Result<Normalized> {
        let removes_leading = self.removes_extra_spaces && first;
        let mut at = if removes_leading { self.leading(source, user_defined)? } else { 0 };
        let mut normalized = Normalized::default();
        if at == source.text.len() {
            normalized.origin.push(at);
            return Ok(normalized);
        }
        let dummy = self.dummy.filter(|_| first);
        if dummy == Some(Side::Front) {
            normalized.push(self.space(), |_| at, source.open[at]);
        }
        let mut after_space = removes_leading;
        while at < source.text.len() {
            let step = self.step(source, user_defined, at)?;
            self.write(&step, (at, source.open[at]), &mut after_space, &mut normalized);
            at += step.consumed;
        }
        let end = if self.removes_extra_spaces { self.trim(&mut normalized, at) } else { at };
        if dummy == Some(Side::Back) {
            normalized.push(self.space(), |_| end, source.open[at - 1]);
        }
        normalized.origin.push(end);
        Ok(normalized)
    }

    /// How many bytes at the front of a text become single spaces.
    fn leading(&self, source: &Source, user_defined: &Trie) -> Result<usize> {
        let mut at = 0;
        while at < source.text.len() {
            let step = self.step(source, user_defined, at)?;
            if step.text != " " {
                break;
            }
            at += step.consumed;
        }
        Ok(at)
    }

    pub(super) fn adds_prefix(&self) -> bool {
        self.dummy.is_some()
    }

    fn space(&self) -> char {
        if self.escapes_spaces { SPACE } else { ' ' }
    }

    fn step<'a>(&'a self, source: &'a Source, pieces: &Trie, at: usize) -> Result<Step<'a>> {
        let bytes = source.text.as_bytes();
        let kept = |length: usize| Step {
            text: String::from_utf8_lossy(&bytes[at..at + length]),
            consumed: length,
            unchanged: true,
        };
        if let Some((length, _)) = longest_open(pieces, bytes, &source.open, at) {
            return Ok(Step { unchanged: false, ..kept(length) });
        }
        if let Some((consumed, text)) = self.charsmap.longest(&bytes[at..])? {
            return Ok(Step { text, consumed, unchanged: false });
        }
        // A broken map can take a part of a character; each byte it leaves is one U+FFFD.
        let character = source.text.get(at..).and_then(|rest| rest.chars().next());
        let text = Cow::Borrowed("\u{fffd}");
        Ok(character.map_or(Step { text, consumed: 1, unchanged: false }, |c| kept(c.len_utf8())))
    }

    /// Appends a step, less the spaces it begins with where one was just written.
    fn write(
        &self,
        step: &Step,
        (at, open): (usize, bool),
        after_space: &mut bool,
        normalized: &mut Normalized,
    ) {
        let text = if *after_space { step.text.trim_start_matches(' ') } else { &step.text };
        let skipped = step.text.len() - text.len();
        for (index, character) in text.char_indices() {
            let start = if step.unchanged { at + skipped + index } else { at };
            let width = if step.unchanged { character.len_utf8() } else { 0 };
            let written = if character == ' ' { self.space() } else { character };
            normalized.push(written, |byte| start + byte.min(width), open);
        }
        if !text.is_empty() {
            *after_space = text.ends_with(' ');
        }
        *after_space &= self.removes_extra_spaces;
    }

    /// Removes the spaces at the end; returns the byte of the source where the text now ends.
    fn trim(&self, normalized: &mut Normalized, mut end: usize) -> usize {
        while normalized.text.ends_with(self.space()) {
            let length = normalized.text.len() - self.space().len_utf8();
            end = normalized.origin[length];
            normalized.truncate(length);
        }
        end
    }
}

/// The longest piece at a byte that lies in open text: its length and value.
pub(super) fn longest_open(
    pieces: &Trie,
    text: &[u8],
    open: &[bool],
    at: usize,
) -> Option<(usize, u32)> {
    // Each byte is looked at once, however many pieces begin with one another.
    let mut seen = at;
    let is_open = |(length, _): &(usize, u32)| {
        let part = seen..at + length;
        seen = part.end;
        open[part].iter().all(|open| *open)
    };
    pieces.prefixes(&text[at..]).take_while(is_open).last()
}
