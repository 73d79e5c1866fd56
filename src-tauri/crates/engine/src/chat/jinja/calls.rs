//! Calls: of macros, methods and what every template can call.

use std::rc::Rc;

use super::collections::{Dict, Key, Steps};
use super::evaluator::Evaluator;
use super::fault::{Fault, Result, quoted};
use super::methods;
use super::scopes::Place;
use super::statements::check_attribute;
use super::syntax::{Arguments, Expression, Macro};
use super::text::Text;
use super::value::{Function, Value};

/// The most numbers of a range, as in Jinja's sandbox.
const RANGE_LENGTH: usize = 100_000;

/// A macro with the scope that it was defined in.
#[derive(Clone, Copy)]
pub(super) struct Closure<'p> {
    pub(super) node: &'p Macro,
    pub(super) place: Place,
}

/// What something is called with.
#[derive(Debug, Clone, Default)]
pub(super) struct Values<'p> {
    pub(super) positional: Vec<Value>,
    pub(super) named: Vec<(&'p str, Value)>,
}

impl Values<'_> {
    /// In the order of these parameters; an empty name is one that cannot be named.
    pub(super) fn bind<const N: usize>(
        self,
        function: &str,
        parameters: [&str; N],
    ) -> Result<[Option<Value>; N]> {
        if self.positional.len() > N {
            let found = self.positional.len();
            return Err(Fault::of_type(format!("`{function}` takes {N} values, not {found}")));
        }
        let mut positional = self.positional.into_iter();
        let mut bound = [(); N].map(|()| positional.next());
        for (name, value) in self.named {
            let index = parameters.iter().position(|parameter| *parameter == name);
            let Some(place @ None) = index.and_then(|index| bound.get_mut(index)) else {
                let name = quoted(name);
                return Err(Fault::of_type(format!("`{function}` takes no value {name}")));
            };
            *place = Some(value);
        }
        Ok(bound)
    }

    /// That there are none.
    pub(super) fn end(self, function: &str) -> Result<()> {
        self.bind(function, []).map(|[]| ())
    }
}

impl<'p> Evaluator<'p> {
    pub(super) fn arguments(&mut self, arguments: &'p Arguments) -> Result<Values<'p>> {
        let mut values = Values::default();
        for argument in &arguments.positional {
            values.positional.push(self.evaluate(argument)?);
        }
        for (name, argument) in &arguments.named {
            values.named.push((name, self.evaluate(argument)?));
        }
        Ok(values)
    }

    pub(super) fn call(&mut self, callee: &Value, values: Values<'p>) -> Result<Value> {
        match callee {
            Value::Macro(index) => self.invoke(*index, values),
            Value::Method(receiver, name) => methods::call(self, receiver, name, values),
            Value::Function(function) => self.function(*function, values),
            Value::Loop(handle) => self.recurse(*handle, values),
            _ => Err(callee.refused("something to call")),
        }
    }

    fn invoke(&mut self, index: usize, values: Values<'p>) -> Result<Value> {
        let Some(Closure { node, place }) = self.closures.get(index).copied() else {
            return Ok(Value::None);
        };
        let line = self.line;
        self.deeper()?;
        self.scopes.open_inside(place)?;
        self.bind(node, values)?;
        let before = self.redirect();
        self.block(&node.body)?;
        self.scopes.close();
        self.higher();
        self.line = line;
        Ok(Value::Text(self.redirected(before)))
    }

    fn bind(&mut self, node: &'p Macro, mut values: Values<'p>) -> Result<()> {
        let mut positional = std::mem::take(&mut values.positional).into_iter();
        for (name, default) in &node.parameters {
            let value = match positional.next().or_else(|| take(&mut values.named, name)) {
                Some(value) => value,
                None => self.default(name, default.as_ref())?,
            };
            self.scopes.set(name, value);
        }
        if node.takes_caller {
            let caller = take(&mut values.named, "caller");
            let none = || Value::undefined("the macro was not called by a `call` block");
            self.scopes.set("caller", caller.unwrap_or_else(none));
        }
        let (macro_name, count) = (quoted(&node.name), node.parameters.len());
        if let Some((name, _)) = values.named.first() {
            let name = quoted(name);
            return Err(Fault::of_type(format!("the macro {macro_name} takes no value {name}")));
        }
        if positional.next().is_some() {
            return Err(Fault::of_type(format!("the macro {macro_name} takes {count} values")));
        }
        Ok(())
    }

    fn default(&mut self, name: &str, default: Option<&'p Expression>) -> Result<Value> {
        let none = || Value::undefined(format!("the parameter {} has no value", quoted(name)));
        default.map_or_else(|| Ok(none()), |default| self.evaluate(default))
    }

    fn function(&mut self, function: Function, values: Values<'p>) -> Result<Value> {
        match function {
            Function::Dict => Ok(Value::Dict(Rc::new(self.dict_of(values)?))),
            Function::Namespace => self.namespace(values),
            Function::Range => range(values),
            Function::RaiseException => {
                let [message] = values.bind("raise_exception", ["message"])?;
                self.raise(&message.ok_or_else(|| missing("raise_exception"))?)
            }
            Function::StrftimeNow => {
                let [format] = values.bind("strftime_now", ["format"])?;
                let format = format.ok_or_else(|| missing("strftime_now"))?;
                let format = format.as_text()?;
                let text = self.moment.format(format.as_str(), &mut self.budget)?;
                Ok(Value::Text(Text::new(text, format.given_origin())))
            }
        }
    }

    /// `dict(pairs, name=value)`
    fn dict_of(&mut self, mut values: Values<'p>) -> Result<Dict> {
        let named = std::mem::take(&mut values.named);
        let [entries] = values.bind("dict", ["entries"])?;
        let mut dict = Dict::default();
        self.budget.spend(super::budget::VALUE)?;
        match entries {
            None => {}
            Some(Value::Dict(entries)) => dict.extend(&entries, &mut self.budget)?,
            Some(pairs) => {
                for pair in self.items(&pairs)? {
                    let pair = self.items(&pair)?;
                    let [key, value] = pair.as_slice() else {
                        return Err(Fault::of_type("an entry of a dictionary is no pair"));
                    };
                    dict.insert(Key::new(key)?, value.clone(), &mut self.budget)?;
                }
            }
        }
        for (name, value) in named {
            dict.insert(Key::text(Text::plain(name)), value, &mut self.budget)?;
        }
        Ok(dict)
    }

    fn namespace(&mut self, values: Values<'p>) -> Result<Value> {
        let attributes = self.dict_of(values)?;
        for (key, _) in attributes.iter() {
            key.value().as_text().map_or(Ok(()), |name| check_attribute(name.as_str()))?;
        }
        self.budget.spend(super::budget::ENTRY)?;
        self.namespaces.push(attributes);
        Ok(Value::Namespace(self.namespaces.len() - 1))
    }
}

fn missing(function: &str) -> Fault {
    Fault::of_type(format!("`{function}` has no value"))
}

/// Takes a value out by its name.
fn take(named: &mut Vec<(&str, Value)>, name: &str) -> Option<Value> {
    let index = named.iter().position(|(other, _)| *other == name)?;
    Some(named.remove(index).1)
}

fn range(values: Values) -> Result<Value> {
    let [first, second, third] = values.bind("range", ["", "", ""])?;
    let first = first.ok_or_else(|| missing("range"))?.integer()?;
    let second = second.map(|value| value.integer()).transpose()?;
    let step = third.map_or(Ok(1), |value| value.integer())?;
    let (start, stop) = second.map_or((0, first), |second| (first, second));
    if step == 0 {
        return Err(Fault::of_type("the step of `range` is 0"));
    }
    let steps = Steps { start, stop, step };
    if steps.len() > RANGE_LENGTH {
        return Err(Fault::limit(format!("a range has more than {RANGE_LENGTH} numbers")));
    }
    Ok(Value::Steps(Rc::new(steps)))
}
