//! Finding a place in an order without sorting everything.

use super::exponential::highest;

/// Below this many items sorting is quicker than dividing further.
const SORTED_AT_ONCE: usize = 64;
/// Logits of which only the highest is looked at first.
const BLOCK: usize = 64;

/// A token with its place in an order and its unnormalised probability.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weighted {
    pub(super) key: u64,
    pub(super) weight: f32,
}

/// A key that orders tokens by logit and equal logits by id.
pub(super) fn key(id: u32, logit: f32) -> u64 {
    // Adding zero makes -0.0 the 0.0 that it equals.
    let bits = (logit + 0.0).to_bits();
    let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    u64::from(ordered) << 32 | u64::from(id)
}

/// The id in a key made by [`key`].
pub(super) fn id_of(key: u64) -> u32 {
    (key & u64::from(u32::MAX)) as u32
}

/// Adds up weights in the order of their keys, beginning with `mass`, and returns the index of the
/// first item with which `reached` becomes true, or the number of items. Everything before that
/// index comes before it in the order; the item there is in its place.
///
/// Halves what is in question each time, so it looks at about twice as many items as there are.
pub(super) fn first_reaching(
    items: &mut [Weighted],
    mut mass: f64,
    reached: impl Fn(f64) -> bool,
) -> usize {
    let (mut start, mut end) = (0, items.len());
    while end - start > SORTED_AT_ONCE {
        let range = &mut items[start..end];
        let middle = range.len() / 2;
        range.select_nth_unstable_by_key(middle, |item| item.key);
        let lower = mass + range[..middle].iter().map(|item| f64::from(item.weight)).sum::<f64>();
        if reached(lower) {
            end = start + middle;
        } else {
            mass = lower;
            start += middle;
        }
    }
    items[start..end].sort_unstable_by_key(|item| item.key);
    let found = items[start..end].iter().position(|item| {
        mass += f64::from(item.weight);
        reached(mass)
    });
    // Rounding can place the sum of a half above and the sum of its items just below the limit:
    // then it is the item after them.
    found.map_or(end, |position| start + position)
}

/// The k-th highest of the finite values; none when there are fewer.
///
/// k blocks have a highest value no lower than the k-th of the blocks' highest values, so the
/// answer is no lower either, and few values are left to look at.
pub(super) fn kth_highest(values: &[f32], k: usize) -> Option<f32> {
    let mut maxima: Vec<f32> = values.chunks(BLOCK).map(highest).collect();
    let bound = match maxima.len() {
        blocks if k <= blocks => nth_highest(&mut maxima, k - 1).max(f32::MIN),
        _ => f32::MIN,
    };
    let mut left = Vec::new();
    from(values, bound, |position| left.push(values[position]));
    (left.len() >= k).then(|| nth_highest(&mut left, k - 1))
}

fn nth_highest(values: &mut [f32], n: usize) -> f32 {
    *values.select_nth_unstable_by(n, |a, b| b.total_cmp(a)).1
}

/// Visits the positions of values not below `floor`, which are expected to be few.
pub(super) fn from(values: &[f32], floor: f32, mut visit: impl FnMut(usize)) {
    const STRIDE: usize = 16;
    for (number, chunk) in values.chunks(STRIDE).enumerate() {
        // Without a branch inside, this is a vector comparison.
        if chunk.iter().fold(0, |any, value| any | u32::from(*value >= floor)) != 0 {
            for (offset, value) in chunk.iter().enumerate() {
                if *value >= floor {
                    visit(number * STRIDE + offset);
                }
            }
        }
    }
}
