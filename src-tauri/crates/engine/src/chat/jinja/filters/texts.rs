//! Filters for text. They take other values as what these are written as.

use super::super::calls::Values;
use super::super::evaluator::Evaluator;
use super::super::fault::Result;
use super::super::json::spaces;
use super::super::literals::is_space;
use super::super::methods;
use super::super::operators::html_escape;
use super::super::path::Path;
use super::super::text::Builder;
use super::super::texts::{self, Side};
use super::super::value::Value;
use super::is_set;

/// What is a method of strings, too.
fn method(evaluator: &mut Evaluator, value: &Value, name: &str, values: Values) -> Result<Value> {
    let text = evaluator.text_of(value)?;
    methods::of_text(&text, name, values, &mut evaluator.budget)
}

pub(super) fn upper(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    method(evaluator, value, "upper", values)
}

pub(super) fn lower(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    method(evaluator, value, "lower", values)
}

pub(super) fn capitalize(
    evaluator: &mut Evaluator,
    value: &Value,
    values: Values,
) -> Result<Value> {
    method(evaluator, value, "capitalize", values)
}

pub(super) fn title(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("title")?;
    let text = evaluator.text_of(value)?;
    let ends_word = |char| is_space(char) || "-({[<".contains(char);
    let begins = |before: Option<char>| before.is_none_or(ends_word);
    texts::capitalized(&text, begins, &mut evaluator.budget).map(Value::Text)
}

pub(super) fn trim(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [chars] = values.bind("trim", ["chars"])?;
    let text = evaluator.text_of(value)?;
    let sides = [Side::Left, Side::Right];
    texts::strip(&text, chars, &sides, &mut evaluator.budget).map(Value::Text)
}

pub(super) fn replace(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [old, new, count] = values.bind("replace", ["old", "new", "count"])?;
    let text = evaluator.text_of(value)?.with_markup(false);
    let mut written = |value: Option<Value>| {
        value.map(|value| evaluator.text_of(&value).map(Value::Text)).transpose()
    };
    let (old, new) = (written(old)?, written(new)?);
    let count = count.filter(|count| !matches!(count, Value::None));
    texts::replace(&text, old, new, count, &mut evaluator.budget)
}

pub(super) fn string(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("string")?;
    evaluator.text_of(value).map(Value::Text)
}

pub(super) fn safe(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("safe")?;
    evaluator.text_of(value).map(|text| Value::Text(text.with_markup(true)))
}

pub(super) fn escape(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("escape")?;
    let text = evaluator.text_of(value)?;
    if text.is_markup() {
        return Ok(value.clone());
    }
    let mut escaped = Builder::default();
    escaped.append_escaped(&text, &mut evaluator.budget, html_escape)?;
    Ok(Value::Text(escaped.finish().with_markup(true)))
}

pub(super) fn join(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [separator, attribute] = values.bind("join", ["d", "attribute"])?;
    let path = Path::new(attribute.as_ref(), &mut evaluator.budget)?;
    let separator = separator.unwrap_or_else(|| Value::text(""));
    let mut joined = Builder::default();
    for (index, item) in evaluator.items(value)?.into_iter().enumerate() {
        evaluator.budget.step()?;
        if index > 0 {
            evaluator.write(&separator, &mut joined)?;
        }
        let item = path.follow(evaluator, item)?;
        evaluator.write(&item, &mut joined)?;
    }
    Ok(Value::Text(joined.finish()))
}

pub(super) fn indent(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [width, first, blank] = values.bind("indent", ["width", "first", "blank"])?;
    let indent = match width {
        Some(Value::Text(text)) => text,
        width => {
            let width = width.map_or(Ok(4), |width| width.integer())?;
            spaces(width, &mut evaluator.budget)?
        }
    };
    let which = (is_set(first), is_set(blank));
    texts::indented(value.as_text()?, &indent, which, &mut evaluator.budget).map(Value::Text)
}

pub(super) fn wordcount(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("wordcount")?;
    let text = evaluator.text_of(value)?;
    evaluator.budget.spend(text.len())?;
    let words = text.as_str().split(|char: char| !char.is_alphanumeric() && char != '_');
    Ok(Value::Int(words.filter(|word| !word.is_empty()).count() as i128))
}
