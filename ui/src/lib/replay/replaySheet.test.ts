import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Replay, RunRecord } from '../bindings';
import ReplaySheet from './ReplaySheet.svelte';
import { DIFFERENCE, replayed, run } from './samples';

let answer: (found: Replay) => Promise<void>;
let fail: (kind: string) => Promise<void>;
const onexport = vi.fn();
const replay = vi.fn(
  () =>
    new Promise<Replay>((resolve, reject) => {
      answer = (found) => (resolve(found), settled());
      fail = (kind) => (reject({ kind, message: 'it is so', hint: null }), settled());
    }),
);
const settled = async () => {
  await new Promise((done) => setTimeout(done));
  await tick();
};

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

async function shown(record: RunRecord | null = run(), more = {}) {
  const view = render(ReplaySheet, { record, replay, onexport, ...more });
  view.component.show();
  await tick();
  return view;
}
const press = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const outcome = () => screen.getByTestId('replay-outcome').textContent.trim();

it('shows the record, and nothing that must be heard or seen otherwise', async () => {
  const { container } = await shown();
  const facts = screen.getByTestId('run-facts').textContent;
  for (const words of ['demo · abababababab', '1234', 'CPU, weights in f32']) {
    expect(facts).toContain(words);
  }
  const { violations } = await axe(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations).toEqual([]);
});

it('checks the numbers, one repetition at a time', async () => {
  await shown();
  await press('replay-forced');
  expect(outcome()).toBe('Reading the recorded tokens…');
  await press('replay-regenerate');
  expect(replay.mock.calls).toEqual([['forced']]);
  await answer(replayed({ mode: 'forced' }));
  expect(outcome()).toBe('All 128 tokens are as likely as recorded.');
});

it('writes again, and says where it differs', async () => {
  await shown();
  await press('replay-regenerate');
  await answer(replayed({ identical: false, first_difference: DIFFERENCE }));
  expect(outcome()).toContain('now " the", recorded " a".');
});

it('says why nothing was compared, and tries again', async () => {
  await shown();
  await press('replay-forced');
  await fail('no_model');
  expect(screen.getByTestId('replay-problem').textContent).toContain('Load the model');
  await press('replay-forced');
  expect(screen.queryByTestId('replay-problem')).toBeNull();
  await fail('cancelled');
  expect([outcome(), screen.queryByTestId('replay-problem')]).toEqual(['', null]);
});

it('shows nothing that came of another run', async () => {
  const view = await shown();
  await press('replay-forced');
  await view.rerender({ record: run({ id: 'other' }) });
  await answer(replayed());
  expect(outcome()).toBe('');
});

it('waits for the record, or says why there is none', async () => {
  const view = await shown(null);
  expect(screen.getByTestId('replay-sheet').textContent).toContain('Reading the record…');
  await view.rerender({ problem: { kind: 'not_found', message: 'it is gone', hint: null } });
  expect(screen.getByTestId('record-problem').textContent).toContain('It is gone');
});

it('does not replay while the model is at work, but exports', async () => {
  await shown(run(), { disabled: true });
  await press('replay-forced');
  expect(replay).not.toHaveBeenCalled();
  onexport.mockRejectedValueOnce({ kind: 'io', message: 'no room', hint: null });
  await press('export-run');
  await settled();
  expect(screen.getByTestId('export-run-problem').textContent).toContain('No room');
});
