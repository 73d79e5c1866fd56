import { beforeEach, expect, it } from 'vitest';
import type { GenerationEvent } from '../bindings';
import type { Fanned } from '../document/playground.svelte';
import { Fan } from './fan.svelte';
import { done, SAMPLING, token, tokens } from './samples';

let clock = 0;
let fan: Fan;
/** What the fan hands over, and how to end the run. */
let fanned: Fanned;
let end: () => void;
let fail: (error: Error) => void;

beforeEach(() => {
  clock = 0;
  fan = new Fan(() => clock);
});
function write(count = 3): Promise<void> {
  fan.count = count;
  return fan.write(SAMPLING, 10, (given) => {
    fanned = given;
    return new Promise((resolve, reject) => ([end, fail] = [resolve, reject]));
  });
}
const take = (...events: GenerationEvent[]) => fanned.events(events);
const lengths = () => fan.columns.map(({ figures }) => figures.length);

it('proposes values for what varies and for how many', () => {
  expect([fan.varied, fan.count, fan.problem]).toEqual(['seed', 4, null]);
  fan.varied = 'temperature';
  expect(fan.values).toBe('0.4, 0.7, 1, 1.3');
  fan.count = 2;
  expect(fan.values).toBe('0.4, 1.3');
  fan.varied = 'top_k';
  expect(fan.values).toBe('10, 100');
});

it('has as many columns as there are values', () => {
  fan.varied = 'temperature';
  fan.values = '0, 0.5, 1';
  expect(fan.count).toBe(3);
  expect(
    fan.variants(SAMPLING, 5).map(({ seed, sampling }) => [seed, sampling.temperature]),
  ).toEqual([
    [5, 0],
    [5, 0.5],
    [5, 1],
  ]);
  fan.values = '0, 0.5, x';
  expect([fan.count, fan.problem]).toEqual([3, 'x does not fit: numbers from 0 to 2']);
  expect(fan.variants(SAMPLING, 5)).toEqual([]);
  fan.varied = 'seed';
  expect([fan.count, fan.problem]).toEqual([3, null]);
});

it('writes nothing while the values cannot be used', async () => {
  fan.varied = 'temperature';
  fan.values = '1';
  await fan.write(SAMPLING, 1, () => Promise.reject(new Error('called')));
  expect([fan.shown, fan.columns]).toEqual([false, []]);
});

it('shows a column for each seed while they are written', async () => {
  const over = write();
  expect([fan.shown, fan.running, fan.run, fan.title]).toEqual([
    true,
    true,
    null,
    'Seeds 10 to 12',
  ]);
  expect(fanned.variants.map(({ seed }) => seed)).toEqual([10, 11, 12]);
  expect(fan.columns.map(({ label }) => label)).toEqual(['seed 10', 'seed 11', 'seed 12']);
  fanned.begun('run');
  take({ type: 'prefill', done: 1, total: 5 });
  expect([fan.run, fan.prefill?.total]).toEqual(['run', 5]);
  take(token(0, 0, 1), token(1, 0, 1), token(2, 0, 9));
  expect(fan.prefill).toBeNull();
  expect(fan.columns.map(({ texts }) => texts)).toEqual([['t1 '], ['t1 '], ['t9 ']]);
  expect(fan.columns.map(({ divergence }) => divergence?.token)).toEqual([undefined, undefined, 0]);
  end();
  await over;
  expect([fan.running, fan.shown]).toEqual([false, true]);
});

it('parts columns for good, also when the first one comes late', () => {
  void write(2);
  take(...tokens(1, [1, 2, 3]));
  expect(fan.columns[1]?.divergence).toBeNull();
  take(...tokens(0, [1, 9]));
  expect(fan.columns[1]?.divergence).toEqual({ token: 1, offset: 3 });
});

it('brings the figures up to date a few times each second, and at the end', () => {
  void write(2);
  take(token(0, 0, 1), token(1, 0, 1));
  expect(lengths()).toEqual([1, 1]);
  clock = 200;
  take(token(0, 1, 2), token(1, 1, 2));
  expect(lengths()).toEqual([1, 1]);
  clock = 250;
  take(token(0, 2, 3), token(1, 2, 3));
  expect(lengths()).toEqual([3, 3]);
  take(token(0, 3, 3), token(1, 3, 3), done(0, 4, 500), done(1, 4, 500));
  expect(lengths()).toEqual([4, 4]);
});

it('counts the tokens of all columns by the time of decoding', () => {
  void write(2);
  clock = 1000;
  take(token(0, 0, 1), token(1, 0, 1));
  expect(fan.speed, 'these came out of the prefill').toBeNull();
  clock = 1500;
  take(token(0, 1, 2), token(1, 1, 2));
  expect(fan.speed).toBe(4);
  take(done(1, 2, 100, 'eos'));
  clock = 2000;
  take(token(0, 2, 3), done(0, 3, 300));
  expect(fan.speed, 'as the engine says: three steps in 300 ms').toBe(10);
});

it('keeps what was written when the run fails', async () => {
  const over = write(2);
  take(...tokens(0, [1, 2]));
  clock = 10;
  fail(new Error('no memory'));
  await expect(over).rejects.toThrow('no memory');
  expect([fan.running, lengths()]).toEqual([false, [2, 0]]);
});

it('begins anew, one run at a time', async () => {
  const over = write(2);
  take(...tokens(0, [1]));
  const before = fan.columns;
  await fan.write(SAMPLING, 99, () => Promise.reject(new Error('called')));
  expect(fan.columns).toBe(before);
  end();
  await over;
  void write(2);
  expect(lengths()).toEqual([0, 0]);
  expect([fan.run, fan.speed]).toEqual([null, null]);
});

it('forgets the columns of another session, and not the plan', () => {
  fan.varied = 'top_p';
  void write(2);
  fan.forget();
  expect([fan.columns, fan.shown, fan.varied]).toEqual([[], false, 'top_p']);
});

it('takes in thousands of tokens in no time', () => {
  void write(8);
  const began = performance.now();
  for (let index = 0; index < 1000; index++) {
    clock += 3;
    take(...Array.from({ length: 8 }, (_, lane) => token(lane, index, index % 50)));
  }
  expect(performance.now() - began, 'eight columns of three seconds').toBeLessThan(1500);
});
