//! What goes through a template and writes text.
//!
//! Whatever fails ends the rendering, so nothing here is put back in order after a fault.

use super::budget::{Budget, EVALUATION_DEPTH};
use super::calendar::Moment;
use super::calls::Closure;
use super::collections::Dict;
use super::fault::{Fault, FaultKind, Result, quoted};
use super::loops::Loop;
use super::scopes::Scopes;
use super::syntax::Statement;
use super::text::{Builder, Text};
use super::value::{Function, Value};

const FUNCTIONS: [(&str, Function); 5] = [
    ("dict", Function::Dict),
    ("namespace", Function::Namespace),
    ("raise_exception", Function::RaiseException),
    ("range", Function::Range),
    ("strftime_now", Function::StrftimeNow),
];

pub(super) struct Evaluator<'p> {
    pub(super) budget: Budget,
    pub(super) moment: Moment,
    pub(super) scopes: Scopes<'p>,
    /// The attributes of each namespace. None ever goes, so that one may hold itself.
    pub(super) namespaces: Vec<Dict>,
    pub(super) closures: Vec<Closure<'p>>,
    /// Those that run, the innermost last.
    pub(super) loops: Vec<Loop<'p>>,
    /// How many loops there were.
    pub(super) loop_count: u64,
    pub(super) output: Builder,
    /// Of the current statement.
    pub(super) line: u32,
    depth: u32,
}

impl<'p> Evaluator<'p> {
    pub(super) fn new(moment: Moment) -> Self {
        Self {
            budget: Budget::new(),
            moment,
            scopes: Scopes::default(),
            namespaces: Vec::new(),
            closures: Vec::new(),
            loops: Vec::new(),
            loop_count: 0,
            output: Builder::default(),
            line: 1,
            depth: 0,
        }
    }

    /// Writes a whole template out.
    pub(super) fn run(
        mut self,
        body: &'p [Statement],
        hidden: &'p [String],
        variables: Vec<(&'p str, Value)>,
    ) -> Result<Text> {
        self.scopes.open();
        let functions = FUNCTIONS.map(|(name, function)| (name, Value::Function(function)));
        for (name, value) in functions.into_iter().chain(variables) {
            self.scopes.set(name, value);
        }
        self.scopes.open();
        for name in hidden {
            self.scopes.set(name, undefined_name(name));
        }
        match self.block(body) {
            Ok(_) => Ok(self.output.finish()),
            Err(fault) => Err(fault.at(self.line)),
        }
    }

    /// One level deeper, as far as that may go.
    pub(super) fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > EVALUATION_DEPTH {
            return Err(Fault::limit("the template calls itself too deep"));
        }
        Ok(())
    }

    pub(super) fn higher(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn lookup(&mut self, name: &str) -> Result<Value> {
        let found = self.scopes.get(name, &mut self.budget)?;
        Ok(found.unwrap_or_else(|| undefined_name(name)))
    }

    /// Begins to write to somewhere else; what was written so far has to be handed back.
    pub(super) fn redirect(&mut self) -> Builder {
        std::mem::take(&mut self.output)
    }

    /// What was written since the output was redirected.
    pub(super) fn redirected(&mut self, before: Builder) -> Text {
        std::mem::replace(&mut self.output, before).finish()
    }

    /// As `{{ }}` does.
    pub(super) fn print(&mut self, value: &Value) -> Result<()> {
        let mut output = self.redirect();
        self.write(value, &mut output)?;
        self.output = output;
        Ok(())
    }

    pub(super) fn raise(&mut self, message: &Value) -> Result<Value> {
        let message = self.text_of(message)?;
        Err(Fault::new(FaultKind::Raised, message.as_str()))
    }
}

fn undefined_name(name: &str) -> Value {
    Value::undefined(format!("{} is undefined", quoted(name)))
}
