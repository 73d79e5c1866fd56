import { expect, it } from 'vitest';
import { inside } from './menu';

const room = { width: 900, height: 600 };
const panel = { width: 200, height: 300 };

it.each([
  ['where there is room', { x: 50, y: 40 }, { x: 50, y: 40 }],
  ['at the right and lower edge', { x: 890, y: 590 }, { x: 692, y: 292 }],
  ['at the left and upper edge', { x: -5, y: 2 }, { x: 8, y: 8 }],
])('keeps a panel inside the window %s', (_, at, placed) => {
  expect(inside(at, panel, room)).toEqual(placed);
});

it('shows the beginning of a panel that is too high', () => {
  expect(inside({ x: 0, y: 300 }, { width: 200, height: 700 }, room).y).toBe(8);
});
