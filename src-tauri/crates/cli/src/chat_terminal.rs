//! A chat in the terminal: a line is a message, and a line that begins with `/` is a command.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{Conversation, Dialect, Engine, FinishReason, Message, Role};

use crate::arguments::Chat;
use crate::chat::{Speaker, say_folded};
use crate::error::{CliError, INTERRUPTED};
use crate::{complete, output};

const HELP: &str = "\
/system TEXT  sets the system prompt; /system alone takes it away
/retry        has the last message answered again
/undo         takes the last message and its answer back
/quit         ends the chat, as Ctrl+D does
Ctrl+C        ends an answer; a second time, or with no answer under way, the program
";

pub(crate) fn run(
    arguments: &Chat,
    conversation: Conversation,
    dialect: Dialect,
) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Runtime::new().map_err(CliError::Output)?;
    runtime.block_on(async {
        let name = dialect.template().name();
        let speaker = Speaker::load(arguments, dialect).await?;
        let answering = Arc::new(AtomicBool::new(false));
        heed_interrupts(speaker.engine.clone(), answering.clone());
        let mut chat = TerminalChat {
            speaker,
            conversation,
            answering,
            is_terminal: std::io::stdin().is_terminal(),
            next_seed: arguments.seed,
            folded: 0,
        };
        chat.greet(name)?;
        chat.talk().await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The first Ctrl+C ends an answer, any other the program.
fn heed_interrupts(engine: Engine, answering: Arc<AtomicBool>) {
    let heed = move || {
        if answering.swap(false, Ordering::Relaxed) {
            engine.cancel_all();
        } else {
            // The shell's next prompt gets a line of its own; there is nobody left to tell if not.
            let _ = output::text("\n");
            std::process::exit(i32::from(INTERRUPTED));
        }
    };
    // Without a handler Ctrl+C just ends the program.
    let _ = ctrlc::set_handler(heed);
}

struct TerminalChat<'a> {
    speaker: Speaker<'a>,
    conversation: Conversation,
    /// An answer is under way and nobody has interrupted it.
    answering: Arc<AtomicBool>,
    is_terminal: bool,
    next_seed: Option<u64>,
    /// How many turns the user knows to be left out.
    folded: usize,
}

/// What a line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Line<'a> {
    Nothing,
    Say(&'a str),
    System(&'a str),
    Retry,
    Undo,
    Help,
    Quit,
    Unknown(&'a str),
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Self {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match name {
            "" => Self::Nothing,
            "/system" => Self::System(rest.trim_start()),
            "/retry" => Self::Retry,
            "/undo" => Self::Undo,
            "/help" => Self::Help,
            "/quit" => Self::Quit,
            _ if name.starts_with('/') => Self::Unknown(name),
            _ => Self::Say(line),
        }
    }
}

impl TerminalChat<'_> {
    fn greet(&self, name: &str) -> Result<(), CliError> {
        if !self.is_terminal {
            return Ok(());
        }
        output::text(&format!(
            "[template {name}; /help shows the commands, Ctrl+D ends the chat]\n"
        ))
    }

    /// Until the input ends or the user leaves.
    async fn talk(&mut self) -> Result<(), CliError> {
        while let Some(line) = self.read()? {
            match Line::of(&line) {
                Line::Nothing => {}
                Line::Quit => return Ok(()),
                Line::Help => output::text(HELP)?,
                Line::Retry => self.retry().await?,
                Line::Undo => self.undo()?,
                Line::System(text) => self.set_system(text)?,
                Line::Unknown(name) => {
                    output::text(&format!("[no command is called {name}: /help shows them]\n"))?;
                }
                Line::Say(text) => {
                    self.conversation.messages.push(Message::new(Role::User, text));
                    self.answer().await?;
                }
            }
        }
        if self.is_terminal { output::text("\n") } else { Ok(()) }
    }

    fn read(&self) -> Result<Option<String>, CliError> {
        if self.is_terminal {
            output::text("\n> ")?;
        }
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        let path = PathBuf::from("standard input");
        let bytes = read.map_err(|source| CliError::Read { path, source })?;
        Ok((bytes > 0).then_some(line))
    }

    /// Answers the last message. One that cannot be answered is taken back, and the chat goes on
    /// where somebody is there to say something else.
    async fn answer(&mut self) -> Result<(), CliError> {
        let outcome = self.try_answer().await;
        self.answering.store(false, Ordering::Relaxed);
        let Err(error) = outcome else { return Ok(()) };
        if !self.is_terminal || matches!(error, CliError::Output(_)) {
            return Err(error);
        }
        self.conversation.messages.pop();
        output::error(&error, false);
        Ok(())
    }

    async fn try_answer(&mut self) -> Result<(), CliError> {
        let rendered = self.speaker.fold(&self.conversation)?;
        if rendered.folded != self.folded {
            self.folded = rendered.folded;
            say_folded(self.folded)?;
        }
        self.answering.store(true, Ordering::Relaxed);
        let done = self.speaker.answer(&rendered, self.next_seed, complete::print_text).await?;
        self.next_seed = self.next_seed.map(|seed| seed.wrapping_add(1));
        self.conversation.messages.push(Message::new(Role::Assistant, done.text));
        match done.finish_reason {
            FinishReason::Cancelled => output::text("[stopped]\n"),
            FinishReason::Length => {
                let tokens = done.usage.completion_tokens;
                output::text(&format!("[cut off after {tokens} tokens: see --max-tokens]\n"))
            }
            _ => Ok(()),
        }
    }

    async fn retry(&mut self) -> Result<(), CliError> {
        match self.conversation.messages.pop_if(|message| message.role == Role::Assistant) {
            Some(_) => self.answer().await,
            None => output::text("[nothing was answered yet]\n"),
        }
    }

    fn undo(&mut self) -> Result<(), CliError> {
        let messages = &mut self.conversation.messages;
        messages.pop_if(|message| message.role == Role::Assistant);
        match messages.pop_if(|message| message.role == Role::User) {
            Some(message) => output::text(&format!("[taken back: {}]\n", message.content)),
            None => output::text("[nothing was said yet]\n"),
        }
    }

    fn set_system(&mut self, text: &str) -> Result<(), CliError> {
        let system = Some(text.to_owned()).filter(|text| !text.is_empty());
        let said = if system.is_some() { "set" } else { "taken away" };
        self.conversation.set_system(system);
        output::text(&format!("[the system prompt is {said}]\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_message_or_a_command() {
        let cases = [
            ("", Line::Nothing),
            ("  \n", Line::Nothing),
            (" Hello there \n", Line::Say("Hello there")),
            ("a /quit", Line::Say("a /quit")),
            ("/system  Be brief.\n", Line::System("Be brief.")),
            ("/system\n", Line::System("")),
            ("/systems x", Line::Unknown("/systems")),
            ("/retry", Line::Retry),
            ("/undo\n", Line::Undo),
            ("/help", Line::Help),
            ("/quit\r\n", Line::Quit),
            ("/", Line::Unknown("/")),
        ];
        for (line, expected) in cases {
            assert_eq!(Line::of(line), expected, "{line:?}");
        }
    }
}
