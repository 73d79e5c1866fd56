import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { tick, type ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Branch } from '../bindings';
import Conversation from './Conversation.svelte';
import type { Turn } from './turns';

const heard = {
  onask: vi.fn(),
  onedit: vi.fn(() => Promise.resolve(true)),
  onregenerate: vi.fn(),
  oncontinue: vi.fn(),
  ondelete: vi.fn(),
  onswitch: vi.fn(),
  onlink: vi.fn(),
};
const turnOf = (role: Turn['role'], node: string, text = `text of ${node}`): Turn => ({
  key: node,
  first: node,
  node,
  role,
  text,
  run: null,
  edited: false,
});
const four = [
  turnOf('user', 'u'),
  turnOf('assistant', 'a'),
  turnOf('user', 'v'),
  turnOf('assistant', 'b'),
];
const branch = (
  node: string,
  parent: string | null,
  depth: number,
  in_document: boolean,
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
const idle = { turns: four, branches: [], writing: null, model: 'demo', ready: true };

/** What a layout would report. */
let grown = () => {};
beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(report: () => void) {
        grown = report;
      }
      observe() {}
      disconnect() {}
    },
  );
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

type Given = Partial<ComponentProps<typeof Conversation>>;
const shown = (more: Given = {}) => render(Conversation, { ...idle, ...heard, ...more });
const turns = () => screen.getAllByTestId('turn');
const places = () => screen.queryAllByTestId('continue-turn').length;

it('shows every turn, and lets only the last answer go on', async () => {
  const { rerender } = shown();
  expect(turns().map(({ dataset }) => dataset.role)).toEqual([
    'user',
    'assistant',
    'user',
    'assistant',
  ]);
  expect(places()).toBe(1);
  await rerender({ writing: '' });
  expect(places()).toBe(0);
  for (const button of screen.getAllByTestId<HTMLButtonElement>('edit-turn')) {
    expect(button.disabled).toBe(true);
  }
});

it('writes an answer without touching the finished turns', async () => {
  const looked = vi.fn();
  const watched = four.map(({ text, ...turn }) => ({
    ...turn,
    get text() {
      looked();
      return text;
    },
  }));
  const { rerender } = shown({ turns: watched, writing: '' });
  const changes: MutationRecord[] = [];
  const observer = new MutationObserver((records) => changes.push(...records));
  observer.observe(screen.getByRole('log'), {
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
  looked.mockClear();
  for (const writing of ['Bees', 'Bees make', 'Bees make honey.']) await rerender({ writing });
  await tick();
  expect(screen.getByTestId('writing').textContent).toContain('Bees make honey.');
  expect([...changes, ...observer.takeRecords()]).toEqual([]);
  expect(looked).not.toHaveBeenCalled();
  observer.disconnect();
});

it('has what is written read out only once it is finished', async () => {
  const { rerender } = shown({ turns: four.slice(0, 3), writing: 'Bees' });
  const log = screen.getByRole('log');
  expect(log.getAttribute('aria-live')).toBe('polite');
  expect(log.textContent).not.toContain('Bees');
  expect(screen.getByTestId('writing').closest('[aria-live]')).toBeNull();
  await rerender({
    turns: [...four.slice(0, 3), turnOf('assistant', 'b', 'Bees.')],
    writing: null,
  });
  expect(log.textContent).toContain('Bees.');
  expect(screen.queryByTestId('writing')).toBeNull();
});

it('writes on behind an answer that goes on', async () => {
  const { rerender } = shown({ writing: ' and on', continuing: true });
  expect(turns()).toHaveLength(3);
  expect(screen.getByTestId('writing').textContent).toContain('text of b and on');
  await rerender({ writing: null });
  expect(turns()).toHaveLength(4);
});

it('says which turns are left out, at the place where the others begin', async () => {
  const { rerender } = shown({ folded: 1 });
  const note = screen.getByTestId('folded-note');
  expect(note.textContent?.trim()).toBe(
    'The 2 oldest turns no longer fit the context and are left out of the prompt.',
  );
  expect(note.nextElementSibling).toBe(turns()[2]);
  expect(turns().map(({ classList }) => classList.contains('folded'))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  await rerender({ folded: 0 });
  expect(screen.queryByTestId('folded-note')).toBeNull();
});

it('says what to do first, with examples for the built-in model only', async () => {
  const { rerender } = shown({ turns: [] });
  expect(screen.getByTestId('no-turns').textContent).toContain('press Enter');
  expect(screen.queryAllByTestId('example')).toEqual([]);
  await rerender({ examples: true });
  await fireEvent.click(screen.getByText('How do I make plum jam?'));
  expect(heard.onask).toHaveBeenCalledWith('How do I make plum jam?');
  await rerender({ writing: '' });
  expect(screen.queryByTestId('no-turns')).toBeNull();
});

it('takes the focus along to another version of a turn', async () => {
  const branches = (chosen: string) => [
    branch('u', null, 0, true),
    ...['a', 'c', 'd'].map((node) => branch(node, 'u', 1, node === chosen)),
  ];
  const answers = (node: string) => [turnOf('user', 'u'), turnOf('assistant', node)];
  const { rerender } = shown({ turns: answers('a'), branches: branches('a') });
  const next = () => screen.getByTestId('next-sibling');
  next().focus();
  await fireEvent.click(next());
  expect(heard.onswitch).toHaveBeenCalledWith('c');
  await rerender({ turns: answers('c') });
  await rerender({ branches: branches('c') });
  expect(document.activeElement).toBe(next());
  await fireEvent.click(next());
  await rerender({ turns: answers('d'), branches: branches('d') });
  expect(screen.getByTestId('sibling-place').textContent).toBe('3 of 3');
  expect(document.activeElement).toBe(screen.getByTestId('previous-sibling'));
});

it('stays at the end only as long as its reader is there', async () => {
  const { rerender } = shown();
  const scroller = document.querySelector<HTMLElement>('[data-scroller]');
  if (!scroller) throw new Error('nothing scrolls');
  const height = (value: number) => {
    Object.defineProperty(scroller, 'scrollHeight', { configurable: true, value });
    grown();
    return fireEvent.scroll(scroller);
  };
  const scroll = (top: number) => {
    scroller.scrollTop = top;
    return fireEvent.scroll(scroller);
  };
  Object.defineProperty(scroller, 'clientHeight', { value: 100 });
  // Without a layout nothing keeps it from being scrolled past its end.
  await height(1000);
  await scroll(900);
  await height(1010);
  expect(scroller.scrollTop).toBe(1010);
  await scroll(910);
  await scroll(880);
  await height(1100);
  expect(scroller.scrollTop).toBe(880);
  await fireEvent.click(screen.getByTestId('jump-to-end'));
  expect(scroller.scrollTop).toBe(1100);
  expect(screen.queryByTestId('jump-to-end')).toBeNull();

  await scroll(1000);
  await scroll(500);
  screen.getByTestId('jump-to-end');
  await rerender({ turns: [...four, turnOf('user', 'w')] });
  expect(scroller.scrollTop).toBe(1100);
});

it('leaves alone who edits a turn in it', async () => {
  shown();
  const scroller = document.querySelector<HTMLElement>('[data-scroller]');
  if (!scroller) throw new Error('nothing scrolls');
  Object.defineProperty(scroller, 'scrollHeight', { configurable: true, value: 700 });
  await fireEvent.click(screen.getAllByTestId('edit-turn')[0] ?? document.body);
  grown();
  expect(scroller.scrollTop).toBe(0);
});
