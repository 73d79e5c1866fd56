//! Values that hold other values.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::budget::{Budget, ELEMENT, ENTRY, VALUE, VALUE_DEPTH};
use super::fault::{Fault, Result};
use super::text::{Origin, Text};
use super::value::{Number, Value};

/// What kind of sequence; the views of a dictionary are copies, as dictionaries do not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Tuple,
    Keys,
    Values,
    Items,
}

#[derive(Debug)]
pub(crate) struct Sequence {
    pub(super) kind: Kind,
    pub(super) items: Vec<Value>,
    /// Of the brackets and commas when it is written out.
    pub(super) origin: Origin,
    depth: usize,
}

/// The numbers from a first one to before a last one.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(super) start: i128,
    pub(super) stop: i128,
    /// Never 0.
    pub(super) step: i128,
}

#[derive(Debug)]
pub(crate) struct Stream {
    items: Vec<Value>,
    next: Cell<usize>,
    depth: usize,
}

/// Remembers the order in which its keys came.
#[derive(Debug, Default)]
pub(crate) struct Dict {
    entries: Vec<(Key, Value)>,
    places: HashMap<Key, usize>,
    /// Of the brackets and commas when it is written out.
    pub(super) origin: Origin,
    depth: usize,
}

/// A value that can be looked up: a text, number, `none` or nothing at all.
#[derive(Debug, Clone)]
pub(super) struct Key(Value);

/// What makes two keys the same: `1`, `1.0` and `true` are.
#[derive(PartialEq, Eq, Hash)]
enum Identity<'k> {
    Undefined,
    None,
    Int(i128),
    Float(u64),
    Text(&'k str),
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Tuple => "tuple",
            Self::Keys => "dict_keys",
            Self::Values => "dict_values",
            Self::Items => "dict_items",
        }
    }

    /// Whether elements have places: a view's have none.
    pub(super) fn is_indexed(self) -> bool {
        matches!(self, Self::List | Self::Tuple)
    }

    /// Whether two are compared by their elements.
    pub(super) fn is_like(self, other: Self) -> bool {
        self.name() == other.name()
    }
}

/// The depth of what holds values of that depth.
fn deeper(depth: usize) -> Result<usize> {
    if depth < VALUE_DEPTH {
        return Ok(depth + 1);
    }
    Err(Fault::limit("lists and dictionaries are nested too deep"))
}

impl Sequence {
    pub(super) fn value(kind: Kind, items: Vec<Value>, budget: &mut Budget) -> Result<Value> {
        Self::of_origin(kind, items, Origin::Template, budget)
    }

    pub(super) fn list(items: Vec<Value>, budget: &mut Budget) -> Result<Value> {
        Self::value(Kind::List, items, budget)
    }

    pub(super) fn of_origin(
        kind: Kind,
        items: Vec<Value>,
        origin: Origin,
        budget: &mut Budget,
    ) -> Result<Value> {
        budget.spend(VALUE)?;
        budget.spend_on(items.len(), ELEMENT)?;
        let depth = deeper(items.iter().map(Value::depth).max().unwrap_or(0))?;
        Ok(Value::Sequence(Rc::new(Self { kind, items, origin, depth })))
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }
}

impl Steps {
    pub(super) fn len(&self) -> usize {
        let (low, high) =
            if self.step > 0 { (self.start, self.stop) } else { (self.stop, self.start) };
        if low >= high {
            return 0;
        }
        let span = high.abs_diff(low);
        usize::try_from((span - 1) / self.step.unsigned_abs() + 1).unwrap_or(usize::MAX)
    }

    pub(super) fn get(&self, index: usize) -> Option<i128> {
        (index < self.len()).then(|| self.start.wrapping_add(self.step.wrapping_mul(index as i128)))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = i128> {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl Stream {
    pub(super) fn value(items: Vec<Value>, budget: &mut Budget) -> Result<Value> {
        budget.spend(VALUE)?;
        budget.spend_on(items.len(), ELEMENT)?;
        let depth = deeper(items.iter().map(Value::depth).max().unwrap_or(0))?;
        Ok(Value::Stream(Rc::new(Self { items, next: Cell::new(0), depth })))
    }

    pub(super) fn next(&self) -> Option<Value> {
        let item = self.items.get(self.next.get());
        self.next.set(self.next.get() + 1);
        item.cloned()
    }

    /// All that was not taken yet, which is taken now.
    pub(super) fn rest(&self) -> &[Value] {
        let rest = self.items.get(self.next.get()..).unwrap_or_default();
        self.next.set(self.items.len());
        rest
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }
}

impl Dict {
    pub(super) fn of_origin(origin: Origin) -> Self {
        Self { origin, ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// What is there for a value.
    pub(super) fn find(&self, sought: &Value, budget: &mut Budget) -> Result<Option<&Value>> {
        let key = Key::sought(sought)?;
        key.map_or(Ok(None), |key| self.get(&key, budget))
    }

    pub(super) fn get(&self, key: &Key, budget: &mut Budget) -> Result<Option<&Value>> {
        budget.spend(key.cost())?;
        let entry = self.places.get(key).and_then(|place| self.entries.get(*place));
        Ok(entry.map(|(_, value)| value))
    }

    /// A key that is there keeps its place and spelling.
    pub(super) fn insert(&mut self, key: Key, value: Value, budget: &mut Budget) -> Result<()> {
        budget.spend(ENTRY + key.cost())?;
        self.depth = self.depth.max(deeper(value.depth())?);
        let place = *self.places.entry(key.clone()).or_insert(self.entries.len());
        match self.entries.get_mut(place) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key, value)),
        }
        Ok(())
    }

    /// An entry as a tuple.
    pub(super) fn pair(&self, key: &Key, value: &Value, budget: &mut Budget) -> Result<Value> {
        let pair = vec![key.value().clone(), value.clone()];
        Sequence::of_origin(Kind::Tuple, pair, self.origin, budget)
    }

    /// Copies the entries of another.
    pub(super) fn extend(&mut self, other: &Self, budget: &mut Budget) -> Result<()> {
        other.iter().try_for_each(|(key, value)| self.insert(key.clone(), value.clone(), budget))
    }
}

impl Key {
    pub(super) fn text(text: Text) -> Self {
        Self(Value::Text(text))
    }

    pub(super) fn new(value: &Value) -> Result<Self> {
        match value {
            Value::Text(_) | Value::None | Value::Undefined(_) => Ok(Self(value.clone())),
            _ if value.number().is_some() => Ok(Self(value.clone())),
            _ => Err(value.refused("a key (a string, number or none)")),
        }
    }

    /// What is looked up; none for what cannot be found, as it is a key of no dictionary here.
    pub(super) fn sought(value: &Value) -> Result<Option<Self>> {
        match value {
            Value::Dict(_) => Err(value.refused("a key")),
            Value::Sequence(sequence) if sequence.kind != Kind::Tuple => {
                Err(value.refused("a key"))
            }
            _ => Ok(Self::new(value).ok()),
        }
    }

    pub(super) fn value(&self) -> &Value {
        &self.0
    }

    /// Of looking it up.
    fn cost(&self) -> usize {
        ELEMENT + self.0.as_text().map_or(0, Text::len)
    }

    fn identity(&self) -> Identity<'_> {
        match (&self.0, self.0.number()) {
            (Value::Text(text), _) => Identity::Text(text.as_str()),
            (Value::Undefined(_), _) => Identity::Undefined,
            (_, Some(Number::Int(int))) => Identity::Int(int),
            (_, Some(Number::Float(float))) if float.fract() == 0.0 && float.abs() < 1e30 => {
                Identity::Int(float as i128)
            }
            (_, Some(Number::Float(float))) => Identity::Float(float.to_bits()),
            _ => Identity::None,
        }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}
