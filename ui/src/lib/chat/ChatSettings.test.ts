import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import type { ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import ChatSettings from './ChatSettings.svelte';
import { CARD, DEFAULT_FORM, lineOf, type ChatForm, type SavedPrompt } from './form';

const heard = {
  onchange: vi.fn<(form: ChatForm) => void>(),
  onsaveprompt: vi.fn<(name: string, text: string) => Promise<boolean>>(),
  ondeleteprompt: vi.fn<(prompt: SavedPrompt) => Promise<boolean>>(),
  oncontextfile: vi.fn(),
  onprompt: vi.fn(),
};
const teacher = { id: 't', name: 'Teacher', text: 'You teach.' };

beforeEach(() => {
  heard.onsaveprompt.mockResolvedValue(true);
  heard.ondeleteprompt.mockResolvedValue(true);
});
afterEach(() => {
  cleanup();
  vi.resetAllMocks();
});

type Given = Partial<ComponentProps<typeof ChatSettings>>;
/** As the app does, the form that is heard is the one that is shown next. */
function shown(form: Partial<ChatForm> = {}, more: Given = {}) {
  const { rerender } = render(ChatSettings, {
    form: { ...DEFAULT_FORM, ...form },
    spoken: 'nemotron-sft',
    saved: [teacher],
    ...heard,
    ...more,
  });
  heard.onchange.mockImplementation((form) => void rerender({ form }));
}
const last = () => heard.onchange.mock.lastCall?.[0];
const slider = (name: string) => screen.getByTestId<HTMLInputElement>(`attribute-${name}`);
const input = (testid: string, value: string) =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });
const open = () => fireEvent.click(screen.getByTestId('saved-prompts'));
/** By hand: finding it by its role takes a hundred times as long. */
const item = (name: string) =>
  [...document.querySelectorAll('[role^=menuitem]')].find(({ textContent }) =>
    textContent.includes(name),
  ) ?? null;
const choose = (name: string) => fireEvent.click(item(name) ?? document.body);

it('says which template the model speaks, and explains each', async () => {
  shown();
  const select = screen.getByTestId<HTMLSelectElement>('chat-template');
  const names = [...select.options].map(({ text }) => text);
  expect(names[0]).toBe('As the model speaks (SFT)');
  expect(names).toHaveLength(6);
  await fireEvent.change(select, { target: { value: 'base' } });
  expect(last()).toEqual({ ...DEFAULT_FORM, template: 'base' });
  const what = document.getElementById(select.getAttribute('aria-describedby') ?? '');
  expect(what?.textContent).toMatch(/User: and Assistant:/);
});

it('shows what a template has a place for', () => {
  shown();
  expect(screen.queryByTestId('attribute-humor')).toBeNull();
  expect(screen.queryByTestId('chat-context')).toBeNull();
  cleanup();
  shown({}, { spoken: 'nemotron-steerlm' });
  expect(slider('humor').value).toBe('0');
  cleanup();
  shown({ template: 'nemotron-qa' });
  screen.getByTestId('chat-context');
});

it('steers the answers, and shows the line that the model reads', async () => {
  shown({ template: 'nemotron-steerlm' });
  const line = () => screen.getByTestId('attribute-line').textContent;
  expect(line()).toBe(lineOf(CARD));
  await input('attribute-humor', '3');
  expect(last()?.attributes).toEqual({ ...CARD, humor: 3 });
  expect(line()).toContain('humor:3,creativity:0');
  await input('attribute-humor', '0');
  expect(last()?.attributes).toBeNull();
  await fireEvent.click(screen.getByText('Funny'));
  expect(slider('humor').value).toBe('4');
  expect(screen.getByText('Funny').getAttribute('aria-pressed')).toBe('true');
  await fireEvent.click(screen.getByTestId('attributes-reset'));
  expect(last()?.attributes).toBeNull();
});

it('takes two letters as a language, and nothing else', async () => {
  shown({ template: 'nemotron-steerlm' });
  const field = screen.getByTestId<HTMLInputElement>('attribute-lang');
  await fireEvent.change(field, { target: { value: 'x1' } });
  expect(heard.onchange).not.toHaveBeenCalled();
  expect(field.value).toBe('en');
  await fireEvent.change(field, { target: { value: 'DE' } });
  expect(last()?.attributes?.lang).toBe('de');
});

it('takes a context, says how long it is and removes it', async () => {
  shown({ template: 'nemotron-qa' }, { contextTokens: 3 });
  await input('chat-context', 'Bees süß');
  expect(last()?.context).toBe('Bees süß');
  expect(screen.getByTestId('context-size').textContent).toBe('10 bytes, 3 tokens');
  await fireEvent.click(screen.getByTestId('context-file'));
  expect(heard.oncontextfile).toHaveBeenCalledOnce();
  await fireEvent.click(screen.getByTestId('context-remove'));
  expect(last()?.context).toBeNull();
  expect(screen.queryByTestId('context-remove')).toBeNull();
});

it('takes a system prompt; an empty one is the template’s own', async () => {
  shown();
  await input('system-prompt', 'Be brief.');
  expect(last()?.system).toBe('Be brief.');
  await input('system-prompt', '');
  expect(last()?.system).toBeNull();
});

it('uses a system prompt that is offered or was saved', async () => {
  shown();
  await open();
  await choose('You speak like a pirate.');
  expect(last()?.system).toBe('You speak like a pirate.');
  await open();
  await choose('Teacher');
  expect(last()?.system).toBe('You teach.');
  await open();
  expect(item('Teacher')?.ariaChecked).toBe('true');
  await choose('None');
  expect(last()?.system).toBeNull();
});

it('keeps a system prompt under a name that is free', async () => {
  shown({ system: 'Be brief.' });
  await open();
  await choose('Save under a name');
  const field = screen.getByTestId('prompt-name');
  expect(document.activeElement).toBe(field);
  await input('prompt-name', ' teacher ');
  await fireEvent.keyDown(field, { key: 'Enter' });
  expect(heard.onsaveprompt).not.toHaveBeenCalled();
  expect(screen.getByRole('alert').textContent).toBe('Another one has that name.');
  await input('prompt-name', ' Brief ');
  await fireEvent.keyDown(field, { key: 'Enter' });
  expect(heard.onsaveprompt).toHaveBeenCalledExactlyOnceWith('Brief', 'Be brief.');
  await waitFor(() => expect(screen.queryByTestId('prompt-name')).toBeNull());
  expect(document.activeElement).toBe(screen.getByTestId('saved-prompts'));
});

it('deletes a saved one, and takes that back', async () => {
  shown();
  await open();
  expect(item('Save')).toBeNull();
  await choose('Delete');
  await waitFor(() => expect(item('You speak')).toBeNull());
  await choose('Teacher');
  expect(heard.ondeleteprompt).toHaveBeenCalledExactlyOnceWith(teacher);
  await fireEvent.click(await screen.findByTestId('prompt-undo'));
  expect(heard.onsaveprompt).toHaveBeenCalledExactlyOnceWith('Teacher', 'You teach.');
  await waitFor(() => expect(screen.queryByTestId('prompt-undo')).toBeNull());
});

it('asks for the exact prompt', async () => {
  shown();
  await fireEvent.click(screen.getByTestId('show-prompt'));
  expect(heard.onprompt).toHaveBeenCalledOnce();
});
