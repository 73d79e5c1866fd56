import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { tick, type ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ExactPrompt, PromptPart } from './prompt';
import PromptSheet from './PromptSheet.svelte';

const token = (id: number, text: string) => ({ id, text });
const part = (
  message: number,
  template: boolean,
  chosen: boolean,
  tokens: PromptPart['tokens'],
): PromptPart => ({
  message,
  template,
  chosen,
  text: tokens.map(({ text }) => text).join(''),
  tokens,
});
const prompt: ExactPrompt = {
  template: 'nemotron-sft',
  parts: [
    part(2, true, false, [token(1, '<extra_id_1>User\n')]),
    part(2, false, false, [token(2, 'What'), token(3, ' is it?')]),
    part(3, false, true, [token(4, ' Wax'), token(5, '')]),
  ],
  tokens: 5,
  folded: 1,
  stop: ['<extra_id_1>', '\nUser:'],
};
const roles = ['user', 'assistant', 'user', 'assistant'] as const;
const oncompletion = vi.fn();

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

async function shown(more: Partial<ComponentProps<typeof PromptSheet>> = {}) {
  const { component, rerender } = render(PromptSheet, {
    prompt,
    problem: null,
    roles,
    oncompletion,
    ...more,
  });
  component.show();
  await tick();
  return rerender;
}
const exact = () => screen.getByTestId('exact-prompt');
const classes = (selector: string) =>
  [...exact().querySelectorAll(selector)].map(({ className }) => className.split(' ')[1]);

it('says where each part comes from, and counts', async () => {
  await shown();
  const sources = [...exact().querySelectorAll('h3')].map(({ textContent }) => textContent);
  expect(sources).toEqual(['Template', 'Turn 3: you', 'Turn 4: the model']);
  expect(classes('.text')).toEqual(['template', 'written', 'chosen']);
  expect(screen.getByTestId('prompt-totals').textContent).toBe('5 tokens, 2 turns, 2 folded out');
  expect(screen.getByTestId('prompt-template').textContent).toBe('Nemotron-3-8B chat (SFT)');
  const stop = screen.getByTestId('prompt-stop').textContent;
  expect(stop?.replace(/\s+/g, ' ').trim()).toBe('The answer ends before <extra_id_1> or ↵User:.');
});

it('shows the text with its ends of lines, and nothing else in it', async () => {
  await shown();
  const texts = [...exact().querySelectorAll('.text')].map(({ textContent }) => textContent);
  expect(texts).toEqual(['<extra_id_1>User\n', 'What is it?', ' Wax']);
  expect(exact().querySelectorAll('.end')).toHaveLength(1);
});

it('shows the tokens with their ids, and which a model chose', async () => {
  await shown();
  await fireEvent.click(screen.getByTestId('prompt-as-tokens'));
  const chips = [...exact().querySelectorAll<HTMLElement>('.token')];
  expect(chips.map(({ textContent, title }) => [textContent, title])).toEqual([
    ['<extra_id_1>User↵', 'Token 1'],
    ['What', 'Token 2'],
    ['·is it?', 'Token 3'],
    ['·Wax', 'Token 4'],
    ['#5', 'Token 5'],
  ]);
  expect(classes('.token')).toEqual(['template', 'written', 'written', 'chosen', 'chosen']);
  expect(screen.getByTestId('prompt-as-tokens').ariaPressed).toBe('true');
});

it('copies the exact text, and begins a completion with it', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  const rerender = await shown();
  const text = '<extra_id_1>User\nWhat is it? Wax';
  await fireEvent.click(screen.getByTestId('copy-prompt'));
  expect(writeText).toHaveBeenCalledWith(text);
  await waitFor(() => expect(screen.getByTestId('copy-prompt').textContent).toBe('Copied'));
  await rerender({ prompt: { ...prompt, stop: [] } });
  expect(screen.getByTestId('copy-prompt').textContent).toBe('Copy text');
  await fireEvent.click(screen.getByTestId('prompt-completion'));
  expect(oncompletion).toHaveBeenCalledExactlyOnceWith(text);
  expect(screen.getByTestId<HTMLDialogElement>('prompt-sheet').open).toBe(false);
  await waitFor(() => expect(screen.queryByTestId('exact-prompt')).toBeNull());
});

it('says when there is none yet, and why there is none', async () => {
  const rerender = await shown({ prompt: null });
  expect(screen.getByTestId('prompt-sheet').textContent).toContain('Writing it out…');
  await rerender({ problem: { kind: 'no_room', message: 'it is too long', hint: null } });
  expect(screen.getByTestId('prompt-problem').textContent).toContain('It is too long');
});
