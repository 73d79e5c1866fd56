import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import type { ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Turn } from './turns';
import TurnView from './TurnView.svelte';

const heard = {
  onedit: vi.fn<(turn: Turn, text: string) => Promise<boolean>>(),
  onregenerate: vi.fn(),
  oncontinue: vi.fn(),
  ondelete: vi.fn(),
  onswitch: vi.fn(),
  onlink: vi.fn(),
};
const turnOf = (role: Turn['role'], text: string, more: Partial<Turn> = {}): Turn => ({
  key: 'n',
  first: 'n',
  node: 'n',
  role,
  text,
  run: null,
  edited: false,
  ...more,
});
const question = turnOf('user', 'What is *honey*?\nAnd  wax?');
const answer = turnOf('assistant', 'It is *sweet*.');
const idle = { model: 'demo', last: false, busy: false, ready: true };

beforeEach(() => {
  heard.onedit.mockResolvedValue(true);
});
afterEach(() => {
  cleanup();
  vi.resetAllMocks();
});

type Given = Partial<ComponentProps<typeof TurnView>>;
const shown = (turn: Turn, more: Given = {}) =>
  render(TurnView, { ...idle, ...heard, ...more, turn });
const button = (testid: string) => screen.getByTestId<HTMLButtonElement>(testid);
const turn = () => screen.getByTestId('turn');
const editor = () => screen.getByTestId<HTMLTextAreaElement>('turn-editor');
const type = (value: string) => fireEvent.input(editor(), { target: { value } });
const press = (key: string, more: object = {}) => fireEvent.keyDown(editor(), { key, ...more });
const edit = () => fireEvent.click(button('edit-turn'));

it('shows a question as it was written, and an answer as Markdown', () => {
  shown(question);
  expect(turn().textContent).toContain('What is *honey*?\nAnd  wax?');
  expect(screen.getByRole('article', { name: 'You' }).dataset.role).toBe('user');
  cleanup();
  shown(answer);
  expect(turn().querySelector('em')?.textContent).toBe('sweet');
  expect(screen.getByRole('article', { name: 'demo' }).dataset.role).toBe('assistant');
  cleanup();
  shown(turnOf('system', ' '));
  expect(screen.getByRole('article', { name: 'System' }).textContent).toContain('No text');
  expect(screen.queryByTestId('regenerate')).toBeNull();
});

it('offers what can be done with each', async () => {
  shown(answer, { last: true, figures: '12 tokens · 38.2 tok/s' });
  expect(button('regenerate').textContent).toBe('Regenerate');
  expect(screen.getByTestId('turn-figures').textContent).toBe('12 tokens · 38.2 tok/s');
  await fireEvent.click(button('regenerate'));
  await fireEvent.click(button('continue-turn'));
  await fireEvent.click(button('delete-turn'));
  for (const call of [heard.onregenerate, heard.oncontinue, heard.ondelete]) {
    expect(call).toHaveBeenCalledExactlyOnceWith(answer);
  }
  cleanup();
  shown(answer);
  expect(screen.queryByTestId('continue-turn')).toBeNull();
  cleanup();
  shown(question);
  expect(button('regenerate').textContent).toBe('Answer again');
  cleanup();
  shown(question, { last: true });
  expect(button('regenerate').textContent).toBe('Answer');
  expect(screen.queryByTestId('continue-turn')).toBeNull();
});

it('copies the text as it is', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  shown(answer);
  await fireEvent.click(button('copy-turn'));
  expect(writeText).toHaveBeenCalledWith('It is *sweet*.');
  await waitFor(() => expect(button('copy-turn').textContent).toBe('Copied'));
  vi.unstubAllGlobals();
});

it('asks the model for nothing without one, and changes nothing while it writes', async () => {
  const { rerender } = shown(answer, { last: true, ready: false });
  expect(button('regenerate').disabled && button('continue-turn').disabled).toBe(true);
  expect(button('edit-turn').disabled || button('delete-turn').disabled).toBe(false);
  await rerender({ ready: true, busy: true });
  expect(button('edit-turn').disabled && button('delete-turn').disabled).toBe(true);
  expect(button('copy-turn').disabled).toBe(false);
});

it('keeps an edit with Ctrl+Enter, and gives the focus back', async () => {
  shown(answer);
  await edit();
  expect(document.activeElement).toBe(editor());
  expect(button('keep-turn').textContent).toBe('Keep');
  await type('It is golden.');
  await press('Enter');
  await press('Enter', { ctrlKey: true, isComposing: true });
  expect(heard.onedit).not.toHaveBeenCalled();
  await press('Enter', { ctrlKey: true });
  expect(heard.onedit).toHaveBeenCalledExactlyOnceWith(answer, 'It is golden.');
  await waitFor(() => expect(screen.queryByTestId('turn-editor')).toBeNull());
  expect(document.activeElement).toBe(button('edit-turn'));
});

it('leaves a turn as it was with Esc, which stops nothing else', async () => {
  const window = vi.fn();
  document.body.addEventListener('keydown', window);
  shown(question);
  await edit();
  await type('Never mind');
  await press('Escape');
  expect(window).not.toHaveBeenCalled();
  await waitFor(() => expect(document.activeElement).toBe(button('edit-turn')));
  expect(heard.onedit).not.toHaveBeenCalled();
  expect(turn().textContent).toContain('And  wax?');
  await edit();
  expect(editor().value).toBe(question.text);
  document.body.removeEventListener('keydown', window);
});

it('stays open with what was written if that could not be kept', async () => {
  heard.onedit.mockResolvedValue(false);
  shown(question);
  await edit();
  expect(button('keep-turn').textContent).toBe('Keep and answer');
  await type('What is wax?');
  await fireEvent.click(button('keep-turn'));
  await waitFor(() => expect(button('keep-turn').disabled).toBe(false));
  expect(editor().value).toBe('What is wax?');
  await type('  ');
  expect(button('keep-turn').disabled).toBe(true);
});

it('asks again where the question stays, and needs nothing where an answer does', async () => {
  shown(question);
  await edit();
  await press('Enter', { ctrlKey: true });
  expect(heard.onregenerate).toHaveBeenCalledExactlyOnceWith(question);
  cleanup();
  shown(answer);
  await edit();
  await press('Enter', { ctrlKey: true });
  expect(heard.onregenerate).toHaveBeenCalledOnce();
  expect(heard.onedit).not.toHaveBeenCalled();
});

it('goes to other versions', async () => {
  const siblings = { node: 'n', at: 2, of: 3, previous: 'm', next: 'o' };
  const { rerender } = shown(answer, { siblings });
  expect(screen.getByTestId('sibling-place').textContent).toBe('2 of 3');
  await fireEvent.click(button('previous-sibling'));
  await fireEvent.click(button('next-sibling'));
  expect(heard.onswitch.mock.calls).toEqual([['m'], ['o']]);
  await rerender({ siblings: { ...siblings, at: 3, next: null } });
  expect(button('next-sibling').disabled).toBe(true);
  expect(button('next-sibling').getAttribute('aria-label')).toBe('Next version');
  await rerender({ siblings: null });
  expect(screen.queryByTestId('sibling-place')).toBeNull();
});

it('says what is not in the prompt, and what was edited', () => {
  shown({ ...answer, edited: true }, { folded: true });
  expect(turn().textContent).toContain('Not in the prompt any more');
  expect(turn().textContent).toContain('edited');
  expect(turn().classList).toContain('folded');
});
