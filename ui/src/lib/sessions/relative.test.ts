import { expect, it } from 'vitest';
import { relative } from './relative';

const now = new Date(2026, 10, 26, 15, 30).getTime();
const at = (...date: [number, number, number, number, number, number?]) =>
  new Date(...date).getTime();

it.each([
  [at(2026, 10, 26, 15, 31), 'now'],
  [at(2026, 10, 26, 15, 29, 1), 'now'],
  [at(2026, 10, 26, 15, 29), '1 min ago'],
  [at(2026, 10, 26, 14, 31), '59 min ago'],
  [at(2026, 10, 26, 14, 30), '1 h ago'],
  [at(2026, 10, 26, 0, 5), '15 h ago'],
  [at(2026, 10, 25, 23, 59), 'yesterday'],
  [at(2026, 10, 25, 0, 0), 'yesterday'],
  [at(2026, 10, 24, 23, 59), '24 Nov'],
  [at(2026, 2, 12, 9, 0), '12 Mar'],
  [at(2025, 2, 12, 9, 0), '12 Mar 2025'],
])('says how long ago %d was', (then, words) => {
  expect(relative(then, now)).toBe(words);
});

it('counts hours, not days, soon after midnight and over the turn of a year', () => {
  const early = at(2026, 0, 1, 1, 0);
  expect(relative(at(2025, 11, 31, 22, 0), early)).toBe('3 h ago');
  expect(relative(at(2025, 11, 31, 8, 0), early)).toBe('yesterday');
  expect(relative(at(2025, 11, 30, 8, 0), early)).toBe('30 Dec 2025');
});
