import { expect, it } from 'vitest';
import {
  asUnsureAs,
  chance,
  isTextless,
  setShare,
  shownText,
  spokenChance,
  spokenText,
  tokens,
} from './figures';

it.each([
  [0, '0 %'],
  [1e-9, '<0.1 %'],
  [0.00099, '<0.1 %'],
  [0.001, '0.1 %'],
  [0.0031, '0.3 %'],
  [0.04, '4.0 %'],
  [0.041, '4.1 %'],
  [0.0994, '9.9 %'],
  [0.0996, '10 %'],
  [0.41, '41 %'],
  [0.989, '99 %'],
  [0.9951, '99.5 %'],
  [0.9995, '>99.9 %'],
  [0.9999999, '100 %'],
  [1, '100 %'],
])('writes the probability %d as %j', (share, text) => {
  expect(chance(share)).toBe(text);
});

it('reads probabilities out', () => {
  const spoken = [0.41, 0.04, 0.0001, 0.9998].map(spokenChance);
  expect(spoken).toEqual([
    '41 percent',
    '4.0 percent',
    'less than 0.1 percent',
    'more than 99.9 percent',
  ]);
});

it.each([
  [' to', '·to', '" to"'],
  ['a b ', 'a b·', '"a b "'],
  ['    ', '····', '4 spaces'],
  ['\n', '↵', 'newline'],
  ['\n\n\t ', '↵↵→·', '2 newlines, tab, space'],
  ['.\n', '.↵', '". newline "'],
  ['\r\n', 'U+000D↵', '"U+000D newline "'],
  ['\0\x7f', 'U+0000U+007F', '"U+0000U+007F"'],
  ['\u200d', 'U+200D', '"U+200D"'],
  ['\u202eabc', 'U+202Eabc', '"U+202Eabc"'],
  ['\u00a0', 'U+00A0', '"U+00A0"'],
  ['\u0301', '◌\u0301', '"\u0301"'],
  [' שלום', '·שלום', '" שלום"'],
  ['👩', '👩', '"👩"'],
  ['\ufffd', '\ufffd#7', 'a part of a character, token 7'],
  ['', '#7', 'without text, token 7'],
])('shows the token %j as %j', (text, shown, spoken) => {
  expect([shownText({ id: 7, text }), spokenText({ id: 7, text })]).toEqual([shown, spoken]);
});

it('counts, and writes what was set', () => {
  expect([tokens(1), tokens(256_000)]).toEqual(['1 token', '256,000 tokens']);
  expect([0.9, 0.975, 0.07, 0].map(setShare)).toEqual(['90 %', '97.5 %', '7 %', '0 %']);
  expect([0, 2.1, 9].map(asUnsureAs)).toEqual(['1.0', '4.3', '512']);
});

it('knows what is no text to continue with', () => {
  expect(['', '\ufffd', '\ufffd\ufffd'].every(isTextless)).toBe(true);
  expect([' a', '\n', 'a\ufffd'].some(isTextless)).toBe(false);
});

it('calls a token that ends the text so, and no other without text', () => {
  const end = { id: 2, text: '', ends: true };
  expect([shownText(end), spokenText(end)]).toEqual(['end of text', 'end of text']);
  const none = { id: 7, text: '', ends: false };
  expect([shownText(none), spokenText(none)]).not.toContain('end of text');
});
