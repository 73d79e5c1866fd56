import { expect, it } from 'vitest';
import {
  linesOf,
  promptText,
  sectionsOf,
  tokensOfContext,
  totals,
  visible,
  type ExactPrompt,
  type PromptPart,
} from './prompt';

const part = (
  message: number | null,
  text: string,
  more: Partial<PromptPart> = {},
): PromptPart => ({
  message,
  template: false,
  chosen: false,
  text,
  tokens: [{ id: 7, text }],
  ...more,
});
const template = (message: number | null, text: string) => part(message, text, { template: true });
const named = (parts: PromptPart[], roles: ('system' | 'user' | 'assistant')[]) =>
  sectionsOf(parts, roles).map(({ source, parts }) => [source, parts.length]);

it('names each part by where it comes from', () => {
  const parts = [
    template(0, '<0>System\n'),
    part(0, 'Be brief.'),
    template(0, '\n'),
    template(1, '<1>User\n'),
    part(1, 'Honey?'),
    template(1, '\n'),
    template(2, '<1>Assistant\n'),
    part(2, 'Sweet', { chosen: true }),
    part(2, '!'),
    template(2, '\n'),
  ];
  expect(named(parts, ['system', 'user', 'assistant'])).toEqual([
    ['Template', 1],
    ['System prompt', 1],
    ['Template', 2],
    ['Turn 1: you', 1],
    ['Template', 2],
    ['Turn 2: the model', 2],
    ['Template', 1],
  ]);
});

it('names an attached text, and nothing that is empty', () => {
  const parts = [
    template(null, 'System: Be kind.\n\n'),
    part(null, 'About bees'),
    part(0, '', { tokens: [] }),
    template(null, '\n\n'),
  ];
  expect(named(parts, ['user'])).toEqual([
    ['Template', 1],
    ['Context', 1],
    ['Template', 1],
  ]);
});

it('counts turns in the whole conversation, and what is in the prompt', () => {
  const prompt: ExactPrompt = {
    template: 'base',
    parts: [part(2, 'and?'), part(3, 'so.'), part(4, 'why?'), template(null, 'Assistant:')],
    tokens: 1812,
    folded: 1,
    stop: [],
  };
  const roles = ['user', 'assistant', 'user', 'assistant', 'user'] as const;
  expect(sectionsOf(prompt.parts, roles)[0]?.source).toBe('Turn 3: you');
  expect(totals(prompt, roles)).toBe('1,812 tokens, 3 turns, 2 folded out');
  expect(totals({ ...prompt, parts: [], tokens: 1, folded: 0 }, roles)).toBe('1 token, 0 turns');
  expect(promptText(prompt)).toBe('and?so.why?Assistant:');
});

it.each([
  [' the', '·the'],
  ['  ', '··'],
  ['a b\n', 'a b↵'],
  ['', '#7'],
])('shows the white space of %j', (text, shown) => {
  expect(visible({ id: 7, text })).toBe(shown);
});

it('keeps every end of line', () => {
  expect(linesOf(part(0, 'a\n\nb'))).toEqual([
    { text: 'a', end: '\n' },
    { text: '', end: '\n' },
    { text: 'b', end: '' },
  ]);
});

it('counts the text that is attached, and nothing else', () => {
  const own = [template(0, 'System: '), part(0, 'Be brief.'), template(0, '\n')];
  const tokens = [1, 2, 3].map((id) => ({ id, text: 'a' }));
  expect(tokensOfContext([...own, part(null, '', { tokens }), template(null, '\n')])).toBe(3);
  expect(tokensOfContext([...own, template(null, 'Assistant:')])).toBeNull();
});
