import { beforeEach, expect, it } from 'vitest';
import { FakeScore, surpriseOf } from './samples';
import { SurpriseMap } from './surprise.svelte';

let engine: FakeScore;
let surprise: SurpriseMap;

beforeEach(() => {
  engine = new FakeScore();
  surprise = new SurpriseMap(engine.score);
});
async function shown() {
  void surprise.show('surprise');
  await engine.answer(surpriseOf());
}

it('reads the text once, whatever it is coloured by', async () => {
  void surprise.show('surprise');
  expect([surprise.loading, surprise.map]).toEqual([true, null]);
  void surprise.show('rank');
  await engine.answer(surpriseOf());
  expect([surprise.loading, surprise.map?.perplexity]).toEqual([false, 4]);
  await surprise.show('surprise');
  await surprise.show('off');
  expect(surprise.ranges).toBeNull();
  await surprise.show('rank');
  expect(surprise.ranges).toHaveLength(5);
  expect(engine.calls).toBe(1);
});

it('is stale after an edit, until somebody asks', async () => {
  surprise.edited();
  expect(surprise.stale, 'nothing is shown').toBe(false);
  await shown();
  surprise.edited();
  await surprise.show('rank');
  expect([surprise.stale, engine.calls]).toEqual([true, 1]);
  void surprise.again();
  await engine.answer(surpriseOf({ perplexity: 9 }));
  expect([surprise.stale, surprise.map?.perplexity]).toEqual([false, 9]);
});

it('reads an edited text when it is switched on again', async () => {
  await shown();
  await surprise.show('off');
  surprise.edited();
  void surprise.show('surprise');
  expect([engine.calls, surprise.loading]).toEqual([2, true]);
});

it('is stale when the text was edited while it was read', async () => {
  void surprise.show('surprise');
  surprise.edited();
  await engine.answer(surpriseOf());
  expect([surprise.map?.perplexity, surprise.stale]).toEqual([4, true]);
});

it('has one call on its way, and shows what was asked for last', async () => {
  void surprise.show('surprise');
  void surprise.again();
  void surprise.again();
  expect(engine.calls).toBe(1);
  await engine.answer(surpriseOf({ perplexity: 1 }));
  expect([engine.calls, surprise.map, surprise.loading]).toEqual([2, null, true]);
  await engine.answer(surpriseOf({ perplexity: 2 }));
  expect([engine.calls, surprise.map?.perplexity, surprise.loading]).toEqual([2, 2, false]);
});

it('keeps what it has when the text cannot be read', async () => {
  await shown();
  void surprise.again();
  await engine.fail('no_model');
  expect([surprise.problem?.kind, surprise.map?.perplexity, surprise.loading]).toEqual([
    'no_model',
    4,
    false,
  ]);
  void surprise.again();
  await engine.fail('cancelled');
  expect(surprise.problem).toBeNull();
});

it('forgets what was shown and what is on its way', async () => {
  await shown();
  void surprise.again();
  surprise.forget();
  expect([surprise.map, surprise.loading, surprise.mode]).toEqual([null, false, 'surprise']);
  await engine.answer(surpriseOf());
  expect([surprise.map, surprise.loading]).toEqual([null, false]);
});
