//! Expressions, evaluated.

use std::rc::Rc;

use super::attributes::Bounds;
use super::collections::{Dict, Key, Kind, Sequence};
use super::evaluator::Evaluator;
use super::fault::Result;
use super::syntax::{Arguments, Comparison, Conditional, Expression, Operator, Suffix};
use super::text::{Builder, Text};
use super::value::Value;
use super::{filters, predicates};

impl<'p> Evaluator<'p> {
    pub(super) fn evaluate(&mut self, expression: &'p Expression) -> Result<Value> {
        self.budget.step()?;
        self.deeper()?;
        let value = self.compute(expression);
        self.higher();
        value
    }

    fn compute(&mut self, expression: &'p Expression) -> Result<Value> {
        match expression {
            Expression::None => Ok(Value::None),
            Expression::Bool(bool) => Ok(Value::Bool(*bool)),
            Expression::Int(int) => Ok(Value::Int(*int)),
            Expression::Float(float) => Ok(Value::Float(*float)),
            Expression::Text(text) => Ok(Value::Text(text.clone())),
            Expression::Name(name) => self.lookup(name),
            Expression::List(items) => self.sequence(Kind::List, items),
            Expression::Tuple(items) => self.sequence(Kind::Tuple, items),
            Expression::Dict(entries) => self.dict(entries),
            Expression::Not(value) => self.negated(value),
            Expression::Negative(value) => self.signed(Operator::Subtract, value),
            Expression::Positive(value) => self.signed(Operator::Add, value),
            Expression::Arithmetic(first, rest) => self.operations(first, rest),
            Expression::Concat(parts) => self.concat(parts),
            Expression::Compare(first, rest) => self.comparisons(first, rest),
            Expression::And(parts) => self.first_that_is(false, parts),
            Expression::Or(parts) => self.first_that_is(true, parts),
            Expression::Conditional(node) => self.choose(node),
            Expression::Suffixed(value, suffixes) => {
                let value = self.evaluate(value)?;
                self.suffixed(value, suffixes)
            }
        }
    }

    fn sequence(&mut self, kind: Kind, expressions: &'p [Expression]) -> Result<Value> {
        let mut items = Vec::new();
        for expression in expressions {
            items.push(self.evaluate(expression)?);
        }
        Sequence::value(kind, items, &mut self.budget)
    }

    fn dict(&mut self, entries: &'p [(Expression, Expression)]) -> Result<Value> {
        self.budget.spend(super::budget::VALUE)?;
        let mut dict = Dict::default();
        for (key, value) in entries {
            let key = Key::new(&self.evaluate(key)?)?;
            let value = self.evaluate(value)?;
            dict.insert(key, value, &mut self.budget)?;
        }
        Ok(Value::Dict(Rc::new(dict)))
    }

    fn negated(&mut self, value: &'p Expression) -> Result<Value> {
        Ok(Value::Bool(!self.evaluate(value)?.is_true()))
    }

    /// A sign before a number.
    fn signed(&mut self, operator: Operator, value: &'p Expression) -> Result<Value> {
        let value = self.evaluate(value)?;
        if value.number().is_none() {
            return Err(value.refused("a number"));
        }
        match (operator, value) {
            // Zero minus this would lose the sign of a zero.
            (Operator::Subtract, Value::Float(float)) => Ok(Value::Float(-float)),
            (_, value) => self.arithmetic(operator, &Value::Int(0), &value),
        }
    }

    fn operations(
        &mut self,
        first: &'p Expression,
        rest: &'p [(Operator, Expression)],
    ) -> Result<Value> {
        let mut value = self.evaluate(first)?;
        for (operator, right) in rest {
            let right = self.evaluate(right)?;
            value = self.arithmetic(*operator, &value, &right)?;
        }
        Ok(value)
    }

    fn concat(&mut self, parts: &'p [Expression]) -> Result<Value> {
        let mut text = Builder::default();
        for part in parts {
            let value = self.evaluate(part)?;
            self.write(&value, &mut text)?;
        }
        Ok(Value::Text(text.finish()))
    }

    /// Each value with the next, as long as it holds.
    fn comparisons(
        &mut self,
        first: &'p Expression,
        rest: &'p [(Comparison, Expression)],
    ) -> Result<Value> {
        let mut left = self.evaluate(first)?;
        for (comparison, right) in rest {
            let right = self.evaluate(right)?;
            if !self.holds(*comparison, &left, &right)? {
                return Ok(Value::Bool(false));
            }
            left = right;
        }
        Ok(Value::Bool(true))
    }

    /// The first value that is true (or false), else the last one.
    fn first_that_is(&mut self, truth: bool, parts: &'p [Expression]) -> Result<Value> {
        let mut value = Value::None;
        for part in parts {
            value = self.evaluate(part)?;
            if value.is_true() == truth {
                break;
            }
        }
        Ok(value)
    }

    fn choose(&mut self, node: &'p Conditional) -> Result<Value> {
        if self.evaluate(&node.condition)?.is_true() {
            return self.evaluate(&node.value);
        }
        let none = || Value::undefined("an `if` in an expression was false and has no `else`");
        node.otherwise.as_ref().map_or_else(|| Ok(none()), |otherwise| self.evaluate(otherwise))
    }

    pub(super) fn suffixed(&mut self, value: Value, suffixes: &'p [Suffix]) -> Result<Value> {
        suffixes.iter().try_fold(value, |value, suffix| self.suffix(&value, suffix))
    }

    fn suffix(&mut self, value: &Value, suffix: &'p Suffix) -> Result<Value> {
        self.budget.step()?;
        match suffix {
            Suffix::Attribute(name) => self.attribute(value, name),
            Suffix::Item(item) => {
                let item = self.evaluate(item)?;
                self.item(value, &item)
            }
            Suffix::Slice(bounds) => self.sliced(value, bounds),
            Suffix::Call(arguments) => {
                let values = self.arguments(arguments)?;
                self.call(value, values)
            }
            Suffix::Filter(name, arguments) => {
                let values = self.arguments(arguments)?;
                filters::apply(self, name, value, values)
            }
            Suffix::Test { name, negated, arguments } => {
                self.tested(value, name, *negated, arguments)
            }
        }
    }

    fn tested(
        &mut self,
        value: &Value,
        name: &str,
        negated: bool,
        arguments: &'p Arguments,
    ) -> Result<Value> {
        let values = self.arguments(arguments)?;
        let holds = predicates::holds(self, name, value, values)?;
        Ok(Value::Bool(holds != negated))
    }

    fn sliced(&mut self, value: &Value, bounds: &'p [Option<Expression>; 3]) -> Result<Value> {
        let mut numbers = [None; 3];
        for (number, bound) in numbers.iter_mut().zip(bounds) {
            *number = match bound {
                None => None,
                Some(bound) => match self.evaluate(bound)? {
                    Value::None => None,
                    value => Some(value.integer()?),
                },
            };
        }
        let [start, stop, step] = numbers;
        self.slice(value, &Bounds { start, stop, step })
    }

    /// `{value}` as text.
    pub(super) fn text_of(&mut self, value: &Value) -> Result<Text> {
        if let Value::Text(text) = value {
            return Ok(text.clone());
        }
        let mut text = Builder::default();
        self.write(value, &mut text)?;
        Ok(text.finish())
    }
}
