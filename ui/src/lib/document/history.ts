/** Undo and redo over immutable documents. Typing without a pause is one step. */
import type { Pieces } from './pieces';

const PAUSE_MS = 700;

export interface Moment {
  readonly pieces: Pieces;
  readonly caret: number;
}

export class History {
  #past: Moment[] = [];
  #future: Moment[] = [];
  #lastTyped = -Infinity;

  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Remembers what was there before a keystroke at `now` (milliseconds). */
  typed(before: Moment, now: number): void {
    if (now - this.#lastTyped > PAUSE_MS) this.#past.push(before);
    this.#lastTyped = now;
    this.#future = [];
  }

  /** Remembers what was there before something larger, such as a generation. */
  step(before: Moment): void {
    this.#past.push(before);
    this.#future = [];
    this.#lastTyped = -Infinity;
  }

  undo(current: Moment): Moment | undefined {
    const moment = this.#past.pop();
    if (moment) this.#future.push(current);
    this.#lastTyped = -Infinity;
    return moment;
  }

  redo(current: Moment): Moment | undefined {
    const moment = this.#future.pop();
    if (moment) this.#past.push(current);
    return moment;
  }
}
