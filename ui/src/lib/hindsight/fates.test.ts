import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { placed } from '../lens/samples';
import { fateInWords, FATES, HIGHLIGHTS, line, neighbour, rangesOf, summary } from './fates';
import { CUT, found, OTHER, TOKENS, UNKNOWN } from './samples';

it.each([
  [found(CUT, OTHER), ['1 of 3 tokens would be cut, 1 would be another; the first is token 1.']],
  [found(OTHER), ['1 of 3 tokens would be another; the first is token 2.']],
  [
    found(CUT, UNKNOWN),
    ['1 of 3 tokens would be cut; the first is token 1.', '1 cannot be told from what was stored.'],
  ],
  [
    found(UNKNOWN),
    [
      'None of 3 tokens is known to be cut or to be another.',
      '1 cannot be told from what was stored.',
    ],
  ],
  [found(), ['All 3 tokens would be the same.']],
  [{ tokens: 1, verdicts: [] }, ['The one token would be the same.']],
])('sums up %j', (hindsight, words) => {
  expect(summary(hindsight, TOKENS)).toEqual(words);
});

it('says no place that it does not know', () => {
  expect(summary(found(CUT), [])).toEqual(['1 of 3 tokens would be cut.']);
  expect(line(CUT, [])).toBe('Would be cut by top-p');
});

it('tells a token from one without text before it', () => {
  const empty = placed(3, '', 2, { run: 'run', step: 0 });
  expect(line(CUT, [empty, ...TOKENS])).toContain('" cat"');
});

it('says what each would be', () => {
  expect([CUT, OTHER, UNKNOWN].map((verdict) => line(verdict, TOKENS))).toEqual([
    'Token 1, " cat": would be cut by top-p',
    'Token 2, " sat": would be " ran"',
    'Token 3, " on": cannot be told',
  ]);
  expect(fateInWords({ ...OTHER, other: null })).toBe('would be another token');
  expect(fateInWords({ ...OTHER, other: { id: 2, text: '' } })).toBe(
    'would be the token with id 2',
  );
});

it('finds where each fate is', () => {
  expect(rangesOf([CUT, OTHER, UNKNOWN])).toEqual({
    cut: [[3, 7]],
    other: [[7, 11]],
    unknown: [[11, 14]],
  });
});

it('goes round from mark to mark', () => {
  const all = [CUT, OTHER, UNKNOWN];
  const way = (from: number | null) => [
    neighbour(all, from, 'next'),
    neighbour(all, from, 'previous'),
  ];
  expect([null, 3, 7, 11].map(way)).toEqual([
    [3, 11],
    [7, 11],
    [11, 3],
    [3, 7],
  ]);
  expect(neighbour([], null, 'next')).toBeNull();
});

it('paints every fate', () => {
  const css = readFileSync(`${import.meta.dirname}/hindsight.css`, 'utf8');
  for (const fate of FATES) expect(css).toContain(`::highlight(${HIGHLIGHTS[fate]})`);
});
