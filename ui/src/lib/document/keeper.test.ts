import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Keeper } from './keeper';

let kept: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  kept = [];
  mockIPC((_, args) => void kept.push(args));
});
afterEach(() => {
  vi.useRealTimers();
  clearMocks();
});

it('writes within a second, however steadily somebody types', async () => {
  const keeper = new Keeper();
  for (let letters = 1; letters <= 10; letters++) {
    keeper.keep('one', { draft: 'x'.repeat(letters) });
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(kept.length).toBeGreaterThanOrEqual(2);
  await vi.advanceTimersByTimeAsync(400);
  expect(kept.at(-1)).toMatchObject({ session: 'one', settings: { draft: 'xxxxxxxxxx' } });
});

it('writes at once what waits, each session its own, and only once', async () => {
  const keeper = new Keeper();
  keeper.keep('one', 1);
  keeper.keep('two', 2);
  await keeper.write();
  expect(kept).toMatchObject([
    { session: 'one', settings: 1 },
    { session: 'two', settings: 2 },
  ]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(kept).toHaveLength(2);
});
