import { expect, it } from 'vitest';
import type { RunRecord } from '../bindings';
import { factsOf, lanesOf, settingsInWords } from './record';
import { RECORD, run } from './samples';

const facts = (record: RunRecord) =>
  Object.fromEntries(factsOf(record).map(({ label, lines }) => [label, lines.join(' | ')]));
const asked = (request: object) => run({ record: { ...RECORD, request } });

it('says what is recorded of a run', () => {
  const { Date: date, ...others } = facts(run());
  expect(date).toMatch(/^\d+ Dec 2025, \d\d:\d\d$/);
  expect(others).toEqual({
    Model: 'demo · abababababab',
    Engine: 'version 0.1.0',
    Device: 'CPU, weights in f32, 2 threads',
    Seed: '1234',
    Settings: 'temperature 0.7 · top-p 0.9',
    Prompt: '3 tokens, 2 of them known from before',
    Written: '128 tokens',
    Ended: 'after the tokens that were asked for',
    Speed: '38.2 tok/s',
  });
});

it.each([
  null,
  'x',
  [],
  { request: null },
  { request: { prompt: 7, variants: 'x' }, ends: [null] },
])('does with any record: %j', (record) => {
  const labels = factsOf(run({ record })).map(({ label }) => label);
  expect(labels).toEqual(['Model', 'Seed', 'Written', 'Ended', 'Speed', 'Date']);
  expect(lanesOf(run({ record }))).toBe(1);
});

it('tells columns apart by what differs', () => {
  const variant = (seed: number, temperature: number) => ({ seed, sampling: { temperature } });
  const sweep = asked({ variants: [variant(7, 0.4), variant(7, 1)] });
  expect(lanesOf(sweep)).toBe(2);
  expect(facts(sweep)).toMatchObject({
    Seed: '7',
    Settings: 'column 1: temperature 0.4 | column 2: neutral',
  });
  expect(facts(asked({ variants: [variant(7, 0.4), variant(8, 0.4)] }))).toMatchObject({
    Seed: '7, 8',
    Settings: 'temperature 0.4',
  });
  expect(lanesOf(asked({ lanes: 3 }))).toBe(3);
});

it('names settings that the rail has no place for', () => {
  const sampling = { temperature: 1, top_k: 5000, logit_bias: { 3: 1, 4: 2 }, ban_token: [9] };
  expect(settingsInWords(sampling)).toBe('top-k 5000 · bias on 2 tokens · 1 token banned');
  expect(settingsInWords({ logit_bias: {}, ban_token: [] })).toBe('neutral');
});

it.each([
  [{ finish_reason: null, ended_at: null }, 'not yet'],
  [{ finish_reason: null }, 'it is not recorded how'],
  [{ finish_reason: 'eos' }, 'where the model ended the text'],
  [{ finish_reason: 'odd' }, 'odd'],
  [{ record: { failure: 'gpu_failed' } }, 'it failed (gpu_failed)'],
])('says how it ended: %j', (more, words) => {
  expect(facts(run(more))['Ended']).toBe(words);
});
