import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Surprise } from '../bindings';
import { FakeScore, scored, surpriseOf } from './samples';
import { SurpriseMap } from './surprise.svelte';
import SurpriseBar from './SurpriseBar.svelte';
import SurpriseTable from './SurpriseTable.svelte';

const heard = { ontable: vi.fn(), onoff: vi.fn(), onopen: vi.fn() };
let engine: FakeScore;
let surprise: SurpriseMap;

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  engine = new FakeScore();
  surprise = new SurpriseMap(engine.score);
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

async function bar(found: Surprise | null = surpriseOf()) {
  void surprise.show('surprise');
  const view = render(SurpriseBar, { surprise, disabled: false, ...heard });
  if (found) await engine.answer(found);
  await tick();
  return view;
}
async function table(found: Surprise = surpriseOf()) {
  void surprise.show('surprise');
  await engine.answer(found);
  const view = render(SurpriseTable, { surprise, onopen: heard.onopen });
  view.component.show();
  await tick();
  return view;
}
const press = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const words = (testid: string) =>
  screen.getByTestId(testid).textContent.trim().replace(/\s+/g, ' ');
const cells = () =>
  [...screen.getByTestId('surprise-rows').querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td')].map((cell) =>
      (cell.querySelector('bdi') ?? cell).textContent.trim(),
    ),
  );
const findings = async (container: Element) =>
  (await axe(container, { rules: { 'color-contrast': { enabled: false } } })).violations;

it('says what the colours mean, and how surprising the text is', async () => {
  const { container } = await bar();
  expect(words('surprise-legend')).toBe('expected ≥50 %≥20 %≥5 %≥1 %≥0.1 %<0.1 % a surprise');
  expect(words('surprise-figures')).toBe('Perplexity 4.0 · 4 tokens');
  expect(words('surprise-bar')).toContain('as unsure as between 4.0 equally likely tokens');
  expect(words('surprise-bar')).toContain('8.0 bits of surprise');
  expect(await findings(container)).toEqual([]);
  await press('surprise-rank');
  expect(words('surprise-legend')).toContain('the likeliest 1st2–5');
  expect(engine.calls).toBe(1);
});

it('reads the text again once it was changed', async () => {
  await bar();
  expect(words('surprise-hint')).toBe('');
  surprise.edited();
  await tick();
  expect(words('surprise-hint')).toBe('The text has changed since.');
  await press('score-again');
  expect(words('surprise-hint')).toBe('Reading the text…');
  await press('score-again');
  expect(engine.calls).toBe(2);
  await engine.fail('gpu_failed');
  await tick();
  expect(words('surprise-problem')).toContain('The colours are from before.');
});

it('tells whoever placed it that it is off, and of the table', async () => {
  await bar();
  await press('surprise-table');
  await press('surprise-off');
  expect([heard.ontable, heard.onoff].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  expect(surprise.mode).toBe('off');
});

it('says when nothing was judged, and when a text had to be read in parts', async () => {
  await bar(surpriseOf({ perplexity: null, windows: 3 }));
  expect(words('surprise-figures')).toBe('4 tokens');
  expect(words('surprise-bar')).toContain('Nothing stands before the first token');
  expect(words('surprise-bar')).toContain('in 3 overlapping parts');
});

it('has every token in a table, by position or by surprise', async () => {
  const { container } = await table();
  expect(cells()).toEqual([
    ['1', 'The', '–', '–', '–'],
    ['2', '·cat', '25 %', '2.0', '2'],
    ['3', '·sat', '60 %', '0.7', '1'],
    ['4', '·on', '<0.1 %', '11.3', '2,000'],
  ]);
  expect(await findings(container)).toEqual([]);
  await press('sort-surprise');
  expect(cells().map(([at]) => at)).toEqual(['4', '2', '3', '1']);
  const [position, , , bits] = [...container.querySelectorAll('th')].map((head) => head.ariaSort);
  expect([position, bits]).toEqual(['none', 'descending']);
});

it('goes from row to row by the arrows, and to a token', async () => {
  await table();
  const button = (name: string) => screen.getByRole('button', { name });
  button('"The"').focus();
  await fireEvent.keyDown(button('"The"'), { key: 'ArrowDown' });
  await tick();
  expect(document.activeElement).toBe(button('" cat"'));
  await fireEvent.click(button('" cat"'));
  expect(heard.onopen).toHaveBeenCalledExactlyOnceWith(3);
  await tick();
  expect(screen.queryByTestId('surprise-rows')).toBeNull();
});

it('goes to no place of a text that has changed', async () => {
  await table();
  surprise.edited();
  await tick();
  expect(screen.queryByRole('button', { name: '"The"' })).toBeNull();
  expect(words('surprise-old')).toContain('before it was changed');
});

it('lays out some of the rows of a long text', async () => {
  const many = scored(
    ...Array.from({ length: 1096 }, () => ['x', 0.5, 1] as [string, number, number]),
  );
  await table(surpriseOf({ tokens: many }));
  expect([cells().length, words('rows-shown')]).toEqual([200, 'Rows 1 to 200 of 1,096']);
  for (let page = 1; page < 6; page++) await press('rows-after');
  expect([cells().length, words('rows-shown')]).toEqual([96, 'Rows 1,001 to 1,096 of 1,096']);
  await press('rows-after');
  expect(cells()).toHaveLength(96);
  await press('rows-before');
  expect(words('rows-shown')).toBe('Rows 801 to 1,000 of 1,096');
});
