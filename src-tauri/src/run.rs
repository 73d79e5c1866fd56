//! A run on its way into its session: what it is asked for, what it writes, how it ends.

use std::collections::BTreeMap;

use engine::{
    Answer, Attributes, ChatForm, FinishReason, GenerationEvent, GenerationRequest, LaneEnd,
    ModelInfo, Problem, PromptSpan, Run, RunRecord, Template,
};
use serde_json::Value;
use sessions::{Begun, Document, Id, Piece, Place, RunEnd, RunStart, Sessions, WrittenToken};

use tauri::ipc::Channel;

use crate::App;
use crate::chat::{Turns, prompt, template};
use crate::commands::problem;

/// A run that has begun in a session.
pub(crate) struct SessionRun {
    sessions: Sessions,
    session: Id,
    run: Id,
    record: RunRecord,
    /// In a chat, what makes an answer of the run's events.
    answer: Option<Answer>,
}

impl SessionRun {
    /// Begins a run where it is asked for, and queues it in the engine: the document's tokens are the
    /// prompt.
    pub(crate) async fn begin(
        app: &App,
        session: Id,
        place: Place,
        mut request: GenerationRequest,
        on_begun: &Channel<Begun>,
    ) -> Result<(Self, Run), Problem> {
        let model = app.model_unless_stopped().await?;
        let start = start(&model, &request);
        let begun = app.sessions.ask(move |store| store.begin_run(session, place, start)).await;
        let begun = begun.map_err(problem)?;
        request.prompt = spans(&begun.prompt);
        let run = Self::new(app, session, &begun, RunRecord::new(&model, request));
        run.queue(app, &model, begun, on_begun).await
    }

    /// Begins an answer in a chat, to what was said last or at `after`. What cannot be put to the
    /// model leaves the chat as it was.
    pub(crate) async fn answer(
        app: &App,
        session: Id,
        after: Option<Id>,
        form: &ChatForm,
        mut request: GenerationRequest,
        on_begun: &Channel<Begun>,
    ) -> Result<(Self, Run), Problem> {
        let model = app.model_unless_stopped().await?;
        let (start, hash) = (start(&model, &request), model.sha256.clone());
        let read = app.sessions.ask(move |store| {
            let before = store.standing(session)?.current;
            if let Some(after) = after {
                store.switch_to(session, after, false)?;
            }
            Ok((before, Turns::read(store, session, &hash)?))
        });
        let (before, turns) = read.await.map_err(problem)?;
        let template = template(form, &model);
        let conversation = turns.conversation(template, form, None);
        let room = request.max_tokens.unwrap_or(GenerationRequest::DEFAULT_MAX_TOKENS);
        let rendered = match prompt(&app.engine, &model, &conversation, template, room) {
            Ok(rendered) => rendered,
            Err(error) => {
                let back = move |store: &mut sessions::Store| match before {
                    Some(before) => store.switch_to(session, before, false),
                    None => Ok(()),
                };
                // The error to be told is the first one.
                let _ = app.sessions.ask(back).await;
                return Err(Problem::from(&error));
            }
        };
        let begun =
            app.sessions.ask(move |store| store.begin_run(session, Place::End, start)).await;
        let begun = begun.map_err(problem)?;
        request.prompt.clone_from(&rendered.spans);
        request.stop.extend(rendered.stop.iter().cloned());
        let steered = (template == Template::NemotronSteerlm)
            .then(|| conversation.attributes.unwrap_or_else(Attributes::default));
        let record = RunRecord {
            template: Some(template),
            attributes: steered,
            ..RunRecord::new(&model, request)
        };
        let run = Self::new(app, session, &begun, record);
        Self { answer: Some(rendered.answer()), ..run }.queue(app, &model, begun, on_begun).await
    }

    fn new(app: &App, session: Id, begun: &Begun, record: RunRecord) -> Self {
        let (sessions, run) = (app.sessions.clone(), begun.run);
        Self { sessions, session, run, record, answer: None }
    }

    async fn queue(
        mut self,
        app: &App,
        model: &ModelInfo,
        begun: Begun,
        on_begun: &Channel<Begun>,
    ) -> Result<(Self, Run), Problem> {
        // A window that is gone ends the run as soon as it has something to say.
        let _ = on_begun.send(begun);
        let queued = self.encode(app).and_then(|()| {
            let request = self.record.request.clone();
            app.engine.generate_with(model, request)
        });
        match queued {
            Ok(queued) => Ok((self, queued)),
            Err(error) => Err(self.fail(error).await),
        }
    }

    /// Replaces the prompt by its token ids: the record and the run have the very same ones.
    fn encode(&mut self, app: &App) -> engine::Result<()> {
        let request = &mut self.record.request;
        let ids = app.engine.tokenizer()?.encode_prompt(&request.prompt, request.add_bos)?;
        if !ids.is_empty() {
            request.add_bos = false;
            request.prompt = vec![PromptSpan::Tokens { ids }];
        }
        self.describe();
        Ok(())
    }

    /// Takes what the run reports: text goes to the session lane by lane.
    pub(crate) fn take(&mut self, events: &mut [GenerationEvent]) {
        if let Some(answer) = &mut self.answer {
            for event in events.iter_mut() {
                answer.trim(event);
            }
        }
        let mut written: BTreeMap<u32, Vec<WrittenToken>> = BTreeMap::new();
        for event in events {
            self.record.note(event);
            match event {
                GenerationEvent::Started { .. } => self.describe(),
                GenerationEvent::Token(token) => {
                    let (id, text, logprob) = (token.id, token.text.clone(), token.logprob);
                    let lane = written.entry(token.lane).or_default();
                    lane.push(WrittenToken { id, text, logprob });
                }
                _ => {}
            }
        }
        for (lane, tokens) in written {
            // The window has the text; a session that is gone cannot take it.
            let _ = self.sessions.append(self.session, self.run, lane, tokens);
        }
    }

    /// Writes down what is known so far, for the case that the end is never seen.
    fn describe(&self) {
        let (session, run, seed) = (self.session, self.run, self.record.request.seed);
        let record = self.json();
        let note =
            move |store: &mut sessions::Store| store.describe_run(session, run, seed, record);
        // The record is complete again when the run ends.
        let _ = self.sessions.tell(note);
    }

    /// Ends the run and returns the document with it.
    pub(crate) async fn end(self, outcome: engine::Result<()>) -> Result<Document, Problem> {
        match outcome {
            Ok(()) => self.finish().await,
            Err(error) => Err(self.fail(error).await),
        }
    }

    /// The engine's problem is what the user has to know, whatever the session says to it.
    async fn fail(mut self, error: engine::Error) -> Problem {
        let failure = Problem::from(&error);
        self.record.failure = Some(failure.kind.clone());
        let _ = self.finish().await;
        failure
    }

    async fn finish(self) -> Result<Document, Problem> {
        let (session, run, end) = (self.session, self.run, self.run_end());
        let finished = self.sessions.ask(move |store| {
            store.finish_run(session, run, end)?;
            store.document(session)
        });
        finished.await.map_err(problem)
    }

    fn run_end(&self) -> RunEnd {
        let last = self.record.ends.last();
        let reason = last.map_or(FinishReason::Cancelled, |end: &LaneEnd| end.finish_reason);
        let name = |reason| serde_json::to_value(reason).ok()?.as_str().map(str::to_owned);
        let failed = self.record.failure.as_ref().map(|_| "failed".to_owned());
        RunEnd {
            finish_reason: failed.or_else(|| name(reason)).unwrap_or_default(),
            seed: self.record.request.seed,
            tokens_per_second: last.map(|end| end.timings.tokens_per_second),
            record: self.json(),
        }
    }

    fn json(&self) -> Value {
        serde_json::to_value(&self.record).unwrap_or_default()
    }
}

fn start(model: &ModelInfo, request: &GenerationRequest) -> RunStart {
    RunStart {
        model_name: model.name.clone(),
        model_hash: model.sha256.clone(),
        seed: request.seed,
        record: Value::Null,
    }
}

/// A document as the engine takes a prompt: typed text in one span up to the next tokens.
pub(crate) fn spans(pieces: &[Piece]) -> Vec<PromptSpan> {
    let mut spans: Vec<PromptSpan> = Vec::new();
    for Piece { text, tokens, .. } in pieces {
        // What a stop text or the end of the sequence took is no part of the document.
        let shown = tokens.iter().rposition(|token| token.bytes > 0).map_or(0, |at| at + 1);
        let ids: Vec<u32> = tokens[..shown].iter().map(|token| token.id).collect();
        match spans.last_mut() {
            Some(PromptSpan::Text { text: before }) if ids.is_empty() => before.push_str(text),
            Some(PromptSpan::Tokens { ids: before }) if !ids.is_empty() => before.extend(ids),
            _ if !ids.is_empty() => spans.push(PromptSpan::Tokens { ids }),
            _ if !text.is_empty() => spans.push(PromptSpan::Text { text: text.clone() }),
            _ => {}
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use sessions::{Author, Role, Token};

    use super::*;

    fn piece(text: &str, ids: &[u32]) -> Piece {
        let token = |id: &u32| Token { id: *id, bytes: 1, logprob: -1.0 };
        let author = if ids.is_empty() { Author::User } else { Author::Model };
        let tokens = ids.iter().map(token).collect();
        let (node, run) = (Id::random(), None);
        Piece { node, role: Role::Text, author, run, text: text.to_owned(), tokens }
    }

    #[test]
    fn typed_text_is_one_span_up_to_the_next_tokens() {
        let pieces = [piece("a", &[]), piece("b", &[]), piece("cd", &[1, 2]), piece("e", &[3])];
        let text = |text: &str| PromptSpan::Text { text: text.to_owned() };
        let mut ended = piece("g", &[7, 8]);
        // The last token took a stop text, which nobody sees.
        ended.tokens[1].bytes = 0;
        let rest = [piece("", &[]), piece("f", &[]), ended];
        let found = spans(&[&pieces[..], &rest].concat());
        let ids = |ids: &[u32]| PromptSpan::Tokens { ids: ids.to_vec() };
        assert_eq!(found, [text("ab"), ids(&[1, 2, 3]), text("f"), ids(&[7])]);
        assert!(spans(&[piece("", &[])]).is_empty());
    }
}
