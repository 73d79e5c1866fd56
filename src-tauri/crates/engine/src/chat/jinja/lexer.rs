//! A template's source as tokens, with the white space around tags trimmed as transformers asks
//! Jinja to: `trim_blocks` and `lstrip_blocks` are on.

use super::budget::TOKENS;
use super::fault::{Fault, Result, quoted};
use super::literals::{self, is_space};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'s> {
    /// Text between tags.
    Data(&'s str),
    /// `{{`
    PrintBegin,
    /// `}}`
    PrintEnd,
    /// `{%`
    BlockBegin,
    /// `%}`
    BlockEnd,
    Name(&'s str),
    Text(String),
    Int(i128),
    Float(f64),
    Symbol(&'static str),
    End,
}

/// Longer ones first: `**` is no two `*`.
const SYMBOLS: [&str; 26] = [
    "==", "!=", ">=", "<=", "//", "**", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";",
];

struct Lexer<'s> {
    source: &'s str,
    /// What is not read yet is a tail of the source.
    at: usize,
    line: u32,
    /// What was read last ends a line, or nothing was.
    starts_line: bool,
    tokens: Vec<(u32, Token<'s>)>,
}

/// What a tag says about the white space at one end of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trim {
    Default,
    /// `-`: all of it goes.
    All,
    /// `+`: all of it stays.
    Nothing,
}

/// Line ends as Jinja has them, and none at the end.
pub(super) fn normalized(source: &str) -> String {
    let mut source = source.replace("\r\n", "\n").replace('\r', "\n");
    if source.ends_with('\n') {
        source.pop();
    }
    source
}

/// The tokens of a normalized source, each with its line.
pub(super) fn lex(source: &str) -> Result<Vec<(u32, Token<'_>)>> {
    let mut lexer = Lexer { source, at: 0, line: 1, starts_line: true, tokens: Vec::new() };
    while lexer.at < source.len() {
        lexer.data()?;
    }
    lexer.push(Token::End)?;
    Ok(lexer.tokens)
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, token: Token<'s>) -> Result<()> {
        if self.tokens.len() >= TOKENS {
            let message = format!("the template has more than {TOKENS} tokens");
            return Err(Fault::limit(message).at(self.line));
        }
        self.tokens.push((self.line, token));
        Ok(())
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Fault::syntax(self.line, message))
    }

    /// Goes on behind the next `length` bytes, which it returns.
    fn take(&mut self, length: usize) -> &'s str {
        let taken = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count() as u32;
        self.starts_line = taken.ends_with('\n');
        taken
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.take(rest.len() - rest.trim_start_matches(is_space).len());
    }

    /// Text up to the next tag, and that tag.
    fn data(&mut self) -> Result<()> {
        let rest = self.rest();
        let open = rest.match_indices('{').find_map(|(at, _)| {
            let kind = *rest.as_bytes().get(at + 1)?;
            matches!(kind, b'{' | b'%' | b'#').then_some((at, kind))
        });
        let Some((length, kind)) = open else {
            let text = self.take(rest.len());
            return self.push(Token::Data(text));
        };
        let trim = trim_at(rest.get(length + 2..));
        let text = rest.get(..length).unwrap_or_default();
        let kept = self.trimmed(text, trim, kind != b'{');
        if !kept.is_empty() {
            self.push(Token::Data(kept))?;
        }
        self.take(length + 2 + usize::from(trim != Trim::Default));
        match kind {
            b'{' => self.tag(Token::PrintBegin, Token::PrintEnd),
            b'#' => self.comment(),
            _ => match raw_tag(self.rest(), "raw") {
                Some((length, trim)) => self.raw(length, trim),
                None => self.tag(Token::BlockBegin, Token::BlockEnd),
            },
        }
    }

    /// The text before a tag without what the tag swallows.
    fn trimmed<'t>(&self, text: &'t str, trim: Trim, is_block: bool) -> &'t str {
        let start = text.rfind('\n').map_or(0, |at| at + 1);
        let indent = text.get(start..).unwrap_or_default();
        let is_indent = (start > 0 || self.starts_line) && indent.chars().all(is_space);
        match trim {
            Trim::All => text.trim_end_matches(is_space),
            Trim::Default if is_block && is_indent => text.get(..start).unwrap_or_default(),
            _ => text,
        }
    }

    /// Behind the end of a tag.
    fn end(&mut self, length: usize, trim: Trim, is_block: bool) {
        self.take(length);
        match trim {
            Trim::All => self.skip_space(),
            Trim::Default if is_block && self.rest().starts_with('\n') => {
                self.take(1);
            }
            _ => {}
        }
    }

    fn comment(&mut self) -> Result<()> {
        let Some(length) = self.rest().find("#}") else {
            return self.fault("the comment has no end");
        };
        let before = self.rest().get(..length).unwrap_or_default();
        let trim = match before.bytes().last() {
            Some(b'-') => Trim::All,
            Some(b'+') => Trim::Nothing,
            _ => Trim::Default,
        };
        self.end(length + 2, trim, true);
        Ok(())
    }

    /// Behind a `raw` tag: all is text up to `endraw`.
    fn raw(&mut self, tag: usize, trim: Trim) -> Result<()> {
        // No line end is swallowed here, whatever `trim_blocks` says of other tags.
        self.end(tag, trim, false);
        let rest = self.rest();
        let end = rest.match_indices("{%").find_map(|(at, _)| {
            let trim = trim_at(rest.get(at + 2..));
            let inner = at + 2 + usize::from(trim != Trim::Default);
            let (length, after) = raw_tag(rest.get(inner..)?, "endraw")?;
            Some((at, trim, inner + length, after))
        });
        let Some((length, before, tag, after)) = end else {
            return self.fault("`raw` has no `endraw`");
        };
        let text = self.trimmed(rest.get(..length).unwrap_or_default(), before, true);
        self.push(Token::Data(text))?;
        self.end(tag, after, true);
        Ok(())
    }

    /// The inside of a tag and its end, which counts only where all brackets are closed.
    fn tag(&mut self, begin: Token<'s>, end: Token<'s>) -> Result<()> {
        let is_block = begin == Token::BlockBegin;
        let closing = if is_block { "%}" } else { "}}" };
        self.push(begin)?;
        let mut brackets = Vec::new();
        loop {
            self.skip_space();
            let closed = if brackets.is_empty() { self.rest() } else { "" };
            if let Some((length, trim)) = tag_end(closed, closing, is_block) {
                self.push(end)?;
                self.end(length, trim, is_block);
                return Ok(());
            }
            if self.rest().is_empty() {
                return Ok(());
            }
            self.token(&mut brackets)?;
        }
    }

    fn token(&mut self, brackets: &mut Vec<&'static str>) -> Result<()> {
        let rest = self.rest();
        let after_dot = self.source.as_bytes().get(self.at.wrapping_sub(1)) == Some(&b'.');
        let (length, token) = if let Some((length, number)) = literals::number(rest, after_dot) {
            (length, number.map_err(|fault| fault.at(self.line))?)
        } else if let length @ 1.. = literals::name_length(rest) {
            (length, Token::Name(rest.get(..length).unwrap_or_default()))
        } else if let Some(length) = literals::string_length(rest) {
            let inner = rest.get(1..length - 1).unwrap_or_default();
            (length, Token::Text(literals::unescaped(inner).map_err(|fault| fault.at(self.line))?))
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            self.balance(symbol, brackets)?;
            (symbol.len(), Token::Symbol(symbol))
        } else {
            let char = rest.chars().next().map(String::from).unwrap_or_default();
            return self.fault(format!("{} cannot be here", quoted(&char)));
        };
        self.push(token)?;
        self.take(length);
        Ok(())
    }

    fn balance(&self, symbol: &'static str, brackets: &mut Vec<&'static str>) -> Result<()> {
        match symbol {
            "(" => brackets.push(")"),
            "[" => brackets.push("]"),
            "{" => brackets.push("}"),
            ")" | "]" | "}" if brackets.pop() != Some(symbol) => {
                return self.fault(format!("`{symbol}` closes nothing"));
            }
            _ => {}
        }
        Ok(())
    }
}

/// What stands behind the `{%` of a tag.
fn trim_at(rest: Option<&str>) -> Trim {
    match rest.and_then(|rest| rest.bytes().next()) {
        Some(b'-') => Trim::All,
        Some(b'+') => Trim::Nothing,
        _ => Trim::Default,
    }
}

fn tag_end(rest: &str, closing: &str, is_block: bool) -> Option<(usize, Trim)> {
    if rest.starts_with(closing) {
        return Some((closing.len(), Trim::Default));
    }
    let trim = trim_at(Some(rest));
    let is_end = trim == Trim::All || trim == Trim::Nothing && is_block;
    (is_end && rest.get(1..)?.starts_with(closing)).then_some((closing.len() + 1, trim))
}

/// The length of a `raw` or `endraw` and the end of its tag.
fn raw_tag(rest: &str, name: &str) -> Option<(usize, Trim)> {
    let inner = rest.trim_start_matches(is_space).strip_prefix(name)?;
    let end = inner.trim_start_matches(is_space);
    let (length, trim) = tag_end(end, "%}", true)?;
    // Only what ends a raw block can have a plus.
    let is_tag = trim != Trim::Nothing || name == "endraw";
    is_tag.then_some((rest.len() - end.len() + length, trim))
}
