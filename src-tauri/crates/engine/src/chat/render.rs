//! A conversation, written out by a template.

use std::collections::BTreeMap;
use std::ops::Range;

use super::answer::Answer;
use super::dialect::Dialect;
use super::template::{Layout, Template};
use super::{Conversation, Message, Role};
use crate::settings::PromptSpan;
use crate::{Error, Result};

/// The prompt that asks for the next answer of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub template: Template,
    pub spans: Vec<PromptSpan>,
    /// Where the spans come from, in their order and without gaps.
    pub turns: Vec<RenderedTurn>,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// How many of the oldest turns are left out.
    pub folded: usize,
    /// Spans that are a token which the template names, with the name.
    named: BTreeMap<usize, String>,
    /// The answer's first word brings a space along that belongs to the template.
    spaced: bool,
}

/// Spans that come from one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedTurn {
    /// Its index in the conversation; none for what is the template's alone.
    pub message: Option<usize>,
    pub spans: Range<usize>,
}

impl Rendered {
    pub(super) fn begin(template: Template, stop: Vec<String>, folded: usize) -> Self {
        let (spans, turns, named) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { template, spans, turns, stop, folded, named, spaced: false }
    }

    /// The whole prompt as one text, but for the tokens that a model chose.
    #[must_use]
    pub fn text(&self) -> String {
        (0..self.spans.len()).map(|at| self.span_text(at).unwrap_or_default()).collect()
    }

    /// None of tokens that a model chose.
    pub(super) fn span_text(&self, at: usize) -> Option<&str> {
        match &self.spans[at] {
            PromptSpan::Text { text } | PromptSpan::User { text } => Some(text),
            PromptSpan::Tokens { .. } => self.named.get(&at).map(String::as_str),
        }
    }

    /// What makes the answer of the model's events.
    #[must_use]
    pub fn answer(&self) -> Answer {
        Answer::new(self.spaced)
    }

    pub(super) fn push_template(&mut self, text: &str) {
        if !text.is_empty() {
            self.spans.push(PromptSpan::Text { text: text.to_owned() });
        }
    }

    /// A token that stands in the template by its name.
    pub(super) fn push_named(&mut self, name: &str, id: u32) {
        self.named.insert(self.spans.len(), name.to_owned());
        self.spans.push(PromptSpan::Tokens { ids: vec![id] });
    }

    pub(super) fn push_user(&mut self, text: &str) {
        if !text.is_empty() {
            self.spans.push(PromptSpan::User { text: text.to_owned() });
        }
    }

    pub(super) fn push_content(&mut self, message: &Message) {
        match &message.spans {
            Some(spans) => self.spans.extend(spans.iter().cloned()),
            None => self.push_user(&message.content),
        }
    }

    /// Everything since the last turn is one.
    pub(super) fn end_turn(&mut self, message: Option<usize>) {
        let start = self.turns.last().map_or(0, |turn| turn.spans.end);
        self.turns.push(RenderedTurn { message, spans: start..self.spans.len() });
    }
}

/// Writes a conversation out.
///
/// # Errors
/// [`Error::BadMessages`] names the message out of order, [`Error::NotOfTemplate`] what the
/// template has no place for, [`Error::OutOfRange`] an attribute; [`Error::ChatTemplate`] is what
/// a model's own template says or does wrong.
pub fn render(conversation: &Conversation, dialect: &Dialect) -> Result<Rendered> {
    render_without(conversation, dialect, 0)
}

/// The same without the oldest `folded` turns.
pub(super) fn render_without(
    conversation: &Conversation,
    dialect: &Dialect,
    folded: usize,
) -> Result<Rendered> {
    conversation.check()?;
    check_extras(conversation, dialect.template())?;
    match dialect {
        Dialect::Table(template) => Ok(by_table(conversation, *template, folded)),
        Dialect::Own(own) => own.render(conversation, folded),
    }
}

fn by_table(conversation: &Conversation, template: Template, folded: usize) -> Rendered {
    let layout = template.layout(conversation.attributes.as_ref());
    let stop = layout.stop.iter().map(|text| (*text).to_owned()).collect();
    let mut rendered = Rendered::begin(template, stop, folded);
    rendered.spaced = layout.before_assistant != layout.opening && !conversation.unfinished;
    system(&mut rendered, &layout, conversation);
    let oldest = conversation.first() + 2 * folded;
    for (index, message) in conversation.messages.iter().enumerate().skip(oldest) {
        let own = message.attributes.as_ref().map(|attributes| template.layout(Some(attributes)));
        turn(&mut rendered, own.as_ref().unwrap_or(&layout), message, index == oldest);
        if !(conversation.unfinished && index + 1 == conversation.messages.len()) {
            rendered.push_template(layout.after);
        }
        rendered.end_turn(Some(index));
    }
    if !conversation.unfinished {
        rendered.push_template(&layout.opening);
        rendered.end_turn(None);
    }
    rendered
}

fn system(rendered: &mut Rendered, layout: &Layout, conversation: &Conversation) {
    rendered.push_template(layout.before_system);
    match conversation.system() {
        Some(text) => rendered.push_user(text),
        None => rendered.push_template(layout.system),
    }
    rendered.push_template(layout.after);
    rendered.end_turn(conversation.system().map(|_| 0));
    if let Some(context) = &conversation.context {
        rendered.push_user(context);
        rendered.push_template(layout.after);
        rendered.end_turn(None);
    }
}

fn turn(rendered: &mut Rendered, layout: &Layout, message: &Message, oldest: bool) {
    if message.role == Role::Assistant {
        // A model's first token brings along the space that a transcript has before it.
        let chosen = matches!(message.spans.as_deref(), Some([PromptSpan::Tokens { .. }, ..]));
        rendered.push_template(if chosen { &layout.opening } else { &layout.before_assistant });
    } else {
        rendered.push_template(layout.before_user);
        rendered.push_template(if oldest { layout.instruction } else { "" });
    }
    rendered.push_content(message);
}

fn check_extras(conversation: &Conversation, template: Template) -> Result<()> {
    let Conversation { messages, attributes, context, .. } = conversation;
    let extras = [
        ("attributes are", attributes.is_some(), Template::NemotronSteerlm),
        ("a context document is", context.is_some(), Template::NemotronQa),
    ];
    for (what, given, owner) in extras {
        if given && template != owner {
            let (owner, found) = (owner.name(), template.name());
            return Err(Error::NotOfTemplate { what, owner, found });
        }
    }
    let of_messages = messages.iter().filter_map(|message| message.attributes.as_ref());
    attributes.iter().chain(of_messages).try_for_each(super::Attributes::check)
}
