import { expect, it } from 'vitest';
import { completed, readTags, suggested } from './tags';

it('reads tags, each once', () => {
  expect(readTags(' #poem, fox ,, Poem, two words,#')).toEqual(['poem', 'fox', 'two words']);
  expect(readTags('')).toEqual([]);
});

it('suggests what the last tag may become, and none twice', () => {
  const known = ['fable', 'fox', 'poem'];
  expect(suggested('', known)).toEqual(known);
  expect(suggested('poem, ', known)).toEqual(['fable', 'fox']);
  expect(suggested('poem, #F', known)).toEqual(['fable', 'fox']);
  expect(suggested('FOX, fo', known)).toEqual([]);
  expect(suggested('fox', known)).toEqual([]);
});

it('completes the last tag and leaves the others', () => {
  expect(completed('po', 'poem')).toBe('poem, ');
  expect(completed('#fox,  po', 'poem')).toBe('fox, poem, ');
});
