import { expect, it } from 'vitest';
import { actionOf } from './keys';

const press = (key: string, more: KeyboardEventInit = {}) =>
  new KeyboardEvent('keydown', { key, ...more });

it.each([
  [press('Enter', { ctrlKey: true }), 'generate'],
  [press('Enter', { ctrlKey: true, shiftKey: true }), 'continue'],
  [press('Enter'), null],
  [press('Escape'), 'stop'],
  [press('z', { ctrlKey: true }), 'undo'],
  [press('Z', { ctrlKey: true, shiftKey: true }), 'redo'],
])('reads a key press', (event, action) => {
  expect(actionOf(event)).toBe(action);
});

it('means nothing while an input method composes', () => {
  expect(actionOf(press('Enter', { ctrlKey: true, isComposing: true }))).toBeNull();
  expect(actionOf(press('Escape', { keyCode: 229 }))).toBeNull();
});
