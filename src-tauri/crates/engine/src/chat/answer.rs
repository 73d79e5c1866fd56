//! A model's turn without what belongs to the template: the newlines that end it, and in a
//! transcript the space that begins it. Streaming, so text that may have to go is held back.

use crate::event::GenerationEvent;

/// Turns a run's events into those of an answer. For runs of one lane.
#[derive(Debug)]
pub struct Answer {
    /// A space at the beginning is the template's.
    spaced: bool,
    /// Nothing was written yet.
    at_start: bool,
    /// Newlines with no other text behind them so far.
    held: String,
}

impl Answer {
    pub(super) fn new(spaced: bool) -> Self {
        Self { spaced, at_start: true, held: String::new() }
    }

    /// Trims the next event; the texts of tokens stay, together, exactly the text at the end.
    pub fn trim(&mut self, event: &mut GenerationEvent) {
        match event {
            GenerationEvent::Token(token) => token.text = self.push(&token.text),
            GenerationEvent::Done(done) => {
                let text = done.text.trim_end_matches('\n');
                done.text = self.without_space(text).to_owned();
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) -> String {
        let kept = if self.at_start { self.without_space(text) } else { text };
        self.at_start &= text.is_empty();
        self.held.push_str(kept);
        let end = self.held.trim_end_matches('\n').len();
        let newlines = self.held.split_off(end);
        std::mem::replace(&mut self.held, newlines)
    }

    fn without_space<'a>(&self, text: &'a str) -> &'a str {
        text.strip_prefix(' ').filter(|_| self.spaced).unwrap_or(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Completion, FinishReason, GeneratedToken, Timings, Usage};

    fn token(text: &str) -> GenerationEvent {
        let text = text.to_owned();
        let top = Vec::new();
        GenerationEvent::Token(GeneratedToken { lane: 0, index: 0, id: 0, text, logprob: 0.0, top })
    }

    fn done(text: String) -> GenerationEvent {
        GenerationEvent::Done(Completion {
            lane: 0,
            finish_reason: FinishReason::Stop,
            text,
            usage: Usage { prompt_tokens: 1, completion_tokens: 1, cached_tokens: 0 },
            timings: Timings {
                prefill_ms: 0.0,
                decode_ms: 0.0,
                time_to_first_token_ms: 0.0,
                tokens_per_second: 0.0,
            },
            seed: 0,
        })
    }

    #[test]
    fn what_is_streamed_is_the_answer_without_its_end_and_the_templates_space() {
        let cases: [(bool, &[&str], &str); 8] = [
            (false, &["Hi", ".", "\n"], "Hi."),
            (false, &["a\n", "\n", "b", "\n\n"], "a\n\nb"),
            (false, &[" a"], " a"),
            (true, &["", " a", " b\n"], "a b"),
            (true, &["  a"], " a"),
            (true, &["\n", " a"], "\n a"),
            (true, &[" ", " a"], " a"),
            (true, &["\n"], ""),
        ];
        for (spaced, texts, expected) in cases {
            let mut answer = Answer::new(spaced);
            let mut streamed = String::new();
            for text in texts {
                let mut event = token(text);
                answer.trim(&mut event);
                let GenerationEvent::Token(token) = event else { continue };
                streamed.push_str(&token.text);
            }
            assert_eq!(streamed, expected, "{texts:?}");
            let mut end = done(texts.concat());
            answer.trim(&mut end);
            assert_eq!(end, done(expected.to_owned()), "{texts:?}");
        }
    }
}
