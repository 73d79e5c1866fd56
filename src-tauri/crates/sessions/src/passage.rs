//! Text with its origin: typed, or written by a model and then known token by token.
//!
//! Offsets and lengths are UTF-8 bytes. A token cut through becomes typed text; whole tokens keep
//! their ids wherever their text goes. A token without text (part of a character, or of a held-back
//! stop text) belongs to the next one that has some.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who wrote a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    User,
    Model,
}

/// A token a model chose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct Token {
    pub id: u32,
    /// How much of the text it is, in bytes of UTF-8.
    pub bytes: u32,
    /// Natural logarithm of the model's own probability.
    pub logprob: f32,
}

/// Text of one origin.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub(crate) author: Author,
    /// The number of the run that wrote it, where known.
    pub(crate) run: Option<u32>,
    pub(crate) text: String,
    /// Empty, or exactly the text; empty for typed text.
    pub(crate) tokens: Vec<Token>,
}

impl Span {
    pub(crate) fn typed(text: impl Into<String>) -> Self {
        Self { author: Author::User, run: None, text: text.into(), tokens: Vec::new() }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.tokens.is_empty()
    }

    /// Whether the two are one span when they meet.
    fn continues(&self, next: &Self) -> bool {
        self.author == next.author
            && self.run == next.run
            && self.tokens.is_empty() == next.tokens.is_empty()
    }

    fn append(&mut self, next: Self) {
        self.text.push_str(&next.text);
        self.tokens.extend(next.tokens);
    }

    /// The ends of the tokens around a place: the last at or before it, the first at or after it.
    fn ends_around(&self, at: usize) -> (usize, usize) {
        if self.tokens.is_empty() {
            return (at, at);
        }
        let mut end = 0;
        for token in &self.tokens {
            let next = end + token.bytes as usize;
            if next > at {
                return if end == at { (at, at) } else { (end, next) };
            }
            end = next;
        }
        (end, end)
    }

    /// The tokens that begin in a range whose ends are the ends of tokens.
    fn part(&self, range: Range<usize>) -> Self {
        let mut end = 0;
        let begins_inside = |token: &&Token| {
            let start = end;
            end += token.bytes as usize;
            range.start <= start && (start < range.end || range.end == self.text.len())
        };
        let tokens = self.tokens.iter().filter(begins_inside).copied().collect();
        Self { tokens, text: self.text[range.clone()].to_owned(), ..*self }
    }

    /// Both sides of a place strictly inside.
    fn cut(&self, at: usize) -> (Passage, Passage) {
        let (before, after) = self.ends_around(at);
        let (mut left, mut right) = (Passage::default(), Passage::default());
        if before > 0 {
            left.push(self.part(0..before));
        }
        left.push(Self::typed(&self.text[before..at]));
        right.push(Self::typed(&self.text[at..after]));
        right.push(self.part(after..self.text.len()));
        (left, right)
    }
}

/// A stretch of text: spans, of which no two neighbours could be one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Passage(Vec<Span>);

impl Passage {
    pub(crate) fn typed(text: impl Into<String>) -> Self {
        Self::from(Span::typed(text))
    }

    pub(crate) fn spans(&self) -> &[Span] {
        &self.0
    }

    /// In bytes.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|span| span.text.len()).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    pub(crate) fn push(&mut self, span: Span) {
        match self.0.last_mut() {
            _ if span.is_empty() => {}
            Some(last) if last.continues(&span) => last.append(span),
            _ => self.0.push(span),
        }
    }

    pub(crate) fn extend(&mut self, next: Self) {
        next.0.into_iter().for_each(|span| self.push(span));
    }

    /// Leaves what is before a place and returns the rest.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        let (mut left, mut right, mut start) = (Self::default(), Self::default(), 0);
        for span in std::mem::take(&mut self.0) {
            let end = start + span.text.len();
            if end <= at {
                left.push(span);
            } else if at <= start {
                right.push(span);
            } else {
                let (before, after) = span.cut(at - start);
                left.extend(before);
                right.extend(after);
            }
            start = end;
        }
        *self = left;
        right
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        let mut left = self.clone();
        left.split_off(range.end);
        left.split_off(range.start)
    }

    /// Puts a passage in the place of a range and returns what was there. The opposite splice
    /// brings the same spans back if the range holds whole tokens.
    pub(crate) fn splice(&mut self, range: Range<usize>, insert: Self) -> Self {
        let mut removed = self.split_off(range.start);
        let rest = removed.split_off(range.end - range.start);
        self.extend(insert);
        self.extend(rest);
        removed
    }

    /// A range widened to whole tokens, and what has to go there so that only `insert` stands
    /// where the range was.
    pub(crate) fn whole_tokens(&self, range: Range<usize>, insert: Self) -> (Range<usize>, Self) {
        let (start, end) = (self.ends_around(range.start).0, self.ends_around(range.end).1);
        let mut widened = Self::typed(self.slice(start..range.start).text());
        widened.extend(insert);
        widened.extend(Self::typed(self.slice(range.end..end).text()));
        (start..end, widened)
    }

    fn ends_around(&self, at: usize) -> (usize, usize) {
        let mut start = 0;
        for span in &self.0 {
            let end = start + span.text.len();
            if start < at && at < end {
                let (before, after) = span.ends_around(at - start);
                return (start + before, start + after);
            }
            start = end;
        }
        (at, at)
    }

    /// Whether a place is between two characters, and inside.
    pub(crate) fn is_char_boundary(&self, at: usize) -> bool {
        let mut start = 0;
        for span in &self.0 {
            let end = start + span.text.len();
            if at <= end {
                return span.text.is_char_boundary(at - start);
            }
            start = end;
        }
        at == start
    }

    /// How many tokens are known, and their mean log-probability.
    pub(crate) fn judged(&self) -> (usize, Option<f64>) {
        let (mut count, mut sum) = (0usize, 0.0);
        for token in self.0.iter().flat_map(|span| &span.tokens) {
            count += 1;
            sum += f64::from(token.logprob);
        }
        (count, (count > 0).then(|| sum / count as f64))
    }
}

impl From<Span> for Passage {
    fn from(span: Span) -> Self {
        let mut passage = Self::default();
        passage.push(span);
        passage
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What a model wrote, each piece a token whose id is its place.
    pub(crate) fn written(run: u32, pieces: &[&str]) -> Span {
        let token = |(place, piece): (usize, &&str)| Token {
            id: place as u32,
            bytes: piece.len() as u32,
            logprob: -(place as f32),
        };
        Span {
            author: Author::Model,
            run: Some(run),
            text: pieces.concat(),
            tokens: pieces.iter().enumerate().map(token).collect(),
        }
    }

    fn ids(passage: &Passage) -> Vec<Vec<u32>> {
        passage.spans().iter().map(|span| span.tokens.iter().map(|t| t.id).collect()).collect()
    }

    fn texts(passage: &Passage) -> Vec<&str> {
        passage.spans().iter().map(|span| span.text.as_str()).collect()
    }

    #[test]
    fn cuts_between_tokens_keep_every_id() {
        let whole = Passage::from(written(0, &["ab", "", "c", "de", ""]));
        for (at, left, right) in [
            (0, vec![], vec![vec![0, 1, 2, 3, 4]]),
            (2, vec![vec![0]], vec![vec![1, 2, 3, 4]]),
            (3, vec![vec![0, 1, 2]], vec![vec![3, 4]]),
            (5, vec![vec![0, 1, 2, 3, 4]], vec![]),
        ] {
            let mut before = whole.clone();
            let after = before.split_off(at);
            assert_eq!((ids(&before), ids(&after)), (left, right), "cut at {at}");
            before.extend(after);
            assert_eq!(before, whole, "cut at {at} and joined");
        }
    }

    #[test]
    fn a_token_cut_through_becomes_typed_text() {
        let mut before = Passage::from(written(0, &["ab", "", "cd", "e"]));
        let after = before.split_off(3);
        assert_eq!(texts(&before), ["ab", "c"]);
        assert_eq!(ids(&before), [vec![0], vec![]]);
        assert_eq!(texts(&after), ["d", "e"]);
        assert_eq!(ids(&after), [vec![], vec![3]]);
        assert_eq!(before.spans()[1], Span::typed("c"));
    }

    #[test]
    fn what_a_splice_of_whole_tokens_removes_can_be_put_back() {
        let mut original = Passage::typed("Say: ");
        original.extend(written(0, &["ab", "", "cd", "e", ""]).into());
        original.extend(Passage::typed(" and "));
        original.extend(written(1, &["", "xyz"]).into());
        let length = original.len();
        let ranges = (0..=length).flat_map(|start| (start..=length).map(move |end| start..end));
        for (Range { start, end }, new) in ranges.flat_map(|r| [(r.clone(), "NEW"), (r, "")]) {
            let mut changed = original.clone();
            let (range, insert) = original.whole_tokens(start..end, Passage::typed(new));
            let mut expected = original.text();
            expected.replace_range(start..end, new);
            let inserted = insert.len();
            let removed = changed.splice(range.clone(), insert);
            assert_eq!(changed.text(), expected);
            changed.splice(range.start..range.start + inserted, removed);
            assert_eq!(changed, original, "{start}..{end}, {new:?}");
        }
    }

    #[test]
    fn neighbours_of_one_origin_are_one_span() {
        let mut passage = Passage::typed("a");
        passage.extend(Passage::typed("b"));
        passage.extend(Passage::typed(""));
        passage.extend(written(0, &["c"]).into());
        passage.extend(written(0, &["d"]).into());
        passage.extend(written(1, &["e"]).into());
        assert_eq!(texts(&passage), ["ab", "cd", "e"]);
    }

    #[test]
    fn character_boundaries_are_those_of_the_text() {
        let mut passage = Passage::typed("é");
        passage.extend(written(0, &["日"]).into());
        let text = passage.text();
        for at in 0..8 {
            assert_eq!(passage.is_char_boundary(at), text.is_char_boundary(at), "{at}");
        }
    }
}
