/**
 * A document: immutable pieces of typed text and of model text.
 *
 * Model text that was not edited keeps its token ids for ever. A model piece is the smallest run of
 * tokens that has text of its own: tokens that only carry part of a character wait for the rest.
 * Offsets are UTF-16 code units, as in the DOM.
 */
import type { Piece as Passage, Token } from '../bindings';

export interface Piece {
  readonly text: string;
  /** Token ids of model text, none where they are not known; null for typed text. */
  readonly ids: readonly number[] | null;
  /** The node of the session's tree it belongs to, as far as known. */
  readonly node?: string;
}
export type Pieces = readonly Piece[];

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly inserted: string;
}

export const textOf = (pieces: Pieces): string => pieces.map((piece) => piece.text).join('');

/** Cuts a document in two; a piece that the cut goes through becomes typed text on both sides. */
export function splitAt(pieces: Pieces, offset: number): [Pieces, Pieces] {
  let left = offset;
  const at = pieces.findIndex(({ text }) => (left -= text.length) < 0);
  const cut = pieces[at];
  if (!cut) return [pieces, []];
  const inside = left + cut.text.length;
  if (inside === 0) return [pieces.slice(0, at), pieces.slice(at)];
  const typed = (text: string): Piece => ({ text, ids: null });
  return [
    [...pieces.slice(0, at), typed(cut.text.slice(0, inside))],
    [typed(cut.text.slice(inside)), ...pieces.slice(at + 1)],
  ];
}

/** Replaces a range of text; every model piece the range touches becomes typed text. */
export function applyEdit(pieces: Pieces, { start, end, inserted }: Edit): Pieces {
  const before: Piece[] = [];
  const after: Piece[] = [];
  let typed = '';
  let position = 0;
  let placed = false;
  for (const piece of pieces) {
    const from = position;
    const to = (position += piece.text.length);
    if (to <= start) before.push(piece);
    else if (from >= end && (placed || from >= start)) {
      if (!placed) typed += inserted;
      placed = true;
      after.push(piece);
    } else {
      typed += piece.text.slice(0, Math.max(0, start - from));
      if (!placed) typed += inserted;
      placed = true;
      typed += piece.text.slice(Math.max(0, end - from));
    }
  }
  if (!placed) typed += inserted;
  return mergeTyped([...before, { text: typed, ids: null }, ...after]);
}

/**
 * Neighbouring typed pieces of one node become one; empty ones go. Untouched pieces keep their
 * identity.
 */
function mergeTyped(pieces: Piece[]): Pieces {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (piece.text === '') continue;
    const known = last?.node !== undefined && piece.node !== undefined;
    const here = !known || last.node === piece.node;
    if (piece.ids === null && last?.ids === null && here) {
      merged[merged.length - 1] = { ...piece, ...last, text: last.text + piece.text };
    } else merged.push(piece);
  }
  return merged;
}

/** The edit that turns one text into another, given where the caret is after it. */
export function diffEdit(before: string, after: string, caret: number): Edit {
  const behindCaret = Math.max(0, after.length - caret);
  let suffix = 0;
  const most = Math.min(behindCaret, before.length);
  while (suffix < most && before.at(-1 - suffix) === after.at(-1 - suffix)) suffix++;
  let prefix = 0;
  const least = Math.min(before.length, after.length) - suffix;
  while (prefix < least && before[prefix] === after[prefix]) prefix++;
  if (isHighSurrogate(after[prefix - 1] ?? before[prefix - 1])) prefix--;
  if (suffix > 0 && isLowSurrogate(after[after.length - suffix])) suffix--;
  return {
    start: prefix,
    end: before.length - suffix,
    inserted: after.slice(prefix, after.length - suffix),
  };
}

const isHighSurrogate = (c: string | undefined) => c !== undefined && c >= '\ud800' && c < '\udc00';
const isLowSurrogate = (c: string | undefined) => c !== undefined && c >= '\udc00' && c < '\ue000';

/** How far into the text an offset is in bytes of UTF-8, as sessions count. */
export const bytesTo = (text: string, offset: number): number =>
  new TextEncoder().encode(text.slice(0, offset)).length;

/** A session's document as pieces. */
export function fromDocument(passages: readonly Passage[]): Pieces {
  return mergeTyped(
    passages.flatMap(({ author, text, tokens, node }): Piece[] =>
      author === 'user'
        ? [{ text, ids: null, node }]
        : tokens.length === 0
          ? [{ text, ids: [], node }]
          : tokenPieces(text, tokens, node),
    ),
  );
}

function tokenPieces(text: string, tokens: readonly Token[], node: string): Piece[] {
  const pieces: Piece[] = [];
  let waiting: number[] = [];
  let start = 0;
  for (const { id, bytes } of tokens) {
    waiting.push(id);
    if (bytes === 0) continue;
    const end = behind(text, start, bytes);
    pieces.push({ text: text.slice(start, end), ids: waiting, node });
    [waiting, start] = [[], end];
  }
  return pieces;
}

/** Where so many bytes of UTF-8 end. Decoding each token on its own would take 50 times as long. */
function behind(text: string, start: number, bytes: number): number {
  let at = start;
  for (let left = bytes; left > 0 && at < text.length;) {
    const point = text.codePointAt(at) ?? 0;
    left -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    at += point < 0x10000 ? 1 : 2;
  }
  return at;
}

/** The node that the text just before an offset belongs to; null where that is not known. */
export function nodeAt(pieces: Pieces, offset: number): string | null {
  let end = 0;
  const found = pieces.find(({ text }) => (end += text.length) >= offset);
  return found?.node ?? null;
}

/** Turns a run's tokens into pieces; ids without text wait until some appears. */
export class PieceBuilder {
  #waiting: number[] = [];

  push(id: number, text: string): Piece | null {
    this.#waiting.push(id);
    if (text === '') return null;
    const piece = { text, ids: this.#waiting };
    this.#waiting = [];
    return piece;
  }
}
