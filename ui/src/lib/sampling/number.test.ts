import { expect, it } from 'vitest';
import { nudged, parseNumber } from './number';

it.each([
  ['0.7', 0.7],
  [' 0,7 ', 0.7],
  ['2', 2],
  ['2.1', null],
  ['-0.1', null],
  ['', null],
  ['1e3', null],
  ['NaN', null],
])('reads %j as %j', (text, expected) => {
  expect(parseNumber(text, { min: 0, max: 2, step: 0.01 })).toBe(expected);
});

it('takes no fraction where whole steps are meant', () => {
  expect(parseNumber('3.5', { min: 0, max: 10, step: 1 })).toBeNull();
});

it('nudges by steps, inside the range, without dust', () => {
  const range = { min: 0, max: 2, step: 0.01 };
  expect(nudged(0.29, 1, range)).toBe(0.3);
  expect(nudged(1.95, 10, range)).toBe(2);
  expect(nudged(0, -1, range)).toBe(0);
  expect(nudged(40, -10, { min: 0, max: 200, step: 1 })).toBe(30);
});
