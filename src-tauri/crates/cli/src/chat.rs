//! `nemotron chat`: an answer to a file of messages. Without a file see `chat_terminal`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use engine::{
    Admission, Checkpoint, Completion, Conversation, Dialect, Engine, EngineStatus, FinishReason,
    GenerationEvent, GenerationRequest, Message, ModelIdentity, PromptSpan, Rendered, Role, fold,
    render,
};
use serde_json::json;

use crate::arguments::Chat;
use crate::error::{CliError, INTERRUPTED};
use crate::{chat_terminal, complete, model, output, text};

/// Room for an answer, where none is asked for.
const ANSWER_TOKENS: usize = 512;

pub(crate) fn run(arguments: &Chat) -> Result<ExitCode, CliError> {
    let mut conversation = conversation(arguments)?;
    // What is wrong with the options is said before anything is loaded.
    request(arguments, Vec::new(), Vec::new(), answer_tokens(arguments, usize::MAX)).validate()?;
    if arguments.messages.is_none() && arguments.model.json {
        let message = "--json needs --messages: without them the chat is for people".to_owned();
        return Err(CliError::Usage { message });
    }
    let dialect = dialect(arguments)?;
    if arguments.messages.is_none() {
        // As if somebody had asked, to see whether attributes and document have a place.
        let asked = Message::new(Role::User, "");
        render(&Conversation { messages: vec![asked], ..conversation.clone() }, &dialect)?;
        conversation.set_system(arguments.system.clone());
        return chat_terminal::run(arguments, conversation, dialect);
    }
    render(&conversation, &dialect)?;
    if arguments.render {
        return show(arguments, &conversation, &dialect);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::Output)?;
    runtime.block_on(answer(arguments, &conversation, dialect))
}

/// Only a folder can bring a template along.
fn dialect(arguments: &Chat) -> Result<Dialect, CliError> {
    let path = model::path(&arguments.model.model)?;
    let own = if path.is_dir() { Checkpoint::open(&path)?.chat_template() } else { None };
    Ok(Dialect::of(arguments.template, &path, own)?)
}

fn conversation(arguments: &Chat) -> Result<Conversation, CliError> {
    let attributes = arguments.attributes.as_deref().map(str::parse).transpose()?;
    let context = arguments.context_file.as_deref().map(text::from_file).transpose()?;
    let mut conversation = Conversation { attributes, context, ..Conversation::default() };
    if let Some(path) = &arguments.messages {
        let standard_input = path == Path::new("-");
        let json = if standard_input { text::from_stdin()? } else { text::from_file(path)? };
        conversation.messages = Message::list(&json)?;
        if let Some(system) = &arguments.system {
            conversation.set_system(Some(system.clone()));
        }
    }
    Ok(conversation)
}

fn request(
    arguments: &Chat,
    prompt: Vec<PromptSpan>,
    mut stop: Vec<String>,
    answer: usize,
) -> GenerationRequest {
    stop.extend(arguments.stop.iter().cloned());
    GenerationRequest {
        prompt,
        sampling: arguments.sampling.settings(),
        seed: arguments.seed,
        max_tokens: Some(answer as u32),
        stop,
        top_logprobs: arguments.logprobs,
        ..GenerationRequest::default()
    }
}

/// The tokens for which room is kept.
fn answer_tokens(arguments: &Chat, context: usize) -> usize {
    let usual = ANSWER_TOKENS.min(context / 4).max(1);
    arguments.max_tokens.map_or(usual, |tokens| tokens as usize)
}

/// `--render`: needs the tokenizer, but no weights.
fn show(
    arguments: &Chat,
    conversation: &Conversation,
    dialect: &Dialect,
) -> Result<ExitCode, CliError> {
    let checkpoint = Checkpoint::open(&model::path(&arguments.model.model)?)?;
    let admitted = model::gate().admit(&ModelIdentity::of(&checkpoint)?);
    admitted.map_err(engine::Error::NotAdmitted)?;
    let tokenizer = checkpoint.tokenizer()?;
    let context = checkpoint.config.context_length;
    let room = answer_tokens(arguments, context);
    let ids = |spans: &[PromptSpan]| tokenizer.encode_prompt(spans, false);
    let count = |spans: &[PromptSpan]| -> engine::Result<usize> { Ok(ids(spans)?.len()) };
    let rendered = fold(conversation, dialect, context, room, count)?;
    let ids = ids(&rendered.spans)?;
    if arguments.model.json {
        output::json_line(&json!({
            "template": rendered.template,
            "text": rendered.text(),
            "ids": ids,
            "stop": rendered.stop,
            "folded_turns": rendered.folded,
        }))?;
    } else {
        say_folded(rendered.folded)?;
        output::text(&format!("{}\n{ids:?}\n", rendered.text()))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn answer(
    arguments: &Chat,
    conversation: &Conversation,
    dialect: Dialect,
) -> Result<ExitCode, CliError> {
    let speaker = Speaker::load(arguments, dialect).await?;
    let rendered = speaker.fold(conversation)?;
    let json = arguments.model.json;
    if json && rendered.folded > 0 {
        output::json_line(&json!({"type": "folded", "turns": rendered.folded}))?;
    } else {
        say_folded(rendered.folded)?;
    }
    let interrupted = speaker.engine.clone();
    // Without a handler Ctrl+C just ends the program.
    let _ = ctrlc::set_handler(move || interrupted.cancel_all());
    let done = speaker
        .answer(&rendered, arguments.seed, |event| {
            if json {
                print_json(event, speaker.load_ms, &rendered)
            } else {
                complete::print_text(event)
            }
        })
        .await?;
    let cancelled = done.finish_reason == FinishReason::Cancelled;
    Ok(if cancelled { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS })
}

fn print_json(event: &GenerationEvent, load_ms: f64, rendered: &Rendered) -> Result<(), CliError> {
    match event {
        GenerationEvent::Token(_) => output::json_line(event),
        GenerationEvent::Done(_) => {
            let mut done = json!(event);
            done["timings"]["load_ms"] = json!(load_ms);
            done["template"] = json!(rendered.template);
            done["folded_turns"] = json!(rendered.folded);
            output::json_line(&done)
        }
        _ => Ok(()),
    }
}

/// For people, and in the text itself: an answer to less than was said must not pass unseen.
pub(crate) fn say_folded(turns: usize) -> Result<(), CliError> {
    match turns {
        0 => Ok(()),
        1 => output::text("[the oldest turn no longer fits the context and is left out]\n"),
        _ => output::text(&format!(
            "[the {turns} oldest turns no longer fit the context and are left out]\n"
        )),
    }
}

/// A loaded model, with how it is spoken to.
pub(crate) struct Speaker<'a> {
    pub(crate) engine: Engine,
    arguments: &'a Chat,
    dialect: Dialect,
    context: usize,
    load_ms: f64,
}

impl<'a> Speaker<'a> {
    pub(crate) async fn load(arguments: &'a Chat, dialect: Dialect) -> Result<Self, CliError> {
        let started = Instant::now();
        let engine = model::load(&arguments.model.model, &arguments.device).await?;
        let load_ms = started.elapsed().as_secs_f64() * 1e3;
        let context = match &*engine.status().borrow() {
            EngineStatus::Ready { model } => model.context_length as usize,
            _ => return Err(engine::Error::NoModel.into()),
        };
        Ok(Self { engine, arguments, dialect, context, load_ms })
    }

    /// As much of the conversation as fits, with room for an answer.
    pub(crate) fn fold(&self, conversation: &Conversation) -> Result<Rendered, CliError> {
        let room = answer_tokens(self.arguments, self.context);
        let count = |spans: &[PromptSpan]| self.engine.count_tokens(spans).map(|n| n as usize);
        Ok(fold(conversation, &self.dialect, self.context, room, count)?)
    }

    /// The answer to a prompt; `show` sees every event of it.
    pub(crate) async fn answer(
        &self,
        rendered: &Rendered,
        seed: Option<u64>,
        show: impl Fn(&GenerationEvent) -> Result<(), CliError>,
    ) -> Result<Completion, CliError> {
        let room = answer_tokens(self.arguments, self.context);
        let (spans, stop) = (rendered.spans.clone(), rendered.stop.clone());
        let request = GenerationRequest { seed, ..request(self.arguments, spans, stop, room) };
        let mut run = self.engine.generate(request)?;
        let mut answer = rendered.answer();
        while let Some(event) = run.next().await {
            let mut event = event?;
            answer.trim(&mut event);
            show(&event)?;
            if let GenerationEvent::Done(done) = event {
                complete::remark(&done);
                return Ok(done);
            }
        }
        Err(engine::Error::Closed.into())
    }
}
