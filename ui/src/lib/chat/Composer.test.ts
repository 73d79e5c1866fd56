import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import type { ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import Composer from './Composer.svelte';

const heard = {
  send: vi.fn<(text: string) => Promise<boolean>>(),
  answer: vi.fn(),
  onstop: vi.fn(),
};
const idle = {
  running: false,
  unanswered: false,
  blocked: null,
  tokens: 412,
  room: 512,
  context: 4096,
  over: null,
};

beforeEach(() => {
  heard.send.mockResolvedValue(true);
});
afterEach(() => {
  cleanup();
  vi.resetAllMocks();
});

const shown = (more: Partial<ComponentProps<typeof Composer>> = {}) =>
  render(Composer, { props: { ...idle, ...heard, ...more } });
const field = () => screen.getByTestId<HTMLTextAreaElement>('composer');
const button = () => screen.getByTestId<HTMLButtonElement>('send');
const write = (value: string) => fireEvent.input(field(), { target: { value } });
const press = (more: object = {}) => fireEvent.keyDown(field(), { key: 'Enter', ...more });

it('sends with Enter, and makes a line with Shift+Enter', async () => {
  shown();
  await write('  What is honey?\n');
  // What is not prevented, the browser does.
  expect(await press({ shiftKey: true })).toBe(true);
  expect(heard.send).not.toHaveBeenCalled();
  expect(await press()).toBe(false);
  expect(heard.send).toHaveBeenCalledExactlyOnceWith('  What is honey?');
  expect(field().value).toBe('');
});

it('never sends while an input method composes', async () => {
  shown();
  await write('蜂蜜');
  await press({ isComposing: true });
  await press({ keyCode: 229 });
  expect(heard.send).not.toHaveBeenCalled();
  expect(field().value).toBe('蜂蜜');
});

it('sends nothing that is only white space', async () => {
  shown();
  await write(' \n ');
  await press();
  expect(button().disabled).toBe(true);
  expect(heard.send).not.toHaveBeenCalled();
});

it('gives the draft back if it was not taken, before what was written since', async () => {
  let refuse: (taken: boolean) => void = () => {};
  heard.send.mockReturnValue(new Promise((resolve) => (refuse = resolve)));
  shown();
  await write('first');
  await press();
  await write('second');
  await press();
  expect(heard.send).toHaveBeenCalledOnce();
  refuse(false);
  await waitFor(() => expect(field().value).toBe('first\nsecond'));
  expect(button().disabled).toBe(false);
});

it('stops instead while an answer is written, and keeps what is written meanwhile', async () => {
  shown({ running: true });
  await write('next');
  await press();
  expect(heard.send).not.toHaveBeenCalled();
  expect(screen.queryByTestId('send')).toBeNull();
  await fireEvent.click(screen.getByTestId('stop-chat'));
  expect(heard.onstop).toHaveBeenCalledOnce();
  expect(field().value).toBe('next');
  expect(document.activeElement).toBe(field());
});

it('has a question answered that has no answer, unless there is a draft', async () => {
  shown({ unanswered: true });
  expect(button().textContent).toBe('Answer');
  await press();
  expect(heard.answer).toHaveBeenCalledOnce();
  await write('And bees?');
  expect(button().textContent).toBe('Send');
  await fireEvent.click(button());
  expect(heard.answer).toHaveBeenCalledOnce();
  expect(heard.send).toHaveBeenCalledWith('And bees?');
});

it('says why nothing can be sent, and lets one write', async () => {
  shown({ blocked: 'No model is loaded.', unanswered: true });
  await write('What is honey?');
  await press();
  expect(button().disabled).toBe(true);
  expect(heard.send).not.toHaveBeenCalled();
  expect(field().value).toBe('What is honey?');
  const described = field().getAttribute('aria-describedby') ?? '';
  expect(document.getElementById(described)?.textContent).toBe('No model is loaded.');
});

it('counts, and warns when it does not fit', async () => {
  const { rerender } = shown();
  const meter = () => screen.getByTestId('chat-meter');
  expect(meter().textContent).toBe('412 + 512 of 4,096 tokens');
  expect(meter().className).not.toContain('text-warm');
  await rerender({ tokens: 3700, over: 'Shorten the message or lower max tokens.' });
  expect(meter().className).toContain('text-warm');
  expect(screen.getByRole('status').textContent).toBe('Shorten the message or lower max tokens.');
  await rerender({ tokens: null, over: null });
  expect(meter().textContent).toBe('… + 512 of 4,096 tokens');
  await rerender({ context: null });
  expect(screen.queryByTestId('chat-meter')).toBeNull();
});

it('keeps undoing in the field to itself', async () => {
  const window = vi.fn();
  document.body.addEventListener('keydown', window);
  shown();
  await fireEvent.keyDown(field(), { key: 'z', ctrlKey: true });
  expect(window).not.toHaveBeenCalled();
  await fireEvent.keyDown(field(), { key: 'Escape' });
  expect(window).toHaveBeenCalledOnce();
  document.body.removeEventListener('keydown', window);
});
