import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Branch } from '../bindings';
import Tree from './Tree.svelte';

const branch = (node: string, parent: string | null, more: Partial<Branch> = {}): Branch => ({
  node,
  parent,
  depth: parent === null ? 0 : 1,
  role: 'text',
  author: parent === null ? 'user' : 'model',
  run: null,
  lane: null,
  preview: `text of ${node}`,
  bytes: 9,
  tokens: parent === null ? 0 : 24,
  mean_logprob: parent === null ? null : -0.83,
  created_at: 0,
  in_document: false,
  ...more,
});
const forked = [
  branch('root', null, { in_document: true }),
  branch('one', 'root'),
  branch('two', 'root', { in_document: true }),
  branch('three', 'root'),
];

const heard = { onopen: vi.fn(), ondelete: vi.fn(), onundo: vi.fn(), onrun: vi.fn() };

beforeEach(() => {
  // jsdom has no modal dialogs and no layout.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

async function shown(branches: readonly Branch[] = forked) {
  const { component, rerender } = render(Tree, { branches, ...heard });
  component.show();
  await tick();
  await tick();
  return { rerender };
}
const selected = () => screen.getByRole('treeitem', { selected: true }).dataset.node;
const press = (key: string) => fireEvent.keyDown(screen.getByRole('tree'), { key });
const row = (name: RegExp) => screen.getByRole('treeitem', { name });
const dialog = () => screen.getByTestId<HTMLDialogElement>('tree');

it('begins at the end of the document, with the focus', async () => {
  await shown();
  expect(selected()).toBe('two');
  expect(document.activeElement).toBe(screen.getByRole('tree'));
  expect(row(/text of two/).getAttribute('aria-current')).toBe('true');
  expect(row(/text of two/).textContent).toContain('24 tok · −0.83');
  expect(screen.getByTestId('tree-census').textContent).toBe('4 branches · 3 endings');
});

it('shows the run that wrote a branch with R', async () => {
  await shown([
    branch('typed', null),
    branch('run', 'typed', { run: 'the-run', in_document: true }),
  ]);
  await press('r');
  expect(heard.onrun).toHaveBeenCalledWith('the-run');
  expect(dialog().open).toBe(false);
});

it('goes by keys and opens with Enter', async () => {
  await shown();
  await press('ArrowLeft');
  expect(selected()).toBe('root');
  await press('ArrowRight');
  expect(selected()).toBe('one');
  expect(screen.getByRole('tree').getAttribute('aria-activedescendant')).toBe('branch-one');
  await press('Enter');
  expect(heard.onopen).toHaveBeenCalledWith('one');
  expect(dialog().open).toBe(false);
  expect(screen.queryByRole('treeitem')).toBeNull();
});

it('leaves keys with Ctrl or Alt to the window', async () => {
  const window = vi.fn();
  document.body.addEventListener('keydown', window);
  await shown();
  await fireEvent.keyDown(screen.getByRole('tree'), { key: 'Enter', ctrlKey: true });
  await fireEvent.keyDown(screen.getByRole('tree'), { key: 'ArrowUp', altKey: true });
  expect(window).toHaveBeenCalledTimes(2);
  expect(selected()).toBe('two');
  await press('ArrowUp');
  await press('Escape');
  expect(window).toHaveBeenCalledTimes(2);
  expect(dialog().open).toBe(false);
  document.body.removeEventListener('keydown', window);
});

it('prunes, says so once the branch is gone, and takes it back', async () => {
  const { rerender } = await shown();
  await press('Delete');
  expect(heard.ondelete).toHaveBeenCalledWith('two');
  expect(screen.queryByTestId('tree-undo')).toBeNull();
  await rerender({ branches: forked.filter(({ node }) => node !== 'two') });
  expect(selected()).toBe('three');
  await fireEvent.click(screen.getByTestId('tree-undo'));
  expect(heard.onundo).toHaveBeenCalledOnce();
  await rerender({ branches: forked });
  expect(screen.queryByTestId('tree-undo')).toBeNull();
  expect(selected()).toBe('two');
});

it('takes a deletion back with Ctrl+Z while it says so', async () => {
  const { rerender } = await shown();
  const undo = () => fireEvent.keyDown(screen.getByRole('tree'), { key: 'z', ctrlKey: true });
  await undo();
  expect(heard.onundo).not.toHaveBeenCalled();
  await press('Delete');
  await rerender({ branches: forked.filter(({ node }) => node !== 'two') });
  await undo();
  await undo();
  expect(heard.onundo).toHaveBeenCalledOnce();
});

it('keeps the only root', async () => {
  await shown();
  await press('Home');
  await press('Delete');
  expect(heard.ondelete).not.toHaveBeenCalled();
  const button = within(row(/text of root/)).getByText<HTMLButtonElement>('Delete');
  expect(button.disabled).toBe(true);
});

it('selects with a click; opens with a double click or the button', async () => {
  await shown();
  await fireEvent.click(row(/text of three/));
  expect(selected()).toBe('three');
  await fireEvent.click(within(row(/text of three/)).getByText('Open'));
  expect(heard.onopen).toHaveBeenLastCalledWith('three');
  cleanup();
  await shown();
  await fireEvent.dblClick(row(/text of one/));
  expect(heard.onopen).toHaveBeenLastCalledWith('one');
});

it('says when there is nothing yet', async () => {
  await shown([]);
  expect(dialog().textContent).toContain('Nothing is written yet.');
});
