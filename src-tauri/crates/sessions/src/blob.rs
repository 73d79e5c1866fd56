//! The binary form of spans: a version byte, then for each span its length, author, run and tokens.
//!
//! The text itself stands beside it, as text. Numbers are LEB128; log-probabilities are the exact
//! 32-bit floats, so that an export loses nothing. That makes 8 bytes for a token of a vocabulary of
//! 256,000. Whatever does not fit together is refused, and the text counts as typed.

use crate::passage::{Author, Passage, Span, Token};

const VERSION: u8 = 1;
const TYPED: u64 = 0;
/// By a model whose tokens are not known, as after an import.
const WRITTEN: u64 = 1;
const TOKENS: u64 = 2;

/// Appends numbers and bytes.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A number that may be absent.
    pub(crate) fn optional(&mut self, value: Option<u32>) {
        self.number(value.map_or(0, |value| u64::from(value) + 1));
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A passage with its text.
    pub(crate) fn passage(&mut self, passage: &Passage) {
        self.bytes(passage.text().as_bytes());
        self.bytes(&spans_to_blob(passage).unwrap_or_default());
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Reads what a [`Writer`] wrote; nothing when it did not.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(crate) fn small(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    /// A number that may be absent, which is what it is within.
    #[expect(clippy::option_option, reason = "damaged, absent and there are three cases")]
    pub(crate) fn optional(&mut self) -> Option<Option<u32>> {
        match self.number()? {
            0 => Some(None),
            value => Some(Some(u32::try_from(value - 1).ok()?)),
        }
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.number()?.try_into().ok()?;
        self.take(count)
    }

    pub(crate) fn passage(&mut self) -> Option<Passage> {
        let text = std::str::from_utf8(self.bytes()?).ok()?;
        let blob = self.bytes()?;
        passage_from_blob(text, (!blob.is_empty()).then_some(blob))
    }
}

/// What stands beside a text; nothing beside one that is all typed.
pub(crate) fn spans_to_blob(passage: &Passage) -> Option<Vec<u8>> {
    let spans = passage.spans();
    if spans.iter().all(|span| span.author == Author::User) {
        return None;
    }
    let mut writer = Writer(vec![VERSION]);
    writer.number(spans.len() as u64);
    for span in spans {
        write_span(&mut writer, span);
    }
    Some(writer.finish())
}

fn write_span(writer: &mut Writer, span: &Span) {
    writer.number(span.text.len() as u64);
    writer.number(match span.author {
        Author::User => TYPED,
        Author::Model if span.tokens.is_empty() => WRITTEN,
        Author::Model => TOKENS,
    });
    writer.optional(span.run);
    if !span.tokens.is_empty() {
        writer.number(span.tokens.len() as u64);
        span.tokens.iter().for_each(|token| writer.number(token.id.into()));
        span.tokens.iter().for_each(|token| writer.number(token.bytes.into()));
        span.tokens.iter().for_each(|token| writer.0.extend(token.logprob.to_le_bytes()));
    }
}

/// A text with its spans; nothing when the blob is not about this text.
pub(crate) fn passage_from_blob(text: &str, blob: Option<&[u8]>) -> Option<Passage> {
    let Some(blob) = blob else { return Some(Passage::typed(text)) };
    let body = blob.strip_prefix(&[VERSION])?;
    let (mut reader, mut passage, mut at) = (Reader(body), Passage::default(), 0);
    for _ in 0..reader.number()? {
        let length: usize = reader.number()?.try_into().ok()?;
        let end = at + length.min(text.len());
        passage.push(read_span(&mut reader, text.get(at..end).filter(|t| t.len() == length)?)?);
        at = end;
    }
    (at == text.len() && reader.0.is_empty()).then_some(passage)
}

fn read_span(reader: &mut Reader<'_>, text: &str) -> Option<Span> {
    let author = reader.number()?;
    let run = reader.optional()?;
    let tokens = if author == TOKENS { read_tokens(reader, text)? } else { Vec::new() };
    match author {
        TYPED => Some(Span::typed(text)),
        WRITTEN | TOKENS => {
            Some(Span { author: Author::Model, run, text: text.to_owned(), tokens })
        }
        _ => None,
    }
}

fn read_tokens(reader: &mut Reader<'_>, text: &str) -> Option<Vec<Token>> {
    let count = reader.number()?.try_into().ok()?;
    // Each takes six bytes at least: a wrong count cannot take more memory than the blob did.
    if count > reader.0.len() / 6 {
        return None;
    }
    let ids = (0..count).map(|_| reader.small()).collect::<Option<Vec<u32>>>()?;
    let lengths = (0..count).map(|_| reader.small()).collect::<Option<Vec<u32>>>()?;
    let logprobs = reader.take(count * 4)?.chunks_exact(4);
    let tokens = ids.into_iter().zip(lengths).zip(logprobs).map(|((id, bytes), logprob)| {
        let logprob = f32::from_le_bytes([logprob[0], logprob[1], logprob[2], logprob[3]]);
        Token { id, bytes, logprob }
    });
    let tokens: Vec<Token> = tokens.collect();
    fits(&tokens, text).then_some(tokens)
}

/// Whether tokens are exactly a text and end between its characters.
pub(crate) fn fits(tokens: &[Token], text: &str) -> bool {
    let mut end = 0usize;
    for token in tokens {
        end = end.saturating_add(token.bytes as usize);
        if !text.is_char_boundary(end) {
            return false;
        }
    }
    end == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::tests::written;

    fn mixed() -> Passage {
        let mut passage = Passage::typed("Grüße ");
        passage.extend(written(3, &["日", "", "本", "x"]).into());
        let imported =
            Span { author: Author::Model, run: None, tokens: vec![], ..Span::typed("y") };
        passage.extend(imported.into());
        passage.extend(written(0, &[""]).into());
        passage
    }

    #[test]
    fn spans_survive_their_blob() {
        for passage in [mixed(), Passage::typed("plain"), Passage::default()] {
            let blob = spans_to_blob(&passage);
            let read = passage_from_blob(&passage.text(), blob.as_deref());
            assert_eq!(read, Some(passage));
        }
        assert_eq!(spans_to_blob(&Passage::typed("plain")), None);
    }

    #[test]
    fn a_token_takes_eight_bytes() {
        let token = Token { id: 255_999, bytes: 4, logprob: -1.25 };
        let tokens = vec![token; 4096];
        let text = "abcd".repeat(4096);
        let span = Span { author: Author::Model, run: Some(1), text, tokens };
        let blob = spans_to_blob(&span.into()).unwrap();
        assert!(blob.len() < 4096 * 8 + 16, "{} bytes", blob.len());
    }

    #[test]
    fn a_damaged_blob_is_refused_and_never_believed() {
        let passage = mixed();
        let (text, blob) = (passage.text(), spans_to_blob(&passage).unwrap());
        for length in 0..blob.len() {
            assert_eq!(passage_from_blob(&text, Some(&blob[..length])), None, "cut at {length}");
        }
        for place in 0..blob.len() {
            for flipped in 1..=255u8 {
                let mut damaged = blob.clone();
                damaged[place] ^= flipped;
                if let Some(read) = passage_from_blob(&text, Some(&damaged)) {
                    assert_eq!(read.text(), text, "byte {place} by {flipped}");
                }
            }
        }
        assert_eq!(passage_from_blob("another text", Some(&blob)), None);
        let mut endless = vec![VERSION, 1, 3, 2, 0];
        endless.extend([0xff; 9]);
        assert_eq!(passage_from_blob("abc", Some(&endless)), None);
    }

    #[test]
    fn numbers_of_every_size_survive() {
        let numbers = [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX];
        let mut writer = Writer::default();
        for number in numbers {
            writer.number(number);
        }
        let bytes = writer.finish();
        let mut reader = Reader(&bytes);
        assert!(numbers.iter().all(|number| reader.number() == Some(*number)));
        assert_eq!(reader.number(), None);
    }
}
