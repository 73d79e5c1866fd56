//! A run on its way into its session: what it is asked for, what it writes, how it ends.

use std::collections::BTreeMap;

use engine::{
    Answer, Attributes, ChatForm, Engine, FinishReason, GenerationEvent, GenerationRequest,
    LaneEnd, ModelInfo, Problem, PromptSpan, Run, RunRecord, Template,
};
use serde_json::Value;
use sessions::{Begun, Document, Id, Piece, Place, RunEnd, RunStart, Sessions, WrittenToken};

use tauri::ipc::Channel;

use crate::App;
use crate::chat::{Asked, Turns, ask};
use crate::commands::chat::AnswerStart;
use crate::commands::problem;

/// Does work of some milliseconds where it keeps nobody waiting.
pub(crate) async fn unhurried<T: Send + 'static>(
    work: impl FnOnce() -> engine::Result<T> + Send + 'static,
) -> engine::Result<T> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or(Err(engine::Error::Closed))
}

/// The request with its prompt as token ids: the record and the run have the very same ones.
fn encoded(engine: &Engine, mut request: GenerationRequest) -> engine::Result<GenerationRequest> {
    let ids = engine.tokenizer()?.encode_prompt(&request.prompt, request.add_bos)?;
    if !ids.is_empty() {
        request.add_bos = false;
        request.prompt = vec![PromptSpan::Tokens { ids }];
    }
    Ok(request)
}

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

    /// Begins an answer in a chat, to what was said last or where somebody wants it. What cannot be put to the model leaves the chat as it was.
    pub(crate) async fn answer(
        app: &App,
        session: Id,
        from: AnswerStart,
        form: &ChatForm,
        mut request: GenerationRequest,
        on_begun: &Channel<Begun>,
    ) -> Result<(Self, Run), Problem> {
        let model = app.model_unless_stopped().await?;
        let AnswerStart { after, at, token } = from;
        let (start, hash) = (start(&model, &request), model.sha256.clone());
        let read = app.sessions.ask(move |store| {
            let before = store.standing(session)?.current;
            if let Some(after) = after {
                store.switch_to(session, after, false)?;
            }
            Ok((before, Turns::read(store, session, &hash)?))
        });
        let (before, mut turns) = read.await.map_err(problem)?;
        let place = turns.go_on(at, token);
        let room = request.max_tokens.unwrap_or(GenerationRequest::DEFAULT_MAX_TOKENS);
        let (engine, of, form) = (app.engine.clone(), model.clone(), form.clone());
        let asked = unhurried(move || ask(&engine, &of, &turns, &form, None, room)).await;
        let Asked { conversation, prompt } = match asked {
            Ok(asked) => asked,
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
        let begun = app.sessions.ask(move |store| store.begin_run(session, place, start)).await;
        let begun = begun.map_err(problem)?;
        let (template, answer) = (prompt.template, prompt.answer());
        request.prompt = prompt.spans;
        request.stop.extend(prompt.stop);
        let steered = (template == Template::NemotronSteerlm)
            .then(|| conversation.attributes.unwrap_or_else(Attributes::default));
        let record = RunRecord {
            template: Some(template),
            attributes: steered,
            ..RunRecord::new(&model, request)
        };
        let run = Self::new(app, session, &begun, record);
        Self { answer: Some(answer), ..run }.queue(app, &model, begun, on_begun).await
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
        let (engine, request) = (app.engine.clone(), self.record.request.clone());
        let encoded = unhurried(move || encoded(&engine, request)).await;
        let queued = encoded.and_then(|request| {
            self.record.request = request.clone();
            self.describe();
            app.engine.generate_with(model, request)
        });
        match queued {
            Ok(queued) => Ok((self, queued)),
            Err(error) => Err(self.fail(error).await),
        }
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

/// The pieces in front of a byte of the document; a token in the middle of which it lies is text.
pub(crate) fn until(pieces: Vec<Piece>, end: Option<usize>) -> Vec<Piece> {
    let Some(mut room) = end else { return pieces };
    let mut kept = Vec::new();
    for mut piece in pieces {
        let length = piece.text.len();
        if length <= room {
            room -= length;
            kept.push(piece);
            continue;
        }
        let mut whole = 0;
        let tokens = piece.tokens.iter().take_while(|token| {
            let fits = whole + token.bytes as usize <= room;
            whole += if fits { token.bytes as usize } else { 0 };
            fits
        });
        let tokens = tokens.copied().collect();
        let rest = piece.text.get(whole..room).unwrap_or_default().to_owned();
        piece.text.truncate(whole);
        kept.push(Piece { tokens, ..piece.clone() });
        kept.push(Piece { tokens: Vec::new(), text: rest, ..piece });
        break;
    }
    kept
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

    #[test]
    fn a_place_inside_a_token_leaves_what_is_in_front_of_it_as_text() {
        let pieces = || {
            let mut word = piece("fghij", &[1, 2]);
            (word.tokens[0].bytes, word.tokens[1].bytes) = (2, 3);
            vec![piece("abc", &[]), word, piece("k", &[3])]
        };
        let text = |text: &str| PromptSpan::Text { text: text.to_owned() };
        let ids = |ids: &[u32]| PromptSpan::Tokens { ids: ids.to_vec() };
        let found = |end| spans(&until(pieces(), end));
        assert_eq!(found(None), [text("abc"), ids(&[1, 2, 3])]);
        assert_eq!(found(Some(8)), [text("abc"), ids(&[1, 2])]);
        assert_eq!(found(Some(5)), [text("abc"), ids(&[1])]);
        assert_eq!(found(Some(6)), [text("abc"), ids(&[1]), text("h")]);
        assert_eq!(found(Some(2)), [text("ab")]);
        assert!(found(Some(0)).is_empty());
        assert_eq!(found(Some(99)), found(None));
    }
}
