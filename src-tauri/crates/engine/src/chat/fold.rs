//! A conversation that outgrows the context: its oldest turns are left out, and counted.

use super::render::{Rendered, render_without};
use super::{Conversation, Dialect};
use crate::settings::PromptSpan;
use crate::{Error, Result};

/// Renders as much of a conversation as leaves room for `answer` tokens in `context`: without the
/// fewest of the oldest turns that it takes, never without the system prompt, the context document
/// or the last question.
///
/// # Errors
/// [`Error::NoRoom`] when the last question alone does not fit; what rendering and counting say.
pub fn fold(
    conversation: &Conversation,
    dialect: &Dialect,
    context: usize,
    answer: usize,
    count: impl Fn(&[PromptSpan]) -> Result<usize>,
) -> Result<Rendered> {
    let measured = |folded: usize| -> Result<(Rendered, usize)> {
        let rendered = render_without(conversation, dialect, folded)?;
        let tokens = count(&rendered.spans)?;
        Ok((rendered, tokens))
    };
    let fits = |tokens: usize| tokens.saturating_add(answer) <= context;
    let (whole, tokens) = measured(0)?;
    if fits(tokens) {
        return Ok(whole);
    }
    let (mut least, mut most) = (1, conversation.turns() - 1);
    let (mut best, tokens) = measured(most)?;
    if !fits(tokens) {
        return Err(Error::NoRoom { prompt: tokens, max_tokens: answer, context });
    }
    // Each turn left out makes the prompt shorter, so a search by halves finds the first that fits.
    while least < most {
        let middle = usize::midpoint(least, most);
        let (rendered, tokens) = measured(middle)?;
        if fits(tokens) {
            (best, most) = (rendered, middle);
        } else {
            least = middle + 1;
        }
    }
    Ok(best)
}
