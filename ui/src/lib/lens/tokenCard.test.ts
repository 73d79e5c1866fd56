import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beside } from './beside';
import type { Outlook } from './outlook';
import { FakeLooks, outlook, placed, SAMPLING, token } from './samples';
import TokenCard from './TokenCard.svelte';
import { TokenCursor } from './tokenCursor.svelte';

const FOUND = placed(10, ' found', 13);
const WRITTEN = placed(10, ' to', 11, { run: 'r', step: 4, logprob: Math.log(0.3) });
const heard = { onpick: vi.fn(), onagain: vi.fn() };
let looks: FakeLooks;
let cursor: TokenCursor;
let text: HTMLElement;

beforeEach(() => {
  looks = new FakeLooks();
  const tokens = () => Promise.resolve([FOUND, placed(16, '\n', 12)]);
  cursor = new TokenCursor({ tokens, look: looks.look, again: looks.again }, SAMPLING, 5);
  text = document.createElement('div');
  text.tabIndex = 0;
  text.textContent = 'what was found';
  document.body.append(text);
});
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
  vi.clearAllMocks();
});

/** With the focus in the text, as when a key opens it. */
function open(of = FOUND, given: { disabled?: boolean } = {}) {
  text.focus();
  document.getSelection()?.collapse(text.firstChild, 7);
  cursor.open(of, 'keyboard');
  const onclose = () => {
    cursor.close();
    view.unmount();
  };
  const anchor = new DOMRect(0, 0, 40, 15);
  const props = { cursor, anchor, disabled: false, onclose, ...heard, ...given };
  const view = render(TokenCard, { props });
  return view;
}
async function shown(of = FOUND, more: Partial<Outlook> = {}, given: { disabled?: boolean } = {}) {
  const view = open(of, given);
  await tick();
  await looks.last.answer(outlook({ subject: { id: of.ids[0] ?? 0, rank: 3 }, ...more }));
  return view;
}
const words = (id: string) => screen.getByTestId(id).textContent.trim().replace(/\s+/g, ' ');
const spoken = () => screen.getByTestId('token-card').querySelector('p .sr-only')?.textContent;
const rows = () => screen.getAllByTestId<HTMLButtonElement>('next-token');
const row = (id: number) => rows().find(({ dataset }) => dataset['token'] === String(id));
const press = (key: string, init: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });
const card = () => screen.queryByTestId('token-card');

it('tells what a token is, and by which setting it would be cut', async () => {
  await shown();
  expect(words('card-text')).toBe('" found" ·found');
  expect(words('card-facts')).toBe(
    '3.0 % → cut by top-p · rank 3 of 256,000 · token 13 · bytes 20 66 6f 75 6e 64',
  );
  expect(spoken()).toBe(
    '3.0 percent, cut by top-p, rank 3 of 256,000, token 13, bytes 20 66 6f 75 6e 64',
  );
  screen.getByRole('dialog', { name: '" found"' });
  expect(looks.last).toMatchObject({ name: 'look', at: 10 });
});

it('tells its probability before and after the settings', async () => {
  await shown(WRITTEN, { subject: { id: 11, rank: 1 } });
  expect(words('card-facts')).toMatch(/^30 % → 41 % · rank 1 of 256,000 · token 11 · bytes 20 74/);
  expect(spoken()).toMatch(/^30 percent, 41 percent after the settings, rank 1/);
});

it('tells what was noted of it until it is read', async () => {
  open(WRITTEN);
  await tick();
  expect(words('card-facts')).toBe('30 % when it was written · token 11 · bytes 20 74 6f');
  expect(words('card-note')).toBe('Reading what could stand here…');
  expect(screen.queryByRole('list')).toBeNull();
});

it('says that several tokens are one character', async () => {
  await shown(placed(0, '😀', 13, { ids: [13, 14, 15] }));
  expect(words('card-facts')).toMatch(/ · tokens 13, 14, 15 · bytes f0 9f 98 80$/);
  screen.getByText('These 3 tokens are one character together: what follows is about the first.');
});

it('says calmly why nothing is known, and how the first token of a text comes to that', async () => {
  const view = open();
  await tick();
  await looks.last.fail('empty_prompt');
  expect(words('card-note')).toMatch(/^It is the first of its text/);
  expect(screen.getByTestId<HTMLButtonElement>('write-on').disabled).toBe(true);
  expect(screen.queryByRole('alert')).toBeNull();
  view.unmount();
  open(WRITTEN);
  await tick();
  await looks.last.fail('no_model');
  expect(words('card-note')).toBe('No_model.');
  expect(screen.getByTestId<HTMLButtonElement>('write-on').disabled).toBe(false);
});

it('marks the token that stands there, and the one its own run takes', async () => {
  await shown(WRITTEN, { chosen: 12 });
  expect(row(11)?.textContent).toContain('stands here');
  expect(row(11)?.classList).toContain('stands');
  expect(row(11)?.querySelector('.sr-only')?.textContent).toBe(
    '" to", stands here, 41 percent, was 30 percent',
  );
  const mark = row(12)?.querySelector<HTMLElement>('.mark');
  expect(mark?.title).toBe('By the settings as they are its run, of seed 1234, takes this token');
  expect(document.querySelectorAll('.here')).toHaveLength(1);
});

it('marks no token for a seed where no run wrote the text', async () => {
  await shown(FOUND, { chosen: 12 });
  expect(document.querySelectorAll('.mark')).toHaveLength(0);
  expect(row(12)?.textContent).not.toContain('seed');
});

it('shows twenty tokens, the one that stands there among them', async () => {
  const many = Array.from({ length: 30 }, (_, id) => token(id, `t${id}`, 0.01, 0.01));
  await shown(placed(0, 't27', 27), { tokens: many, chosen: 29 });
  const list = screen.getByRole('list', { name: 'What could stand here' });
  expect(within(list).getAllByRole('listitem')).toHaveLength(20);
  expect(rows().map(({ dataset }) => Number(dataset['token']))).toEqual([
    ...Array.from({ length: 19 }, (_, id) => id),
    27,
  ]);
});

it('hands over the token that is picked, and closes', async () => {
  await shown();
  await fireEvent.click(row(11) ?? document.body);
  expect(heard.onpick).toHaveBeenCalledExactlyOnceWith(11, ' to');
  expect([card(), cursor.current]).toEqual([null, null]);
});

it('has the text written anew from there, and closes', async () => {
  await shown();
  await fireEvent.click(screen.getByText('Write on from here'));
  expect(heard.onagain).toHaveBeenCalledOnce();
  expect(card()).toBeNull();
});

it('only shows while the model is at work', async () => {
  await shown(FOUND, {}, { disabled: true });
  await fireEvent.click(row(11) ?? document.body);
  expect(heard.onpick).not.toHaveBeenCalled();
  expect(row(11)?.title).toMatch(/^Not while the model is at work/);
  expect(screen.getByTestId<HTMLButtonElement>('write-on').disabled).toBe(true);
});

it('takes the focus at Alt+Down, and gives it back with the caret at Esc', async () => {
  await shown();
  const behind = vi.fn();
  window.addEventListener('keydown', behind);
  expect(document.activeElement).toBe(text);
  await press('ArrowDown', { altKey: true });
  expect(document.activeElement).toBe(rows()[0]);
  document.getSelection()?.removeAllRanges();
  await press('Escape');
  await tick();
  expect([card(), document.activeElement]).toEqual([null, text]);
  expect(document.getSelection()?.anchorOffset).toBe(7);
  expect(behind, 'a run goes on, and the branch stays').not.toHaveBeenCalled();
  window.removeEventListener('keydown', behind);
});

it('leaves a dialog its keys', async () => {
  await shown();
  const dialog = document.createElement('dialog');
  dialog.setAttribute('open', '');
  document.body.append(dialog);
  await press('Escape');
  expect(card()).not.toBeNull();
});

it('keeps the focus in the list from token to token', async () => {
  await shown();
  await press('ArrowDown', { altKey: true });
  await cursor.next();
  await tick();
  expect(document.activeElement).toBe(card());
  await looks.last.answer(outlook({ subject: { id: 12, rank: 2 } }));
  await tick();
  expect(document.activeElement).toBe(rows()[0]);
  expect(words('card-text')).toBe('newline ↵');
});

it('goes into a list that is still to come', async () => {
  open();
  await press('ArrowDown', { altKey: true });
  expect(document.activeElement).toBe(card());
  await looks.last.answer(outlook({ subject: { id: 13, rank: 3 } }));
  await tick();
  expect(document.activeElement).toBe(rows()[0]);
});

it('closes when somebody presses, or goes, somewhere else', async () => {
  const other = document.createElement('button');
  document.body.append(other);
  await shown();
  await fireEvent.pointerDown(screen.getByTestId('card-facts'));
  expect(card()).not.toBeNull();
  await fireEvent.pointerDown(text);
  expect(card()).toBeNull();
  await shown();
  other.focus();
  await tick();
  expect([card(), document.activeElement]).toEqual([null, other]);
});

it('leaves focus and caret in the text when a button is pressed', async () => {
  await shown();
  const kept = async (target: Element | null | undefined) =>
    !(await fireEvent.mouseDown(target ?? document.body));
  expect(await kept(row(11))).toBe(true);
  expect(await kept(screen.getByTestId('card-facts')), 'figures can be copied').toBe(false);
});

it('stays while the pointer is on it', async () => {
  const calls = (['stay', 'leave', 'hold'] as const).map((name) => vi.spyOn(cursor, name));
  await shown();
  calls.forEach((call) => call.mockClear());
  await fireEvent.pointerEnter(card() ?? document.body);
  await fireEvent.pointerLeave(card() ?? document.body);
  expect(calls.map((call) => call.mock.calls.length > 0)).toEqual([true, true, false]);
  await press('ArrowDown', { altKey: true });
  expect(calls[2]).toHaveBeenCalledOnce();
});

it('reads out what a key opened, and nothing that the pointer did', async () => {
  const live = () => card()?.querySelector('[aria-live]')?.getAttribute('aria-live');
  const view = await shown();
  expect(live()).toBe('polite');
  screen.getByText('Alt ↓ to choose another');
  vi.spyOn(cursor, 'by', 'get').mockReturnValue('pointer');
  view.unmount();
  await shown(WRITTEN);
  expect(live()).toBe('off');
  expect(screen.queryByText(/^Alt/)).toBeNull();
});

it('has nothing that a screen reader would stumble over', async () => {
  await shown(WRITTEN);
  const options = { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } };
  const { violations } = await axe(document.body, options);
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});

const WHOLE = new DOMRect(0, 0, 1000, 500);
it.each([
  ['below', new DOMRect(100, 100, 50, 15), { left: 10, top: 23, bottom: null, room: 77 }],
  ['above', new DOMRect(900, 400, 50, 15), { left: 90, top: null, bottom: 20, room: 80 }],
  ['beyond the edge', new DOMRect(-9, 600, 5, 15), { left: 0, top: null, bottom: 0, room: 100 }],
])('lies beside its token: %s', (_, anchor, place) => {
  expect(beside(anchor, WHOLE)).toEqual(place);
});
