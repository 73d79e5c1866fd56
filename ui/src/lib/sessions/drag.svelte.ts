/** A session dragged by the pointer to a folder, or out of one. */
import type { Id } from '../bindings';
import type { Row, SessionRow } from './rows';
import type { Point } from './menu';

/** What moves less than this, in pixels, is a click by an unsteady hand. */
const STILL = 6;

export class Drag {
  #pressed: { row: SessionRow; at: Point } | null = null;
  #row = $state.raw<SessionRow | null>(null);
  #at = $state.raw<Point>({ x: 0, y: 0 });
  #over = $state.raw<Row | null>(null);

  /** What is being dragged. */
  get row(): SessionRow | null {
    return this.#row;
  }
  get at(): Point {
    return this.#at;
  }
  /** The row it would be dropped on, if that leads anywhere. */
  get over(): Row | null {
    return this.#over;
  }

  press(row: Row, at: Point): void {
    this.#pressed = row.type === 'session' ? { row, at } : null;
  }

  /** True while something is dragged. */
  move(at: Point, over: Row | undefined): boolean {
    if (!this.#pressed) return false;
    const { row, at: from } = this.#pressed;
    if (!this.#row && Math.hypot(at.x - from.x, at.y - from.y) < STILL) return false;
    this.#row = row;
    this.#at = at;
    this.#over = over && leads(row, over) ? over : null;
    return true;
  }

  /** Ends it. Where the session is to go: undefined if it stays. */
  drop(): { session: Id; folder: Id | null } | undefined {
    const [row, over] = [this.#row, this.#over];
    this.cancel();
    return row && over ? { session: row.id, folder: folderOf(over) } : undefined;
  }

  cancel(): void {
    this.#pressed = this.#row = this.#over = null;
  }
}

/** Pinned sessions stand above the folders: dropping something there says nothing. */
const leads = (row: SessionRow, over: Row): boolean =>
  !(over.type === 'session' && over.summary.pinned) && folderOf(over) !== row.summary.folder;

const folderOf = (row: Row): Id | null => (row.type === 'folder' ? row.id : row.summary.folder);
