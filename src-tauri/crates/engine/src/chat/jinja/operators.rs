//! What stands between two values.

use std::cmp::Ordering;

use super::budget::ELEMENT;
use super::collections::Sequence;
use super::evaluator::Evaluator;
use super::fault::{Fault, Result};
use super::syntax::{Comparison, Operator};
use super::text::{Builder, Text};
use super::value::{Number, Value, compare, equal};

impl Evaluator<'_> {
    pub(super) fn holds(
        &mut self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
    ) -> Result<bool> {
        let expected: &[Ordering] = match comparison {
            Comparison::Equal => return equal(left, right, &mut self.budget),
            Comparison::NotEqual => return Ok(!equal(left, right, &mut self.budget)?),
            Comparison::In => return self.contains(right, left),
            Comparison::NotIn => return Ok(!self.contains(right, left)?),
            Comparison::Less => &[Ordering::Less],
            Comparison::LessOrEqual => &[Ordering::Less, Ordering::Equal],
            Comparison::Greater => &[Ordering::Greater],
            Comparison::GreaterOrEqual => &[Ordering::Greater, Ordering::Equal],
        };
        let found = compare(left, right, &mut self.budget)?;
        Ok(found.is_some_and(|found| expected.contains(&found)))
    }

    /// Whether `item` is in `container`.
    pub(super) fn contains(&mut self, container: &Value, item: &Value) -> Result<bool> {
        match container {
            Value::Text(text) => {
                let part = item.as_text()?;
                self.budget.spend(text.len() + part.len())?;
                Ok(text.as_str().contains(part.as_str()))
            }
            Value::Dict(dict) => Ok(dict.find(item, &mut self.budget)?.is_some()),
            Value::Undefined(_) | Value::Sequence(_) | Value::Steps(_) | Value::Stream(_) => {
                for found in self.items(container)? {
                    if equal(&found, item, &mut self.budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Err(container.refused("something that holds values")),
        }
    }

    pub(super) fn arithmetic(
        &mut self,
        operator: Operator,
        left: &Value,
        right: &Value,
    ) -> Result<Value> {
        if let (Some(left), Some(right)) = (left.number(), right.number()) {
            return numeric(operator, left, right);
        }
        match (operator, left, right) {
            (Operator::Add, Value::Text(left), Value::Text(right)) => self.added(left, right),
            (Operator::Add, Value::Sequence(left), Value::Sequence(right))
                if left.kind.is_indexed() && left.kind.is_like(right.kind) =>
            {
                self.budget.spend_on(left.items.len() + right.items.len(), ELEMENT)?;
                let items = [left.items.as_slice(), &right.items].concat();
                Sequence::value(left.kind, items, &mut self.budget)
            }
            (Operator::Multiply, value, count) if count.integer().is_ok() => {
                self.repeated(value, count.integer()?)
            }
            (Operator::Multiply, count, value) if count.integer().is_ok() => {
                self.repeated(value, count.integer()?)
            }
            (Operator::Remainder, Value::Text(_), _) => {
                Err(Fault::unsupported("`%` after a string"))
            }
            _ => Err(no_operation(left, right)),
        }
    }

    /// Text that went through `escape` or `safe` has what is added to it escaped.
    fn added(&mut self, left: &Text, right: &Text) -> Result<Value> {
        let markup = left.is_markup() || right.is_markup();
        let mut text = Builder::default();
        for part in [left, right] {
            if markup && !part.is_markup() {
                text.append_escaped(part, &mut self.budget, html_escape)?;
            } else {
                text.append(part, &mut self.budget)?;
            }
        }
        Ok(Value::Text(text.finish().with_markup(markup)))
    }

    fn repeated(&mut self, value: &Value, count: i128) -> Result<Value> {
        let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
        match value {
            Value::Text(text) => {
                let mut repeated = Builder::default();
                if !text.is_empty() {
                    // All at once: one repetition is too cheap to be counted on its own.
                    self.budget.spend_on(count, super::budget::PIECE + text.len())?;
                    for _ in 0..count {
                        repeated.append(text, &mut self.budget)?;
                    }
                }
                Ok(Value::Text(repeated.finish().with_markup(text.is_markup())))
            }
            Value::Sequence(sequence) if sequence.kind.is_indexed() => {
                let length = sequence.items.len().saturating_mul(count);
                self.budget.spend_on(length, ELEMENT)?;
                let items = sequence.items.iter().cycle().take(length).cloned().collect();
                Sequence::value(sequence.kind, items, &mut self.budget)
            }
            _ => Err(no_operation(value, &Value::Int(0))),
        }
    }
}

/// What the characters of HTML are written as in text.
pub(super) fn html_escape(char: char) -> Option<String> {
    let escaped = match char {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '\'' => "&#39;",
        '"' => "&#34;",
        _ => return None,
    };
    Some(escaped.to_owned())
}

fn no_operation(left: &Value, right: &Value) -> Fault {
    match (left, right) {
        (Value::Undefined(reason), _) | (_, Value::Undefined(reason)) => Fault::of_type(&**reason),
        _ => {
            let (left, right) = (left.type_name(), right.type_name());
            Fault::of_type(format!("`{left}` and `{right}` have no such operation"))
        }
    }
}

fn numeric(operator: Operator, left: Number, right: Number) -> Result<Value> {
    match (operator, left, right) {
        (Operator::Divide, ..) => {
            let divisor = nonzero(right.as_float())?;
            Ok(Value::Float(left.as_float() / divisor))
        }
        (_, Number::Int(left), Number::Int(right)) => integers(operator, left, right),
        _ => floats(operator, left.as_float(), right.as_float()).map(Value::Float),
    }
}

fn nonzero(divisor: f64) -> Result<f64> {
    if divisor == 0.0 { Err(Fault::of_type("division by zero")) } else { Ok(divisor) }
}

fn integers(operator: Operator, left: i128, right: i128) -> Result<Value> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Power if right < 0 => {
            return floats(operator, left as f64, right as f64).map(Value::Float);
        }
        Operator::Power => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
        _ => {
            nonzero(right as f64)?;
            // Towards minus infinity, where Rust goes towards zero.
            let below = i128::from(
                left.checked_rem(right).is_some_and(|rest| rest != 0 && (rest < 0) != (right < 0)),
            );
            let quotient = left.checked_div(right).map(|quotient| quotient - below);
            let remainder = left.checked_rem(right).map(|rest| rest + below * right);
            if operator == Operator::FloorDivide { quotient } else { remainder }
        }
    };
    result.map(Value::Int).ok_or_else(|| Fault::limit("a number is too large"))
}

fn floats(operator: Operator, left: f64, right: f64) -> Result<f64> {
    Ok(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / nonzero(right)?,
        Operator::FloorDivide => floor_division(left, nonzero(right)?).0,
        Operator::Remainder => floor_division(left, nonzero(right)?).1,
        Operator::Power => power(left, right)?,
    })
}

/// The quotient and the remainder, both as Python rounds them.
fn floor_division(left: f64, right: f64) -> (f64, f64) {
    let mut rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (rest < 0.0) != (right < 0.0) {
        rest += right;
        quotient -= 1.0;
    }
    if rest == 0.0 {
        rest = 0.0_f64.copysign(right);
    }
    let floor = quotient.floor();
    let floor = if quotient - floor > 0.5 { floor + 1.0 } else { floor };
    (if quotient == 0.0 { 0.0_f64.copysign(left / right) } else { floor }, rest)
}

fn power(left: f64, right: f64) -> Result<f64> {
    if left == 0.0 && right < 0.0 {
        return Err(Fault::of_type("zero has no negative power"));
    }
    let power = left.powf(right);
    if power.is_nan() && !left.is_nan() && !right.is_nan() {
        return Err(Fault::unsupported("a complex number"));
    }
    if power.is_infinite() && left.is_finite() && right.is_finite() {
        return Err(Fault::of_type("a number is too large"));
    }
    Ok(power)
}
