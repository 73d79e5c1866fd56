import { expect, it } from 'vitest';
import { BALANCED, PRESETS } from './presets';
import { Sampling } from './sampling.svelte';
import { readSnapshot } from './snapshot';
import { stageOf } from './stages';

const names = (sampling: Sampling) => sampling.shown.map(({ stage }) => stage);
/** Through the database and into another window. */
function restored(snapshot: unknown): Sampling {
  const sampling = new Sampling();
  sampling.values.temperature = 0.1;
  sampling.stops = ['left over'];
  sampling.locked = true;
  sampling.restore(JSON.parse(JSON.stringify(snapshot)));
  return sampling;
}
function changed(): Sampling {
  const sampling = new Sampling();
  const [greedy] = PRESETS;
  const [minP, topK, bias] = [stageOf('min-p'), stageOf('top-k'), stageOf('bias')];
  if (!greedy || !minP || !topK || !bias) throw new Error('stages');
  sampling.apply(greedy);
  for (const stage of [minP, topK, bias]) sampling.add(stage);
  sampling.values.top_k = 0;
  sampling.shift('min-p', -1);
  sampling.maxTokens = 4000;
  sampling.stops = ['\n\n', 'Q:'];
  sampling.biases = [
    { id: 7, text: ' fox', amount: null },
    { id: 8, text: 'é\u0000', amount: -1.5 },
  ];
  return sampling;
}

it('comes back as it was', () => {
  const before = changed();
  [before.locked, before.seed] = [true, Number.MAX_SAFE_INTEGER];
  const after = restored(before.snapshot());
  expect(after.snapshot()).toEqual(before.snapshot());
  expect(after.settings).toEqual(before.settings);
  expect(names(after)).toEqual(names(before));
  expect(names(after)).toContain('top-k');
  expect([after.locked, after.seed]).toEqual([true, before.seed]);
  expect(after.chosen.name).toBe('Greedy');
  expect(after.preset).toBeUndefined();
});

it('keeps the seed only while it is locked', () => {
  const before = changed();
  before.seed = 5;
  const after = restored(before.snapshot());
  expect(after.locked).toBe(false);
  expect(after.seed).not.toBe(5);
});

it.each([null, undefined, 0, 'text', [], {}, [1, 2]])('begins anew from %j', (snapshot) => {
  const sampling = new Sampling();
  sampling.values.temperature = 0.1;
  sampling.maxTokens = 9;
  sampling.restore(snapshot);
  expect(sampling.snapshot()).toEqual(new Sampling().snapshot());
  expect(sampling.preset).toBe(BALANCED);
});

it('takes what is valid of a hostile snapshot', () => {
  const bias = (more: object) => ({ id: 1, text: 'a', amount: 1, ...more });
  const { settings, ...sampling } = restoredParts({
    difference: { temperature: 0.5, top_p: 7, sampler_order: ['dry', 'dry'], evil: true },
    shown: ['xtc', 'nonsense'],
    maxTokens: 1.5,
    stops: ['ok', 'ok', '', 3, null, ['x']],
    biases: {
      '': [
        bias({}),
        bias({ amount: null }),
        bias({ id: -1 }),
        bias({ id: 2, amount: '1' }),
        bias({ id: 3, amount: 21 }),
        bias({ id: 4, text: 4 }),
        bias({ id: 5, more: 'ignored' }),
        null,
      ],
    },
    seed: -3,
    preset: { name: 'Gone', id: 4 },
  });
  expect(settings).toEqual({
    temperature: 0.5,
    top_k: 0,
    top_p: 1,
    logit_bias: { 1: 1, 5: 1 },
  });
  expect(sampling).toEqual({
    shown: ['bias', 'temperature', 'top-p'],
    maxTokens: 128,
    stops: ['ok'],
    locked: false,
    chosen: 'Balanced',
  });
});
function restoredParts(snapshot: unknown) {
  const sampling = restored(snapshot);
  const { settings, maxTokens, stops, locked, chosen } = sampling;
  return { settings, shown: names(sampling), maxTokens, stops, locked, chosen: chosen.name };
}

it('is neutral where the difference is broken, and balanced where there is none', () => {
  expect(restored({ difference: 'broken' }).changes).toEqual({});
  expect(restored({ maxTokens: 5 }).changes).toEqual(BALANCED.difference);
});

it('takes no more than the engine would', () => {
  const many = Array.from({ length: 5000 }, (_, id) => ({ id, text: String(id), amount: 1 }));
  const kept = readSnapshot({ stops: many.map(({ text }) => text), biases: { m: many } });
  expect([kept.stops.length, kept.biases['m']?.length]).toEqual([64, 1000]);
});

it('keeps the biases of each model apart', () => {
  const sampling = new Sampling();
  sampling.model = 'one';
  sampling.biases = [{ id: 7, text: ' fox', amount: null }];
  sampling.model = 'two';
  expect(sampling.settings.ban_token).toBeUndefined();
  const again = new Sampling();
  again.restore(JSON.parse(JSON.stringify(sampling.snapshot())));
  again.model = 'two';
  expect(again.settings.ban_token).toBeUndefined();
  again.model = 'one';
  expect(again.settings.ban_token).toEqual([7]);
});
