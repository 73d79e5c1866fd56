import { clearMocks } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Library } from './library.svelte';
import { nameOf } from './rows';
import { FakeStore, folder, session } from './samples';

let store: FakeStore;
let library: Library;
const names = () => library.rows.map(nameOf);

beforeEach(() => {
  store = new FakeStore();
  library = new Library();
});
afterEach(clearMocks);

it('reads a shelf page by page', async () => {
  store.sessions = Array.from({ length: 2500 }, (_, at) => session(`s${at}`));
  await library.refresh();
  expect(library.rows).toHaveLength(2500);
  expect(store.count('list_sessions')).toBe(3);
});

it('keeps its rows until the new ones are there', async () => {
  store.sessions = [session('fox')];
  await library.refresh();
  store.sessions = [session('hen')];
  const refreshed = library.refresh();
  expect(names()).toEqual(['fox']);
  await refreshed;
  expect(names()).toEqual(['hen']);
});

it('shows another shelf together with what is on it', async () => {
  store.sessions = [session('fox'), session('old', { archived: true })];
  await library.refresh();
  const shown = library.show('archive');
  expect([library.shelf, ...names()]).toEqual(['active', 'fox']);
  await shown;
  expect([library.shelf, ...names()]).toEqual(['archive', 'old']);
});

it('opens the folders of the current session once', async () => {
  store.folders = [folder('p', 'Poems'), folder('s', 'Sonnets', 'p')];
  store.sessions = [session('fox', { folder: 's' })];
  library.reveal('fox');
  await library.refresh();
  expect(names()).toEqual(['Poems', 'Sonnets', 'fox']);
  library.setOpen('p', false);
  await library.refresh();
  expect(names()).toEqual(['Poems']);
});

it('shows a change at once, in its place, and takes it back if it fails', async () => {
  store.sessions = [session('new', { changed_at: 2 }), session('old', { changed_at: 1 })];
  await library.refresh();
  store.answers['pin_session'] = () => {
    throw { kind: 'read_only', message: 'cannot be written', hint: null };
  };
  const pinned = library.pin('old', true);
  expect(names()).toEqual(['old', 'new']);
  expect(await pinned).toBe(false);
  expect(names()).toEqual(['new', 'old']);
  expect(library.problem?.kind).toBe('read_only');
});

it('does not show what was read before a change', async () => {
  store.sessions = [session('fox')];
  await library.refresh();
  const refreshed = library.refresh();
  const renamed = library.rename('fox', 'Vixen');
  const seen: string[][] = [];
  await refreshed.then(() => seen.push(names()));
  await renamed.then(() => seen.push(names()));
  expect(seen).toEqual([['Vixen'], ['Vixen']]);
});

it('deletes, says what, and brings it back', async () => {
  store.sessions = [session('fox', { title: null, preview: 'The fox' })];
  await library.refresh();
  await library.trash(session('fox', { title: null, preview: 'The fox' }));
  expect(names()).toEqual([]);
  expect(library.undoable).toEqual({ session: 'fox', title: 'The fox' });
  await library.restore('fox');
  expect(names()).toEqual(['The fox']);
  expect(library.undoable).toBeNull();
});

it('names a session by its beginning when the title is empty', async () => {
  store.sessions = [session('fox', { preview: 'The fox' })];
  await library.refresh();
  await library.rename('fox', '  ');
  expect(store.calls.find(({ command }) => command === 'rename_session')?.given).toEqual({
    session: 'fox',
    title: null,
  });
  expect(names()).toEqual(['The fox']);
});

it('moves a session that was written in to the top, without reading the others', async () => {
  store.sessions = [session('new', { changed_at: 2 }), session('old', { changed_at: 1 })];
  await library.refresh();
  store.sessions = [session('old', { changed_at: 3 }), session('new', { changed_at: 2 })];
  await library.update('old');
  expect(names()).toEqual(['old', 'new']);
  expect(store.count('list_sessions')).toBe(1);
});

it('forgets a tag that no session has any more', async () => {
  store.sessions = [session('fox', { tags: ['red'] }), session('hen')];
  await library.refresh();
  library.tag = 'red';
  expect(names()).toEqual(['fox']);
  store.answers['tag_session'] = () => (store.sessions = [session('fox'), session('hen')]);
  await library.setTags('fox', []);
  expect(library.tag).toBeNull();
  expect(names()).toEqual(['fox', 'hen']);
});

it('finds sessions, and corrects what it found', async () => {
  vi.useFakeTimers();
  store.sessions = [session('fox'), session('hen')];
  await library.refresh();
  library.search('fox');
  await vi.advanceTimersByTimeAsync(200);
  expect(names()).toEqual(['fox']);
  const trashed = library.trash(session('fox'));
  expect(names()).toEqual([]);
  await trashed;
  library.search('');
  expect(names()).toEqual(['hen']);
  vi.useRealTimers();
});
