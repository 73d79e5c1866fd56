import { clearMocks } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Library } from './library.svelte';
import { FakeStore, folder, session } from './samples';
import SessionsRail from './SessionsRail.svelte';

/** As high as the list can be on a 4K screen. */
const HEIGHT = 2100;
let store: FakeStore;

beforeEach(() => {
  store = new FakeStore();
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe = () => undefined;
      unobserve = () => undefined;
      disconnect = () => undefined;
    },
  );
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(HEIGHT);
});
afterEach(() => {
  cleanup();
  clearMocks();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function show(current: string | null = null) {
  const library = new Library();
  const props = { library, current, onopen: vi.fn(), onnew: vi.fn() };
  const { component } = render(SessionsRail, props);
  const list = await screen.findByTestId('session-list');
  list.focus();
  return { ...props, library, list, component };
}
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const active = (list: HTMLElement) =>
  document.getElementById(list.getAttribute('aria-activedescendant') ?? '');
const activeName = (list: HTMLElement) => active(list)?.querySelector('[data-name]')?.textContent;
const inMenu = () => document.activeElement?.textContent.trim();

it('has few rows in the page, however many sessions there are', async () => {
  store.sessions = Array.from({ length: 10_000 }, (_, at) => session(`s${at}`));
  const { list } = await show();
  await waitFor(() => expect(screen.getAllByTestId('session').length).toBeGreaterThan(40));
  expect(screen.getAllByTestId('session').length).toBeLessThanOrEqual(60);

  list.scrollTop = 5000 * 46;
  await fireEvent.scroll(list);
  // The active row stays, for screen readers.
  expect(screen.getAllByTestId('session').length).toBeLessThanOrEqual(61);
  expect(screen.getByTitle('s5000')).toBeTruthy();
  expect(activeName(list)).toBe('s0');

  await press('End');
  expect(activeName(list)).toBe('s9999');
  expect(active(list)?.getAttribute('aria-posinset')).toBe('10000');
});

it('opens, folds and moves by keyboard', async () => {
  store.folders = [folder('p', 'Poems')];
  store.sessions = [session('fox'), session('hen'), session('ode', { folder: 'p' })];
  const { list, onopen } = await show();
  await press('ArrowRight');
  await press('ArrowRight');
  expect(activeName(list)).toBe('ode');
  await press('ArrowLeft');
  expect(activeName(list)).toBe('Poems');
  await press('Enter');
  expect(active(list)?.getAttribute('aria-expanded')).toBe('false');
  await press('h');
  expect(activeName(list)).toBe('hen');
  await press('Enter');
  expect(onopen.mock.calls).toEqual([['hen', false]]);
});

it('renames by keyboard', async () => {
  store.sessions = [session('fox', { preview: 'The fox' })];
  const { list } = await show('fox');
  await press('F2');
  const field = screen.getByTestId<HTMLInputElement>('name-field');
  expect([document.activeElement, field.value]).toEqual([field, 'fox']);
  await fireEvent.input(field, { target: { value: 'Vixen' } });
  await press('Enter');
  expect(activeName(list)).toBe('Vixen');
  expect(document.activeElement).toBe(list);

  await press('F2');
  await fireEvent.input(screen.getByTestId('name-field'), { target: { value: 'Hen' } });
  await press('Escape');
  expect(activeName(list)).toBe('Vixen');
  expect(document.activeElement).toBe(list);
  expect(store.count('rename_session')).toBe(1);
});

it('deletes the open session, opens the next, and undoes both', async () => {
  store.sessions = [session('fox'), session('hen')];
  const { onopen } = await show('fox');
  await press('Delete');
  await waitFor(() => expect(onopen.mock.calls).toEqual([['hen', true]]));
  expect(screen.getByText('Deleted “fox”.')).toBeTruthy();
  await fireEvent.click(screen.getByText('Undo'));
  await waitFor(() =>
    expect(onopen.mock.calls).toEqual([
      ['hen', true],
      ['fox', true],
    ]),
  );
  expect(screen.queryByTestId('undo-delete')).toBeNull();
  expect(screen.getByTitle('fox')).toBeTruthy();
});

it('has a menu for the keyboard, and a submenu in its place', async () => {
  store.folders = [folder('p', 'Poems')];
  store.sessions = [session('fox')];
  const { list } = await show('fox');
  await press('ContextMenu');
  expect(inMenu()).toMatch(/^Rename/);
  await press('ArrowUp');
  expect(inMenu()).toMatch(/^Delete/);
  await press('Home');
  await press('m');
  expect(inMenu()).toMatch(/^Move to/);
  await press('ArrowRight');
  expect(inMenu()).toMatch(/^No folder/);
  await press('ArrowLeft');
  await waitFor(() => expect(inMenu()).toMatch(/^Move to/));
  await press('Enter');
  await press('ArrowDown');
  await press('Enter');
  expect(document.activeElement).toBe(list);
  await waitFor(() => expect(store.sessions[0]?.folder).toBe('p'));
  await press('F10', { shiftKey: true });
  await press('Escape');
  expect(screen.queryByTestId('menu')).toBeNull();
  expect(document.activeElement).toBe(list);
});

it('moves a folder into another, where it may be', async () => {
  store.folders = [folder('p', 'Poems'), folder('q', 'Quotes')];
  store.sessions = [session('fox')];
  await show('fox');
  await press('Home');
  await press('ContextMenu');
  await press('m');
  await press('Enter');
  expect(inMenu()).toMatch(/^No folder/);
  await press('ArrowDown');
  expect(inMenu()).toMatch(/^Quotes/);
  await press('Enter');
  await waitFor(() => expect(store.folders[0]?.parent).toBe('q'));
  const level = () => screen.getByTitle('Poems').closest('[role=treeitem]')?.ariaLevel;
  await waitFor(() => expect(level()).toBe('2'));
  // What holds another cannot be put into one.
  await press('Home');
  await press('ContextMenu');
  await press('m');
  expect(inMenu()).not.toMatch(/^Move/);
});

it('makes a folder for a session and asks for its name', async () => {
  store.sessions = [session('fox')];
  await show('fox');
  await press('ContextMenu');
  await press('m');
  await press('Enter');
  await press('End');
  await press('Enter');
  const field = await screen.findByTestId<HTMLInputElement>('name-field');
  expect(field.value).toBe('New folder');
  await fireEvent.input(field, { target: { value: 'Foxes' } });
  await press('Enter');
  await waitFor(() => expect(store.count('rename_folder')).toBe(1));
  expect(screen.getByTitle('fox').closest('[role=treeitem]')?.ariaLevel).toBe('2');
});

it('opens with a click, and renames with a double click on the title of the open one', async () => {
  store.sessions = [session('fox'), session('hen')];
  const { onopen } = await show('fox');
  await fireEvent.click(screen.getByText('hen'), { detail: 1 });
  await fireEvent.dblClick(screen.getByText('hen'));
  expect(onopen.mock.calls).toEqual([['hen', false]]);
  expect(screen.queryByTestId('name-field')).toBeNull();
  await fireEvent.click(screen.getByText('fox'), { detail: 1 });
  await fireEvent.dblClick(screen.getByText('fox'));
  expect(screen.getByTestId('name-field')).toBeTruthy();
});

it('shows what a search finds, and gives the focus back', async () => {
  store.sessions = [session('fox'), session('hen')];
  const { component, list } = await show();
  component.focusSearch();
  const field = screen.getByTestId<HTMLInputElement>('session-search');
  await fireEvent.input(field, { target: { value: 'hen' } });
  await waitFor(() => expect(screen.queryByTitle('fox')).toBeNull());
  expect(screen.getByText('hen', { selector: 'mark' }).textContent).toBe('hen');
  await press('ArrowDown');
  await waitFor(() => expect(activeName(list)).toBe('hen'));
  component.focusSearch();
  await press('Escape');
  await waitFor(() => expect(document.activeElement).toBe(list));
  expect(screen.getByTitle('fox')).toBeTruthy();
});

it('empties the trash with a second press', async () => {
  store.sessions = [session('fox'), session('old', { trashed_at: 1 })];
  const { library } = await show();
  await library.show('trash');
  const button = await screen.findByTestId('empty-trash');
  await fireEvent.click(button);
  expect(store.count('empty_trash')).toBe(0);
  await fireEvent.click(button);
  expect(store.count('empty_trash')).toBe(1);
});

it('is accessible, with folders, a menu and a name being changed', async () => {
  store.folders = [folder('p', 'Poems')];
  store.sessions = [
    session('pin', { pinned: true, tags: ['red'] }),
    session('ode', { folder: 'p' }),
    session('fox', { title: null }),
  ];
  await show('ode');
  // What needs a layout, and a page around the rail, is looked at in the window itself.
  const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } };
  const faults = async () => (await axe(document.body, { rules })).violations;
  expect(await faults()).toEqual([]);
  await press('ContextMenu');
  expect(await faults()).toEqual([]);
  await press('Escape');
  await press('F2');
  expect(await faults()).toEqual([]);
}, 30_000);
