//! JSON: where values come from, and the filter `tojson`.

use std::rc::Rc;

use serde_json::Value as Json;

use super::budget::{Budget, VALUE_DEPTH};
use super::calls::Values;
use super::collections::{Dict, Key, Kind, Sequence};
use super::evaluator::Evaluator;
use super::fault::{Fault, Result};
use super::printing::float_repr;
use super::sorting;
use super::text::{Builder, Origin, Text};
use super::value::Value;

impl Value {
    /// A value whose text, keys included, comes from somebody: from a message of this number, say.
    ///
    /// # Errors
    /// It is nested too deep.
    pub(crate) fn given(json: &Json, tag: u32) -> Result<Self> {
        from_json(json, Origin::Given(tag), 0)
    }

    /// A value whose text counts as the template's own.
    ///
    /// # Errors
    /// It is nested too deep.
    pub(crate) fn plain(json: &Json) -> Result<Self> {
        from_json(json, Origin::Template, 0)
    }
}

fn from_json(json: &Json, origin: Origin, depth: usize) -> Result<Value> {
    // Only text that was parsed is sure to be nested no deeper than the stack allows.
    if depth > VALUE_DEPTH {
        return Err(Fault::limit("the values for the template are nested too deep"));
    }
    // Not the template's to pay.
    let mut budget = Budget::unlimited();
    let inner = |json| from_json(json, origin, depth + 1);
    Ok(match json {
        Json::Null => Value::None,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => match number.as_i128() {
            Some(int) => Value::Int(int),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(string) => Value::Text(Text::new(string.as_str(), origin)),
        Json::Array(items) => {
            let items = items.iter().map(inner).collect::<Result<_>>()?;
            Sequence::of_origin(Kind::List, items, origin, &mut budget)?
        }
        Json::Object(entries) => {
            let mut dict = Dict::of_origin(origin);
            for (key, value) in entries {
                let key = Key::text(Text::new(key.as_str(), origin));
                dict.insert(key, inner(value)?, &mut budget)?;
            }
            Value::Dict(Rc::new(dict))
        }
    })
}

/// How `json.dumps` is asked to write.
struct Style {
    ascii: bool,
    /// What one level is indented by; none: all on one line.
    indent: Option<Text>,
    between_items: Text,
    behind_keys: Text,
    sorted: bool,
}

/// `tojson` as transformers has it: without the escapes of HTML that are Jinja's own.
pub(super) fn to_json(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let names = ["ensure_ascii", "indent", "separators", "sort_keys"];
    let [ascii, indent, separators, sorted] = values.bind("tojson", names)?;
    let indent = match indent {
        None | Some(Value::None) => None,
        Some(Value::Text(text)) => Some(text),
        Some(width) => Some(spaces(width.integer()?, &mut evaluator.budget)?),
    };
    let comma = Text::plain(if indent.is_some() { "," } else { ", " });
    let (between_items, behind_keys) = match separators {
        None | Some(Value::None) => (comma, Text::plain(": ")),
        Some(pair) => match evaluator.items(&pair)?.as_slice() {
            [between, behind] => (between.as_text()?.clone(), behind.as_text()?.clone()),
            _ => return Err(Fault::of_type("`separators` are no two strings")),
        },
    };
    let is_set = |value: Option<Value>| value.is_some_and(|value| value.is_true());
    let style =
        Style { ascii: is_set(ascii), indent, between_items, behind_keys, sorted: is_set(sorted) };
    let mut out = Builder::default();
    Dump { evaluator, style: &style, out: &mut out }.write(value, Origin::Template, 1)?;
    Ok(Value::Text(out.finish()))
}

/// So many spaces.
pub(super) fn spaces(count: i128, budget: &mut Budget) -> Result<Text> {
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    budget.spend(count)?;
    Ok(Text::plain(" ".repeat(count)))
}

struct Dump<'d, 'p> {
    evaluator: &'d mut Evaluator<'p>,
    style: &'d Style,
    out: &'d mut Builder,
}

impl Dump<'_, '_> {
    /// What JSON itself needs has the origin of the container that it is in.
    fn push(&mut self, piece: &str, origin: Origin) -> Result<()> {
        self.out.push(piece, origin, &mut self.evaluator.budget)
    }

    /// The template's own choice of separators, beside given text.
    fn push_text(&mut self, piece: &Text, origin: Origin) -> Result<()> {
        let origin = if origin == Origin::Template { piece.given_origin() } else { origin };
        self.push(piece.as_str(), origin)
    }

    fn write(&mut self, value: &Value, origin: Origin, level: usize) -> Result<()> {
        self.evaluator.budget.step()?;
        match value {
            Value::Text(text) => self.string(text, origin),
            Value::Sequence(sequence) if sequence.kind.is_indexed() => self.array(sequence, level),
            Value::Dict(dict) => self.object(dict, level),
            _ => {
                let scalar = scalar(value).ok_or_else(|| value.refused("what JSON has"))?;
                self.push(&scalar, origin)
            }
        }
    }

    fn string(&mut self, text: &Text, origin: Origin) -> Result<()> {
        let (first, last) = text.end_origins(origin);
        let ascii = self.style.ascii;
        self.push("\"", first)?;
        self.out.append_escaped(text, &mut self.evaluator.budget, |char| escaped(char, ascii))?;
        self.push("\"", last)
    }

    fn array(&mut self, sequence: &Sequence, level: usize) -> Result<()> {
        let origin = sequence.origin;
        if sequence.items.is_empty() {
            return self.push("[]", origin);
        }
        self.push("[", origin)?;
        for (index, item) in sequence.items.iter().enumerate() {
            self.separate(index, origin, level)?;
            self.write(item, origin, level + 1)?;
        }
        self.new_line(origin, level - 1)?;
        self.push("]", origin)
    }

    fn object(&mut self, dict: &Dict, level: usize) -> Result<()> {
        let origin = dict.origin;
        if dict.len() == 0 {
            return self.push("{}", origin);
        }
        self.push("{", origin)?;
        for (index, (key, value)) in self.entries(dict)?.into_iter().enumerate() {
            self.separate(index, origin, level)?;
            match (key.value(), scalar(key.value())) {
                (Value::Text(text), _) => self.string(text, origin)?,
                (_, scalar) => self.push(&format!("\"{}\"", scalar.unwrap_or_default()), origin)?,
            }
            let style = self.style;
            self.push_text(&style.behind_keys, origin)?;
            self.write(value, origin, level + 1)?;
        }
        self.new_line(origin, level - 1)?;
        self.push("}", origin)
    }

    fn entries<'e>(&mut self, dict: &'e Dict) -> Result<Vec<(&'e Key, &'e Value)>> {
        let entries: Vec<_> = dict.iter().collect();
        if !self.style.sorted {
            return Ok(entries);
        }
        sorting::sorted(entries, &mut self.evaluator.budget, |(left, _), (right, _), budget| {
            sorting::is_less(left.value(), right.value(), budget)
        })
    }

    fn separate(&mut self, index: usize, origin: Origin, level: usize) -> Result<()> {
        let style = self.style;
        if index > 0 {
            self.push_text(&style.between_items, origin)?;
        }
        self.new_line(origin, level)
    }

    fn new_line(&mut self, origin: Origin, level: usize) -> Result<()> {
        let style = self.style;
        let Some(indent) = &style.indent else { return Ok(()) };
        self.push("\n", origin)?;
        (0..level).try_for_each(|_| self.push_text(indent, origin))
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::None => Some("null".to_owned()),
        Value::Bool(bool) => Some(bool.to_string()),
        Value::Int(int) => Some(int.to_string()),
        Value::Float(float) if float.is_nan() => Some("NaN".to_owned()),
        Value::Float(float) if float.is_infinite() => {
            Some(if *float > 0.0 { "Infinity" } else { "-Infinity" }.to_owned())
        }
        Value::Float(float) => Some(float_repr(*float)),
        _ => None,
    }
}

fn escaped(char: char, ascii: bool) -> Option<String> {
    let escaped = match char {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\0'..' ' => format!("\\u{:04x}", char as u32),
        _ if ascii && !char.is_ascii() => {
            let mut units = [0; 2];
            let units = char.encode_utf16(&mut units).iter();
            units.map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat()
        }
        _ => return None,
    };
    Some(escaped)
}
