import { expect, it } from 'vitest';
import { inWords, readDifference } from './difference';
import { PRESETS } from './presets';
import { DEFAULT_ORDER } from './stages';

/** As it comes from a file. */
const read = (json: string) => readDifference(JSON.parse(json));
const nothing = { difference: {}, ignored: [] };

it('reads what the app writes', () => {
  for (const { difference } of PRESETS) {
    expect(readDifference(difference)).toEqual({ difference, ignored: [] });
  }
  const sampler_order = [...DEFAULT_ORDER].reverse();
  expect(readDifference({ min_p: 0.05, sampler_order })).toEqual({
    difference: { min_p: 0.05, sampler_order },
    ignored: [],
  });
});

it.each(['null', '3', '"text"', '[]', '{}', '[{"temperature":1}]'])(
  'finds nothing in %s',
  (json) => {
    expect(read(json)).toEqual(nothing);
  },
);

it.each([
  ['{"temperature":2.01}', 'temperature'],
  ['{"temperature":-0.01}', 'temperature'],
  ['{"temperature":"0.7"}', 'temperature'],
  ['{"temperature":null}', 'temperature'],
  ['{"temperature":1e999}', 'temperature'],
  ['{"temperature":{"valueOf":1}}', 'temperature'],
  ['{"top_k":1.5}', 'top_k'],
  ['{"typical_p":0}', 'typical_p'],
  ['{"warmth":1}', 'warmth'],
  ['{"__proto__":{"temperature":0}}', '__proto__'],
  ['{"constructor":1}', 'constructor'],
  ['{"logit_bias":{"1":2}}', 'logit_bias'],
  ['{"ban_token":[1]}', 'ban_token'],
  ['{"sampler_order":"dry"}', 'sampler_order'],
  ['{"sampler_order":["dry","dry"]}', 'sampler_order'],
  ['{"sampler_order":["dry","mirostat"]}', 'sampler_order'],
  ['{"sampler_order":[["dry"]]}', 'sampler_order'],
])('ignores %s and says so', (json, ignored) => {
  expect(read(json)).toEqual({ difference: {}, ignored: [ignored] });
});

it('keeps what is valid beside what is not', () => {
  expect(read('{"temperature":9,"top_p":0.5,"foo":1}')).toEqual({
    difference: { top_p: 0.5 },
    ignored: ['temperature', 'foo'],
  });
});

it('leaves out what is neutral, the default order included', () => {
  expect(readDifference({ temperature: 1, sampler_order: DEFAULT_ORDER })).toEqual(nothing);
});

it('does not let a stage run that an order leaves out', () => {
  const { difference } = read('{"sampler_order":["top-k","temperature"],"top_k":4,"min_p":0.1}');
  expect(difference.sampler_order?.slice(0, 3)).toEqual(['top-k', 'temperature', 'dry']);
  expect([...(difference.sampler_order ?? [])].sort()).toEqual([...DEFAULT_ORDER].sort());
  expect(difference).toMatchObject({ top_k: 4 });
  expect(difference).not.toHaveProperty('min_p');
});

it('says in one line what differs', () => {
  expect(inWords({ min_p: 0.05, temperature: 0.9 })).toBe('temperature 0.9 · min-p 0.05');
  expect(inWords({ top_p: 0.1 + 0.2, sampler_order: ['xtc'] })).toBe('top-p 0.3 · own order');
  expect(inWords({})).toBe('neutral');
});
