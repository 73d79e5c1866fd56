import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bitsInWords, bucketOf, HIGHLIGHTS, LEGENDS, rangesOf } from './buckets';
import { scored, TOKENS } from './samples';

it.each([
  [1, 0],
  [Math.fround(0.5), 0],
  [0.49, 1],
  [0.2, 1],
  [0.19, 2],
  [0.05, 2],
  [0.01, 3],
  [0.001, 4],
  [0.0009, 5],
  [0, 5],
])('a probability of %f is in step %i', (probability, bucket) => {
  const logprob = Math.fround(Math.log(probability));
  expect(bucketOf({ logprob, rank: 1 }, 'surprise')).toBe(bucket);
});

it.each([
  [1, 0],
  [2, 1],
  [5, 1],
  [6, 2],
  [20, 2],
  [21, 3],
  [100, 3],
  [1000, 4],
  [1001, 5],
])('rank %i is in step %i', (rank, bucket) => {
  expect(bucketOf({ logprob: 0, rank }, 'rank')).toBe(bucket);
});

it('has a label for each step, and no step for what was not judged', () => {
  for (const { labels } of Object.values(LEGENDS))
    expect(labels).toHaveLength(HIGHLIGHTS.length + 1);
  expect(bucketOf({ logprob: null, rank: null }, 'surprise')).toBeNull();
  expect(bucketOf({ logprob: null, rank: null }, 'rank')).toBeNull();
});

it('finds where each colour is', () => {
  expect(rangesOf(TOKENS, 'surprise')).toEqual([[[3, 7]], [], [], [], [[11, 14]]]);
  expect(rangesOf(TOKENS, 'rank')).toEqual([[[3, 7]], [], [], [], [[11, 14]]]);
});

it('joins what touches, and colours a character once', () => {
  const tokens = scored(['a', 0.3, 2], ['é', 0.3, 2], ['x', 0.9, 1], ['', 0.3, 2], ['b', 0.3, 2]);
  expect(rangesOf(tokens, 'surprise')[0]).toEqual([
    [0, 3],
    [4, 5],
  ]);
  const [first, second] = scored(['🙂', 0.3, 2], ['🙂', 0.02, 30]);
  const together = [first, { ...second, start: 0, end: 4 }] as typeof tokens;
  expect(rangesOf(together, 'surprise')).toEqual([[], [], [[0, 4]], [], []]);
});

it('tells surprise in bits', () => {
  expect(bitsInWords(Math.log(0.125))).toBe('3.0');
  expect(bitsInWords(0)).toBe('0.0');
});

const css = readFileSync(`${import.meta.dirname}/surprise.css`, 'utf8');
const app = readFileSync(`${import.meta.dirname}/../../app.css`, 'utf8');
/** The values of a variable, light and dark. */
function valuesOf(name: string, source: string): string[] {
  const [, light = '', dark = ''] =
    new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(source) ?? [];
  return [light, dark];
}
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
/** From 0 to 100, as the eye has it. */
const lightness = (hex: string) => 116 * Math.cbrt(luminance(hex)) - 16;
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

it.each(['light', 'dark'])('can be read and told apart, %s', (theme) => {
  const at = theme === 'light' ? 0 : 1;
  const ink = valuesOf('ink', app)[at] ?? '';
  const scale = HIGHLIGHTS.map((name) => valuesOf(name, css)[at] ?? '');
  for (const colour of scale) expect(contrast(colour, ink)).toBeGreaterThan(4.5);
  const steps = scale.slice(1).map((colour, step) => {
    return Math.abs(lightness(colour) - lightness(scale[step] ?? ''));
  });
  for (const step of steps) expect(step).toBeGreaterThan(4);
  expect(Math.max(...steps) - Math.min(...steps), 'even steps').toBeLessThan(2);
});

it('paints every step, in the ink', () => {
  for (const name of HIGHLIGHTS) {
    expect(css).toMatch(
      new RegExp(
        `::highlight\\(${name}\\) \\{\\s+background-color: var\\(--${name}\\);\\s+color: var\\(--ink\\);`,
      ),
    );
  }
});
