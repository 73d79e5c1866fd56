/**
 * Undo and redo over whole documents. They are immutable and share their pieces, so a step costs
 * little. Typing coalesces: one step per word and per pause, one per run of deletions. A paste, a
 * line of its own or a whole generation is a step by itself.
 */
import type { Edit } from './diff';
import type { Pieces } from './pieces';

export type Selection = { readonly start: number; readonly end: number };
export type Snapshot = { readonly pieces: Pieces; readonly selection: Selection };
/** `edit` and `time` (milliseconds) are those of the last keystroke; null never coalesces. */
export type Step = {
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly edit: Edit | null;
  readonly time: number;
};
export type History = { readonly done: readonly Step[]; readonly undone: readonly Step[] };

export const EMPTY_HISTORY: History = { done: [], undone: [] };
const PAUSE_MS = 700;
const MAX_STEPS = 500;

export function record(history: History, step: Step): History {
  const last = history.done.at(-1);
  const joins = last !== undefined && history.undone.length === 0 && coalesces(last, step);
  const done = joins
    ? [...history.done.slice(0, -1), { ...step, before: last.before }]
    : [...history.done, step].slice(-MAX_STEPS);
  return { done, undone: [] };
}

export function undo(history: History): { history: History; snapshot: Snapshot } | null {
  const step = history.done.at(-1);
  if (!step) return null;
  const undone = [...history.undone, step];
  return { history: { done: history.done.slice(0, -1), undone }, snapshot: step.before };
}

export function redo(history: History): { history: History; snapshot: Snapshot } | null {
  const step = history.undone.at(-1);
  if (!step) return null;
  // A step that came back is closed: what is typed next is a new one.
  const done = [...history.done, { ...step, edit: null }];
  return { history: { done, undone: history.undone.slice(0, -1) }, snapshot: step.after };
}

function coalesces(last: Step, next: Step): boolean {
  if (!last.edit || !next.edit || next.time - last.time > PAUSE_MS) return false;
  if (isInsertion(last.edit) && isInsertion(next.edit)) return continuesWord(last.edit, next.edit);
  if (isDeletion(last.edit) && isDeletion(next.edit)) {
    const byBackspace = next.edit.end === last.edit.start;
    const byDelete = next.edit.start === last.edit.start;
    return byBackspace || byDelete;
  }
  return false;
}

const isInsertion = (edit: Edit): boolean => edit.start === edit.end;
const isDeletion = (edit: Edit): boolean => edit.inserted === '';

function continuesWord(last: Edit, next: Edit): boolean {
  const follows = next.start === last.start + last.inserted.length;
  const beginsWord = /\s$/.test(last.inserted) && /^\S/.test(next.inserted);
  return follows && !beginsWord;
}
