/**
 * Which rows of a long list are on the screen. Rows differ in height, so where each begins is
 * summed up once per list; finding the first and the last one in sight is then a binary search.
 */
export interface Span {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** Where each row begins, and at the end how high all are together. */
export function tops<Row>(rows: readonly Row[], height: (row: Row) => number): Float64Array {
  const tops = new Float64Array(rows.length + 1);
  let top = 0;
  rows.forEach((row, at) => (tops[at + 1] = top += height(row)));
  return tops;
}

/** The rows in sight, and those so many pixels above and below: a fast scroll finds them there. */
export function inSight(
  tops: Float64Array,
  scrollTop: number,
  height: number,
  margin: number,
): Span {
  const first = Math.max(0, rowAt(tops, scrollTop - margin));
  const last = rowAt(tops, scrollTop + height + margin);
  return { first, end: Math.min(tops.length - 1, last + 1) };
}

/** How far to scroll so that a row is seen whole; no farther than needed. */
export function scrolledTo(
  tops: Float64Array,
  row: number,
  scrollTop: number,
  height: number,
): number {
  const [top = 0, bottom = top] = tops.subarray(row, row + 2);
  if (top < scrollTop || bottom - top > height) return top;
  return Math.max(scrollTop, bottom - height);
}

/** The last row that begins at a height or above it; -1 above the first. */
function rowAt(tops: Float64Array, y: number): number {
  let [low, high] = [0, tops.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
