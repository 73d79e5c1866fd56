import { afterEach, expect, it } from 'vitest';
import { actionOf, isReload, KEYS } from './keys';

const press = (key: string, more: KeyboardEventInit = {}) =>
  new KeyboardEvent('keydown', { key, ...more });
const ctrl = { ctrlKey: true };
const ctrlShift = { ctrlKey: true, shiftKey: true };

afterEach(() => document.body.replaceChildren());

it.each([
  [press('Enter', ctrl), 'generate'],
  [press('Enter', { metaKey: true }), 'generate'],
  [press('Enter', ctrlShift), 'continue'],
  [press('Escape'), 'stop'],
  [press('r', ctrl), 'retry'],
  [press('z', ctrl), 'undo'],
  [press('Z', ctrlShift), 'redo'],
  [press('y', ctrl), 'redo'],
  [press('ArrowUp', { altKey: true }), 'previous-branch'],
  [press('ArrowDown', { altKey: true }), 'next-branch'],
  [press('t', ctrl), 'tree'],
  [press('n', ctrl), 'new'],
  [press('F', ctrlShift), 'search'],
  [press('F2'), 'rename'],
  [press('b', ctrl), 'sessions'],
  [press('j', ctrl), 'sampling'],
  [press('k', ctrl), 'palette'],
  [press('o', ctrl), 'open'],
  [press(',', ctrl), 'settings'],
  [press('+', ctrlShift), 'larger'],
  [press('=', ctrl), 'larger'],
  [press('-', ctrl), 'smaller'],
  [press('0', ctrl), 'size'],
  [press('F1'), 'help'],
  [press('?', { shiftKey: true }), 'help'],
])('reads a key press: %#', (event, action) => {
  expect(actionOf(event)).toBe(action);
});

it.each([
  press('Enter'),
  press('ArrowUp'),
  press('ArrowUp', { altKey: true, shiftKey: true }),
  press('f', ctrl),
  press('R', ctrlShift),
  press('k', { ctrlKey: true, altKey: true }),
  press('z'),
])('leaves the other keys alone: %#', (event) => {
  expect(actionOf(event)).toBeNull();
});

it('names every action once', () => {
  expect(new Set(KEYS.map(({ action }) => action)).size).toBe(KEYS.length);
  expect(new Set(KEYS.map(({ shown }) => shown)).size).toBe(KEYS.length);
});

it('means nothing while an input method composes', () => {
  expect(actionOf(press('Enter', { ...ctrl, isComposing: true }))).toBeNull();
  expect(actionOf(press('Escape', { keyCode: 229 }))).toBeNull();
});

/** What a key means when it is pressed in the first element of some HTML. */
function pressedIn(html: string, event: KeyboardEvent) {
  document.body.innerHTML = html;
  document.body.querySelector('.here')?.dispatchEvent(event);
  return actionOf(event);
}

it.each([
  ['<input class="here">', null],
  ['<input class="here" type="search">', null],
  ['<textarea class="here"></textarea>', null],
  ['<div class="here" contenteditable="plaintext-only"></div>', null],
  ['<div contenteditable="true"><p class="here"></p></div>', null],
  ['<div class="here" contenteditable="false"></div>', 'help'],
  ['<input class="here" type="range">', 'help'],
  ['<button class="here"></button>', 'help'],
])('takes a question mark for itself only where nothing is written: %s', (html, action) => {
  expect(pressedIn(html, press('?', { shiftKey: true }))).toBe(action);
  expect(pressedIn(html, press('F1'))).toBe('help');
});

it('leaves a dialog its keys, all but those for the text size', () => {
  const html = '<dialog open><button class="here"></button></dialog>';
  expect(pressedIn(html, press('Escape'))).toBeNull();
  expect(pressedIn(html, press('Enter', ctrl))).toBeNull();
  expect(pressedIn(html, press('+', ctrl))).toBe('larger');
});

it('knows what would reload the page', () => {
  expect(isReload(press('F5'))).toBe(true);
  expect(isReload(press('R', ctrlShift))).toBe(true);
  expect(isReload(press('r', ctrl))).toBe(false);
});
