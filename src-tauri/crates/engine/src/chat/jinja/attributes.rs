//! Attributes, items and slices; what can be gone through.

use std::rc::Rc;

use super::collections::{Key, Sequence, Steps};
use super::evaluator::Evaluator;
use super::fault::{Fault, Result};
use super::methods;
use super::text::{Builder, Text};
use super::value::Value;

/// Of a slice.
pub(super) struct Bounds {
    pub(super) start: Option<i128>,
    pub(super) stop: Option<i128>,
    pub(super) step: Option<i128>,
}

impl Bounds {
    /// The indices of a sequence that are meant.
    pub(super) fn indices(&self, length: usize) -> Result<Steps> {
        let step = self.step.unwrap_or(1);
        if step == 0 {
            return Err(Fault::of_type("the step of a slice is 0"));
        }
        let length = length as i128;
        let (low, high) = if step > 0 { (0, length) } else { (-1, length - 1) };
        let bound = |bound: i128| {
            let bound = if bound < 0 { bound.saturating_add(length) } else { bound };
            bound.clamp(low, high)
        };
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let (start, stop) = (self.start.map_or(first, bound), self.stop.map_or(last, bound));
        Ok(Steps { start, stop, step })
    }
}

impl Evaluator<'_> {
    /// `value.name`: a method before an entry.
    pub(super) fn attribute(&mut self, value: &Value, name: &Text) -> Result<Value> {
        if let Some(attribute) = self.own_attribute(value, name.as_str())? {
            return Ok(attribute);
        }
        let entry = match value {
            Value::Dict(dict) => dict.get(&Key::text(name.clone()), &mut self.budget)?.cloned(),
            _ => None,
        };
        Ok(entry.unwrap_or_else(|| value.missing(name.as_str())))
    }

    /// `value[item]`: an entry before a method.
    pub(super) fn item(&mut self, value: &Value, item: &Value) -> Result<Value> {
        if let Value::Undefined(_) = value {
            return Err(value.refused(""));
        }
        if let Some(found) = self.entry(value, item)? {
            return Ok(found);
        }
        match item {
            Value::Text(name) => {
                let attribute = self.own_attribute(value, name.as_str())?;
                Ok(attribute.unwrap_or_else(|| value.missing(name.as_str())))
            }
            _ => Ok(Value::undefined(format!("`{}` has no such item", value.type_name()))),
        }
    }

    /// A method, or an attribute of what is no dictionary.
    fn own_attribute(&mut self, value: &Value, name: &str) -> Result<Option<Value>> {
        match value {
            Value::Undefined(_) => Err(value.refused("")),
            Value::Namespace(index) => {
                let key = Key::text(Text::plain(name));
                let Some(attributes) = self.namespaces.get(*index) else { return Ok(None) };
                Ok(attributes.get(&key, &mut self.budget)?.cloned())
            }
            Value::Loop(handle) => match self.loop_attribute(*handle, name)? {
                None => Ok(methods::taken_off(value, name)),
                found => Ok(found),
            },
            _ => Ok(methods::taken_off(value, name)),
        }
    }

    fn entry(&mut self, value: &Value, item: &Value) -> Result<Option<Value>> {
        let index = item.integer().ok();
        Ok(match (value, index) {
            (Value::Dict(dict), _) => match Key::new(item) {
                Ok(key) => dict.get(&key, &mut self.budget)?.cloned(),
                Err(_) => None,
            },
            (Value::Sequence(sequence), Some(index)) if sequence.kind.is_indexed() => {
                let index = from_start(index, sequence.items.len());
                index.and_then(|index| sequence.items.get(index)).cloned()
            }
            (Value::Steps(steps), Some(index)) => {
                let index = from_start(index, steps.len());
                index.and_then(|index| steps.get(index)).map(Value::Int)
            }
            (Value::Text(text), Some(index)) => self.character(text, index)?,
            _ => None,
        })
    }

    fn character(&mut self, text: &Text, index: i128) -> Result<Option<Value>> {
        self.budget.spend(text.len())?;
        let string = text.as_str();
        let ahead = usize::try_from(index).ok();
        let behind = usize::try_from(index.saturating_neg() - 1).ok();
        let found = match (ahead, behind) {
            (Some(ahead), _) => string.char_indices().nth(ahead),
            (_, Some(behind)) => string.char_indices().nth_back(behind),
            _ => None,
        };
        let Some((at, char)) = found else { return Ok(None) };
        text.slice(at..at + char.len_utf8(), &mut self.budget).map(|text| Some(Value::Text(text)))
    }

    pub(super) fn slice(&mut self, value: &Value, bounds: &Bounds) -> Result<Value> {
        match value {
            Value::Text(text) => self.slice_text(text, bounds).map(Value::Text),
            Value::Sequence(sequence) if sequence.kind.is_indexed() => {
                let indices = bounds.indices(sequence.items.len())?;
                self.budget.spend_on(indices.len(), super::budget::ELEMENT)?;
                let items = indices.iter().filter_map(|index| {
                    let index = usize::try_from(index).ok()?;
                    sequence.items.get(index).cloned()
                });
                Sequence::of_origin(
                    sequence.kind,
                    items.collect(),
                    sequence.origin,
                    &mut self.budget,
                )
            }
            Value::Steps(steps) => {
                let Steps { start, stop, step } = bounds.indices(steps.len())?;
                let at = |index: i128| steps.start.wrapping_add(steps.step.wrapping_mul(index));
                let (start, stop, step) = (at(start), at(stop), steps.step.wrapping_mul(step));
                Ok(Value::Steps(Rc::new(Steps { start, stop, step })))
            }
            _ => Err(value.refused("something with a first and last item")),
        }
    }

    fn slice_text(&mut self, text: &Text, bounds: &Bounds) -> Result<Text> {
        let string = text.as_str();
        self.budget.spend(string.len())?;
        let length = if string.is_ascii() { string.len() } else { string.chars().count() };
        let indices = bounds.indices(length)?;
        if indices.step == 1 {
            let (start, count) = (indices.start as usize, indices.len());
            let byte = |index: usize| {
                if length == string.len() {
                    return index;
                }
                string.char_indices().nth(index).map_or(string.len(), |(at, _)| at)
            };
            return text.slice(byte(start)..byte(start + count), &mut self.budget);
        }
        self.budget.spend_on(length, size_of::<(char, usize)>())?;
        let chars: Vec<_> = text.chars().map(|(_, char, origin)| (char, origin)).collect();
        let mut slice = Builder::default();
        for index in indices.iter() {
            let char = usize::try_from(index).ok().and_then(|index| chars.get(index));
            if let Some((char, origin)) = char {
                slice.push(char.encode_utf8(&mut [0; 4]), *origin, &mut self.budget)?;
            }
        }
        Ok(slice.finish().with_markup(text.is_markup()))
    }

    /// What going through a value gives.
    pub(super) fn items(&mut self, value: &Value) -> Result<Vec<Value>> {
        let budget = &mut self.budget;
        match value {
            Value::Undefined(_) => Ok(Vec::new()),
            Value::Sequence(sequence) => {
                budget.spend_on(sequence.items.len(), super::budget::ELEMENT)?;
                Ok(sequence.items.clone())
            }
            Value::Steps(steps) => {
                budget.spend_on(steps.len(), super::budget::ELEMENT)?;
                Ok(steps.iter().map(Value::Int).collect())
            }
            Value::Dict(dict) => {
                budget.spend_on(dict.len(), super::budget::ELEMENT)?;
                Ok(dict.iter().map(|(key, _)| key.value().clone()).collect())
            }
            Value::Stream(stream) => {
                let rest = stream.rest();
                budget.spend_on(rest.len(), super::budget::ELEMENT)?;
                Ok(rest.to_vec())
            }
            Value::Text(text) => {
                let chars = text.chars().map(|(at, char, _)| {
                    let char = text.slice(at..at + char.len_utf8(), budget)?;
                    Ok(Value::Text(char.with_markup(false)))
                });
                chars.collect()
            }
            _ => Err(value.refused("something to go through")),
        }
    }

    /// How many items going through a value would give, where that is known.
    pub(super) fn length(&mut self, value: &Value) -> Result<usize> {
        match value {
            Value::Undefined(_) => Ok(0),
            Value::Text(text) => {
                self.budget.spend(text.len())?;
                Ok(text.as_str().chars().count())
            }
            Value::Sequence(sequence) => Ok(sequence.items.len()),
            Value::Steps(steps) => Ok(steps.len()),
            Value::Dict(dict) => Ok(dict.len()),
            _ => Err(value.refused("something with a length")),
        }
    }
}

/// An index that may count from the end.
fn from_start(index: i128, length: usize) -> Option<usize> {
    let index = if index < 0 { index.saturating_add(length as i128) } else { index };
    usize::try_from(index).ok()
}
