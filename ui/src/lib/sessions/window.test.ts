import { expect, it } from 'vitest';
import { inSight, scrolledTo, tops } from './window';

const FOLDER = 30;
const SESSION = 46;
/** Two folders, then ten sessions: 0, 30, 60, 106, … 520. */
const heights = [FOLDER, FOLDER, ...Array<number>(10).fill(SESSION)];
const list = tops(heights, (height) => height);

it('sums up heights', () => {
  expect([...list.subarray(0, 4)]).toEqual([0, 30, 60, 106]);
  expect(list.at(-1)).toBe(2 * FOLDER + 10 * SESSION);
});

it.each([
  ['at the top', 0, 100, 0, { first: 0, end: 3 }],
  ['with rows cut in half', 45, 100, 0, { first: 1, end: 4 }],
  ['from where a row begins', 60, 46, 0, { first: 2, end: 4 }],
  ['with a margin', 106, 46, 46, { first: 2, end: 6 }],
  ['at the bottom', 420, 100, 0, { first: 9, end: 12 }],
  ['pulled beyond the top', -80, 100, 0, { first: 0, end: 1 }],
  ['pulled beyond the bottom', 900, 100, 0, { first: 11, end: 12 }],
])('knows the rows in sight %s', (_, scrollTop, height, margin, span) => {
  expect(inSight(list, scrollTop, height, margin)).toEqual(span);
});

it('knows that an empty list has none', () => {
  expect(
    inSight(
      tops([], () => SESSION),
      0,
      900,
      240,
    ),
  ).toEqual({ first: 0, end: 0 });
});

it('never leaves a gap: what is in sight reaches over the whole height', () => {
  for (let scrollTop = 0; scrollTop <= 420; scrollTop++) {
    const { first, end } = inSight(list, scrollTop, 100, 0);
    expect(list[first]).toBeLessThanOrEqual(scrollTop);
    expect(list[end]).toBeGreaterThanOrEqual(scrollTop + 100);
  }
});

it('scrolls no farther than needed', () => {
  expect(scrolledTo(list, 3, 0, 200)).toBe(0);
  expect(scrolledTo(list, 5, 0, 200)).toBe(60 + 4 * SESSION - 200);
  expect(scrolledTo(list, 1, 300, 200)).toBe(30);
});
