import { beforeEach, expect, it } from 'vitest';
import { SAMPLING } from '../lens/samples';
import { HindsightState } from './hindsight.svelte';
import { CUT, FakeHindsight, found, OTHER } from './samples';

let engine: FakeHindsight;
let hindsight: HindsightState;

beforeEach(() => {
  engine = new FakeHindsight();
  hindsight = new HindsightState(engine.ask, SAMPLING);
});
const warm = (temperature: number) => ({ ...SAMPLING, temperature });

it('asks nothing until it is switched on, and then by the latest settings', async () => {
  await hindsight.settle(warm(0.1));
  expect([engine.asked.length, hindsight.on]).toEqual([0, false]);
  void hindsight.show();
  expect([engine.asked, hindsight.on, hindsight.loading]).toEqual([[warm(0.1)], true, true]);
  await engine.answer(found(CUT));
  expect([hindsight.result?.verdicts, hindsight.loading]).toEqual([[CUT], false]);
});

it('has one call on its way, and shows each answer while a slider moves', async () => {
  void hindsight.show();
  for (const temperature of [0.1, 0.2, 0.3]) void hindsight.settle(warm(temperature));
  expect(engine.asked).toEqual([SAMPLING]);
  await engine.answer(found(CUT));
  expect([hindsight.result?.verdicts, hindsight.loading]).toEqual([[CUT], true]);
  expect(engine.asked).toEqual([SAMPLING, warm(0.3)]);
  await engine.answer(found(OTHER));
  expect([hindsight.result?.verdicts, hindsight.loading, engine.asked.length]).toEqual([
    [OTHER],
    false,
    2,
  ]);
});

it('shows no marks that are not by the settings', async () => {
  void hindsight.show();
  await engine.answer(found(CUT));
  void hindsight.settle(warm(0.1));
  await engine.fail('no_model');
  expect([hindsight.result, hindsight.problem?.kind]).toEqual([null, 'no_model']);
  void hindsight.show();
  await engine.fail('cancelled');
  expect(hindsight.problem).toBeNull();
});

it('forgets what was shown and what is on its way', async () => {
  void hindsight.show();
  hindsight.forget();
  await engine.answer(found(CUT));
  expect([hindsight.on, hindsight.result, hindsight.loading]).toEqual([true, null, false]);
  hindsight.close();
  await hindsight.settle(warm(0.1));
  expect([hindsight.on, engine.asked.length]).toEqual([false, 1]);
});
