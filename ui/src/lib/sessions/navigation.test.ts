import { expect, it } from 'vitest';
import { folderAbove, movedTo, neighbour, Typeahead } from './navigation';
import { listRows } from './rows';
import { folder, session } from './samples';

const rows = listRows({
  sessions: [session('fox'), session('fig'), session('hen'), session('ode', { folder: 'p' })],
  folders: [folder('p', 'Poems')],
  open: ['p'],
  tag: null,
});
// Poems, its ode, then fox, fig and hen.

it.each([
  ['ArrowDown', 0, 1],
  ['ArrowUp', 0, 0],
  ['PageDown', 1, 4],
  ['PageUp', 4, 1],
  ['Home', 3, 0],
  ['End', 1, 4],
  ['x', 1, null],
])('moves with %s', (key, from, to) => {
  expect(movedTo(key, from, rows.length, 3)).toBe(to);
});

it('knows the folder a row is in', () => {
  expect(folderAbove(rows, 1)).toBe(0);
  expect(folderAbove(rows, 3)).toBe(3);
});

it('knows the session beside one that goes', () => {
  expect(neighbour(rows, 'fox')).toBe('fig');
  expect(neighbour(rows, 'hen')).toBe('fig');
  expect(neighbour(rows.slice(0, 2), 'ode')).toBeNull();
});

it('finds a row by what is typed', () => {
  const typeahead = new Typeahead();
  expect(typeahead.type('f', rows, 0, 1000)).toBe(2);
  expect(typeahead.type('I', rows, 2, 1100)).toBe(3);
  expect(typeahead.type('f', rows, 3, 3000)).toBe(2);
  expect(typeahead.type('f', rows, 2, 3100)).toBe(3);
  expect(typeahead.type('x', rows, 3, 9000)).toBe(3);
});
