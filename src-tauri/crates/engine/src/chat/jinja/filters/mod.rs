//! Filters: `value | name(arguments)`.

mod numbers;
mod sequences;
mod texts;

use super::calls::Values;
use super::evaluator::Evaluator;
use super::fault::{Fault, Result, quoted};
use super::json;
use super::value::Value;

type Filter = fn(&mut Evaluator, &Value, Values) -> Result<Value>;

/// In the order of their names.
static FILTERS: [(&str, Filter); 38] = [
    ("abs", numbers::abs),
    ("capitalize", texts::capitalize),
    ("count", length),
    ("d", default),
    ("default", default),
    ("dictsort", sequences::dictsort),
    ("e", texts::escape),
    ("escape", texts::escape),
    ("first", sequences::first),
    ("float", numbers::float),
    ("indent", texts::indent),
    ("int", numbers::int),
    ("items", sequences::items),
    ("join", texts::join),
    ("last", sequences::last),
    ("length", length),
    ("list", sequences::list),
    ("lower", texts::lower),
    ("map", sequences::map),
    ("max", sequences::max),
    ("min", sequences::min),
    ("reject", sequences::reject),
    ("rejectattr", sequences::rejectattr),
    ("replace", texts::replace),
    ("reverse", sequences::reverse),
    ("round", numbers::round),
    ("safe", texts::safe),
    ("select", sequences::select),
    ("selectattr", sequences::selectattr),
    ("sort", sequences::sort),
    ("string", texts::string),
    ("sum", numbers::sum),
    ("title", texts::title),
    ("tojson", json::to_json),
    ("trim", texts::trim),
    ("unique", sequences::unique),
    ("upper", texts::upper),
    ("wordcount", texts::wordcount),
];

/// Those that Jinja has besides; using one says so.
const UNSUPPORTED: [&str; 16] = [
    "attr",
    "batch",
    "center",
    "filesizeformat",
    "forceescape",
    "format",
    "groupby",
    "pprint",
    "random",
    "slice",
    "striptags",
    "truncate",
    "urlencode",
    "urlize",
    "wordwrap",
    "xmlattr",
];

fn found(name: &str) -> Option<Filter> {
    let index = FILTERS.binary_search_by(|(other, _)| (*other).cmp(name)).ok()?;
    FILTERS.get(index).map(|(_, filter)| *filter)
}

pub(super) fn exists(name: &str) -> bool {
    found(name).is_some() || UNSUPPORTED.contains(&name)
}

pub(super) fn apply(
    evaluator: &mut Evaluator,
    name: &str,
    value: &Value,
    values: Values,
) -> Result<Value> {
    evaluator.budget.step()?;
    let Some(filter) = found(name) else {
        if UNSUPPORTED.contains(&name) {
            return Err(Fault::unsupported(&format!("the filter {}", quoted(name))));
        }
        return Err(Fault::of_type(format!("{} is not a filter", quoted(name))));
    };
    evaluator.deeper()?;
    let value = filter(evaluator, value, values)?;
    evaluator.higher();
    Ok(value)
}

fn length(evaluator: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    values.end("length")?;
    evaluator.length(value).map(|length| Value::Int(length as i128))
}

fn default(_: &mut Evaluator, value: &Value, values: Values) -> Result<Value> {
    let [default, boolean] = values.bind("default", ["default_value", "boolean"])?;
    let replaced = match value {
        Value::Undefined(_) => true,
        value => boolean.is_some_and(|boolean| boolean.is_true()) && !value.is_true(),
    };
    Ok(if replaced { default.unwrap_or_else(|| Value::text("")) } else { value.clone() })
}

fn is_set(flag: Option<Value>) -> bool {
    flag.is_some_and(|flag| flag.is_true())
}
