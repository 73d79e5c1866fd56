//! Values as text, character for character as Python's `str` and `repr` write them.

use super::collections::{Dict, Kind, Sequence, Steps};
use super::evaluator::Evaluator;
use super::fault::{Fault, Result};
use super::text::{Builder, Origin, Text};
use super::value::Value;

/// How deep namespaces may hold each other where they are written out.
const NAMESPACE_DEPTH: usize = 16;

impl Evaluator<'_> {
    /// As `str` does.
    pub(super) fn write(&mut self, value: &Value, out: &mut Builder) -> Result<()> {
        match value {
            Value::Text(text) => out.append(text, &mut self.budget),
            Value::Undefined(_) => Ok(()),
            _ => self.write_repr(value, out),
        }
    }

    /// As `repr` does.
    pub(super) fn write_repr(&mut self, value: &Value, out: &mut Builder) -> Result<()> {
        Writer { evaluator: self, out, namespaces: Vec::new() }.write(value, Origin::Template)
    }
}

struct Writer<'w, 'p> {
    evaluator: &'w mut Evaluator<'p>,
    out: &'w mut Builder,
    /// Those that are being written, each inside of the one before.
    namespaces: Vec<usize>,
}

impl Writer<'_, '_> {
    fn push(&mut self, piece: &str, origin: Origin) -> Result<()> {
        self.out.push(piece, origin, &mut self.evaluator.budget)
    }

    /// `origin` is that of the container around.
    fn write(&mut self, value: &Value, origin: Origin) -> Result<()> {
        self.evaluator.budget.step()?;
        match value {
            Value::Text(text) => self.write_text(text, origin),
            Value::Sequence(sequence) => self.write_sequence(sequence),
            Value::Dict(dict) => self.write_dict(dict),
            Value::Namespace(index) => self.write_namespace(*index),
            _ => {
                let scalar = self.scalar(value)?;
                self.push(&scalar, origin)
            }
        }
    }

    fn scalar(&mut self, value: &Value) -> Result<String> {
        Ok(match value {
            Value::Undefined(_) => "Undefined".to_owned(),
            Value::None => "None".to_owned(),
            Value::Bool(bool) => if *bool { "True" } else { "False" }.to_owned(),
            Value::Int(int) => int.to_string(),
            Value::Float(float) => float_repr(*float),
            Value::Steps(steps) => steps_repr(steps),
            Value::Macro(index) => {
                let closure = self.evaluator.closures.get(*index);
                let name = closure.map_or("", |closure| closure.node.name.as_str());
                self.evaluator.budget.spend(name.len())?;
                format!("<Macro '{name}'>")
            }
            _ => {
                // Python writes where it is in memory, which no template can want.
                let what = format!("writing out a `{}`", value.type_name());
                return Err(Fault::unsupported(&what));
            }
        })
    }

    fn write_text(&mut self, text: &Text, origin: Origin) -> Result<()> {
        let string = text.as_str();
        let (first, last) = text.end_origins(origin);
        self.evaluator.budget.spend(string.len())?;
        let quote = if string.contains('\'') && !string.contains('"') { '"' } else { '\'' };
        let (before, after) = if text.is_markup() { ("Markup(", ")") } else { ("", "") };
        self.push(before, first)?;
        self.push(quote.encode_utf8(&mut [0; 4]), first)?;
        let escape = |char| escaped(char, quote);
        self.out.append_escaped(text, &mut self.evaluator.budget, escape)?;
        self.push(quote.encode_utf8(&mut [0; 4]), last)?;
        self.push(after, last)
    }

    fn write_sequence(&mut self, sequence: &Sequence) -> Result<()> {
        let (origin, items) = (sequence.origin, &sequence.items);
        let (open, close) = match sequence.kind {
            Kind::List => ("[", "]"),
            Kind::Tuple if items.len() == 1 => ("(", ",)"),
            Kind::Tuple => ("(", ")"),
            Kind::Keys => ("dict_keys([", "])"),
            Kind::Values => ("dict_values([", "])"),
            Kind::Items => ("dict_items([", "])"),
        };
        self.push(open, origin)?;
        for (index, item) in items.iter().enumerate() {
            self.push(if index > 0 { ", " } else { "" }, origin)?;
            self.write(item, origin)?;
        }
        self.push(close, origin)
    }

    fn write_dict(&mut self, dict: &Dict) -> Result<()> {
        self.push("{", dict.origin)?;
        for (index, (key, value)) in dict.iter().enumerate() {
            self.push(if index > 0 { ", " } else { "" }, dict.origin)?;
            self.write(key.value(), dict.origin)?;
            self.push(": ", dict.origin)?;
            self.write(value, dict.origin)?;
        }
        self.push("}", dict.origin)
    }

    fn write_namespace(&mut self, index: usize) -> Result<()> {
        if self.namespaces.contains(&index) {
            return self.push("<Namespace {...}>", Origin::Template);
        }
        if self.namespaces.len() >= NAMESPACE_DEPTH {
            return Err(Fault::limit("namespaces hold each other too deep to be written out"));
        }
        // A copy, because writing needs the evaluator.
        let mut attributes = Dict::default();
        if let Some(found) = self.evaluator.namespaces.get(index) {
            attributes.extend(found, &mut self.evaluator.budget)?;
        }
        self.namespaces.push(index);
        self.push("<Namespace ", Origin::Template)?;
        self.write_dict(&attributes)?;
        self.namespaces.pop();
        self.push(">", Origin::Template)
    }
}

fn escaped(char: char, quote: char) -> Option<String> {
    let code = char as u32;
    match char {
        '\n' => Some("\\n".to_owned()),
        '\r' => Some("\\r".to_owned()),
        '\t' => Some("\\t".to_owned()),
        '\\' => Some("\\\\".to_owned()),
        _ if char == quote => Some(format!("\\{char}")),
        ' '..='~' => None,
        _ if is_printable(char) => None,
        _ if code < 0x100 => Some(format!("\\x{code:02x}")),
        _ if code < 0x1_0000 => Some(format!("\\u{code:04x}")),
        _ => Some(format!("\\U{code:08x}")),
    }
}

/// Rust escapes the same characters as Python, and combining ones where nothing is before them.
fn is_printable(char: char) -> bool {
    let mut escaped = ['a', char].into_iter().collect::<String>();
    escaped = escaped.escape_debug().collect();
    char.is_alphanumeric() || !escaped.starts_with("a\\")
}

/// The shortest digits that are this number, with an exponent where Python has one.
pub(super) fn float_repr(float: f64) -> String {
    if !float.is_finite() {
        return if float.is_nan() { "nan".to_owned() } else { float.to_string() };
    }
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        exponent if (-4..16).contains(&exponent) => {
            let plain = float.to_string();
            if plain.contains('.') { plain } else { format!("{plain}.0") }
        }
        exponent => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
    }
}

fn steps_repr(steps: &Steps) -> String {
    let Steps { start, stop, step } = steps;
    if *step == 1 {
        return format!("range({start}, {stop})");
    }
    format!("range({start}, {stop}, {step})")
}
