//! What a template may use up.
//!
//! One number bounds time and memory: every step of the evaluator and every byte or element that
//! it makes or looks through is paid for before it happens. Nesting is bounded on its own, because
//! the stack is.

use super::fault::{Fault, Result};

/// The longest source. Those of real models have up to 30 KB.
pub(super) const SOURCE_BYTES: usize = 1 << 20;
/// The most tokens of a source: what bounds the size of a program.
pub(super) const TOKENS: usize = 1 << 18;
/// How deep blocks and expressions of a source may nest.
pub(super) const SOURCE_DEPTH: u32 = 50;
/// How deep evaluation may nest, calls of macros within macros included.
pub(super) const EVALUATION_DEPTH: u32 = 128;
/// How deep lists and dictionaries may nest.
pub(super) const VALUE_DEPTH: usize = 64;

/// All that one rendering may spend: a million steps, or 64 MiB of text.
const WORK: usize = 64 << 20;
/// What one step of the evaluator costs.
const STEP: usize = 64;
/// An element of a list.
pub(super) const ELEMENT: usize = 32;
/// An entry of a dictionary, which has an index.
pub(super) const ENTRY: usize = 192;
/// A piece of text, beside its bytes.
pub(super) const PIECE: usize = 32;
/// A text, list or dictionary of its own, however small.
pub(super) const VALUE: usize = 96;

#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: WORK }
    }

    /// For what the caller made, which is not the template's to pay.
    pub(super) fn unlimited() -> Self {
        Self { left: usize::MAX }
    }

    pub(super) fn spend(&mut self, cost: usize) -> Result<()> {
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or(0);
        left.map(drop).ok_or_else(|| Fault::limit("the template does more work than it may"))
    }

    /// `count` things that cost `each`.
    pub(super) fn spend_on(&mut self, count: usize, each: usize) -> Result<()> {
        self.spend(count.saturating_mul(each))
    }

    pub(super) fn step(&mut self) -> Result<()> {
        self.spend(STEP)
    }
}
