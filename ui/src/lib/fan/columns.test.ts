import { expect, it } from 'vitest';
import {
  divergence,
  figuresOf,
  labelOf,
  logprobInWords,
  meanLogprob,
  percentInWords,
  repetition,
} from './columns';
import { SAMPLING } from './samples';

const written = (ids: number[], texts = ids.map(() => 'ab')) => ({
  ids,
  texts,
  logprobs: ids.map(() => -0.5),
});

it.each([
  ['the same', [1, 2, 3], [1, 2, 3], null],
  ['shorter', [1, 2, 3], [1, 2], null],
  ['longer', [1, 2], [1, 2, 3], null],
  ['nothing yet', [], [1], null],
  ['the first token', [1, 2], [9, 2], { token: 0, offset: 0 }],
  ['a later one', [1, 2, 3, 4], [1, 2, 9, 4], { token: 2, offset: 4 }],
])('finds where a column parts from the first: %s', (_, first, own, expected) => {
  expect(divergence(written(first), written(own))).toEqual(expected);
});

it('counts the offset in code units of the column’s own text', () => {
  // Two tokens make one character, which only the second one shows.
  const own = written([1, 2, 3, 9], ['a', '', '😀', '!']);
  expect(divergence(written([1, 2, 3, 4]), own)).toEqual({ token: 3, offset: 3 });
});

it('takes the mean of log-probabilities', () => {
  expect(meanLogprob([])).toBeNull();
  expect(meanLogprob([-1, -2, -3])).toBe(-2);
});

it.each([
  ['too few to tell', [1, 1, 1, 1], null],
  ['all new', [1, 2, 3, 4, 5], 0],
  ['one of two', [1, 1, 1, 1, 1], 50],
  ['one of five', [1, 2, 3, 4, 1, 2, 3, 4], 20],
  // Joined without anything between, these would look alike.
  ['digits', [1, 11, 2, 3, 11, 1, 2, 3], 0],
])('measures repetition: %s', (_, ids, expected) => {
  if (expected === null) expect(repetition(ids)).toBeNull();
  else expect(repetition(ids)).toBeCloseTo(expected);
});

it('has all figures of a column', () => {
  expect(figuresOf(written([]))).toEqual({ length: 0, meanLogprob: null, repetition: null });
  expect(figuresOf(written([1, 2, 3, 4, 5]))).toEqual({
    length: 5,
    meanLogprob: -0.5,
    repetition: 0,
  });
});

it('labels a column by what is its own', () => {
  const variant = { seed: 1234, sampling: { ...SAMPLING, presence_penalty: -0.5 } };
  expect(labelOf('seed', variant)).toBe('seed 1234');
  expect(labelOf('temperature', variant)).toBe('temperature 0.7');
  expect(labelOf('presence_penalty', variant)).toBe('presence penalty −0.5');
});

it('says figures in few digits', () => {
  expect([-0.834, -0.001, -12].map(logprobInWords)).toEqual(['−0.83', '0.00', '−12.00']);
  expect([0, 0.2, 12.4, 100].map(percentInWords)).toEqual(['0 %', '<1 %', '12 %', '100 %']);
});
