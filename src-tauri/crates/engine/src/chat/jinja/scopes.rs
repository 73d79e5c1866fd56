//! Variables.

use std::collections::HashMap;

use super::budget::Budget;
use super::fault::{Fault, Result};
use super::value::Value;

/// What looking into one scope costs, beside the name.
const LOOK: usize = 16;

/// The scopes that are open. They close in the order opposite to that in which they opened, but
/// the one around a scope is not always the one before: around a macro's is where it was defined.
#[derive(Default)]
pub(super) struct Scopes<'p> {
    open: Vec<Scope<'p>>,
    count: u64,
}

struct Scope<'p> {
    id: u64,
    /// The place of the one around it, which is always a smaller one.
    around: Option<usize>,
    variables: HashMap<&'p str, Value>,
}

/// A scope that may be closed by now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    index: usize,
    id: u64,
}

impl<'p> Scopes<'p> {
    pub(super) fn here(&self) -> Place {
        let id = self.open.last().map_or(0, |scope| scope.id);
        Place { index: self.open.len().saturating_sub(1), id }
    }

    /// Opens a scope inside of the current one.
    pub(super) fn open(&mut self) {
        let around = self.open.len().checked_sub(1);
        self.push(around);
    }

    pub(super) fn open_inside(&mut self, place: Place) -> Result<()> {
        if self.open.get(place.index).is_none_or(|scope| scope.id != place.id) {
            return Err(Fault::unsupported("calling a macro outside of where it is defined"));
        }
        self.push(Some(place.index));
        Ok(())
    }

    fn push(&mut self, around: Option<usize>) {
        self.count += 1;
        self.open.push(Scope { id: self.count, around, variables: HashMap::new() });
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    /// Forgets the variables of the current scope.
    pub(super) fn clear(&mut self) {
        if let Some(scope) = self.open.last_mut() {
            scope.variables.clear();
        }
    }

    pub(super) fn set(&mut self, name: &'p str, value: Value) {
        if let Some(scope) = self.open.last_mut() {
            scope.variables.insert(name, value);
        }
    }

    pub(super) fn get(&self, name: &str, budget: &mut Budget) -> Result<Option<Value>> {
        let mut scope = self.open.last();
        while let Some(current) = scope {
            if !current.variables.is_empty() {
                budget.spend(LOOK + name.len())?;
            }
            if let Some(value) = current.variables.get(name) {
                return Ok(Some(value.clone()));
            }
            scope = current.around.and_then(|index| self.open.get(index));
        }
        Ok(None)
    }
}
