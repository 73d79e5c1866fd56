import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GenerationEvent, Problem } from '../bindings';
import type { Fanned } from '../document/playground.svelte';
import { Fan } from './fan.svelte';
import FanView from './FanView.svelte';
import { done, SAMPLING, token, tokens } from './samples';

const heard = { onstop: vi.fn(), onkeep: vi.fn(), onclose: vi.fn() };
let frames: FrameRequestCallback[];
let fan: Fan;
let fanned: Fanned;
let end: () => Promise<void>;

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  let clock = 0;
  fan = new Fan(() => (clock += 300));
  fan.varied = 'temperature';
  fan.values = '0.4, 0.7, 1';
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

function show(problem: Problem | null = null) {
  let over = () => {};
  const written = fan.write(SAMPLING, 10, (given) => {
    fanned = given;
    return new Promise((resolve) => (over = resolve));
  });
  end = async () => {
    over();
    await written;
    await tick();
  };
  return render(FanView, { props: { fan, problem, ...heard } });
}
async function take(...events: GenerationEvent[]) {
  fanned.events(events);
  await tick();
  for (const frame of frames.splice(0)) frame(0);
}
async function written() {
  show();
  await take(...tokens(0, [1, 2, 3, 4, 5]), ...tokens(1, [1, 2, 9]), ...tokens(2, [1, 2, 3, 4, 5]));
  await take(done(0, 5, 500), done(1, 3, 300, 'eos'), done(2, 5, 500, 'stop'));
  await end();
}
const all = (testid: string) => screen.getAllByTestId(testid);
const words = (testid: string) =>
  all(testid).map(({ textContent }) => textContent.trim().replace(/\s+/g, ' '));
const region = (name: string) => screen.getByRole('region', { name });
const press = (key: string, init: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });

it('shows the columns as they are written', async () => {
  show();
  screen.getByRole('heading', { name: 'Temperature 0.4, 0.7, 1' });
  expect(words('fan-end')).toEqual(['waiting', 'waiting', 'waiting']);
  await take({ type: 'prefill', done: 128, total: 1200 });
  expect(words('fan-status')).toEqual(['reading 128 of 1,200 tokens']);
  await take(token(0, 0, 1), token(1, 0, 1), token(2, 0, 9));
  expect(words('fan-status')).toEqual(['writing 3 side by side…']);
  expect(words('fan-end')).toEqual(['writing…', 'writing…', 'writing…']);
  expect(words('fan-text')).toEqual(['t1', 't1', 't9']);
  const first = all('fan-text')[0]?.querySelector('.common')?.firstChild;
  await take(token(0, 1, 2), token(1, 1, 2), token(2, 1, 2));
  expect(words('fan-text')).toEqual(['t1 t2', 't1 t2', 't9 t2']);
  expect(all('fan-text')[0]?.querySelector('.common')?.firstChild).toBe(first);
  expect(words('fan-speed')[0]).toMatch(/^[\d.]+ tok\/s together$/);
});

it('tells how each column ended, its figures, and where it parts from the first', async () => {
  await written();
  expect(words('fan-end')).toEqual(['5 tokens reached', 'end of text', 'stop text found']);
  expect(words('fan-figures')).toEqual([
    'Mean log-probability −1.00 Repeated 0 % Length 5 tokens Differs is the first',
    'Mean log-probability −1.00 Repeated … Length 3 tokens Differs from token 3',
    'Mean log-probability −1.00 Repeated 0 % Length 5 tokens Differs nowhere',
  ]);
  expect(words('fan-speed')).toEqual(['20.0 tok/s together']);
  const own = all('fan-text').map((text) => text.querySelector('.mark + .own')?.textContent);
  expect(own).toEqual([undefined, 't9 ', undefined]);
});

it('stops while it runs, and keeps a column once it does not', async () => {
  show();
  const keep = all('fan-keep')[1] as HTMLButtonElement;
  expect(keep.disabled).toBe(true);
  await press('Enter');
  await press('Escape');
  expect(heard.onkeep).not.toHaveBeenCalled();
  expect(heard.onclose, 'Esc stops a run').not.toHaveBeenCalled();
  await fireEvent.click(screen.getByTestId('fan-stop'));
  expect(heard.onstop).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(region('temperature 0.4'));
  await end();
  expect(screen.queryByTestId('fan-stop')).toBeNull();
  expect(words('fan-end')).toEqual(['broken off', 'broken off', 'broken off']);
  await fireEvent.click(screen.getByRole('button', { name: 'Keep this one, temperature 0.7' }));
  expect(heard.onkeep).toHaveBeenCalledExactlyOnceWith(1);
});

it('goes from column to column by keys, and keeps with Enter', async () => {
  await written();
  expect(document.activeElement).toBe(region('temperature 0.4'));
  await press('ArrowLeft');
  expect(document.activeElement).toBe(region('temperature 0.4'));
  await press('ArrowRight');
  await press('ArrowRight');
  expect(document.activeElement).toBe(region('temperature 1'));
  await press('Enter');
  expect(heard.onkeep).toHaveBeenCalledExactlyOnceWith(2);
  all('fan-keep')[0]?.focus();
  await press('ArrowRight');
  expect(document.activeElement).toBe(all('fan-keep')[1]);
  await press('Enter');
  expect(heard.onkeep, 'the button itself takes Enter').toHaveBeenCalledOnce();
});

it('closes with Esc or the button, and leaves other keys to the window', async () => {
  await written();
  const window = vi.fn();
  document.body.addEventListener('keydown', window);
  await press('ArrowRight', { altKey: true });
  await press('ArrowDown');
  expect(window).toHaveBeenCalledTimes(2);
  await press('Escape');
  expect(window).toHaveBeenCalledTimes(2);
  await fireEvent.click(screen.getByText('Back to the text'));
  expect(heard.onclose).toHaveBeenCalledTimes(2);
  document.body.removeEventListener('keydown', window);
});

it('scrolls all columns together, or one alone', async () => {
  await written();
  const tops = () => all('fan-text').map(({ scrollTop }) => scrollTop);
  const scroll = (top: number) => {
    const [first] = all('fan-text');
    if (first) first.scrollTop = top;
    return fireEvent.scroll(first ?? document.body);
  };
  await scroll(40);
  expect(tops()).toEqual([40, 40, 40]);
  await fireEvent.click(screen.getByRole('button', { name: 'Scroll together', pressed: true }));
  await scroll(60);
  expect(tops()).toEqual([60, 40, 40]);
  screen.getByRole('button', { name: 'Scroll together', pressed: false });
});

it('shows columns again that were written before', async () => {
  await written();
  cleanup();
  render(FanView, { props: { fan, problem: null, ...heard } });
  for (const frame of frames.splice(0)) frame(0);
  expect(words('fan-text')).toEqual(['t1 t2 t3 t4 t5', 't1 t2 t9', 't1 t2 t3 t4 t5']);
});

it('says why a run failed, and what is kept', () => {
  show({ kind: 'out_of_memory', message: 'no memory is left', hint: 'write fewer' });
  const note = screen.getByRole('alert');
  within(note).getByText('No memory is left');
  within(note).getByText('Your text is kept, and so is what was written.');
});

it('has nothing that a screen reader would stumble over', async () => {
  await written();
  screen.getByRole('list', { name: 'Columns' });
  const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } };
  const { violations } = await axe(document.body, { rules });
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});
