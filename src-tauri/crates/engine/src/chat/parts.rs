//! A prompt for people: what each stretch of it is, token by token.

use serde::Serialize;
use ts_rs::TS;

use super::render::Rendered;
use crate::Result;
use crate::settings::PromptSpan;
use crate::tokenizer::{Decoder, TokenText, Tokenizer};

/// A stretch of a prompt that comes from one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PromptPart {
    /// The message that it is a part of; none: no message, or the context document.
    pub message: Option<u32>,
    /// The template's own text, not what somebody said.
    pub template: bool,
    /// The model chose these very tokens.
    pub chosen: bool,
    pub text: String,
    /// Those that begin in it.
    pub tokens: Vec<TokenText>,
}

impl Rendered {
    /// The prompt in stretches; their texts together are its text.
    ///
    /// # Errors
    /// What encoding says.
    pub fn parts(&self, tokenizer: &Tokenizer) -> Result<Vec<PromptPart>> {
        let mut parts: Vec<PromptPart> = (0..self.spans.len()).map(|at| self.part(at)).collect();
        let mut decoder = Decoder::at_start(tokenizer);
        for (id, span) in tokenizer.encode_spans(&self.spans)? {
            let text = decoder.push(id);
            if parts[span].chosen {
                parts[span].text.push_str(&text);
            }
            parts[span].tokens.push(TokenText { id, text });
        }
        Ok(parts)
    }

    fn part(&self, at: usize) -> PromptPart {
        let turn = self.turns.iter().find(|turn| turn.spans.contains(&at));
        let text = self.span_text(at);
        PromptPart {
            message: turn.and_then(|turn| turn.message).map(|index| index as u32),
            template: text.is_some() && !matches!(self.spans[at], PromptSpan::User { .. }),
            chosen: text.is_none(),
            text: text.unwrap_or_default().to_owned(),
            tokens: Vec::new(),
        }
    }
}
