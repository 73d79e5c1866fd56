//! Statements, done.

use super::calls::Closure;
use super::collections::Key;
use super::evaluator::Evaluator;
use super::fault::{Fault, Result};
use super::syntax::{Action, Arguments, Expression, Macro, Statement, Suffix, Target};
use super::text::Text;
use super::value::Value;

/// How a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'p> Evaluator<'p> {
    pub(super) fn block(&mut self, statements: &'p [Statement]) -> Result<Flow> {
        self.deeper()?;
        for statement in statements {
            self.budget.step()?;
            self.line = statement.line;
            let flow = self.act(&statement.action)?;
            if flow != Flow::Next {
                self.higher();
                return Ok(flow);
            }
        }
        self.higher();
        Ok(Flow::Next)
    }

    fn act(&mut self, action: &'p Action) -> Result<Flow> {
        match action {
            Action::If(branches, otherwise) => return self.branch(branches, otherwise),
            Action::For(node) => return self.for_loop(node),
            Action::Set(target, value) => self.set(target, value)?,
            Action::Data(text) => self.output.append(text, &mut self.budget)?,
            Action::Print(value) => self.print_out(value)?,
            Action::SetBlock(target, filters, body) => {
                return self.set_block(target, filters, body);
            }
            Action::Macro(node) => self.define(node)?,
            Action::Call(block, callee, arguments) => self.call_block(block, callee, arguments)?,
            Action::Filter(filters, body) => return self.filter_block(filters, body),
            Action::With(variables, body) => return self.with_block(variables, body),
            Action::Scope(body) => return self.inner_block(body),
            Action::Break => return Ok(Flow::Break),
            Action::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    /// A block in a scope of its own.
    pub(super) fn inner_block(&mut self, body: &'p [Statement]) -> Result<Flow> {
        self.scopes.open();
        let flow = self.block(body)?;
        self.scopes.close();
        Ok(flow)
    }

    fn branch(
        &mut self,
        branches: &'p [(Expression, Vec<Statement>)],
        otherwise: &'p [Statement],
    ) -> Result<Flow> {
        for (condition, body) in branches {
            if self.evaluate(condition)?.is_true() {
                return self.block(body);
            }
        }
        self.block(otherwise)
    }

    fn print_out(&mut self, value: &'p Expression) -> Result<()> {
        let value = self.evaluate(value)?;
        self.print(&value)
    }

    fn set(&mut self, target: &'p Target, value: &'p Expression) -> Result<()> {
        let value = self.evaluate(value)?;
        self.assign(target, value)
    }

    /// Gives a value to a variable, or its elements to several.
    pub(super) fn assign(&mut self, target: &'p Target, value: Value) -> Result<()> {
        match target {
            Target::Name(name) => {
                self.budget.spend(super::budget::ENTRY)?;
                self.scopes.set(name, value);
                Ok(())
            }
            Target::Tuple(targets) => self.unpack(targets, &value),
            Target::Attribute(name, attribute) => self.set_attribute(name, attribute, value),
        }
    }

    fn unpack(&mut self, targets: &'p [Target], value: &Value) -> Result<()> {
        let items = self.items(value)?;
        if items.len() != targets.len() {
            let (expected, found) = (targets.len(), items.len());
            return Err(Fault::of_type(format!("expected {expected} values, found {found}")));
        }
        targets.iter().zip(items).try_for_each(|(target, item)| self.assign(target, item))
    }

    fn set_attribute(&mut self, name: &str, attribute: &Text, value: Value) -> Result<()> {
        let holder = self.lookup(name)?;
        let Value::Namespace(index) = holder else {
            return Err(holder.refused("a namespace"));
        };
        check_attribute(attribute.as_str())?;
        let Some(attributes) = self.namespaces.get_mut(index) else { return Ok(()) };
        attributes.insert(Key::text(attribute.clone()), value, &mut self.budget)
    }

    fn set_block(
        &mut self,
        target: &'p Target,
        filters: &'p [Suffix],
        body: &'p [Statement],
    ) -> Result<Flow> {
        let before = self.redirect();
        let flow = self.inner_block(body)?;
        let text = self.redirected(before);
        if flow == Flow::Next {
            let value = self.suffixed(Value::Text(text), filters)?;
            self.assign(target, value)?;
        }
        Ok(flow)
    }

    fn filter_block(&mut self, filters: &'p [Suffix], body: &'p [Statement]) -> Result<Flow> {
        let before = self.redirect();
        let flow = self.inner_block(body)?;
        let text = self.redirected(before);
        if flow == Flow::Next {
            let value = self.suffixed(Value::Text(text), filters)?;
            // Jinja joins what comes of it with the text around, as it is.
            self.output.append(value.as_text()?, &mut self.budget)?;
        }
        Ok(flow)
    }

    /// All values are of the scope outside.
    fn with_block(
        &mut self,
        variables: &'p [(Target, Expression)],
        body: &'p [Statement],
    ) -> Result<Flow> {
        let mut values = Vec::new();
        for (_, value) in variables {
            values.push(self.evaluate(value)?);
        }
        self.scopes.open();
        for ((target, _), value) in variables.iter().zip(values) {
            self.assign(target, value)?;
        }
        let flow = self.block(body)?;
        self.scopes.close();
        Ok(flow)
    }

    fn define(&mut self, node: &'p Macro) -> Result<()> {
        let closure = self.close_over(node)?;
        self.scopes.set(&node.name, closure);
        Ok(())
    }

    fn close_over(&mut self, node: &'p Macro) -> Result<Value> {
        self.budget.spend(super::budget::VALUE)?;
        self.closures.push(Closure { node, place: self.scopes.here() });
        Ok(Value::Macro(self.closures.len() - 1))
    }

    fn call_block(
        &mut self,
        block: &'p Macro,
        callee: &'p Expression,
        arguments: &'p Arguments,
    ) -> Result<()> {
        let caller = self.close_over(block)?;
        let callee = self.evaluate(callee)?;
        let mut arguments = self.arguments(arguments)?;
        arguments.named.push(("caller", caller));
        let value = self.call(&callee, arguments)?;
        self.output.append(value.as_text()?, &mut self.budget)
    }
}

/// Names that Python has a use for cannot be those of a namespace's attributes.
pub(super) fn check_attribute(name: &str) -> Result<()> {
    if name.starts_with('_') {
        return Err(Fault::of_type("an attribute of a namespace cannot begin with `_`"));
    }
    Ok(())
}
