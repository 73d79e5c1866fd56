import { expect, it } from 'vitest';
import { readStop, showStop } from './stop';

it.each([
  ['Q:', 'Q:'],
  ['\\n\\n', '\n\n'],
  ['a\\tb', 'a\tb'],
  ['C:\\\\new', 'C:\\new'],
  ['\\x', '\\x'],
])('reads %j as %j', (typed, expected) => {
  expect(readStop(typed)).toBe(expected);
});

it('shows a text so that it is read back the same', () => {
  for (const text of ['\n', 'a\\n', '\\\\', '\t\n', 'plain']) {
    expect(readStop(showStop(text))).toBe(text);
  }
});
