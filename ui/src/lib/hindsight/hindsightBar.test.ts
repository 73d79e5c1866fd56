import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Verdict } from '../bindings';
import { SAMPLING } from '../lens/samples';
import { HindsightState } from './hindsight.svelte';
import HindsightBar from './HindsightBar.svelte';
import { CUT, FakeHindsight, found, OTHER, TOKENS, UNKNOWN } from './samples';

const heard = { ongo: vi.fn(), onclose: vi.fn() };
let engine: FakeHindsight;
let hindsight: HindsightState;

beforeEach(() => {
  engine = new FakeHindsight();
  hindsight = new HindsightState(engine.ask, SAMPLING);
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

async function shown(...verdicts: Verdict[]) {
  void hindsight.show();
  const view = render(HindsightBar, { hindsight, tokens: TOKENS, ...heard });
  await engine.answer(found(...verdicts));
  await tick();
  return view;
}
const press = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const words = (testid: string) =>
  screen.getByTestId(testid).textContent.trim().replace(/\s+/g, ' ');

it('says what the settings would have done, and for what text', async () => {
  const { container } = await shown(CUT, OTHER, UNKNOWN);
  expect(words('hindsight-summary')).toBe(
    'With the settings on the rail: 1 of 3 tokens would be cut, 1 would be another; the first is ' +
      'token 1. 1 cannot be told from what was stored.',
  );
  expect(words('hindsight-bar')).toContain('the text would have gone on differently');
  const rules = { 'color-contrast': { enabled: false } };
  expect((await axe(container, { rules })).violations).toEqual([]);
});

it('goes from mark to mark', async () => {
  await shown(CUT, OTHER);
  await press('hindsight-next');
  await press('hindsight-next');
  expect(words('hindsight-at')).toBe('2 of 2');
  await press('hindsight-next');
  await press('hindsight-previous');
  expect(heard.ongo.mock.calls).toEqual([[3], [7], [3], [7]]);
});

it('lists what each would be when asked', async () => {
  await shown(CUT, OTHER);
  expect(screen.queryByText(/" ran"/)).toBeNull();
  const details = screen.getByTestId<HTMLElement>('hindsight-list').closest('details');
  if (details) details.open = true;
  await fireEvent(details as Element, new Event('toggle'));
  await fireEvent.click(screen.getByRole('button', { name: 'Token 2, " sat": would be " ran"' }));
  expect(heard.ongo).toHaveBeenCalledExactlyOnceWith(7);
});

it('has no marks to explain where all is the same', async () => {
  await shown();
  expect(words('hindsight-summary')).toContain('All 3 tokens would be the same.');
  expect(screen.queryByTestId('hindsight-next')).toBeNull();
});

it('says why it cannot tell, and asks again', async () => {
  await shown(CUT);
  void hindsight.settle(SAMPLING);
  await engine.fail('no_model');
  await tick();
  expect(words('hindsight-problem')).toContain('It is so');
  await press('hindsight-again');
  expect(words('hindsight-summary')).toBe('Reading the run…');
  expect(document.activeElement).toBe(screen.getByTestId('hindsight-close'));
});

it('closes', async () => {
  await shown(CUT);
  await press('hindsight-close');
  expect([hindsight.on, heard.onclose.mock.calls.length]).toEqual([false, 1]);
});
