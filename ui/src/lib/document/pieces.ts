/**
 * The text of a completion: what was typed and what the model wrote, as one immutable array.
 *
 * Token identity: model text that was not edited keeps its ids for ever, so that the engine reads
 * back exactly the tokens it wrote. An edit that touches part of a model piece turns that piece
 * into typed text. No piece is empty, and two typed pieces are never neighbours. Pieces that an
 * edit leaves alone stay the same objects: the view redraws by identity.
 *
 * Offsets count UTF-16 units, as the DOM does.
 */
import type { PromptSpan } from '../api';

export type Piece = { readonly text: string; readonly ids: readonly number[] | null };
export type Pieces = readonly Piece[];

export const typed = (text: string): Piece => ({ text, ids: null });

export const textOf = (pieces: Pieces): string => pieces.map((piece) => piece.text).join('');

export const lengthOf = (pieces: Pieces): number =>
  pieces.reduce((length, piece) => length + piece.text.length, 0);

/** Replaces the text from `start` to `end` by typed text. */
export function applyEdit(pieces: Pieces, start: number, end: number, inserted: string): Pieces {
  const { before, within, after } = divide(pieces, start, end);
  const head = within.text.slice(0, start - within.start);
  const tail = within.text.slice(end - within.start);
  return joinTyped(before, head + inserted + tail, after);
}

/** Divides at an edit: the pieces left of it, the text of those it touches, the pieces right of it. */
function divide(pieces: Pieces, start: number, end: number) {
  let first = 0;
  let offset = 0;
  for (; first < pieces.length; first++) {
    const next = offset + lengthAt(pieces, first);
    if (next > start) break;
    offset = next;
  }
  let last = first;
  let reached = offset;
  // An insertion exactly between two pieces touches neither of them.
  while (last < pieces.length && (reached < end || (reached === offset && start > offset))) {
    reached += lengthAt(pieces, last++);
  }
  return {
    before: pieces.slice(0, first),
    within: { text: textOf(pieces.slice(first, last)), start: offset },
    after: pieces.slice(last),
  };
}

const lengthAt = (pieces: Pieces, index: number): number => pieces[index]?.text.length ?? 0;

/** Puts typed text between two runs of pieces and merges it with typed neighbours. */
function joinTyped(before: Pieces, text: string, after: Pieces): Pieces {
  const left = before.at(-1)?.ids === null ? before.at(-1) : undefined;
  const right = after[0]?.ids === null ? after[0] : undefined;
  const merged = (left?.text ?? '') + text + (right?.text ?? '');
  const middle = merged === left?.text ? [left] : merged === right?.text ? [right] : [typed(merged)];
  return [
    ...(left ? before.slice(0, -1) : before),
    ...(merged === '' ? [] : middle),
    ...(right ? after.slice(1) : after),
  ];
}

/** What the engine is given: typed text as text, unedited model text as exactly its tokens. */
export function toSpans(pieces: Pieces): PromptSpan[] {
  const spans: PromptSpan[] = [];
  for (const { text, ids } of pieces) {
    const last = spans.at(-1);
    if (ids === null) spans.push({ type: 'text', text });
    else if (last?.type === 'tokens') last.ids.push(...ids);
    else spans.push({ type: 'tokens', ids: [...ids] });
  }
  return spans;
}

const TITLE_LENGTH = 60;

/** The first words, for the window's header; null while there are none. */
export function titleOf(pieces: Pieces): string | null {
  let start = '';
  for (const { text } of pieces) {
    start += text;
    if (start.trimStart().length > TITLE_LENGTH * 2) break;
  }
  const line = start.trimStart().split('\n', 1)[0]?.trimEnd() ?? '';
  if (line.length <= TITLE_LENGTH) return line || null;
  // Cut between words where there are spaces, else between characters.
  const cut = line.slice(0, TITLE_LENGTH + 1).lastIndexOf(' ');
  const end = cut > TITLE_LENGTH / 2 ? cut : TITLE_LENGTH;
  return `${line.slice(0, end).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The classic mistake with a base model: the next token usually brings its own leading space. */
export function endsInTypedSpace(pieces: Pieces): boolean {
  const last = pieces.at(-1);
  return last?.ids === null && /[ \t\u00A0]$/.test(last.text);
}

export function withoutTrailingSpace(pieces: Pieces): Pieces {
  const text = textOf(pieces);
  return applyEdit(pieces, text.replace(/[ \t\u00A0]+$/, '').length, text.length, '');
}
