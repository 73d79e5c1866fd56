//! The chat template that a model's folder brings along, written out as transformers'
//! `apply_chat_template` does (<https://huggingface.co/docs/transformers/chat_templating>).

use serde_json::Value as Json;

use super::jinja::{Fault, Moment, Origin, Piece, Program, Value};
use super::render::Rendered;
use super::template::Template;
use super::{Conversation, Message, Role};
use crate::checkpoint::{Checkpoint, TEMPLATE_FILE, TOKENIZER_CONFIG};
use crate::tokenizer::{Special, Specials, TokenizerFormat, Trie};
use crate::{Error, Result};

/// The real ones have 30 KB and, with a thousand added tokens, 200 KB.
const MAX_TEMPLATE_BYTES: u64 = 1 << 20;
const MAX_CONFIG_BYTES: u64 = 8 << 20;
/// Far above any context.
const MAX_PROMPT_BYTES: usize = 4 << 20;
/// A token's text: each byte of a prompt is compared with so many.
const MAX_NAME_BYTES: usize = 256;
/// What transformers gives a template by name.
const SPECIALS: [&str; 4] = ["bos_token", "eos_token", "unk_token", "pad_token"];

pub struct ModelTemplate {
    /// Or why it cannot be used, which is said when somebody wants it.
    program: std::result::Result<Program, String>,
    specials: Vec<(&'static str, Option<String>)>,
    /// Texts that stand for one token. Empty where the tokenizer finds them in a text by itself.
    tokens: Trie,
    stop: Vec<String>,
}

impl ModelTemplate {
    /// Of a folder that has one.
    pub(crate) fn of(checkpoint: &Checkpoint) -> Option<Self> {
        Self::read(checkpoint).unwrap_or_else(|error| Some(Self::unusable(&error.to_string())))
    }

    fn read(checkpoint: &Checkpoint) -> Result<Option<Self>> {
        let config = checkpoint.companion(TOKENIZER_CONFIG, MAX_CONFIG_BYTES)?;
        let config = config.map(|bytes| serde_json::from_slice::<Json>(&bytes)).transpose();
        let own = checkpoint.companion(TEMPLATE_FILE, MAX_TEMPLATE_BYTES)?;
        let own = own.map(String::from_utf8).transpose();
        let own = own.map_err(|e| Error::ChatTemplate(format!("{TEMPLATE_FILE}: {e}")))?;
        if own.is_none() && config.is_err() {
            // Whether it has a template nobody can know; the model is spoken to without.
            return Ok(None);
        }
        let config = config.map_err(|e| Error::ChatTemplate(format!("{TOKENIZER_CONFIG}: {e}")))?;
        let config = config.unwrap_or_default();
        let Some(source) = own.as_deref().or_else(|| in_config(&config)) else { return Ok(None) };
        let mut template = Self::parse(source, &config);
        if checkpoint.tokenizer_file.format == TokenizerFormat::SentencePiece {
            template.tokens = named_tokens(checkpoint, &config)?;
        }
        Ok(Some(template))
    }

    /// Reads a template, with what a `tokenizer_config.json` says of special tokens.
    pub(super) fn parse(source: &str, config: &Json) -> Self {
        let specials = SPECIALS.map(|name| (name, special(&config[name]))).to_vec();
        let program = Program::parse(source).map_err(|fault| fault.to_string());
        let mut template = Self { program, specials, tokens: Trie::default(), stop: Vec::new() };
        template.stop = template.turn_end().into_iter().collect();
        template
    }

    fn unusable(why: &str) -> Self {
        let (specials, tokens, stop) = (Vec::new(), Trie::default(), Vec::new());
        Self { program: Err(why.to_owned()), specials, tokens, stop }
    }

    pub(super) fn render(&self, conversation: &Conversation, folded: usize) -> Result<Rendered> {
        let mut pieces = self.pieces(conversation, folded)?;
        if conversation.unfinished {
            // What the template puts behind an answer is not there yet.
            let last = conversation.messages.len() - 1;
            let of_last = |piece: &Piece| piece.origin == Origin::Given(last as u32);
            match pieces.iter().rposition(of_last) {
                Some(at) => pieces.truncate(at + 1),
                None => return self.begun(conversation, folded),
            }
        }
        let mut rendered = Rendered::begin(Template::Model, self.stop.clone(), folded);
        for piece in &pieces {
            match piece.origin {
                Origin::Template => self.push_template(&mut rendered, &piece.text),
                Origin::Given(index) => {
                    push_said(&mut rendered, &conversation.messages[index as usize], &piece.text);
                    rendered.end_turn(Some(index as usize));
                }
            }
        }
        rendered.end_turn(None);
        Ok(rendered)
    }

    /// An answer of which the template would show nothing, as one of white space: it goes behind the
    /// prompt that asks for it.
    fn begun(&self, conversation: &Conversation, folded: usize) -> Result<Rendered> {
        let mut asked = Conversation { unfinished: false, ..conversation.clone() };
        let answer = asked.messages.pop();
        let mut rendered = self.render(&asked, folded)?;
        if let Some(answer) = answer {
            rendered.push_content(&answer);
            rendered.end_turn(Some(asked.messages.len()));
        }
        Ok(rendered)
    }

    fn pieces(&self, conversation: &Conversation, folded: usize) -> Result<Vec<Piece>> {
        let program = self.program.as_ref().map_err(|why| Error::ChatTemplate(why.clone()))?;
        let kept = |index: &usize| {
            *index < conversation.first() || *index >= conversation.first() + 2 * folded
        };
        let messages = (0..conversation.messages.len()).filter(kept);
        let messages = messages.map(|index| message(&conversation.messages[index], index as u32));
        let messages: std::result::Result<Vec<Value>, _> = messages.collect();
        let mut variables = vec![
            ("messages", Value::list(messages?)?),
            ("add_generation_prompt", Value::plain(&Json::Bool(!conversation.unfinished))?),
            ("tools", Value::plain(&Json::Null)?),
            ("documents", Value::plain(&Json::Null)?),
        ];
        let stated = self.specials.iter().filter_map(|(name, text)| Some((*name, text.as_ref()?)));
        variables.extend(stated.map(|(name, text)| (name, Value::text(text))));
        let pieces = program.render(variables, now())?;
        let written: usize = pieces.iter().map(|piece| piece.text.len()).sum();
        if written > MAX_PROMPT_BYTES {
            let what = format!("it writes {written} bytes: expected at most {MAX_PROMPT_BYTES}");
            return Err(Error::ChatTemplate(what));
        }
        Ok(pieces)
    }

    /// A template's text, with the tokens that it names.
    fn push_template(&self, rendered: &mut Rendered, text: &str) {
        let (mut start, mut at) = (0, 0);
        while at < text.len() {
            let rest = &text[at..];
            if let Some((length, id)) = self.tokens.prefixes(rest.as_bytes()).last() {
                rendered.push_template(&text[start..at]);
                rendered.push_named(&rest[..length], id);
                at += length;
                start = at;
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        rendered.push_template(&text[start..]);
    }

    /// What follows each answer before the next question, its first line: a model that does not
    /// end its turn with a token goes on with it.
    fn turn_end(&self) -> Option<String> {
        let roles = [Role::User, Role::Assistant].into_iter().cycle();
        let messages = roles.take(5).map(|role| Message::new(role, "a")).collect();
        let pieces = self.pieces(&Conversation { messages, ..Conversation::default() }, 0).ok()?;
        let [first, second] = [1, 3].map(|answer| behind(&pieces, answer));
        let both = common_start(&first, &second);
        let eos = self.specials.iter().find(|(name, _)| *name == "eos_token");
        let eos = eos.and_then(|(_, text)| text.as_deref()).filter(|eos| !eos.is_empty());
        let behind_eos = eos.and_then(|eos| both.trim_start().strip_prefix(eos));
        let marker = behind_eos.unwrap_or(both);
        let line = marker.trim_start().lines().next().unwrap_or_default().trim_end();
        // A word may also be said; at the start of a line it is less likely.
        let start = if behind_eos.is_none() && marker.starts_with('\n') { "\n" } else { "" };
        line.contains(char::is_alphabetic).then(|| format!("{start}{line}"))
    }
}

/// The template's text after a message.
fn behind(pieces: &[Piece], message: u32) -> String {
    let after = pieces.iter().skip_while(|piece| piece.origin != Origin::Given(message)).skip(1);
    let own = after.take_while(|piece| piece.origin == Origin::Template);
    own.map(|piece| piece.text.as_str()).collect()
}

fn common_start<'a>(one: &'a str, other: &str) -> &'a str {
    let both = one.char_indices().zip(other.chars()).take_while(|((_, a), b)| a == b);
    let end = both.last().map_or(0, |((at, letter), _)| at + letter.len_utf8());
    &one[..end]
}

impl std::fmt::Debug for ModelTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelTemplate").field("stop", &self.stop).finish_non_exhaustive()
    }
}

fn message(message: &Message, index: u32) -> std::result::Result<Value, Fault> {
    let content = Value::given(&Json::from(message.content.as_str()), index)?;
    Value::dict(vec![("role", Value::text(message.role.name())), ("content", content)])
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::ChatTemplate(fault.to_string())
    }
}

/// In UTC: the local time cannot be asked for safely beside other threads.
fn now() -> Moment {
    let now = time::OffsetDateTime::now_utc();
    Moment {
        year: now.year(),
        month: u32::from(u8::from(now.month())),
        day: now.day().into(),
        hour: now.hour().into(),
        minute: now.minute().into(),
        second: now.second().into(),
    }
}

/// What somebody said: with its tokens, where the template has it as it is.
fn push_said(rendered: &mut Rendered, message: &Message, text: &str) {
    if text == message.content {
        rendered.push_content(message);
    } else {
        rendered.push_user(text);
    }
}

/// One template, or several of which one is for ordinary chats.
fn in_config(config: &Json) -> Option<&str> {
    let stated = &config["chat_template"];
    let named = || {
        let default = stated.as_array()?.iter().find(|one| one["name"] == "default")?;
        default["template"].as_str()
    };
    stated.as_str().or_else(named)
}

/// As a string, or as an object with one.
fn special(stated: &Json) -> Option<String> {
    stated.as_str().or_else(|| stated["content"].as_str()).map(str::to_owned)
}

/// SentencePiece takes `</s>` in a text for four characters; transformers takes it for the token.
fn named_tokens(checkpoint: &Checkpoint, config: &Json) -> Result<Trie> {
    let Specials { unknown, bos, eos, padding } = Specials::of(&checkpoint.tokenizer_file)?;
    let roles = [unknown, bos, eos, padding].into_iter().flatten();
    let stated = config["added_tokens_decoder"].as_object().into_iter().flatten();
    let added = stated.filter_map(|(id, token)| {
        Some(Special { id: id.parse().ok()?, text: token["content"].as_str()?.to_owned() })
    });
    let rows = checkpoint.config.vocab_size;
    let tokens: Vec<Special> =
        roles.chain(added).filter(|token| (token.id as usize) < rows).collect();
    let usable = tokens.iter().filter(|token| (1..=MAX_NAME_BYTES).contains(&token.text.len()));
    Ok(Trie::new(usable.map(|token| (token.text.as_str(), token.id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template that trims, with its own turn ends.
    const TRIMMING: &str = "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</>\
        {% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

    fn unfinished(answer: &str) -> String {
        let messages = [("a", Role::User), (answer, Role::Assistant)];
        let messages = messages.map(|(text, role)| Message::new(role, text)).to_vec();
        let conversation = Conversation { messages, unfinished: true, ..Conversation::default() };
        let template = ModelTemplate::parse(TRIMMING, &Json::Null);
        let rendered = template.render(&conversation, 0).expect("rendered");
        let spans = rendered.turns.last().expect("turns").spans.end;
        assert_eq!(spans, rendered.spans.len(), "every span is of a turn");
        rendered.text()
    }

    #[test]
    fn an_answer_that_goes_on_has_nothing_of_the_template_behind_it() {
        assert_eq!(unfinished("b"), "<user>a</><assistant>b");
        // The template shows nothing of these.
        assert_eq!(unfinished("\n"), "<user>a</><assistant>\n");
        assert_eq!(unfinished(""), "<user>a</><assistant>");
    }

    #[test]
    fn an_answer_ends_where_the_next_question_would_begin() {
        let stop = |source: &str, eos: &str| {
            let config = serde_json::json!({ "eos_token": eos });
            ModelTemplate::parse(source, &config).stop
        };
        let turns = |end: &str| {
            format!(
                "{{% for m in messages %}}{{{{ m.role }}}}: {{{{ m.content }}}}{end}{{% endfor %}}"
            )
        };
        assert_eq!(stop(&turns("\n\n"), "</s>"), ["\nuser:"]);
        assert_eq!(stop(&turns("</s>\n\n"), "</s>"), ["user:"]);
        assert_eq!(stop(&turns("<|end|>\n"), ""), ["<|end|>"]);
        assert!(stop("{{ messages[0].content }}\n- ", "").is_empty());
        assert!(stop("{{ nothing.here }}", "").is_empty());
    }

    #[test]
    fn a_prompt_of_many_megabytes_is_refused() {
        let template = ModelTemplate::parse("{{ ('a' * 1000) * 6000 }}", &Json::Null);
        let messages = vec![Message::new(Role::User, "a")];
        let refused = template.render(&Conversation { messages, ..Conversation::default() }, 0);
        assert!(
            matches!(refused, Err(Error::ChatTemplate(what)) if what.contains("6000000 bytes"))
        );
    }
}
