//! The methods of strings, lists and dictionaries.

use std::rc::Rc;

use super::budget::Budget;
use super::calls::Values;
use super::collections::{Dict, Key, Kind, Sequence};
use super::evaluator::Evaluator;
use super::fault::{Fault, Result, quoted};
use super::literals::is_space;
use super::text::{Builder, Text};
use super::texts::{self, Side};
use super::value::{Value, equal};

const TEXT: [&str; 30] = [
    "capitalize",
    "count",
    "endswith",
    "find",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "islower",
    "isnumeric",
    "isspace",
    "isupper",
    "join",
    "lower",
    "lstrip",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "title",
    "upper",
];
/// Those that Python's strings have besides; calling one says so.
const TEXT_UNSUPPORTED: [&str; 16] = [
    "casefold",
    "center",
    "encode",
    "expandtabs",
    "format",
    "format_map",
    "isidentifier",
    "isprintable",
    "istitle",
    "ljust",
    "maketrans",
    "partition",
    "rjust",
    "rpartition",
    "swapcase",
    "zfill",
];
const DICT: [&str; 5] = ["copy", "get", "items", "keys", "values"];
const DICT_UNSUPPORTED: [&str; 1] = ["fromkeys"];
const DICT_CHANGING: [&str; 5] = ["clear", "pop", "popitem", "setdefault", "update"];
const LIST: [&str; 3] = ["copy", "count", "index"];
const LIST_CHANGING: [&str; 8] =
    ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];
const TUPLE: [&str; 2] = ["count", "index"];
const LOOP: [&str; 2] = ["changed", "cycle"];

/// The method of a value, if it has one of that name. One that would change the value is
/// undefined, as in Jinja's immutable sandbox.
pub(super) fn taken_off(value: &Value, name: &str) -> Option<Value> {
    let (methods, others, changing): (&[&'static str], &[&'static str], &[&str]) = match value {
        Value::Text(_) => (&TEXT, &TEXT_UNSUPPORTED, &[]),
        Value::Dict(_) => (&DICT, &DICT_UNSUPPORTED, &DICT_CHANGING),
        Value::Sequence(sequence) if sequence.kind == Kind::List => (&LIST, &[], &LIST_CHANGING),
        Value::Sequence(sequence) if sequence.kind.is_indexed() => (&TUPLE, &[], &[]),
        Value::Loop(_) => (&LOOP, &[], &[]),
        _ => return None,
    };
    if changing.contains(&name) {
        let (name, kind) = (quoted(name), value.type_name());
        return Some(Value::undefined(format!(
            "{name} would change a `{kind}`, which stays as is"
        )));
    }
    let found = methods.iter().chain(others).find(|method| **method == name)?;
    Some(Value::Method(Rc::new(value.clone()), found))
}

pub(super) fn call<'p>(
    evaluator: &mut Evaluator<'p>,
    receiver: &Value,
    name: &str,
    values: Values<'p>,
) -> Result<Value> {
    match receiver {
        Value::Text(text) if name == "join" => join(evaluator, text, values),
        Value::Text(text) => of_text(text, name, values, &mut evaluator.budget),
        Value::Dict(dict) => of_dict(dict, name, values, &mut evaluator.budget),
        Value::Sequence(sequence) => {
            of_sequence(receiver, sequence, name, values, &mut evaluator.budget)
        }
        Value::Loop(handle) if name == "cycle" => evaluator.cycle(*handle, values),
        Value::Loop(handle) => evaluator.changed(*handle, values),
        _ => Err(receiver.refused("something with methods")),
    }
}

pub(super) fn of_text(
    text: &Text,
    name: &str,
    values: Values,
    budget: &mut Budget,
) -> Result<Value> {
    match name {
        "count" => texts::count(text, values, budget),
        "find" | "index" => found(text, name, values, Side::Left, budget),
        "rfind" | "rindex" => found(text, name, values, Side::Right, budget),
        "split" => texts::split(text, values, Side::Left, budget),
        "rsplit" => texts::split(text, values, Side::Right, budget),
        "splitlines" => texts::split_lines(text, values, budget),
        "strip" => strip(text, values, &[Side::Left, Side::Right], budget),
        "lstrip" => strip(text, values, &[Side::Left], budget),
        "rstrip" => strip(text, values, &[Side::Right], budget),
        "startswith" | "removeprefix" => affix(text, name, values, Side::Left, budget),
        "endswith" | "removesuffix" => affix(text, name, values, Side::Right, budget),
        "replace" => {
            let [old, new, count] = values.bind(name, ["", "", ""])?;
            texts::replace(text, old, new, count, budget)
        }
        _ if TEXT_UNSUPPORTED.contains(&name) => {
            Err(Fault::unsupported(&format!("the method {} of strings", quoted(name))))
        }
        _ => {
            values.end(name)?;
            budget.spend(text.len())?;
            of_text_alone(text, name, budget)
        }
    }
}

/// Methods without arguments.
fn of_text_alone(text: &Text, name: &str, budget: &mut Budget) -> Result<Value> {
    let every = |is_one: fn(char) -> bool| {
        Ok(Value::Bool(!text.is_empty() && text.as_str().chars().all(is_one)))
    };
    match name {
        "capitalize" => {
            texts::capitalized(text, |before| before.is_none(), budget).map(Value::Text)
        }
        "title" => {
            let begins = |before: Option<char>| !before.is_some_and(texts::is_cased);
            texts::capitalized(text, begins, budget).map(Value::Text)
        }
        "lower" => text.map(budget, str::to_lowercase).map(Value::Text),
        "upper" => text.map(budget, str::to_uppercase).map(Value::Text),
        "islower" => Ok(Value::Bool(texts::is_lower(text))),
        "isupper" => Ok(Value::Bool(texts::is_upper(text))),
        "isascii" => Ok(Value::Bool(text.as_str().is_ascii())),
        "isalnum" => every(char::is_alphanumeric),
        "isalpha" => every(char::is_alphabetic),
        "isspace" => every(is_space),
        _ => every(char::is_numeric),
    }
}

fn of_dict(dict: &Rc<Dict>, name: &str, values: Values, budget: &mut Budget) -> Result<Value> {
    if name == "get" {
        let [key, default] = values.bind("get", ["", ""])?;
        let found = dict.find(&required(key, "get")?, budget)?.cloned();
        return Ok(found.or(default).unwrap_or(Value::None));
    }
    values.end(name)?;
    match name {
        "copy" => Ok(Value::Dict(Rc::clone(dict))),
        "keys" => view(dict, Kind::Keys, |key, _, _| Ok(key.value().clone()), budget),
        "values" => view(dict, Kind::Values, |_, value, _| Ok(value.clone()), budget),
        "items" => {
            view(dict, Kind::Items, |key, value, budget| dict.pair(key, value, budget), budget)
        }
        _ => Err(Fault::unsupported(&format!("the method {} of dictionaries", quoted(name)))),
    }
}

/// What `keys`, `values` and `items` give: copies, as dictionaries do not change.
fn view(
    dict: &Dict,
    kind: Kind,
    item: impl Fn(&Key, &Value, &mut Budget) -> Result<Value>,
    budget: &mut Budget,
) -> Result<Value> {
    let mut items = Vec::new();
    for (key, value) in dict.iter() {
        budget.spend(super::budget::ELEMENT)?;
        items.push(item(key, value, budget)?);
    }
    Sequence::of_origin(kind, items, dict.origin, budget)
}

fn of_sequence(
    receiver: &Value,
    sequence: &Sequence,
    name: &str,
    values: Values,
    budget: &mut Budget,
) -> Result<Value> {
    if name == "copy" {
        return values.end(name).map(|()| receiver.clone());
    }
    let [sought] = values.bind(name, [""])?;
    let sought = required(sought, name)?;
    let mut count = 0;
    for (index, item) in sequence.items.iter().enumerate() {
        let found = equal(item, &sought, budget)?;
        if found && name == "index" {
            return Ok(Value::Int(index as i128));
        }
        count += i128::from(found);
    }
    if name == "index" {
        return Err(Fault::of_type("the value is not in the list"));
    }
    Ok(Value::Int(count))
}

pub(super) fn required(value: Option<Value>, method: &str) -> Result<Value> {
    value.ok_or_else(|| Fault::of_type(format!("`{method}` has too few values")))
}

/// `text.join(texts)`
fn join(evaluator: &mut Evaluator, text: &Text, values: Values) -> Result<Value> {
    let [items] = values.bind("join", [""])?;
    let items = evaluator.items(&required(items, "join")?)?;
    let mut joined = Builder::default();
    for (index, item) in items.iter().enumerate() {
        evaluator.budget.step()?;
        if index > 0 {
            joined.append(text, &mut evaluator.budget)?;
        }
        joined.append(item.as_text()?, &mut evaluator.budget)?;
    }
    Ok(Value::Text(joined.finish()))
}

fn strip(text: &Text, values: Values, sides: &[Side], budget: &mut Budget) -> Result<Value> {
    let [chars] = values.bind("strip", [""])?;
    texts::strip(text, chars, sides, budget).map(Value::Text)
}

/// Whether a text begins (or ends) with another or with one of a tuple; or the text without it.
fn affix(
    text: &Text,
    name: &str,
    values: Values,
    side: Side,
    budget: &mut Budget,
) -> Result<Value> {
    let [affixes] = values.bind(name, [""])?;
    let removes = name.starts_with("remove");
    let affixes = match required(affixes, name)? {
        Value::Sequence(sequence) if sequence.kind == Kind::Tuple && !removes => {
            sequence.items.clone()
        }
        affix => vec![affix],
    };
    for affix in affixes {
        let affix = affix.as_text()?;
        budget.spend(affix.len())?;
        let rest = match side {
            Side::Left => text.as_str().strip_prefix(affix.as_str()),
            Side::Right => text.as_str().strip_suffix(affix.as_str()),
        };
        match rest {
            Some(rest) if removes => {
                let start = if side == Side::Left { affix.len() } else { 0 };
                return text.slice(start..start + rest.len(), budget).map(Value::Text);
            }
            Some(_) => return Ok(Value::Bool(true)),
            None => {}
        }
    }
    Ok(if removes { Value::Text(text.clone()) } else { Value::Bool(false) })
}

fn found(
    text: &Text,
    name: &str,
    values: Values,
    side: Side,
    budget: &mut Budget,
) -> Result<Value> {
    match texts::find(text, values, side, budget)? {
        Some(index) => Ok(Value::Int(index)),
        None if name.ends_with("index") => Err(Fault::of_type("the text is not in the string")),
        None => Ok(Value::Int(-1)),
    }
}
