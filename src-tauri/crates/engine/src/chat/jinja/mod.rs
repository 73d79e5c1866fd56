//! Chat templates of model folders: Jinja, as transformers sets it up, and no more of it than
//! templates use.
//!
//! A template is hostile input. Rendering one ends with text or a [`Fault`], never with a panic or
//! an overflow of the stack, within a fixed amount of work, memory and nesting (`budget`).
//!
//! The text that comes out says of each piece where it is from, so that what people wrote cannot
//! act as a turn marker (`text`).
//!
//! # What is left out
//! Inheritance and other files (`extends`, `block`, `include`, `import`), `autoescape`, `print`,
//! formats (`%`, `format`), `varargs`, `*` and `**` before arguments, and the filters and methods
//! that `filters` and `methods` name as such. What Jinja makes lazily (`map`, `select`) is made at
//! once. Integers end at 128 bits; keys of dictionaries are no tuples.
//!
//! # Layout
//! `lexer` (with `literals`) → `parser` (with `expressions`) → `syntax`, which `evaluator` goes
//! through: `statements`, `loops`, `calls`, `computing`, `operators`, `attributes`. What templates
//! compute with is in `value`, `collections` and `text`; what they call is in `filters`,
//! `predicates` (Jinja's tests), `methods`, `texts` and `calendar`.

mod attributes;
mod budget;
mod calendar;
mod calls;
mod collections;
mod computing;
mod evaluator;
mod expressions;
mod fault;
mod filters;
mod json;
mod lexer;
mod literals;
mod loops;
mod methods;
mod operators;
mod parser;
mod path;
mod predicates;
mod printing;
mod scopes;
mod sorting;
mod statements;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod texts;
mod value;

pub(crate) use calendar::Moment;
pub(crate) use fault::Fault;
pub(crate) use text::Origin;
pub(crate) use value::Value;

/// A template that can be read.
#[derive(Debug)]
pub(crate) struct Program {
    body: Vec<syntax::Statement>,
    /// Variables that it does not see: see [`parser::parse`].
    hidden: Vec<String>,
}

/// Text that comes from one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

impl Program {
    /// # Errors
    /// The template is too long or nested too deep, is no Jinja, or needs a part of it that is
    /// left out.
    pub(crate) fn parse(source: &str) -> Result<Self, Fault> {
        if source.len() > budget::SOURCE_BYTES {
            let (found, most) = (source.len(), budget::SOURCE_BYTES);
            return Err(Fault::limit(format!("the template has {found} bytes, more than {most}")));
        }
        let source = lexer::normalized(source);
        let (body, hidden) = parser::parse(lexer::lex(&source)?)?;
        Ok(Self { body, hidden })
    }

    /// Writes the template out. No two pieces beside each other have the same origin, and none is
    /// empty.
    ///
    /// # Errors
    /// What the template raises, or why it cannot go on.
    pub(crate) fn render(
        &self,
        variables: Vec<(&str, Value)>,
        moment: Moment,
    ) -> Result<Vec<Piece>, Fault> {
        let evaluator = evaluator::Evaluator::new(moment);
        let text = evaluator.run(&self.body, &self.hidden, variables)?;
        let pieces = text.pieces().map(|(text, origin)| Piece { text: text.to_owned(), origin });
        Ok(pieces.collect())
    }
}
