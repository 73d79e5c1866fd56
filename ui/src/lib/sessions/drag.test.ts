import { expect, it } from 'vitest';
import { Drag } from './drag.svelte';
import { listRows, type Row } from './rows';
import { folder, session } from './samples';

const rows = listRows({
  sessions: [session('pin', { pinned: true }), session('fox'), session('ode', { folder: 'p' })],
  folders: [folder('p', 'Poems')],
  open: ['p'],
  tag: null,
});
const row = (id: string): Row => {
  const found = rows.find((row) => row.id === id);
  if (!found) throw new Error(id);
  return found;
};
const dragged = (from: string, to: string, by = 50) => {
  const drag = new Drag();
  drag.press(row(from), { x: 0, y: 0 });
  drag.move({ x: 0, y: by }, row(to));
  return drag.drop();
};

it('moves a session into a folder, and out of it', () => {
  expect(dragged('fox', 'p')).toEqual({ session: 'fox', folder: 'p' });
  expect(dragged('fox', 'ode')).toEqual({ session: 'fox', folder: 'p' });
  expect(dragged('ode', 'fox')).toEqual({ session: 'ode', folder: null });
});

it('moves nothing to where it is, onto pinned ones, or by a click', () => {
  expect(dragged('ode', 'p')).toBeUndefined();
  expect(dragged('ode', 'pin')).toBeUndefined();
  expect(dragged('p', 'fox')).toBeUndefined();
  expect(dragged('fox', 'p', 3)).toBeUndefined();
});
