//! `for`, and what the variable `loop` knows.

use std::collections::VecDeque;
use std::vec::IntoIter;

use super::calls::Values;
use super::evaluator::Evaluator;
use super::fault::{Fault, Result};
use super::scopes::Place;
use super::statements::Flow;
use super::syntax::For;
use super::value::{LoopHandle, Value, all_equal};

/// A loop that runs.
pub(super) struct Loop<'p> {
    id: u64,
    node: &'p For,
    /// The scope around it.
    around: Place,
    source: IntoIter<Value>,
    /// What of the source is known to meet the condition, because somebody asked ahead.
    ahead: VecDeque<Value>,
    /// How many items there were, the current one included.
    count: usize,
    previous: Option<Value>,
    current: Option<Value>,
    /// What `loop.changed` was called with last.
    seen: Option<Vec<Value>>,
    /// How many loops of the same recursion are around it.
    depth: usize,
}

impl<'p> Evaluator<'p> {
    pub(super) fn for_loop(&mut self, node: &'p For) -> Result<Flow> {
        let source = self.evaluate(&node.source)?;
        self.run_loop(node, &source, self.scopes.here(), 0)
    }

    fn run_loop(
        &mut self,
        node: &'p For,
        source: &Value,
        around: Place,
        depth: usize,
    ) -> Result<Flow> {
        let handle = self.begin(node, source, around, depth)?;
        self.scopes.open_inside(around)?;
        let mut completed = false;
        while let Some(item) = self.advance(handle)? {
            self.budget.step()?;
            self.scopes.clear();
            self.assign(&node.target, item)?;
            self.scopes.set("loop", Value::Loop(handle));
            match self.block(&node.body)? {
                Flow::Next => completed = true,
                Flow::Continue => {}
                Flow::Break => break,
            }
        }
        self.scopes.close();
        self.loops.pop();
        // Jinja notes at the end of a round that there was one, which `continue` does not reach.
        if completed || node.otherwise.is_empty() {
            return Ok(Flow::Next);
        }
        self.scopes.open_inside(around)?;
        let flow = self.block(&node.otherwise)?;
        self.scopes.close();
        Ok(flow)
    }

    fn begin(
        &mut self,
        node: &'p For,
        source: &Value,
        around: Place,
        depth: usize,
    ) -> Result<LoopHandle> {
        let source = self.items(source)?.into_iter();
        let (id, place) = (self.loop_count, self.loops.len());
        self.loop_count += 1;
        self.loops.push(Loop {
            id,
            node,
            around,
            source,
            ahead: VecDeque::new(),
            count: 0,
            previous: None,
            current: None,
            seen: None,
            depth,
        });
        Ok(LoopHandle { place, id })
    }

    fn running(&mut self, handle: LoopHandle) -> Result<&mut Loop<'p>> {
        let found = self.loops.get_mut(handle.place).filter(|state| state.id == handle.id);
        found.ok_or_else(|| Fault::unsupported("`loop` outside of its loop"))
    }

    /// Goes on to the next item.
    fn advance(&mut self, handle: LoopHandle) -> Result<Option<Value>> {
        self.look_ahead(handle)?;
        let state = self.running(handle)?;
        let item = state.ahead.pop_front();
        state.count += usize::from(item.is_some());
        state.previous = std::mem::replace(&mut state.current, item.clone());
        Ok(item)
    }

    /// Makes sure that the next item is known, if there is one.
    fn look_ahead(&mut self, handle: LoopHandle) -> Result<()> {
        if self.running(handle)?.ahead.is_empty()
            && let Some(item) = self.fetch(handle)?
        {
            self.running(handle)?.ahead.push_back(item);
        }
        Ok(())
    }

    /// The next item of the source that meets the condition. Not before it is needed: a condition
    /// may depend on what the body does.
    fn fetch(&mut self, handle: LoopHandle) -> Result<Option<Value>> {
        loop {
            let state = self.running(handle)?;
            let (node, around) = (state.node, state.around);
            let Some(item) = state.source.next() else { return Ok(None) };
            let Some(condition) = &node.condition else { return Ok(Some(item)) };
            self.scopes.open_inside(around)?;
            self.assign(&node.target, item.clone())?;
            let accepted = self.evaluate(condition)?.is_true();
            self.scopes.close();
            if accepted {
                return Ok(Some(item));
            }
        }
    }

    /// How many items there are in all; with a condition all have to be looked at.
    fn loop_length(&mut self, handle: LoopHandle) -> Result<usize> {
        if self.running(handle)?.node.condition.is_some() {
            while let Some(item) = self.fetch(handle)? {
                self.running(handle)?.ahead.push_back(item);
            }
        }
        let state = self.running(handle)?;
        Ok(state.count + state.ahead.len() + state.source.len())
    }

    /// What an attribute of `loop` is, if it is one.
    pub(super) fn loop_attribute(
        &mut self,
        handle: LoopHandle,
        name: &str,
    ) -> Result<Option<Value>> {
        let state = self.running(handle)?;
        let (count, depth) = (state.count, state.depth);
        let number = match name {
            "index" => count,
            "index0" => count.saturating_sub(1),
            "length" => self.loop_length(handle)?,
            "revindex" => self.loop_length(handle)? + 1 - count,
            "revindex0" => self.loop_length(handle)? - count,
            "depth" => depth + 1,
            "depth0" => depth,
            _ => return self.loop_item(handle, name),
        };
        Ok(Some(Value::Int(number as i128)))
    }

    fn loop_item(&mut self, handle: LoopHandle, name: &str) -> Result<Option<Value>> {
        if matches!(name, "last" | "nextitem") {
            self.look_ahead(handle)?;
        }
        let state = self.running(handle)?;
        let none = |which: &str| Value::undefined(format!("there is no {which} item"));
        Ok(Some(match name {
            "first" => Value::Bool(state.count == 1),
            "last" => Value::Bool(state.ahead.is_empty()),
            "previtem" => state.previous.clone().unwrap_or_else(|| none("previous")),
            "nextitem" => state.ahead.front().cloned().unwrap_or_else(|| none("next")),
            _ => return Ok(None),
        }))
    }

    /// `loop.cycle`: one value after the other.
    pub(super) fn cycle(&mut self, handle: LoopHandle, values: Values) -> Result<Value> {
        let index = self.running(handle)?.count.saturating_sub(1);
        let count = values.positional.len().max(1);
        let value = values.positional.into_iter().nth(index % count);
        value.ok_or_else(|| Fault::of_type("`cycle` has no values"))
    }

    /// `loop.changed`: whether it was called with other values before.
    pub(super) fn changed(&mut self, handle: LoopHandle, values: Values) -> Result<Value> {
        let seen = self.running(handle)?.seen.take();
        let values = values.positional;
        let same = match &seen {
            Some(seen) => all_equal(seen, &values, &mut self.budget)?,
            None => false,
        };
        self.running(handle)?.seen = Some(values);
        Ok(Value::Bool(!same))
    }

    /// `loop(items)`: the same loop over other items, as text.
    pub(super) fn recurse(&mut self, handle: LoopHandle, values: Values) -> Result<Value> {
        let state = self.running(handle)?;
        let (node, around, depth) = (state.node, state.around, state.depth + 1);
        if !node.recursive {
            return Err(Fault::of_type("only a `recursive` loop can be called"));
        }
        let [items] = values.bind("loop", ["iterable"])?;
        let items = items.ok_or_else(|| Fault::of_type("`loop` has nothing to go through"))?;
        self.deeper()?;
        let before = self.redirect();
        self.run_loop(node, &items, around, depth)?;
        self.higher();
        Ok(Value::Text(self.redirected(before)))
    }
}
