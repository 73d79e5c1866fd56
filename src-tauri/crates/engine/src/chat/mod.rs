//! Conversations as prompts.
//!
//! A template's own text and what people wrote are spans of different kinds, so a turn marker in
//! somebody's text is never one. The templates of Nemotron-3-8B are tables of strings
//! (`template`, `render`); the one that a Hugging Face folder may bring along is a program in Jinja
//! (`own`, run by `jinja`). Either makes a [`Rendered`] of a [`Conversation`].
//!
//! The QA and base templates have no markers, only words such as `User:`. Text cannot be kept from
//! saying these.

mod answer;
mod attributes;
mod dialect;
mod fold;
mod jinja;
mod own;
mod parts;
mod render;
mod template;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use attributes::Attributes;
pub use dialect::Dialect;
pub use fold::fold;
pub use own::ModelTemplate;
pub use parts::PromptPart;
pub use render::{Rendered, RenderedTurn, render};
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use template::Template;
use ts_rs::TS;

use crate::settings::PromptSpan;
use crate::{Error, Result};

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "Speaker")]
pub enum Role {
    System,
    User,
    Assistant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub role: Role,
    pub content: String,
    /// The content as a prompt has it, where tokens of it are known: those that a model chose, and
    /// between them what was typed.
    #[serde(skip)]
    pub spans: Option<Vec<PromptSpan>>,
    /// What this answer was asked for with, where that is known: a conversation that goes on with
    /// other attributes keeps its beginning.
    #[serde(skip)]
    pub attributes: Option<Attributes>,
}

/// What was said, and what a template may want beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversation {
    /// The system prompt, if there is one; then user and assistant in turn, a user's last.
    pub messages: Vec<Message>,
    /// For `SteerLM`; absent: those of its model card.
    pub attributes: Option<Attributes>,
    /// For QA: the document that questions are about.
    pub context: Option<String>,
    /// The last message is an answer instead, which is to go on.
    pub unfinished: bool,
}

/// How a conversation is put to a model, beside what is said in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ChatForm {
    pub template: Template,
    /// Absent: the conversation's own, else the template's.
    pub system: Option<String>,
    /// For `SteerLM`.
    pub attributes: Option<Attributes>,
    /// For QA.
    pub context: Option<String>,
}

impl Role {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl Message {
    #[must_use]
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        Self { role, content: content.into(), spans: None, attributes: None }
    }

    /// Reads a JSON array of messages.
    ///
    /// # Errors
    /// [`Error::BadMessages`] names the message that is none.
    pub fn list(json: &str) -> Result<Vec<Self>> {
        let values: Vec<Value> = serde_json::from_str(json)
            .map_err(|e| Error::BadMessages(format!("the messages are no JSON array: {e}")))?;
        let read = |(index, value): (usize, Value)| {
            serde_json::from_value::<Self>(value).map_err(|e| refused(index, &e.to_string()))
        };
        values.into_iter().enumerate().map(read).collect()
    }
}

impl Conversation {
    /// Puts a system prompt in place of the one there is; without one the template's own is used.
    pub fn set_system(&mut self, system: Option<String>) {
        // Only the first: one out of order is an error to be told, not lost.
        if self.system().is_some() {
            self.messages.remove(0);
        }
        if let Some(content) = system {
            self.messages.insert(0, Message::new(Role::System, content));
        }
    }

    fn system(&self) -> Option<&str> {
        let first = self.messages.first().filter(|message| message.role == Role::System);
        first.map(|message| message.content.as_str())
    }

    /// The index of the first message that is no system prompt.
    fn first(&self) -> usize {
        usize::from(self.system().is_some())
    }

    /// A question and its answer are one turn.
    fn turns(&self) -> usize {
        (self.messages.len() - self.first()).div_ceil(2)
    }

    fn check(&self) -> Result<()> {
        let said = self.messages.iter().enumerate().skip(self.first());
        let roles = [Role::User, Role::Assistant].into_iter().cycle();
        for ((index, message), expected) in said.zip(roles) {
            if message.role != expected {
                let (expected, found) = (expected.name(), message.role.name());
                let what = format!("expected the role {expected}, found {found}");
                return Err(refused(index, &what));
            }
        }
        let expected = if self.unfinished { Role::Assistant } else { Role::User };
        match self.messages.last().map(|message| message.role) {
            Some(found) if found == expected => Ok(()),
            Some(found) if found != Role::System => {
                let (expected, found) = (expected.name(), found.name());
                let what =
                    format!("expected the role {expected} in the last message, found {found}");
                Err(refused(self.messages.len() - 1, &what))
            }
            _ => Err(Error::BadMessages("expected a message of the user, found none".to_owned())),
        }
    }
}

/// People count messages from 1.
fn refused(index: usize, what: &str) -> Error {
    Error::BadMessages(format!("message {}: {what}", index + 1))
}
