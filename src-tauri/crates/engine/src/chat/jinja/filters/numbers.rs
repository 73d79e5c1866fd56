//! Filters for numbers.

use super::super::calls::Values;
use super::super::evaluator::Evaluator;
use super::super::fault::{Fault, Result};
use super::super::literals::is_space;
use super::super::path::Path;
use super::super::syntax::Operator;
use super::super::value::{Number, Value};

/// More digits than this no number has behind its point.
const DIGITS: i128 = 400;

fn number(value: &Value) -> Result<Number> {
    value.number().ok_or_else(|| value.refused("a number"))
}

pub(super) fn abs(_: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("abs")?;
    match number(value)? {
        Number::Float(float) => Ok(Value::Float(float.abs())),
        Number::Int(int) => {
            let positive = int.checked_abs();
            positive.map(Value::Int).ok_or_else(|| Fault::limit("a number is too large"))
        }
    }
}

/// As Python's `int` reads a number, or else the default.
pub(super) fn int(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [default, base] = values.bind("int", ["default", "base"])?;
    let default = default.unwrap_or(Value::Int(0));
    let base = base.map_or(Ok(10), |base| base.integer())?;
    match (value, value.number()) {
        (Value::Undefined(_), _) => Err(value.refused("")),
        (_, Some(Number::Int(int))) => Ok(Value::Int(int)),
        (_, Some(Number::Float(float))) if float.is_infinite() => {
            Err(Fault::of_type("infinity is no integer"))
        }
        (_, Some(Number::Float(float))) => Ok(whole(float).unwrap_or(default)),
        (Value::Text(text), _) => {
            evaluator.budget.spend(text.len())?;
            let text = text.as_str().trim_matches(is_space);
            let int = integer_in(text, base).map(Value::Int);
            Ok(int.or_else(|| float_in(text).and_then(whole)).unwrap_or(default))
        }
        _ => Ok(default),
    }
}

fn whole(float: f64) -> Option<Value> {
    (float.abs() < 1e38).then_some(Value::Int(float as i128))
}

fn integer_in(text: &str, base: i128) -> Option<i128> {
    let radix = u32::try_from(base).ok().filter(|base| (2..=36).contains(base))?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let prefix = match radix {
        2 => ["0b", "0B"],
        8 => ["0o", "0O"],
        16 => ["0x", "0X"],
        _ => ["", ""],
    };
    let digits = prefix.iter().find_map(|prefix| unsigned.strip_prefix(prefix));
    let digits = without_underscores(digits.unwrap_or(unsigned))?;
    let int = i128::from_str_radix(&digits, radix).ok()?;
    Some(if text.starts_with('-') { -int } else { int })
}

/// Python allows single ones between digits.
fn without_underscores(digits: &str) -> Option<String> {
    let bare = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    (!bare && digits.starts_with(char::is_alphanumeric)).then(|| digits.replace('_', ""))
}

fn float_in(text: &str) -> Option<f64> {
    let between_digits = !text.contains("__") && !text.starts_with('_') && !text.ends_with('_');
    text.replace('_', "").parse().ok().filter(|_| between_digits)
}

pub(super) fn float(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [default] = values.bind("float", ["default"])?;
    let default = default.unwrap_or(Value::Float(0.0));
    match (value, value.number()) {
        (Value::Undefined(_), _) => Err(value.refused("")),
        (_, Some(number)) => Ok(Value::Float(number.as_float())),
        (Value::Text(text), _) => {
            evaluator.budget.spend(text.len())?;
            let float = float_in(text.as_str().trim_matches(is_space));
            Ok(float.map_or(default, Value::Float))
        }
        _ => Ok(default),
    }
}

pub(super) fn round(_: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [precision, method] = values.bind("round", ["precision", "method"])?;
    let precision = precision.map_or(Ok(0), |precision| precision.integer())?;
    let precision = precision.clamp(-DIGITS, DIGITS) as i32;
    let number = number(value)?;
    let method = method.unwrap_or_else(|| Value::text("common"));
    let scaled = |round: fn(f64) -> f64| {
        let scale = 10_f64.powi(precision);
        Ok(Value::Float(round(number.as_float() * scale) / scale))
    };
    match (method.as_text()?.as_str(), number) {
        ("ceil", _) => scaled(f64::ceil),
        ("floor", _) => scaled(f64::floor),
        ("common", Number::Int(int)) if precision >= 0 => Ok(Value::Int(int)),
        ("common", Number::Float(float)) if precision >= 0 => {
            // Writing a number rounds it exactly, to even where it lies between two.
            let digits = precision as usize;
            Ok(Value::Float(format!("{float:.digits$}").parse().unwrap_or(float)))
        }
        ("common", _) => {
            let scale = 10_f64.powi(-precision);
            let rounded = (number.as_float() / scale).round_ties_even() * scale;
            let is_int = matches!(number, Number::Int(_));
            Ok(if is_int { Value::Int(rounded as i128) } else { Value::Float(rounded) })
        }
        _ => Err(Fault::of_type("a method of rounding is `common`, `ceil` or `floor`")),
    }
}

pub(super) fn sum(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [attribute, start] = values.bind("sum", ["attribute", "start"])?;
    let path = Path::new(attribute.as_ref(), &mut evaluator.budget)?;
    let mut sum = start.unwrap_or(Value::Int(0));
    if matches!(sum, Value::Text(_)) {
        return Err(sum.refused("no string"));
    }
    for item in evaluator.items(value)? {
        evaluator.budget.step()?;
        let item = path.follow(evaluator, item)?;
        sum = evaluator.arithmetic(Operator::Add, &sum, &item)?;
    }
    Ok(sum)
}
