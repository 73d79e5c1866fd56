//! Numbers, names and strings, as Python writes them.

use super::fault::{Fault, FaultKind, Result};
use super::lexer::Token;

/// What Python takes for white space: four separators more than Rust does.
pub(super) fn is_space(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\x1c'..='\x1f')
}

/// The name at the beginning, which may have no bytes.
pub(super) fn name_length(rest: &str) -> usize {
    if !rest.starts_with(|char: char| char.is_alphabetic() || char == '_') {
        return 0;
    }
    rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len())
}

/// The length of a number at the beginning, and the number. Behind a dot there are no fractions:
/// `a.0.1` is an item of an item.
pub(super) fn number(rest: &str, after_dot: bool) -> Option<(usize, Result<Token<'static>>)> {
    if !rest.starts_with(|char: char| char.is_ascii_digit()) {
        return None;
    }
    let length = if after_dot { 0 } else { float_length(rest.as_bytes()) };
    if length > 0 {
        let digits = rest.get(..length)?.replace('_', "");
        return Some((length, Ok(Token::Float(digits.parse().unwrap_or(f64::INFINITY)))));
    }
    let (radix, prefix, length) = integer_length(rest.as_bytes());
    let digits = rest.get(prefix..length)?.replace('_', "");
    let number = i128::from_str_radix(&digits, radix).map(Token::Int);
    Some((length, number.map_err(|_| Fault::limit("the number is too large"))))
}

/// Digits of a radix, with single underscores between them.
fn digits_length(bytes: &[u8], radix: u32) -> usize {
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| char::from(*byte).is_digit(radix));
    let mut length = 0;
    while is_digit(length) || length > 0 && bytes.get(length) == Some(&b'_') && is_digit(length + 1)
    {
        length += 1;
    }
    length
}

fn float_length(bytes: &[u8]) -> usize {
    let digits_at = |at: usize| digits_length(bytes.get(at..).unwrap_or_default(), 10);
    let mut end = digits_at(0);
    let whole = end;
    if bytes.get(end) == Some(&b'.') && digits_at(end + 1) > 0 {
        end += 1 + digits_at(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let digits = digits_at(end + 1 + sign);
        end += if digits > 0 { 1 + sign + digits } else { 0 };
    }
    if end > whole { end } else { 0 }
}

/// Radix, length of the prefix, length with it.
fn integer_length(bytes: &[u8]) -> (u32, usize, usize) {
    let radix = match bytes.get(..2) {
        Some(b"0b" | b"0B") => 2,
        Some(b"0o" | b"0O") => 8,
        Some(b"0x" | b"0X") => 16,
        _ => 10,
    };
    let digits_at = |at: usize| digits_length(bytes.get(at..).unwrap_or_default(), radix);
    if radix != 10 {
        let start = 2 + usize::from(bytes.get(2) == Some(&b'_'));
        let digits = digits_at(start);
        return if digits > 0 { (radix, start, start + digits) } else { (10, 0, 1) };
    }
    // A zero begins no other number.
    let zeros = bytes.iter().take_while(|byte| matches!(byte, b'0')).count();
    (10, 0, if zeros > 0 { zeros } else { digits_at(0) })
}

/// The length of a string with its quotes, if there is one and it ends.
pub(super) fn string_length(rest: &str) -> Option<usize> {
    let quote = rest.chars().next().filter(|char| matches!(char, '\'' | '"'))?;
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, char)| {
        let ends = *char == quote && !escaped;
        escaped = *char == '\\' && !escaped;
        ends
    });
    end.map(|(at, _)| at + 1)
}

/// A string's inside with its escapes replaced.
pub(super) fn unescaped(inner: &str) -> Result<String> {
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        if char == '\\' {
            escape(&mut chars, &mut text)?;
        } else {
            text.push(char);
        }
    }
    Ok(text)
}

fn escape(chars: &mut std::str::Chars, text: &mut String) -> Result<()> {
    let Some(kind) = chars.next() else { return Ok(()) };
    let simple = match kind {
        '\n' => return Ok(()),
        '\\' | '\'' | '"' => kind,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'x' => numbered(chars, 2)?,
        'u' => numbered(chars, 4)?,
        'U' => numbered(chars, 8)?,
        'N' => return Err(Fault::unsupported("naming a character in a string")),
        '0'..='7' => octal(kind, chars),
        // Python keeps what is no escape.
        _ => {
            text.push('\\');
            kind
        }
    };
    text.push(simple);
    Ok(())
}

fn numbered(chars: &mut std::str::Chars, length: usize) -> Result<char> {
    let digits: String = chars.take(length).collect();
    let is_number = digits.len() == length && digits.chars().all(|char| char.is_ascii_hexdigit());
    let number = u32::from_str_radix(&digits, 16).ok().filter(|_| is_number);
    number
        .and_then(char::from_u32)
        .ok_or_else(|| Fault::new(FaultKind::Syntax, "an escape in a string is no character"))
}

fn octal(first: char, chars: &mut std::str::Chars) -> char {
    let mut number = first.to_digit(8).unwrap_or(0);
    for _ in 0..2 {
        let Some(digit) = chars.clone().next().and_then(|char| char.to_digit(8)) else { break };
        number = number * 8 + digit;
        chars.next();
    }
    char::from_u32(number).unwrap_or_default()
}
