import { expect, it } from 'vitest';
import { coalesced } from './coalesce';

function slow() {
  const finish: (() => void)[] = [];
  const run = coalesced(() => new Promise<void>((resolve) => finish.push(resolve)));
  return { run, finish };
}

it('runs once for the one that asked first, and once for all that asked meanwhile', async () => {
  const { run, finish } = slow();
  const first = run();
  const others = [run(), run(), run()];
  expect(finish).toHaveLength(1);
  finish[0]?.();
  await first;
  await Promise.resolve();
  expect(finish).toHaveLength(2);
  finish[1]?.();
  await Promise.all(others);
  expect(finish).toHaveLength(2);
});

it('runs again when asked again later, and never twice at a time', async () => {
  let [now, most, runs] = [0, 0, 0];
  const run = coalesced(async () => {
    most = Math.max(most, ++now);
    runs++;
    await Promise.resolve();
    now--;
  });
  await run();
  await Promise.all([run(), run().then(run), run()]);
  expect(most).toBe(1);
  expect(runs).toBe(4);
});
