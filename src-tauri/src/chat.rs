//! A chat session as a conversation with a model: its turns are messages, and what each answer was
//! asked for with stands in the record of its run.

use std::collections::BTreeMap;
use std::path::Path;

use engine::{
    Attributes, ChatForm, Conversation, Dialect, Engine, Message, ModelInfo, PromptSpan, Rendered,
    Role, Template, fold,
};
use sessions::{Author, Id, Piece, Place, Store, Token, WrittenToken};

use crate::run::{spans, until};

/// What is between two texts of one turn that were said one after the other.
pub(crate) const BETWEEN: &str = "\n\n";

/// A chat as it stands.
#[derive(Debug)]
pub(crate) struct Turns {
    /// The document, with tokens only where the model that it was read for wrote them.
    pub(crate) pieces: Vec<Piece>,
    /// What runs were asked for with.
    attributes: BTreeMap<Id, Attributes>,
}

impl Turns {
    /// With tokens only where this very model wrote them.
    pub(crate) fn read(store: &mut Store, session: Id, model_hash: &str) -> sessions::Result<Self> {
        let runs = store.runs(session)?.into_iter();
        let asked = |record: &serde_json::Value| {
            serde_json::from_value(record.get("attributes")?.clone()).ok()
        };
        let attributes = runs.filter_map(|run| Some((run.id, asked(&run.record)?))).collect();
        Ok(Self { pieces: store.prompt(session, model_hash)?, attributes })
    }

    /// Lets the answer go on from a byte of the chat, or from its end, and from a token there if
    /// somebody has chosen one: the place where a run does.
    pub(crate) fn go_on(&mut self, at: Option<usize>, token: Option<WrittenToken>) -> Place {
        let pieces = std::mem::take(&mut self.pieces);
        self.pieces = until(pieces, at);
        match (token, at) {
            (Some(token), _) => self.begun_with(token),
            (None, Some(offset)) => Place::From { offset },
            (None, None) => Place::End,
        }
    }

    fn begun_with(&mut self, token: WrittenToken) -> Place {
        let offset = self.pieces.iter().map(|piece| piece.text.len()).sum();
        let (id, text) = (token.id, token.text.clone());
        let bytes = text.len() as u32;
        self.pieces.push(Piece {
            node: Id::random(),
            role: sessions::Role::Assistant,
            author: Author::Model,
            run: None,
            text,
            tokens: vec![Token { id, bytes, logprob: token.logprob }],
        });
        Place::Instead { offset, token }
    }

    /// What is said by this template, with a `draft` that the user is about to add. After an answer
    /// without a draft it is this answer that goes on.
    pub(crate) fn conversation(
        &self,
        template: Template,
        form: &ChatForm,
        draft: Option<&str>,
    ) -> Conversation {
        let turns = self.pieces.chunk_by(|one, next| one.role == next.role);
        let steered = template == Template::NemotronSteerlm;
        let mut conversation = Conversation {
            messages: turns.map(|turn| self.message(turn)).collect(),
            attributes: form.attributes.clone().filter(|_| steered),
            context: form.context.clone().filter(|_| template == Template::NemotronQa),
            unfinished: false,
        };
        if form.system.is_some() {
            conversation.set_system(form.system.clone());
        }
        if let Some(draft) = draft {
            say(&mut conversation.messages, draft);
        }
        let last = conversation.messages.last();
        conversation.unfinished = last.is_some_and(|message| message.role == Role::Assistant);
        conversation
    }

    fn message(&self, turn: &[Piece]) -> Message {
        let text: String = turn.iter().map(|piece| piece.text.as_str()).collect();
        let run = turn.iter().rev().find_map(|piece| piece.run);
        let attributes = run.and_then(|run| self.attributes.get(&run)).cloned();
        match turn[0].role {
            sessions::Role::Assistant => {
                let spans = Some(spans(turn).into_iter().map(said).collect());
                Message { spans, attributes, ..Message::new(Role::Assistant, text) }
            }
            sessions::Role::System => Message::new(Role::System, text),
            sessions::Role::User | sessions::Role::Text => Message::new(Role::User, text),
        }
    }
}

/// Nothing that was typed into an answer is a template's text.
fn said(span: PromptSpan) -> PromptSpan {
    match span {
        PromptSpan::Text { text } => PromptSpan::User { text },
        other => other,
    }
}

/// Adds to what the user has said and nobody has answered yet, or begins a turn.
fn say(messages: &mut Vec<Message>, text: &str) {
    match messages.last_mut().filter(|message| message.role == Role::User) {
        Some(last) if !text.is_empty() => last.content = format!("{}{BETWEEN}{text}", last.content),
        Some(_) => {}
        None => messages.push(Message::new(Role::User, text)),
    }
}

/// A chat's next answer: what the model is asked, and with what.
pub(crate) struct Asked {
    pub(crate) conversation: Conversation,
    pub(crate) prompt: Rendered,
}

/// As much of a chat as leaves room for an answer of so many tokens. It takes a while: not for a
/// thread that others wait for.
///
/// # Errors
/// As [`Dialect::of`] and [`fold`] say.
pub(crate) fn ask(
    engine: &Engine,
    model: &ModelInfo,
    turns: &Turns,
    form: &ChatForm,
    draft: Option<&str>,
    room: u32,
) -> engine::Result<Asked> {
    let own = engine.chat_template()?;
    let dialect = Dialect::of(form.template, Path::new(&model.path), own)?;
    let conversation = turns.conversation(dialect.template(), form, draft);
    let count = |spans: &[PromptSpan]| engine.count_tokens(spans).map(|count| count as usize);
    let context = model.context_length as usize;
    let prompt = fold(&conversation, &dialect, context, room as usize, count)?;
    Ok(Asked { conversation, prompt })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(role: sessions::Role, run: Option<Id>, text: &str, ids: &[u32]) -> Piece {
        let token = |id: &u32| Token { id: *id, bytes: 1, logprob: -1.0 };
        let author = if ids.is_empty() { Author::User } else { Author::Model };
        let tokens = ids.iter().map(token).collect();
        Piece { node: Id::random(), role, author, run, text: text.to_owned(), tokens }
    }

    fn turns() -> Turns {
        use sessions::Role::{Assistant, User};
        let run = Id::random();
        let pieces = vec![
            piece(User, None, "Hi", &[]),
            piece(Assistant, Some(run), "ab", &[5, 6]),
            piece(Assistant, None, "<extra_id_1>", &[]),
        ];
        let attributes = Attributes { humor: 4, ..Attributes::default() };
        Turns { pieces, attributes: BTreeMap::from([(run, attributes)]) }
    }

    #[test]
    fn an_answer_has_its_tokens_and_what_it_was_asked_for_with() {
        let form = ChatForm { context: Some("c".into()), ..ChatForm::default() };
        let conversation = turns().conversation(Template::NemotronSteerlm, &form, Some("And?"));
        let [question, answer, draft] = &conversation.messages[..] else { panic!("three") };
        assert_eq!((question.role, question.content.as_str()), (Role::User, "Hi"));
        assert_eq!((draft.role, draft.content.as_str()), (Role::User, "And?"));
        let typed = PromptSpan::User { text: "<extra_id_1>".into() };
        let tokens = PromptSpan::Tokens { ids: vec![5, 6] };
        assert_eq!(answer.spans, Some(vec![tokens, typed]));
        assert_eq!(answer.attributes.as_ref().map(|asked| asked.humor), Some(4));
        assert!(!conversation.unfinished && conversation.context.is_none());
    }

    #[test]
    fn a_token_begins_an_answer_or_goes_on_with_one() {
        let token = |id| WrittenToken { id, text: " x".into(), logprob: -1.0 };
        let mut answered = turns();
        let place = answered.go_on(None, Some(token(9)));
        assert_eq!(place, Place::Instead { offset: 16, token: token(9) });
        let conversation = answered.conversation(Template::Base, &ChatForm::default(), None);
        assert_eq!(conversation.messages.len(), 2);
        let spans = conversation.messages[1].spans.as_ref().expect("spans");
        assert_eq!(spans.last(), Some(&PromptSpan::Tokens { ids: vec![9] }));
        let mut waiting = turns();
        waiting.pieces.truncate(1);
        waiting.go_on(None, Some(token(9)));
        let conversation = waiting.conversation(Template::Base, &ChatForm::default(), None);
        assert!(conversation.unfinished && conversation.messages.len() == 2);
    }

    #[test]
    fn an_answer_goes_on_from_one_of_its_tokens() {
        let token = WrittenToken { id: 9, text: "z".into(), logprob: -1.0 };
        let mut answered = turns();
        // "Hi", then "a" of the answer.
        let place = answered.go_on(Some(3), Some(token.clone()));
        assert_eq!(place, Place::Instead { offset: 3, token });
        let conversation = answered.conversation(Template::Base, &ChatForm::default(), None);
        let spans = conversation.messages[1].spans.as_ref().expect("spans");
        assert_eq!(spans[..], [PromptSpan::Tokens { ids: vec![5, 9] }]);
        let mut again = turns();
        assert_eq!(again.go_on(Some(3), None), Place::From { offset: 3 });
        let conversation = again.conversation(Template::Base, &ChatForm::default(), None);
        assert_eq!(conversation.messages[1].content, "a");
    }

    #[test]
    fn without_a_draft_the_last_answer_goes_on() {
        let conversation = turns().conversation(Template::Base, &ChatForm::default(), None);
        assert!(conversation.unfinished);
    }

    #[test]
    fn what_is_said_twice_before_an_answer_is_one_turn() {
        let mut waiting = turns();
        waiting.pieces.truncate(1);
        let form = ChatForm { system: Some("Be kind.".into()), ..ChatForm::default() };
        let contents = |draft| {
            let conversation = waiting.conversation(Template::Base, &form, draft);
            conversation.messages.into_iter().map(|message| message.content).collect::<Vec<_>>()
        };
        assert_eq!(contents(Some("there")), ["Be kind.", "Hi\n\nthere"]);
        assert_eq!(contents(Some("")), ["Be kind.", "Hi"]);
        assert_eq!(contents(None), ["Be kind.", "Hi"]);
    }
}
