import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import Palette from './Palette.svelte';

// jsdom has neither of these.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
  this.dispatchEvent(new Event('close'));
};
Element.prototype.scrollIntoView = () => {};

const COMMANDS = ['Generate', 'New session', 'Settings'];
const ran: string[] = [];
const searchSessions = vi.fn((text: string) => Promise.resolve([session(text)]));
const session = (text: string) => ({ id: text, title: `About ${text}`, snippet: 'once upon' });

beforeEach(() => {
  vi.useFakeTimers();
  searchSessions.mockClear();
  ran.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

function open() {
  const document = window.document.createElement('textarea');
  window.document.body.append(document);
  document.focus();
  const commands = COMMANDS.map((label) => ({ id: label, label, run: () => ran.push(label) }));
  const onopen = (id: string) => ran.push(`open ${id}`);
  render(Palette, { commands, searchSessions, onopen }).component.show();
  return document;
}
const field = () => screen.getByTestId('palette-field');
const press = (...keys: string[]) =>
  keys.reduce(
    (before, key) => before.then(() => fireEvent.keyDown(field(), { key })),
    Promise.resolve(true),
  );
async function type(text: string, ms = 120) {
  await fireEvent.input(field(), { target: { value: text } });
  await vi.advanceTimersByTimeAsync(ms);
}
/** The option that assistive technology is pointed to, which is the one shown as chosen. */
function active() {
  const option = document.getElementById(field().getAttribute('aria-activedescendant') ?? '');
  expect(screen.getAllByRole('option', { selected: true, hidden: true })).toEqual([option]);
  return option?.textContent?.trim();
}

it('runs what the arrows lead to, with the focus where it was', async () => {
  const before = open();
  expect(document.activeElement).toBe(field());
  expect(active()).toBe('Generate');
  await press('ArrowDown');
  expect(active()).toBe('New session');
  await press('End');
  expect(active()).toBe('Settings');
  await press('ArrowDown');
  expect(active()).toBe('Generate');
  await press('ArrowUp', 'Home', 'ArrowDown', 'Enter');
  expect(ran).toEqual(['New session']);
  expect(document.activeElement).toBe(before);
  expect(screen.getByTestId<HTMLDialogElement>('palette').open).toBe(false);
});

it('chooses the likeliest again whenever the text changes', async () => {
  open();
  await press('End');
  await type('se');
  expect(active()).toBe('Settings');
  await press('ArrowDown');
  await type('ses');
  expect(active()).toBe('New session');
  await press('Enter');
  expect(ran).toEqual(['New session']);
});

it('opens a session found behind the commands', async () => {
  open();
  await type('gen');
  await press('ArrowDown');
  expect(active()).toContain('About gen');
  await press('Enter');
  expect(ran).toEqual(['open gen']);
});

it('takes a click', async () => {
  open();
  await fireEvent.click(screen.getByTestId('command-Settings'));
  expect(ran).toEqual(['Settings']);
});

it('does nothing on Enter while an input method composes, or when nothing is found', async () => {
  open();
  await fireEvent.keyDown(field(), { key: 'Enter', isComposing: true });
  searchSessions.mockResolvedValueOnce([]);
  await type('xyz');
  expect(screen.getByText('Nothing found')).toBeTruthy();
  await press('ArrowDown', 'Enter');
  expect(ran).toEqual([]);
});

it('searches when the typing pauses', async () => {
  open();
  await type('a', 60);
  await type('ab', 60);
  await type('abc');
  expect(searchSessions.mock.calls).toEqual([['abc']]);
});

it('shows what the latest search found, in whatever order the answers come', async () => {
  open();
  let answer: (found: ReturnType<typeof session>[]) => void = () => {};
  searchSessions.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  await type('old');
  await type('new');
  answer([session('old')]);
  await vi.advanceTimersByTimeAsync(0);
  expect(screen.queryByTestId('session-old')).toBeNull();
  expect(screen.getByTestId('session-new')).toBeTruthy();
  await type('');
  expect(screen.queryByTestId('session-new')).toBeNull();
});

it('says why the sessions cannot be searched, and still has the commands', async () => {
  open();
  searchSessions.mockRejectedValueOnce({ kind: 'io', message: 'the disk is gone', hint: null });
  await type('gen');
  expect(screen.getByTestId('palette-problem').textContent).toContain('The disk is gone');
  expect(active()).toBe('Generate');
});

it('begins anew each time', async () => {
  open();
  await type('set');
  const palette = screen.getByTestId<HTMLDialogElement>('palette');
  palette.close();
  await vi.advanceTimersByTimeAsync(0);
  expect((field() as HTMLInputElement).value).toBe('');
  expect(screen.queryByTestId('session-set')).toBeNull();
});
