//! Jinja's tests: `value is name(arguments)`.

use std::rc::Rc;

use super::calls::Values;
use super::collections::Kind;
use super::evaluator::Evaluator;
use super::fault::{Fault, Result, quoted};
use super::filters;
use super::methods::required;
use super::syntax::{Comparison, Operator};
use super::texts;
use super::value::{Value, equal};

/// About a value alone.
type Plain = fn(&Value) -> bool;

static PLAIN: [(&str, Plain); 15] = [
    ("boolean", |value| matches!(value, Value::Bool(_))),
    ("callable", is_callable),
    ("defined", |value| !matches!(value, Value::Undefined(_))),
    ("escaped", |value| matches!(value, Value::Text(text) if text.is_markup())),
    ("false", |value| matches!(value, Value::Bool(false))),
    ("float", |value| matches!(value, Value::Float(_))),
    ("integer", |value| matches!(value, Value::Int(_))),
    ("iterable", is_iterable),
    ("mapping", |value| matches!(value, Value::Dict(_))),
    ("none", |value| matches!(value, Value::None)),
    ("number", |value| value.number().is_some()),
    ("sequence", is_sequence),
    ("string", |value| matches!(value, Value::Text(_))),
    ("true", |value| matches!(value, Value::Bool(true))),
    ("undefined", |value| matches!(value, Value::Undefined(_))),
];

/// About two values.
const COMPARISONS: [(&str, Comparison); 16] = [
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    ("<=", Comparison::LessOrEqual),
    ("==", Comparison::Equal),
    (">", Comparison::Greater),
    (">=", Comparison::GreaterOrEqual),
    ("eq", Comparison::Equal),
    ("equalto", Comparison::Equal),
    ("ge", Comparison::GreaterOrEqual),
    ("greaterthan", Comparison::Greater),
    ("gt", Comparison::Greater),
    ("in", Comparison::In),
    ("le", Comparison::LessOrEqual),
    ("lessthan", Comparison::Less),
    ("lt", Comparison::Less),
    ("ne", Comparison::NotEqual),
];

/// The rest, which `other` knows.
const OTHERS: [&str; 8] =
    ["divisibleby", "even", "filter", "lower", "odd", "sameas", "test", "upper"];

pub(super) fn exists(name: &str) -> bool {
    PLAIN.iter().any(|(other, _)| *other == name)
        || COMPARISONS.iter().any(|(other, _)| *other == name)
        || OTHERS.contains(&name)
}

pub(super) fn holds(
    evaluator: &mut Evaluator,
    name: &str,
    value: &Value,
    values: Values,
) -> Result<bool> {
    evaluator.budget.step()?;
    if let Some((_, test)) = PLAIN.iter().find(|(other, _)| *other == name) {
        return values.end(name).map(|()| test(value));
    }
    if let Some((_, comparison)) = COMPARISONS.iter().find(|(other, _)| *other == name) {
        let [right] = values.bind(name, [""])?;
        return evaluator.holds(*comparison, value, &required(right, name)?);
    }
    match name {
        "divisibleby" | "sameas" => {
            let [right] = values.bind(name, [if name == "sameas" { "other" } else { "num" }])?;
            let right = required(right, name)?;
            if name == "sameas" {
                return Ok(is_same(value, &right));
            }
            remains(evaluator, value, &right, 0)
        }
        _ => {
            values.end(name)?;
            other(evaluator, name, value)
        }
    }
}

fn other(evaluator: &mut Evaluator, name: &str, value: &Value) -> Result<bool> {
    match name {
        "even" => remains(evaluator, value, &Value::Int(2), 0),
        "odd" => remains(evaluator, value, &Value::Int(2), 1),
        "lower" | "upper" => {
            let text = evaluator.text_of(value)?;
            evaluator.budget.spend(text.len())?;
            Ok(if name == "lower" { texts::is_lower(&text) } else { texts::is_upper(&text) })
        }
        "filter" => Ok(value.as_text().is_ok_and(|name| filters::exists(name.as_str()))),
        "test" => Ok(value.as_text().is_ok_and(|name| exists(name.as_str()))),
        _ => Err(Fault::of_type(format!("{} is not a test", quoted(name)))),
    }
}

/// Whether so much remains of a division.
fn remains(evaluator: &mut Evaluator, left: &Value, right: &Value, rest: i128) -> Result<bool> {
    let found = evaluator.arithmetic(Operator::Remainder, left, right)?;
    equal(&found, &Value::Int(rest), &mut evaluator.budget)
}

fn is_callable(value: &Value) -> bool {
    matches!(
        value,
        Value::Undefined(_)
            | Value::Macro(_)
            | Value::Method(..)
            | Value::Function(_)
            | Value::Loop(_)
    )
}

fn is_iterable(value: &Value) -> bool {
    is_sequence(value) || matches!(value, Value::Sequence(_) | Value::Stream(_) | Value::Loop(_))
}

fn is_sequence(value: &Value) -> bool {
    match value {
        Value::Sequence(sequence) => {
            !matches!(sequence.kind, Kind::Keys | Kind::Values | Kind::Items)
        }
        Value::Undefined(_) | Value::Text(_) | Value::Steps(_) | Value::Dict(_) => true,
        _ => false,
    }
}

/// Python's `is`.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::None, Value::None) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Int(left), Value::Int(right)) => left == right,
        (Value::Namespace(left), Value::Namespace(right))
        | (Value::Macro(left), Value::Macro(right)) => left == right,
        (Value::Sequence(left), Value::Sequence(right)) => Rc::ptr_eq(left, right),
        (Value::Dict(left), Value::Dict(right)) => Rc::ptr_eq(left, right),
        (Value::Text(left), Value::Text(right)) => left.is_same(right),
        _ => false,
    }
}
