//! Filters for what can be gone through. Where Jinja gives a generator, what comes of them can be
//! gone through once; all of it is made at once, though.

use std::cmp::Ordering;

use super::super::budget::ELEMENT;
use super::super::calls::Values;
use super::super::collections::{Dict, Key, Sequence, Stream};
use super::super::evaluator::Evaluator;
use super::super::fault::{Fault, Result};
use super::super::path::Path;
use super::super::sorting;
use super::super::text::Text;
use super::super::value::{Value, compare, compare_items};
use super::super::{filters, predicates};
use super::is_set;

pub(super) fn first(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("first")?;
    let none = || Value::undefined("there is no first item");
    let first = match value {
        Value::Stream(stream) => stream.next(),
        Value::Text(_) => return evaluator.item(value, &Value::Int(0)),
        _ => evaluator.items(value)?.into_iter().next(),
    };
    Ok(first.unwrap_or_else(none))
}

pub(super) fn last(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("last")?;
    match value {
        Value::Stream(_) => Err(value.refused("something with a last item")),
        Value::Text(_) => evaluator.item(value, &Value::Int(-1)),
        _ => {
            let last = evaluator.items(value)?.pop();
            Ok(last.unwrap_or_else(|| Value::undefined("there is no last item")))
        }
    }
}

pub(super) fn list(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("list")?;
    let items = evaluator.items(value)?;
    Sequence::list(items, &mut evaluator.budget)
}

pub(super) fn items(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("items")?;
    let mut items = Vec::new();
    if !matches!(value, Value::Undefined(_)) {
        let dict = value.as_dict()?;
        for (key, value) in dict.iter() {
            items.push(dict.pair(key, value, &mut evaluator.budget)?);
        }
    }
    Stream::value(items, &mut evaluator.budget)
}

pub(super) fn reverse(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("reverse")?;
    if let Value::Text(_) = value {
        let bounds = super::super::attributes::Bounds { start: None, stop: None, step: Some(-1) };
        return evaluator.slice(value, &bounds);
    }
    let mut items = evaluator.items(value)?;
    items.reverse();
    // A generator cannot be reversed, so that Jinja makes a list of it first.
    if let Value::Stream(_) = value {
        return Sequence::list(items, &mut evaluator.budget);
    }
    Stream::value(items, &mut evaluator.budget)
}

/// The name of a filter or test among values, and the values behind it.
fn named<'p>(mut values: Values<'p>, what: &str) -> Result<(Text, Values<'p>)> {
    if values.positional.is_empty() {
        return Err(Fault::of_type(format!("a {what} is missing")));
    }
    let name = values.positional.remove(0);
    Ok((name.as_text()?.clone(), values))
}

pub(super) fn map(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let mut mapped = Vec::new();
    if !value.is_true() {
        return Stream::value(mapped, &mut evaluator.budget);
    }
    let names_attribute = values.named.iter().any(|(name, _)| *name == "attribute");
    if values.positional.is_empty() && names_attribute {
        let [attribute, default] = values.bind("map", ["attribute", "default"])?;
        let path = Path::new(attribute.as_ref(), &mut evaluator.budget)?;
        let default = default.filter(|default| !matches!(default, Value::None));
        for item in evaluator.items(value)? {
            mapped.push(path.follow_or(evaluator, item, default.as_ref())?);
        }
    } else {
        let (name, values) = named(values, "filter")?;
        for item in evaluator.items(value)? {
            evaluator.budget.spend_on(values.positional.len(), ELEMENT)?;
            mapped.push(filters::apply(evaluator, name.as_str(), &item, values.clone())?);
        }
    }
    Stream::value(mapped, &mut evaluator.budget)
}

/// The items of which a test (or the truth) of an attribute is as wanted.
fn chosen(
    evaluator: &mut Evaluator,
    value: &Value,
    path: &Path,
    values: Values,
    wanted: bool,
) -> Result<Value> {
    let test = if values.positional.is_empty() { None } else { Some(named(values, "test")?) };
    let mut chosen = Vec::new();
    for item in evaluator.items(value)? {
        evaluator.budget.step()?;
        let tested = path.follow(evaluator, item.clone())?;
        let holds = match &test {
            None => tested.is_true(),
            Some((name, values)) => {
                evaluator.budget.spend_on(values.positional.len(), ELEMENT)?;
                predicates::holds(evaluator, name.as_str(), &tested, values.clone())?
            }
        };
        if holds == wanted {
            chosen.push(item);
        }
    }
    Stream::value(chosen, &mut evaluator.budget)
}

pub(super) fn select(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    chosen_if_any(evaluator, value, values, false, true)
}

pub(super) fn reject(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    chosen_if_any(evaluator, value, values, false, false)
}

pub(super) fn selectattr(
    evaluator: &mut Evaluator,
    value: &Value,
    values: Values,
) -> Result<Value> {
    chosen_if_any(evaluator, value, values, true, true)
}

pub(super) fn rejectattr(
    evaluator: &mut Evaluator,
    value: &Value,
    values: Values,
) -> Result<Value> {
    chosen_if_any(evaluator, value, values, true, false)
}

/// Of nothing Jinja does not even look at the test.
fn chosen_if_any(
    evaluator: &mut Evaluator,
    value: &Value,
    mut values: Values,
    of_attribute: bool,
    wanted: bool,
) -> Result<Value> {
    if !value.is_true() {
        return Stream::value(Vec::new(), &mut evaluator.budget);
    }
    let attribute = match of_attribute {
        true if values.positional.is_empty() => {
            return Err(Fault::of_type("an attribute is missing"));
        }
        true => Some(values.positional.remove(0)),
        false => None,
    };
    let path = Path::new(attribute.as_ref(), &mut evaluator.budget)?;
    chosen(evaluator, value, &path, values, wanted)
}

/// Text in small letters, as what it is sorted by.
fn without_case(evaluator: &mut Evaluator, value: Value) -> Result<Value> {
    match value {
        Value::Text(text) => text.map(&mut evaluator.budget, str::to_lowercase).map(Value::Text),
        value => Ok(value),
    }
}

/// What an item is sorted or grouped by.
fn key(
    evaluator: &mut Evaluator,
    item: &Value,
    path: &Path,
    case_sensitive: bool,
    default: Option<&Value>,
) -> Result<Value> {
    evaluator.budget.step()?;
    let key = path.follow_or(evaluator, item.clone(), default)?;
    if case_sensitive { Ok(key) } else { without_case(evaluator, key) }
}

type Keyed = (Vec<Value>, Value);

fn sorted(evaluator: &mut Evaluator, items: Vec<Keyed>, reverse: bool) -> Result<Vec<Keyed>> {
    let order = if reverse { Ordering::Greater } else { Ordering::Less };
    sorting::sorted(items, &mut evaluator.budget, |(left, _), (right, _), budget| {
        Ok(compare_items(left, right, budget)? == Some(order))
    })
}

pub(super) fn sort(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let names = ["reverse", "case_sensitive", "attribute"];
    let [reverse, case_sensitive, attribute] = values.bind("sort", names)?;
    let paths = Path::several(attribute.as_ref(), &mut evaluator.budget)?;
    let case_sensitive = is_set(case_sensitive);
    let mut items = Vec::new();
    for item in evaluator.items(value)? {
        let mut keys = Vec::new();
        for path in &paths {
            keys.push(key(evaluator, &item, path, case_sensitive, None)?);
        }
        items.push((keys, item));
    }
    let items = sorted(evaluator, items, is_set(reverse))?;
    Sequence::list(items.into_iter().map(|(_, item)| item).collect(), &mut evaluator.budget)
}

pub(super) fn dictsort(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let names = ["case_sensitive", "by", "reverse"];
    let [case_sensitive, by, reverse] = values.bind("dictsort", names)?;
    let by = by.unwrap_or_else(|| Value::text("key"));
    let by_value = match by.as_text()?.as_str() {
        "key" => false,
        "value" => true,
        _ => return Err(Fault::of_type("a dictionary is sorted by `key` or `value`")),
    };
    let case_sensitive = is_set(case_sensitive);
    let dict = value.as_dict()?;
    let mut items = Vec::new();
    for (name, value) in dict.iter() {
        let by = if by_value { value } else { name.value() };
        let by = key(evaluator, by, &Path::whole(), case_sensitive, None)?;
        items.push((vec![by], dict.pair(name, value, &mut evaluator.budget)?));
    }
    let items = sorted(evaluator, items, is_set(reverse))?;
    Sequence::list(items.into_iter().map(|(_, item)| item).collect(), &mut evaluator.budget)
}

pub(super) fn unique(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [case_sensitive, attribute] = values.bind("unique", ["case_sensitive", "attribute"])?;
    let path = Path::new(attribute.as_ref(), &mut evaluator.budget)?;
    let case_sensitive = is_set(case_sensitive);
    let mut seen = Dict::default();
    let mut unique = Vec::new();
    for item in evaluator.items(value)? {
        let key = Key::new(&key(evaluator, &item, &path, case_sensitive, None)?)?;
        let before = seen.len();
        seen.insert(key, Value::None, &mut evaluator.budget)?;
        if seen.len() > before {
            unique.push(item);
        }
    }
    Stream::value(unique, &mut evaluator.budget)
}

pub(super) fn min(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    extreme(evaluator, value, values, Ordering::Less)
}

pub(super) fn max(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    extreme(evaluator, value, values, Ordering::Greater)
}

/// The first item that no other one is less (or greater) than.
fn extreme(
    evaluator: &mut Evaluator,
    value: &Value,
    values: Values,
    order: Ordering,
) -> Result<Value> {
    let [case_sensitive, attribute] = values.bind("min", ["case_sensitive", "attribute"])?;
    let path = Path::new(attribute.as_ref(), &mut evaluator.budget)?;
    let case_sensitive = is_set(case_sensitive);
    let mut best: Option<(Value, Value)> = None;
    for item in evaluator.items(value)? {
        let key = key(evaluator, &item, &path, case_sensitive, None)?;
        let better = match &best {
            None => true,
            Some((other, _)) => compare(&key, other, &mut evaluator.budget)? == Some(order),
        };
        if better {
            best = Some((key, item));
        }
    }
    let none = || Value::undefined("there are no items");
    Ok(best.map_or_else(none, |(_, item)| item))
}
