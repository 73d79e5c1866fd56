//! Why a template could not be read or written out.

use std::fmt;

pub(super) type Result<T> = std::result::Result<T, Fault>;

/// How much of a name or value a message quotes.
const QUOTED_CHARS: usize = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// The template called `raise_exception`; the message is what it said.
    Raised,
    /// A part of Jinja that is left out here.
    Unsupported,
    /// The template cannot be read.
    Syntax,
    /// The template does more than it may.
    Limit,
    /// An operation on values that have none such; Python would raise an exception.
    Type,
}

/// One word long: results of it are all over the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    kind: FaultKind,
    /// Of the template, from 1, as far as it is known.
    line: Option<u32>,
    message: String,
}

impl Fault {
    pub(super) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self(Box::new(Details { kind, line: None, message: message.into() }))
    }

    #[cfg(test)]
    pub(super) fn kind(&self) -> FaultKind {
        self.0.kind
    }

    #[cfg(test)]
    pub(super) fn message(&self) -> &str {
        &self.0.message
    }

    pub(super) fn unsupported(what: &str) -> Self {
        Self::new(FaultKind::Unsupported, format!("{what} is not supported"))
    }

    pub(super) fn limit(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Limit, message)
    }

    /// Of a value's type, or of a value that its type cannot have.
    pub(super) fn of_type(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Type, message)
    }

    pub(super) fn syntax(line: u32, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Syntax, message).at(line)
    }

    /// Says where, unless that is known better already.
    pub(super) fn at(mut self, line: u32) -> Self {
        self.0.line = self.0.line.or(Some(line));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        if let Some(line) = self.0.line {
            write!(formatter, "line {line}: ")?;
        }
        formatter.write_str(&self.0.message)
    }
}

impl std::error::Error for Fault {}

/// A name as messages have it: names may be as long as a template.
pub(super) fn quoted(name: &str) -> String {
    let mut shown: String = name.chars().take(QUOTED_CHARS).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}
