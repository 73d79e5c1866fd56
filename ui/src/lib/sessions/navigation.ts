/** Moving through a list with the keyboard. */
import { nameOf, type Row } from './rows';

/** Letters that follow each other faster than this make a word. */
const WORD_MS = 700;

/** Where a key leads from a row; null if it leads nowhere. A page is so many rows. */
export function movedTo(key: string, at: number, count: number, page: number): number | null {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(count - 1, at + step));
}

/** The folder that a row is in; the row itself if it is in none. */
export function folderAbove(rows: readonly Row[], at: number): number {
  const depth = rows[at]?.depth ?? 0;
  for (let above = at - 1; above >= 0; above--) {
    if ((rows[above]?.depth ?? 0) < depth) return above;
  }
  return at;
}

/** The session to go to when one is gone: the one below it, or the one above. */
export function neighbour(rows: readonly Row[], session: string): string | null {
  const at = rows.findIndex(({ id }) => id === session);
  if (at < 0) return null;
  const below = rows.slice(at + 1).find(isSession);
  return (below ?? rows.slice(0, at).findLast(isSession))?.id ?? null;
}

const isSession = ({ type }: Row) => type === 'session';

/** Finds a row by the letters its name begins with, as they are typed. */
export class Typeahead {
  #typed = '';
  #last = 0;

  /** The row that the letters typed so far lead to from a row; the same row if there is none. */
  type(letter: string, rows: readonly Row[], at: number, now: number): number {
    this.#typed = now - this.#last < WORD_MS ? this.#typed + letter : letter;
    this.#last = now;
    // The same letter again and again goes from one to the next.
    const [word, from] = /^(.)\1*$/u.test(this.#typed) ? [letter, at + 1] : [this.#typed, at];
    const start = word.toLowerCase();
    for (let step = 0; step < rows.length; step++) {
      const row = rows[(from + step) % rows.length];
      if (row && nameOf(row).toLowerCase().startsWith(start)) return (from + step) % rows.length;
    }
    return at;
  }
}
