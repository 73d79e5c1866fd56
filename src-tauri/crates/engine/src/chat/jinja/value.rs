//! What a template computes with: Python's values, as far as templates have them.
//!
//! Values do not change once made, so they cannot hold themselves and dropping one is never
//! deeper than [`VALUE_DEPTH`](super::budget::VALUE_DEPTH). What does change (namespaces, loops)
//! lives in the evaluator; a value only says which one it is.

use std::cmp::Ordering;
use std::rc::Rc;

use super::budget::Budget;
use super::collections::{Dict, Key, Sequence, Steps, Stream};
use super::fault::{Fault, Result, quoted};
use super::text::Text;

#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Nothing, and why: what a message says when something is done with it.
    Undefined(Rc<str>),
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Text),
    Sequence(Rc<Sequence>),
    /// What `range` makes.
    Steps(Rc<Steps>),
    Dict(Rc<Dict>),
    /// What can be gone through only once.
    Stream(Rc<Stream>),
    Namespace(usize),
    Macro(usize),
    Loop(LoopHandle),
    /// A method, taken off its value.
    Method(Rc<Value>, &'static str),
    Function(Function),
}

/// A loop that runs: its place among those that do, and its own number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoopHandle {
    pub(super) place: usize,
    pub(super) id: u64,
}

/// What every template can call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Dict,
    Namespace,
    RaiseException,
    Range,
    StrftimeNow,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Int(i128),
    Float(f64),
}

impl Value {
    /// A text of the caller's that counts as the template's own.
    #[must_use]
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Text::plain(text))
    }

    /// # Errors
    /// The list would be nested too deep.
    pub(crate) fn list(items: Vec<Self>) -> Result<Self> {
        Sequence::list(items, &mut Budget::unlimited())
    }

    /// A dictionary with keys that count as the template's own.
    ///
    /// # Errors
    /// The dictionary would be nested too deep.
    pub(crate) fn dict(entries: Vec<(&str, Self)>) -> Result<Self> {
        let mut dict = Dict::default();
        for (key, value) in entries {
            dict.insert(Key::text(Text::plain(key)), value, &mut Budget::unlimited())?;
        }
        Ok(Self::Dict(Rc::new(dict)))
    }

    pub(super) fn undefined(reason: impl Into<Rc<str>>) -> Self {
        Self::Undefined(reason.into())
    }

    /// The attribute or item that a value does not have.
    pub(super) fn missing(&self, name: &str) -> Self {
        Self::undefined(format!("`{}` has no {}", self.type_name(), quoted(name)))
    }

    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Undefined(_) => "undefined",
            Self::None => "none",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "str",
            Self::Sequence(sequence) => sequence.kind.name(),
            Self::Steps(_) => "range",
            Self::Dict(_) => "dict",
            Self::Stream(_) => "generator",
            Self::Namespace(_) => "namespace",
            Self::Macro(_) => "macro",
            Self::Loop(_) => "loop",
            Self::Method(..) => "method",
            Self::Function(_) => "function",
        }
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Undefined(_) | Self::None => false,
            Self::Bool(bool) => *bool,
            Self::Int(int) => *int != 0,
            Self::Float(float) => *float != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Sequence(sequence) => !sequence.items.is_empty(),
            Self::Steps(steps) => steps.len() != 0,
            Self::Dict(dict) => dict.len() != 0,
            _ => true,
        }
    }

    /// How deep it is nested.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Sequence(sequence) => sequence.depth(),
            Self::Dict(dict) => dict.depth(),
            Self::Stream(stream) => stream.depth(),
            Self::Method(receiver, _) => receiver.depth(),
            _ => 0,
        }
    }

    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Bool(bool) => Some(Number::Int(i128::from(*bool))),
            Self::Int(int) => Some(Number::Int(*int)),
            Self::Float(float) => Some(Number::Float(*float)),
            _ => None,
        }
    }

    /// As an index, a count, ...
    pub(super) fn integer(&self) -> Result<i128> {
        match self.number() {
            Some(Number::Int(int)) => Ok(int),
            _ => Err(self.refused("an integer")),
        }
    }

    pub(super) fn as_text(&self) -> Result<&Text> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(self.refused("a string")),
        }
    }

    pub(super) fn as_dict(&self) -> Result<&Rc<Dict>> {
        match self {
            Self::Dict(dict) => Ok(dict),
            _ => Err(self.refused("a dictionary")),
        }
    }

    /// That another type was expected; of an undefined value, why it is.
    pub(super) fn refused(&self, expected: &str) -> Fault {
        match self {
            Self::Undefined(reason) => Fault::of_type(&**reason),
            _ => Fault::of_type(format!("expected {expected}, found `{}`", self.type_name())),
        }
    }
}

impl Number {
    pub(super) fn as_float(self) -> f64 {
        match self {
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(&right)),
            _ => self.as_float().partial_cmp(&other.as_float()),
        }
    }
}

/// Python's `==`.
pub(super) fn equal(left: &Value, right: &Value, budget: &mut Budget) -> Result<bool> {
    budget.spend(super::budget::ELEMENT)?;
    Ok(match (left, right) {
        (Value::Undefined(_), Value::Undefined(_)) | (Value::None, Value::None) => true,
        (Value::Text(left), Value::Text(right)) => equal_texts(left, right, budget)?,
        (Value::Sequence(left), Value::Sequence(right)) => {
            Rc::ptr_eq(left, right)
                || left.kind.is_like(right.kind) && all_equal(&left.items, &right.items, budget)?
        }
        (Value::Dict(left), Value::Dict(right)) => equal_dicts(left, right, budget)?,
        (Value::Steps(left), Value::Steps(right)) => left.iter().eq(right.iter()),
        (Value::Stream(left), Value::Stream(right)) => Rc::ptr_eq(left, right),
        (Value::Namespace(left), Value::Namespace(right))
        | (Value::Macro(left), Value::Macro(right)) => left == right,
        (Value::Loop(left), Value::Loop(right)) => left == right,
        (Value::Function(left), Value::Function(right)) => left == right,
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) => left.compare(right) == Some(Ordering::Equal),
            _ => false,
        },
    })
}

fn equal_texts(left: &Text, right: &Text, budget: &mut Budget) -> Result<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    budget.spend(left.len())?;
    Ok(left.as_str() == right.as_str())
}

pub(super) fn all_equal(left: &[Value], right: &[Value], budget: &mut Budget) -> Result<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right) {
        if !equal(left, right, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_dicts(left: &Rc<Dict>, right: &Rc<Dict>, budget: &mut Budget) -> Result<bool> {
    if Rc::ptr_eq(left, right) || left.len() != right.len() {
        return Ok(left.len() == right.len());
    }
    for (key, value) in left.iter() {
        let other = right.get(key, budget)?;
        match other {
            Some(other) if equal(value, other, budget)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Python's `<` and `>`: none where one of two numbers is not a number.
pub(super) fn compare(
    left: &Value,
    right: &Value,
    budget: &mut Budget,
) -> Result<Option<Ordering>> {
    budget.spend(super::budget::ELEMENT)?;
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            budget.spend(left.len().min(right.len()))?;
            Ok(Some(left.as_str().cmp(right.as_str())))
        }
        (Value::Sequence(left), Value::Sequence(right)) if left.kind.is_like(right.kind) => {
            compare_items(&left.items, &right.items, budget)
        }
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) => Ok(left.compare(right)),
            _ => Err(incomparable(left, right)),
        },
    }
}

/// The first elements that differ decide.
pub(super) fn compare_items(
    left: &[Value],
    right: &[Value],
    budget: &mut Budget,
) -> Result<Option<Ordering>> {
    for (left, right) in left.iter().zip(right) {
        if !equal(left, right, budget)? {
            return compare(left, right, budget);
        }
    }
    Ok(Some(left.len().cmp(&right.len())))
}

fn incomparable(left: &Value, right: &Value) -> Fault {
    match (left, right) {
        (Value::Undefined(reason), _) | (_, Value::Undefined(reason)) => Fault::of_type(&**reason),
        _ => {
            let (left, right) = (left.type_name(), right.type_name());
            Fault::of_type(format!("`{left}` and `{right}` have no order"))
        }
    }
}
