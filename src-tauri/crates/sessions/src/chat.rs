//! Chats as OpenAI's API takes them: a list of messages, bare or as `messages` of an object.

use serde_json::Value;

use crate::passage::{Author, Passage, Span};
use crate::session::{Fresh, Kind, Session};
use crate::tree::Role;
use crate::{Error, Result};

const MOST_MESSAGES: usize = 10_000;

/// Makes a session that was never saved of a list of messages. `list` is where that stands.
///
/// # Errors
/// [`Error::NotImportable`] with the place.
pub(crate) fn unpack(messages: &[Value], list: &str, row: i64, now: i64) -> Result<Session> {
    let found = messages.len();
    if found == 0 || found > MOST_MESSAGES {
        let what = format!("expected 1 to {MOST_MESSAGES} messages, found {found}");
        return Err(Error::refused(if list.is_empty() { "the list" } else { list }, what));
    }
    let mut session = Session::new(row, Kind::Chat, Fresh::default(), now);
    for (index, message) in messages.iter().enumerate() {
        let place = format!("{list}[{index}]");
        let (role, text) = (role(message, &place)?, content(message, &place)?);
        let author = if role == Role::Assistant { Author::Model } else { Author::User };
        session.import_turn(role, Passage::from(Span { author, ..Span::typed(text) }), now);
    }
    Ok(session)
}

fn role(message: &Value, place: &str) -> Result<Role> {
    match message.get("role").and_then(Value::as_str) {
        // Newer models call it so.
        Some("system" | "developer") => Ok(Role::System),
        Some("user") => Ok(Role::User),
        Some("assistant") => Ok(Role::Assistant),
        _ => {
            let expected = "expected \"system\", \"user\" or \"assistant\"";
            Err(Error::refused(format!("{place}.role"), expected))
        }
    }
}

/// The text of a message: a string, or a list of parts that are all text.
fn content(message: &Value, place: &str) -> Result<String> {
    match message.get("content") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().enumerate().map(|(index, part)| {
                let is_text = part.get("type").and_then(Value::as_str) == Some("text");
                let text = part.get("text").and_then(Value::as_str).filter(|_| is_text);
                let place = format!("{place}.content[{index}]");
                text.ok_or_else(|| Error::refused(place, "only text can be imported"))
            });
            texts.collect()
        }
        _ => Err(Error::refused(format!("{place}.content"), "expected a text")),
    }
}
