import { describe, expect, it } from 'vitest';
import type { Branch, Piece } from '../bindings';
import { foldedTurns, isUnanswered, siblingsOf, turnsOf, versionsOf } from './turns';

const piece = (node: string, role: Piece['role'], text: string, more: Partial<Piece> = {}) => ({
  node,
  role,
  author: role === 'assistant' ? ('model' as const) : ('user' as const),
  run: role === 'assistant' ? `run of ${node}` : null,
  text,
  tokens: [],
  ...more,
});
const branch = (
  node: string,
  parent: string | null,
  depth: number,
  in_document = true,
): Branch => ({
  node,
  parent,
  depth,
  role: 'user',
  author: 'user',
  run: null,
  lane: null,
  preview: '',
  bytes: 0,
  tokens: 0,
  mean_logprob: null,
  created_at: 0,
  in_document,
});

describe('turns', () => {
  it('are the pieces of one speaker; the user’s only as far as they are of one node', () => {
    const turns = turnsOf([
      piece('s', 'system', 'Be brief.'),
      piece('u', 'user', 'What is '),
      piece('u', 'user', 'honey?'),
      piece('a', 'assistant', 'Honey is '),
      piece('b', 'assistant', 'sweet.'),
      piece('v', 'user', 'And'),
      piece('w', 'user', 'bees?'),
    ]);
    const shown = turns.map(({ key, node, role, text }) => [key, node, role, text]);
    expect(shown).toEqual([
      ['s', 's', 'system', 'Be brief.'],
      ['u', 'u', 'user', 'What is honey?'],
      ['a', 'b', 'assistant', 'Honey is sweet.'],
      ['v', 'v', 'user', 'And'],
      ['w', 'w', 'user', 'bees?'],
    ]);
    expect(turns[2]?.run).toBe('run of b');
    expect(isUnanswered(turns)).toBe(true);
    expect(isUnanswered(turns.slice(0, 3))).toBe(false);
    expect(isUnanswered([])).toBe(false);
  });

  it('are edited where somebody typed into an answer, and keep the run that wrote the rest', () => {
    const typed = { author: 'user' as const, run: null };
    const [answer] = turnsOf([
      piece('a', 'assistant', 'Honey'),
      piece('b', 'assistant', ' is salty.', typed),
    ]);
    expect(answer).toMatchObject({ edited: true, run: 'run of a', text: 'Honey is salty.' });
    const untouched = [piece('a', 'assistant', 'Honey'), piece('b', 'assistant', '', typed)];
    expect(turnsOf(untouched)[0]?.edited).toBe(false);
    expect(turnsOf([piece('u', 'user', 'typed')])[0]?.edited).toBe(false);
  });

  it('read a completion as a chat by who wrote it', () => {
    const texts = [
      piece('a', 'text', 'Once', { author: 'user' }),
      piece('b', 'text', ' upon', { author: 'model' }),
    ];
    expect(turnsOf(texts).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });
});

describe('versions of a turn', () => {
  // u ─ a (two answers) ─ v ─ b ─ c (two endings of one answer)
  const branches = [
    branch('u', null, 0),
    branch('a', 'u', 1),
    branch('v', 'a', 2),
    branch('b', 'v', 3),
    branch('c', 'b', 4),
    branch('d', 'b', 4, false),
    branch('z', 'u', 1, false),
  ];
  const turns = turnsOf([
    piece('u', 'user', 'one'),
    piece('a', 'assistant', 'two'),
    piece('v', 'user', 'three'),
    piece('b', 'assistant', 'fo'),
    piece('c', 'assistant', 'ur'),
  ]);

  it('stand where the turn begins or inside it, not above it', () => {
    const found = turns.map((turn) => siblingsOf(turn, branches)?.node ?? null);
    expect(found).toEqual([null, 'a', null, 'c']);
    expect(turns[1] && siblingsOf(turns[1], branches)).toMatchObject({ at: 1, of: 2, next: 'z' });
  });

  it('are found for all turns at once', () => {
    const versions = versionsOf(turns, branches);
    expect([...versions.keys()]).toEqual(['a', 'b']);
    expect(versions.get('b')).toMatchObject({ at: 1, of: 2, previous: null, next: 'd' });
    expect(versionsOf(turns, []).size).toBe(0);
  });

  it('of both ends of a turn: those of its beginning', () => {
    const both = [...branches, branch('y', 'v', 3, false)];
    expect(versionsOf(turns, both).get('b')?.next).toBe('y');
  });
});

it('leaves out questions with their answers, never the system prompt', () => {
  const turns = turnsOf([
    piece('s', 'system', ''),
    piece('u', 'user', ''),
    piece('a', 'assistant', ''),
    piece('v', 'user', ''),
  ]);
  expect([...foldedTurns(turns, 0)]).toEqual([]);
  expect([...foldedTurns(turns, 1)]).toEqual(['u', 'a']);
});
