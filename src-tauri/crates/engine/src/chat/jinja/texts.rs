//! What methods and filters do with text.

use std::collections::HashSet;

use super::budget::Budget;
use super::calls::Values;
use super::collections::Sequence;
use super::fault::{Fault, Result};
use super::literals::is_space;
use super::methods::required;
use super::text::{Builder, Origin, Text};
use super::value::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Without these characters (none: white space) at these sides.
pub(super) fn strip(
    text: &Text,
    chars: Option<Value>,
    sides: &[Side],
    budget: &mut Budget,
) -> Result<Text> {
    let chars: Option<HashSet<char>> = match chars {
        None | Some(Value::None) => None,
        Some(chars) => {
            budget.spend_on(chars.as_text()?.len(), super::budget::ELEMENT)?;
            Some(chars.as_text()?.as_str().chars().collect())
        }
    };
    budget.spend(text.len())?;
    let goes = |char: char| chars.as_ref().map_or(is_space(char), |chars| chars.contains(&char));
    let mut kept = text.as_str();
    let mut start = 0;
    if sides.contains(&Side::Left) {
        let inner = kept.trim_start_matches(goes);
        start = kept.len() - inner.len();
        kept = inner;
    }
    if sides.contains(&Side::Right) {
        kept = kept.trim_end_matches(goes);
    }
    text.slice(start..start + kept.len(), budget)
}

/// `split(sep, maxsplit)`, from one side.
pub(super) fn split(text: &Text, values: Values, side: Side, budget: &mut Budget) -> Result<Value> {
    let [separator, limit] = values.bind("split", ["sep", "maxsplit"])?;
    let limit = limit.map_or(Ok(-1), |limit| limit.integer())?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    budget.spend(text.len())?;
    let mut parts = match separator {
        None | Some(Value::None) => words(text, limit, side, budget)?,
        Some(separator) => separated(text, separator.as_text()?.as_str(), limit, side, budget)?,
    };
    if side == Side::Right {
        parts.reverse();
    }
    Sequence::list(parts, budget)
}

fn separated(
    text: &Text,
    separator: &str,
    limit: usize,
    side: Side,
    budget: &mut Budget,
) -> Result<Vec<Value>> {
    if separator.is_empty() {
        return Err(Fault::of_type("the separator is empty"));
    }
    let mut parts = Vec::new();
    let mut rest = 0..text.len();
    for _ in 0..limit {
        let Some(string) = text.as_str().get(rest.clone()) else { break };
        let found =
            if side == Side::Left { string.find(separator) } else { string.rfind(separator) };
        let Some(at) = found.map(|at| rest.start + at) else { break };
        let (before, behind) = (rest.start..at, at + separator.len()..rest.end);
        let (part, other) = if side == Side::Left { (before, behind) } else { (behind, before) };
        parts.push(Value::Text(text.slice(part, budget)?));
        rest = other;
    }
    parts.push(Value::Text(text.slice(rest, budget)?));
    Ok(parts)
}

/// Without the white space between.
fn words(text: &Text, limit: usize, side: Side, budget: &mut Budget) -> Result<Vec<Value>> {
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    let mut start = 0;
    loop {
        let trimmed = match side {
            Side::Left => rest.trim_start_matches(is_space),
            Side::Right => rest.trim_end_matches(is_space),
        };
        start += if side == Side::Left { rest.len() - trimmed.len() } else { 0 };
        if trimmed.is_empty() {
            return Ok(parts);
        }
        let end = match side {
            _ if parts.len() == limit => None,
            Side::Left => trimmed.find(is_space),
            Side::Right => trimmed.rfind(is_space),
        };
        let width = |at: usize| trimmed.get(at..).and_then(|rest| rest.chars().next());
        let (word, next) = match (side, end) {
            (_, None) => (0..trimmed.len(), 0..0),
            (Side::Left, Some(at)) => (0..at, at..trimmed.len()),
            (Side::Right, Some(at)) => {
                (at + width(at).map_or(0, char::len_utf8)..trimmed.len(), 0..at)
            }
        };
        parts.push(Value::Text(text.slice(start + word.start..start + word.end, budget)?));
        start += next.start;
        rest = trimmed.get(next).unwrap_or_default();
    }
}

/// Where Python ends a line, and how long its end is.
fn line_end(string: &str) -> Option<(usize, usize)> {
    let is_end = |char: char| {
        matches!(char, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}')
            || matches!(char, '\u{2028}' | '\u{2029}')
    };
    let at = string.find(is_end)?;
    let end = string.get(at..)?;
    let length = if end.starts_with("\r\n") { 2 } else { end.chars().next()?.len_utf8() };
    Some((at, length))
}

/// `splitlines(keepends)`
pub(super) fn split_lines(text: &Text, values: Values, budget: &mut Budget) -> Result<Value> {
    let [keep_ends] = values.bind("splitlines", ["keepends"])?;
    let keep_ends = keep_ends.is_some_and(|value| value.is_true());
    budget.spend(text.len())?;
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.as_str().get(start..).filter(|rest| !rest.is_empty()) {
        let (length, end) = line_end(rest).unwrap_or((rest.len(), 0));
        let kept = length + if keep_ends { end } else { 0 };
        lines.push(Value::Text(text.slice(start..start + kept, budget)?));
        start += length + end;
    }
    Sequence::list(lines, budget)
}

/// With other text in place of some, at most so often.
pub(super) fn replace(
    text: &Text,
    old: Option<Value>,
    new: Option<Value>,
    count: Option<Value>,
    budget: &mut Budget,
) -> Result<Value> {
    let (old, new) = (required(old, "replace")?, required(new, "replace")?);
    let (old, new) = (old.as_text()?, new.as_text()?);
    let count = count.map_or(Ok(-1), |count| count.integer())?;
    budget.spend(text.len())?;
    let mut replaced = Builder::default();
    let mut start = 0;
    let found = text.as_str().match_indices(old.as_str());
    for (at, _) in found.take(usize::try_from(count).unwrap_or(usize::MAX)) {
        replaced.append_part(text, start..at, budget)?;
        budget.spend(super::budget::PIECE)?;
        replaced.append(new, budget)?;
        start = at + old.len();
    }
    replaced.append_part(text, start..text.len(), budget)?;
    Ok(Value::Text(replaced.finish().with_markup(text.is_markup())))
}

/// What `find` and `count` look for.
fn part(text: &Text, values: Values, budget: &mut Budget) -> Result<Text> {
    if values.positional.len() > 1 {
        return Err(Fault::unsupported("looking through only a part of a string"));
    }
    let [part] = values.bind("find", [""])?;
    let part = required(part, "find")?.as_text()?.clone();
    budget.spend(text.len() + part.len())?;
    Ok(part)
}

/// The index of the first (or last) character of a part.
pub(super) fn find(
    text: &Text,
    values: Values,
    side: Side,
    budget: &mut Budget,
) -> Result<Option<i128>> {
    let part = part(text, values, budget)?;
    let string = text.as_str();
    let found = match side {
        Side::Left => string.find(part.as_str()),
        Side::Right => string.rfind(part.as_str()),
    };
    let before = found.and_then(|at| string.get(..at));
    Ok(before.map(|before| before.chars().count() as i128))
}

/// How often a part is in a text.
pub(super) fn count(text: &Text, values: Values, budget: &mut Budget) -> Result<Value> {
    let part = part(text, values, budget)?;
    Ok(Value::Int(text.as_str().matches(part.as_str()).count() as i128))
}

/// With a capital where a word begins, which the character before tells, and the rest in small
/// letters.
pub(super) fn capitalized(
    text: &Text,
    begins: impl Fn(Option<char>) -> bool,
    budget: &mut Budget,
) -> Result<Text> {
    let mut capitalized = Builder::default();
    let mut before = None;
    for (_, char, origin) in text.chars() {
        let piece: String = if begins(before) {
            char.to_uppercase().collect()
        } else {
            char.to_lowercase().collect()
        };
        capitalized.push(&piece, origin, budget)?;
        before = Some(char);
    }
    Ok(capitalized.finish().with_markup(text.is_markup()))
}

/// Whether there are large and small letters of it.
pub(super) fn is_cased(char: char) -> bool {
    char.is_uppercase() || char.is_lowercase()
}

pub(super) fn is_lower(text: &Text) -> bool {
    let string = text.as_str();
    !string.contains(char::is_uppercase) && string.contains(char::is_lowercase)
}

pub(super) fn is_upper(text: &Text) -> bool {
    let string = text.as_str();
    !string.contains(char::is_lowercase) && string.contains(char::is_uppercase)
}

/// With each line but the first one (and empty ones, perhaps) indented.
pub(super) fn indented(
    text: &Text,
    indent: &Text,
    (first, blank): (bool, bool),
    budget: &mut Budget,
) -> Result<Text> {
    let mut indented = Builder::default();
    let mut start = 0;
    let string = text.as_str();
    loop {
        let rest = string.get(start..).unwrap_or_default();
        let (length, end) = line_end(rest).unwrap_or((rest.len(), 0));
        budget.spend(length + end)?;
        let wanted = if start == 0 { first } else { blank || length > 0 };
        if wanted {
            // Before given text it has to be given, too.
            let origin = match text.origin_at(start) {
                Origin::Template => indent.given_origin(),
                given @ Origin::Given(_) => given,
            };
            indented.push(indent.as_str(), origin, budget)?;
        }
        indented.append_part(text, start..start + length, budget)?;
        if end == 0 {
            return Ok(indented.finish().with_markup(text.is_markup()));
        }
        indented.push("\n", text.origin_at(start + length), budget)?;
        start += length + end;
    }
}
