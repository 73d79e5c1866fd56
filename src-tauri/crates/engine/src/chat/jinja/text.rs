//! Text that knows where each of its characters comes from.
//!
//! This is what keeps people's text from acting as a turn marker: whatever a template does with a
//! message, its characters stay those of the message. A character that an operation makes in the
//! middle of given text (an escape, a quote around it, an indent) is given, too.

use std::ops::Range;
use std::sync::Arc;

use super::budget::{Budget, PIECE, VALUE};
use super::fault::Result;

/// Where a character comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The template's own text, and what is made of no text: numbers, `true`, ...
    #[default]
    Template,
    /// A value that the caller gave under this number.
    Given(u32),
}

/// Immutable; clones share the characters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    data: Arc<Data>,
    /// Went through `safe` or `escape`: adding to it escapes what is added.
    markup: bool,
}

#[derive(Debug, Default)]
struct Data {
    string: String,
    /// In order and without gaps; neighbours differ in origin.
    spans: Vec<Span>,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    end: usize,
    origin: Origin,
}

/// A text that is being put together.
#[derive(Debug, Default)]
pub(super) struct Builder {
    data: Data,
}

impl Text {
    pub(super) fn new(string: impl Into<String>, origin: Origin) -> Self {
        let string = string.into();
        let span = Span { end: string.len(), origin };
        let spans = if string.is_empty() { Vec::new() } else { vec![span] };
        Self { data: Arc::new(Data { string, spans }), markup: false }
    }

    pub(super) fn plain(string: impl Into<String>) -> Self {
        Self::new(string, Origin::Template)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.data.string
    }

    pub(super) fn len(&self) -> usize {
        self.data.string.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.data.string.is_empty()
    }

    pub(super) fn is_markup(&self) -> bool {
        self.markup
    }

    /// Whether they are the same one in memory.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
    }

    pub(super) fn with_markup(mut self, markup: bool) -> Self {
        self.markup = markup;
        self
    }

    /// Of the character at a byte; at the end, of the last one.
    pub(super) fn origin_at(&self, byte: usize) -> Origin {
        let spans = &self.data.spans;
        let span = spans.get(spans.partition_point(|span| span.end <= byte));
        span.or(spans.last()).map_or(Origin::Template, |span| span.origin)
    }

    /// Of the first and the last character; of none, `otherwise`.
    pub(super) fn end_origins(&self, otherwise: Origin) -> (Origin, Origin) {
        if self.is_empty() {
            return (otherwise, otherwise);
        }
        (self.origin_at(0), self.origin_at(self.len()))
    }

    /// The first origin that is given, if there is any.
    pub(super) fn given_origin(&self) -> Origin {
        let mut origins = self.data.spans.iter().map(|span| span.origin);
        origins.find(|origin| *origin != Origin::Template).unwrap_or_default()
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = (&str, Origin)> {
        self.pieces_of(0..self.len())
    }

    /// Those of a range of bytes, which has to begin and end between characters.
    fn pieces_of(&self, range: Range<usize>) -> impl Iterator<Item = (&str, Origin)> {
        let first = self.data.spans.partition_point(|span| span.end <= range.start);
        let spans = self.data.spans.get(first..).unwrap_or_default();
        let mut start = range.start;
        spans.iter().map_while(move |span| {
            let end = span.end.min(range.end);
            let piece = self.data.string.get(start..end).filter(|piece| !piece.is_empty());
            start = end;
            piece.map(|piece| (piece, span.origin))
        })
    }

    pub(super) fn slice(&self, range: Range<usize>, budget: &mut Budget) -> Result<Self> {
        if range == (0..self.len()) {
            return Ok(self.clone());
        }
        budget.spend(VALUE)?;
        let mut builder = Builder::default();
        builder.append_part(self, range, budget)?;
        Ok(builder.finish().with_markup(self.markup))
    }

    /// With each piece rewritten, such as in upper case.
    pub(super) fn map(
        &self,
        budget: &mut Budget,
        rewrite: impl Fn(&str) -> String,
    ) -> Result<Self> {
        let mut builder = Builder::default();
        for (piece, origin) in self.pieces() {
            budget.spend(piece.len())?;
            builder.push(&rewrite(piece), origin, budget)?;
        }
        Ok(builder.finish().with_markup(self.markup))
    }

    /// Character by character, each with its place.
    pub(super) fn chars(&self) -> impl Iterator<Item = (usize, char, Origin)> {
        let mut start = 0;
        self.pieces().flat_map(move |(piece, origin)| {
            let offset = start;
            start += piece.len();
            piece.char_indices().map(move |(at, char)| (offset + at, char, origin))
        })
    }
}

impl Builder {
    pub(super) fn push(&mut self, piece: &str, origin: Origin, budget: &mut Budget) -> Result<()> {
        if piece.is_empty() {
            return Ok(());
        }
        budget.spend(PIECE + piece.len())?;
        let Data { string, spans } = &mut self.data;
        string.push_str(piece);
        let end = string.len();
        match spans.last_mut() {
            Some(last) if last.origin == origin => last.end = end,
            _ => spans.push(Span { end, origin }),
        }
        Ok(())
    }

    pub(super) fn append(&mut self, text: &Text, budget: &mut Budget) -> Result<()> {
        self.append_part(text, 0..text.len(), budget)
    }

    pub(super) fn append_part(
        &mut self,
        text: &Text,
        range: Range<usize>,
        budget: &mut Budget,
    ) -> Result<()> {
        text.pieces_of(range).try_for_each(|(piece, origin)| self.push(piece, origin, budget))
    }

    /// Appends with some characters replaced; what replaces them has their origin.
    pub(super) fn append_escaped(
        &mut self,
        text: &Text,
        budget: &mut Budget,
        escape: impl Fn(char) -> Option<String>,
    ) -> Result<()> {
        for (piece, origin) in text.pieces() {
            budget.spend(piece.len())?;
            let mut rest = piece;
            let found = |(at, char): (usize, char)| escape(char).map(|escaped| (at, char, escaped));
            while let Some((at, char, escaped)) = rest.char_indices().find_map(found) {
                self.push(rest.get(..at).unwrap_or_default(), origin, budget)?;
                self.push(&escaped, origin, budget)?;
                rest = rest.get(at + char.len_utf8()..).unwrap_or_default();
            }
            self.push(rest, origin, budget)?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Text {
        Text { data: Arc::new(self.data), markup: false }
    }
}
