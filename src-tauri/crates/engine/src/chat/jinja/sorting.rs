//! Sorting by a comparison that can fail.

use std::cmp::Ordering;

use super::budget::Budget;
use super::fault::Result;
use super::value::{Value, compare};

/// Python's `<`.
pub(super) fn is_less(left: &Value, right: &Value, budget: &mut Budget) -> Result<bool> {
    Ok(compare(left, right, budget)? == Some(Ordering::Less))
}

/// A stable sort. The standard library's may panic where the order is none, as with what is not a
/// number.
pub(super) fn sorted<T: Clone>(
    mut items: Vec<T>,
    budget: &mut Budget,
    is_less: impl Fn(&T, &T, &mut Budget) -> Result<bool>,
) -> Result<Vec<T>> {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for pair in items.chunks(2 * width) {
            let (left, right) = pair.split_at(width.min(pair.len()));
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
                budget.step()?;
                let smaller = if is_less(second, first, budget)? { &mut right } else { &mut left };
                merged.extend(smaller.next().cloned());
            }
            merged.extend(left.chain(right).cloned());
        }
        items = merged;
        width *= 2;
    }
    Ok(items)
}
