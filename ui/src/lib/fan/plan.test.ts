import { expect, it } from 'vitest';
import { SETTINGS } from '../sampling/stages';
import {
  CHOICES,
  FEWEST,
  MOST,
  nameWithin,
  proposed,
  readValues,
  sameness,
  titleOf,
  variantsOf,
} from './plan';
import { SAMPLING } from './samples';

it('names every setting of the rail, and each in its own way', () => {
  expect(CHOICES.map(({ key }) => key)).toEqual(['seed', ...SETTINGS.map(({ key }) => key)]);
  expect(CHOICES.map(({ name }) => name)).toEqual([
    'Seed',
    'DRY strength',
    'DRY base',
    'DRY allowed length',
    'DRY range',
    'Repetition penalty',
    'Repetition range',
    'Frequency penalty',
    'Presence penalty',
    'Temperature',
    'Top-k',
    'Top-p',
    'Min-p',
    'Typical-p',
    'Top-n-sigma',
    'XTC chance',
    'XTC threshold',
  ]);
  expect([nameWithin('dry_base'), nameWithin('top_p')]).toEqual(['DRY base', 'top-p']);
});

it.each(SETTINGS)('proposes values of $key that it takes itself, for any count', ({ key }) => {
  for (let count = FEWEST; count <= MOST; count++) {
    const values = proposed(key, count);
    expect(values).toHaveLength(count);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(readValues(values.join(', '), key)).toEqual({ values, problem: null });
  }
});

it('proposes round values', () => {
  expect(proposed('temperature', 4)).toEqual([0.4, 0.7, 1, 1.3]);
  expect(proposed('top_p', 4)).toEqual([0.5, 0.65, 0.8, 0.95]);
  expect(proposed('top_k', 4)).toEqual([10, 40, 70, 100]);
});

it.each([
  ['0.3, 0.7', [0.3, 0.7]],
  [' 1,0.5,,2, ', [1, 0.5, 2]],
  ['0.3 0.7\t1', [0.3, 0.7, 1]],
  ['0,3; 0,7', [0.3, 0.7]],
])('reads %j', (text, values) => {
  expect(readValues(text, 'temperature')).toEqual({ values, problem: null });
});

it.each([
  ['', 'temperature', 'Write 2 values or more, with commas between'],
  ['1', 'temperature', 'Write 2 values or more, with commas between'],
  ['1, hot', 'temperature', 'hot does not fit: numbers from 0 to 2'],
  ['1, 3', 'temperature', '3 does not fit: numbers from 0 to 2'],
  ['1, 1.0', 'temperature', '1 is there twice'],
  ['1, 2.5', 'top_k', '2.5 does not fit: whole numbers from 0 to 200'],
  ['−3, 0', 'presence_penalty', '−3 does not fit: numbers from −2 to 2'],
  ['1 2 3 4 5 6 7 8 9', 'top_k', '9 are too many: 8 at most'],
] as const)('refuses %j', (text, key, problem) => {
  expect(readValues(text, key)).toEqual({ values: [], problem });
});

it('gives each column a seed of its own, within 32 bits', () => {
  const plan = { varied: 'seed', count: 3, values: [] } as const;
  const variants = variantsOf(plan, SAMPLING, 0xffff_fffe);
  expect(variants.map(({ seed }) => seed)).toEqual([0xffff_fffe, 0xffff_ffff, 0]);
  expect(variants.every(({ sampling }) => sampling === SAMPLING)).toBe(true);
  expect(titleOf(plan, variants)).toBe('Seeds 4294967294 to 0');
});

it('changes the one setting and nothing else', () => {
  const plan = { varied: 'min_p', count: 2, values: [0.02, 0.2] } as const;
  const variants = variantsOf(plan, SAMPLING, 7);
  expect(variants).toEqual([
    { seed: 7, sampling: { ...SAMPLING, min_p: 0.02 } },
    { seed: 7, sampling: { ...SAMPLING, min_p: 0.2 } },
  ]);
  expect(titleOf(plan, variants)).toBe('Min-p 0.02, 0.2');
});

it.each([
  ['seed', {}, null],
  ['seed', { temperature: 0 }, /likeliest token is always taken/],
  ['seed', { top_k: 1 }, /likeliest/],
  ['seed', { temperature: 0, xtc_probability: 0.5 }, null],
  ['top_k', { top_k: 1 }, null],
  ['top_p', { temperature: 0 }, /likeliest/],
  ['temperature', { temperature: 0 }, null],
  ['presence_penalty', { temperature: 0 }, null],
  ['dry_base', {}, 'All will be the same: it does nothing while DRY strength is off.'],
  ['dry_base', { dry_multiplier: 0.8 }, null],
  ['repetition_range', {}, /repetition penalty, frequency penalty, presence penalty are off/],
  ['repetition_range', { presence_penalty: 0.1 }, null],
] as const)('tells when all columns would be the same: %s, %j', (varied, more, said) => {
  const note = sameness(varied, { ...SAMPLING, ...more });
  if (said === null) expect(note).toBeNull();
  else expect(note).toMatch(said);
});
