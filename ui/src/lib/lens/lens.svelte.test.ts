import { flushSync, tick } from 'svelte';
import { beforeEach, expect, it } from 'vitest';
import type { SamplingSettings } from '../bindings';
import { Lens } from './lens.svelte';
import { FakeLooks, outlook, SAMPLING } from './samples';

let looks: FakeLooks;
let lens: Lens;

beforeEach(() => {
  looks = new FakeLooks();
  lens = new Lens(looks, SAMPLING, 5);
});

const warm = (temperature: number): SamplingSettings => ({ ...SAMPLING, temperature });
const asked = () => looks.calls.map(({ name, at }) => [name, at]);
async function looked(row = 1) {
  void lens.look(null);
  await looks.last.answer(outlook({ row }));
}

it('looks at a place with the settings in force', async () => {
  void lens.look(9);
  expect([lens.loading, lens.outlook]).toEqual([true, null]);
  expect(looks.last).toMatchObject({ name: 'look', at: 9, sampling: SAMPLING, seed: 5 });
  await looks.last.answer(outlook({ row: 3 }));
  expect([lens.loading, lens.outlook?.row, lens.settings]).toEqual([false, 3, SAMPLING]);
});

it('shows the place that was asked for last, and none before it', async () => {
  void lens.look(1);
  void lens.look(2);
  void lens.look(3);
  expect(asked()).toEqual([['look', 1]]);
  await looks.last.answer(outlook({ row: 1 }));
  expect([lens.outlook, lens.loading]).toEqual([null, true]);
  expect(asked().slice(1)).toEqual([['look', 3]]);
  await looks.last.answer(outlook({ row: 3 }));
  expect([lens.outlook?.row, lens.loading]).toEqual([3, false]);
});

it('has one call on its way, and catches up with the latest settings', async () => {
  await looked();
  for (const temperature of [0.1, 0.2, 0.3, 0.4]) void lens.settle(warm(temperature), 6);
  expect([looks.calls.length, looks.open]).toEqual([2, 1]);
  await looks.last.answer(outlook({ seed: 1 }));
  expect([lens.outlook?.seed, lens.settings?.temperature]).toEqual([1, 0.1]);
  expect([looks.calls.length, looks.open]).toEqual([3, 1]);
  expect(looks.last).toMatchObject({ name: 'again', at: 1, sampling: warm(0.4), seed: 6 });
  await looks.last.answer(outlook({ seed: 2 }));
  expect([lens.outlook?.seed, lens.settings?.temperature]).toEqual([2, 0.4]);
  expect([looks.calls.length, looks.open]).toEqual([3, 0]);
});

it('remembers settings until there is something to see', async () => {
  await lens.settle(warm(0.1), null);
  expect(looks.calls).toEqual([]);
  void lens.look(null);
  expect(looks.last).toMatchObject({ sampling: warm(0.1), seed: null });
  void lens.settle(warm(0.2), null);
  await looks.last.answer(outlook({ row: 7 }));
  expect(looks.last).toMatchObject({ name: 'again', at: 7, sampling: warm(0.2) });
});

it('keeps the seed that was drawn, as long as none is given', async () => {
  await looked();
  void lens.settle(warm(0.1), null);
  expect(looks.last.seed).toBe(1234);
});

it('looks again when the row is gone', async () => {
  void lens.look(4);
  await looks.last.answer(outlook({ row: 1 }));
  void lens.settle(warm(0.1), 5);
  await looks.last.fail('row_gone');
  expect(looks.last).toMatchObject({ name: 'look', at: 4, sampling: warm(0.1), seed: 5 });
  expect([lens.loading, lens.problem, lens.outlook?.row]).toEqual([true, null, 1]);
  void lens.settle(warm(0.2), 5);
  await looks.last.answer(outlook({ row: 2 }));
  expect([lens.loading, lens.outlook?.row]).toEqual([false, 2]);
  expect(looks.last).toMatchObject({ name: 'again', at: 2, sampling: warm(0.2) });
});

it('answers for another place are not shown once a new one is asked for', async () => {
  await looked(1);
  void lens.settle(warm(0.1), 5);
  void lens.look(8);
  await looks.last.answer(outlook({ row: 1, seed: 99 }));
  expect(lens.outlook?.seed).toBe(1234);
  await looks.last.answer(outlook({ row: 8 }));
  expect([lens.outlook?.row, asked().length]).toEqual([8, 3]);
});

it('is stale from an edit until the next look, whatever the settings do', async () => {
  lens.edited();
  expect(lens.stale, 'nothing is shown').toBe(false);
  await looked();
  expect(lens.stale).toBe(false);
  lens.edited();
  expect([lens.stale, lens.outlook?.row]).toEqual([true, 1]);
  void lens.settle(warm(0.1), 5);
  await looks.last.answer(outlook());
  expect(lens.stale).toBe(true);
  await looked(2);
  expect(lens.stale).toBe(false);
});

it('is stale when the text was edited while it was read', async () => {
  void lens.look(null);
  lens.edited();
  await looks.last.answer(outlook());
  expect([lens.outlook?.row, lens.stale]).toEqual([1, true]);
});

it('forgets what was shown and what is on its way', async () => {
  await looked();
  void lens.look(null);
  lens.forget();
  expect([lens.outlook, lens.loading, lens.problem]).toEqual([null, false, null]);
  await looks.last.answer(outlook({ row: 2 }));
  expect([lens.outlook, looks.open, looks.calls.length]).toEqual([null, 0, 2]);
});

it('forgets what was waiting, and waits for the old call before the first new one', async () => {
  void lens.look(1);
  void lens.look(2);
  lens.forget();
  void lens.look(3);
  expect([looks.calls.length, lens.loading]).toEqual([1, true]);
  await looks.last.fail('model_changed');
  expect([lens.problem, lens.loading]).toEqual([null, true]);
  expect(asked().slice(1)).toEqual([['look', 3]]);
  await looks.last.answer(outlook({ row: 3 }));
  expect(lens.outlook?.row).toBe(3);
});

it('keeps what is shown when the sampler fails, and says why until it does not', async () => {
  await looked();
  void lens.settle(warm(0.1), 5);
  await looks.last.fail('nothing_to_sample');
  expect([lens.problem?.kind, lens.outlook?.row]).toEqual(['nothing_to_sample', 1]);
  expect([lens.stale, lens.settings]).toEqual([false, SAMPLING]);
  void lens.settle(warm(0.2), 5);
  await looks.last.answer(outlook());
  expect([lens.problem, lens.settings]).toEqual([null, warm(0.2)]);
});

it('does not pass off another place as the one that could not be read', async () => {
  await looked();
  void lens.look(3);
  await looks.last.fail('empty_prompt');
  expect([lens.problem?.kind, lens.stale, lens.loading]).toEqual(['empty_prompt', true, false]);
  void lens.look(3);
  await looks.last.fail('cancelled');
  expect([lens.problem, lens.stale], 'a run may begin at any time').toEqual([null, true]);
});

it('asks once for each change where an effect hands the settings over', async () => {
  let temperature = $state(0.1);
  const stop = $effect.root(() => {
    $effect(() => void lens.settle(warm(temperature), 5));
  });
  flushSync();
  await tick();
  await looked();
  lens.edited();
  flushSync();
  expect(asked()).toEqual([['look', null]]);
  temperature = 0.2;
  flushSync();
  await looks.last.answer(outlook());
  flushSync();
  expect(asked()).toEqual([
    ['look', null],
    ['again', 1],
  ]);
  stop();
});
