import { describe, expect, it } from 'vitest';
import type { Piece as Passage } from '../bindings';
import {
  applyEdit,
  bytesTo,
  diffEdit,
  fromDocument,
  nodeAt,
  PieceBuilder,
  splitAt,
  textOf,
  type Pieces,
} from './pieces';

const typed = (text: string) => ({ text, ids: null });
const model = (text: string, ...ids: number[]) => ({ text, ids });
const sample: Pieces = [typed('Once '), model('upon', 1), model(' a', 2), model('–', 7, 8, 9)];

describe('splitAt', () => {
  it('cuts between pieces without touching them', () => {
    expect(splitAt(sample, 9)).toEqual([sample.slice(0, 2), sample.slice(2)]);
    expect(splitAt(sample, 0)).toEqual([[], sample]);
    expect(splitAt(sample, 12)).toEqual([sample, []]);
  });
  it('makes typed text of a token that it cuts through', () => {
    const [before, after] = splitAt(sample, 7);
    expect(before).toEqual([typed('Once '), typed('up')]);
    expect(after).toEqual([typed('on'), ...sample.slice(2)]);
  });
  it('loses no text, wherever it cuts', () => {
    for (let at = 0; at <= 12; at++) {
      const [before, after] = splitAt(sample, at);
      expect(textOf(before)).toBe(textOf(sample).slice(0, at));
      expect(textOf(after)).toBe(textOf(sample).slice(at));
    }
  });
});

describe('applyEdit', () => {
  it('keeps the ids of what it does not touch', () => {
    const edited = applyEdit(sample, { start: 9, end: 9, inserted: '!' });
    expect(edited).toEqual([...sample.slice(0, 2), typed('!'), ...sample.slice(2)]);
    expect(edited[1]).toBe(sample[1]);
  });
  it('turns a touched model piece into typed text, with all its ids', () => {
    expect(applyEdit(sample, { start: 6, end: 7, inserted: '' })).toEqual([
      typed('Once uon'),
      ...sample.slice(2),
    ]);
    expect(applyEdit(sample, { start: 11, end: 12, inserted: '' })).toEqual(sample.slice(0, 3));
  });
  it('is a plain splice of the text, whatever the edit', () => {
    let seed = 1;
    const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
    let pieces: Pieces = sample;
    for (let i = 0; i < 2000; i++) {
      const text = textOf(pieces);
      const start = random(text.length + 1);
      const end = start + random(text.length - start + 1) * (random(3) === 0 ? 1 : 0);
      const inserted = ['', 'a', '\n', 'né'][random(4)] ?? '';
      pieces = applyEdit(pieces, { start, end, inserted });
      if (random(3) === 0) pieces = [...pieces, model(' tok', i), model('en', i + 1)];
      const added = textOf(pieces).length - text.length;
      expect(textOf(pieces).startsWith(text.slice(0, start) + inserted + text.slice(end))).toBe(
        true,
      );
      expect(added).toBeGreaterThanOrEqual(inserted.length - (end - start));
      expect(pieces.every((piece) => piece.text !== '')).toBe(true);
    }
  });
});

describe('diffEdit', () => {
  it('puts a repeated letter where the caret is', () => {
    expect(diffEdit('aaa', 'aaaa', 1)).toEqual({ start: 0, end: 0, inserted: 'a' });
    expect(diffEdit('aaa', 'aaaa', 4)).toEqual({ start: 3, end: 3, inserted: 'a' });
    expect(diffEdit('aaa', 'aa', 1)).toEqual({ start: 1, end: 2, inserted: '' });
  });
  it('never splits a surrogate pair', () => {
    expect(diffEdit('😀', '😁', 2)).toEqual({ start: 0, end: 2, inserted: '😁' });
    expect(diffEdit('x', 'x日本', 3)).toEqual({ start: 1, end: 1, inserted: '日本' });
  });
});

describe('fromDocument', () => {
  const passage = (author: 'user' | 'model', text: string, node: string, bytes: number[] = []) => {
    const tokens = bytes.map((bytes, id) => ({ id, bytes, logprob: -1 }));
    return { node, role: 'text', author, run: null, text, tokens } satisfies Passage;
  };

  it('cuts model text into tokens by their bytes, and keeps what has no text with the next', () => {
    const pieces = fromDocument([
      passage('user', 'né ', 'a'),
      passage('model', '日x', 'b', [0, 0, 3, 1, 0]),
    ]);
    expect(pieces).toEqual([
      { text: 'né ', ids: null, node: 'a' },
      { text: '日', ids: [0, 1, 2], node: 'b' },
      { text: 'x', ids: [3], node: 'b' },
    ]);
  });
  it('joins typed text of one node only, and knows model text without tokens', () => {
    const pieces = fromDocument([
      passage('user', 'a', 'a'),
      passage('user', 'b', 'a'),
      passage('user', 'c', 'b'),
      passage('model', 'd', 'b'),
      passage('user', '', 'c'),
    ]);
    expect(pieces).toEqual([
      { text: 'ab', ids: null, node: 'a' },
      { text: 'c', ids: null, node: 'b' },
      { text: 'd', ids: [], node: 'b' },
    ]);
    expect([0, 1, 2, 3, 4].map((at) => nodeAt(pieces, at))).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(nodeAt(pieces, 5)).toBeNull();
  });
});

describe('bytesTo', () => {
  it('counts bytes of UTF-8 up to a DOM offset', () => {
    expect([0, 1, 2, 4].map((at) => bytesTo('é日😀', at))).toEqual([0, 2, 5, 9]);
  });
});

describe('PieceBuilder', () => {
  it('keeps ids together until their character is whole', () => {
    const builder = new PieceBuilder();
    expect(builder.push(7, '')).toBeNull();
    expect(builder.push(8, '–')).toEqual(model('–', 7, 8));
    expect(builder.push(9, ' x')).toEqual(model(' x', 9));
  });
});
