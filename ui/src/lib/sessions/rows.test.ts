import { expect, it } from 'vitest';
import type { Folder, SessionSummary } from '../bindings';
import { flatRows, hitRows, listRows, nameOf, titleOf, type Row } from './rows';
import { folder, session } from './samples';

const list = (
  sessions: SessionSummary[],
  folders: Folder[] = [],
  { open = [], tag = null }: { open?: string[]; tag?: string | null } = {},
) => listRows({ sessions, folders, open, tag });

/** A row as the eye sees it: indented, and what is open. */
const seen = (row: Row) => {
  const mark = row.type === 'folder' ? (row.open ? '▾' : '▸') : '';
  const count = row.type === 'folder' ? ` ${row.sessions}` : '';
  return `${'  '.repeat(row.depth)}${mark}${nameOf(row)}${count}`;
};

const folders = [folder('a', 'Ads'), folder('p', 'Poems'), folder('s', 'Sonnets', 'p')];
const sessions = [
  session('pin', { pinned: true, folder: 'p', tags: ['keep'] }),
  session('loose', { tags: ['keep'] }),
  session('ode', { folder: 'p' }),
  session('sonnet', { folder: 's', tags: ['keep'] }),
  session('old'),
];

it('lists pinned sessions, then folders, then the sessions in none', () => {
  const rows = list(sessions, folders);
  expect(rows.map(seen)).toEqual(['pin', '▸Ads 0', '▸Poems 2', 'loose', 'old']);
});

it('lists what is in open folders beneath them, inner folders first', () => {
  expect(list(sessions, folders, { open: ['p'] }).map(seen)).toEqual([
    'pin',
    '▸Ads 0',
    '▾Poems 2',
    '  ▸Sonnets 1',
    '  ode',
    'loose',
    'old',
  ]);
  const all = list(sessions, folders, { open: ['p', 's'] });
  expect(all.map(seen)).toContain('    sonnet');
});

it('leaves out what has not the tag, and folders in which nothing has it', () => {
  const rows = list(sessions, folders, { tag: 'keep', open: ['p'] });
  expect(rows.map(seen)).toEqual(['pin', '▾Poems 1', '  ▸Sonnets 1', 'loose']);
});

it('says each row its place beside its siblings', () => {
  const rows = list(sessions, folders, { open: ['p'] });
  const places = rows.map(({ position, siblings }) => `${position}/${siblings}`);
  expect(places).toEqual(['1/5', '2/5', '3/5', '1/2', '2/2', '4/5', '5/5']);
});

it('loses no session whose folder is gone', () => {
  expect(list([session('x', { folder: 'gone' })]).map(seen)).toEqual(['x']);
});

it('lists the archive and hits without folders', () => {
  expect(flatRows(sessions, null).map(seen)).toEqual(['pin', 'loose', 'ode', 'sonnet', 'old']);
  const [hit] = hitRows([{ session: session('x'), snippet: [{ text: 'fox', hit: true }] }]);
  expect(hit).toMatchObject({ id: 'x', snippet: [{ text: 'fox', hit: true }], siblings: 1 });
});

it('calls a session by its title, its beginning, or empty', () => {
  expect(titleOf(session('x', { title: 'Fox' }))).toBe('Fox');
  expect(titleOf(session('x', { title: null, preview: ' The fox' }))).toBe('The fox');
  expect(titleOf(session('x', { title: null, preview: ' ' }))).toBe('Empty');
});
