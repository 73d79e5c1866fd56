/** Menus as data, and where a panel goes that hangs at a point of the window. */
export interface Choice {
  readonly label: string;
  /** In small print at the end: a key, a count. */
  readonly note?: string;
  /** Of choices that exclude each other, whether it is the one. */
  readonly checked?: boolean;
  readonly act: () => void;
}
export interface Submenu {
  readonly label: string;
  readonly entries: readonly Entry[];
}
export type Item = Choice | Submenu;
export type Entry = Item | 'line';

export interface Point {
  readonly x: number;
  readonly y: number;
}
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Between a panel and the edge of the window. */
const MARGIN = 8;

/** The point itself, or as near to it as a panel can be without leaving the window. */
export const inside = ({ x, y }: Point, panel: Size, room: Size): Point => ({
  x: Math.max(MARGIN, Math.min(x, room.width - panel.width - MARGIN)),
  y: Math.max(MARGIN, Math.min(y, room.height - panel.height - MARGIN)),
});

export function place(panel: HTMLElement, at: Point): void {
  const room = { width: window.innerWidth, height: window.innerHeight };
  const { x, y } = inside(at, panel.getBoundingClientRect(), room);
  panel.style.left = `${x}px`;
  panel.style.top = `${y}px`;
}
