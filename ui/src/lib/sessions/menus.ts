/** What the menus of the rail offer. */
import type { ExportFormat, Folder, Id, SessionSummary } from '../bindings';
import type { Library } from './library.svelte';
import type { Choice, Entry, Submenu } from './menu';
import { titleOf } from './rows';

/** What the library cannot do alone, because the app or the list takes part. */
export interface Deeds {
  begin: (folder: Id | null) => void;
  rename: (row: Id) => void;
  editTags: (session: SessionSummary) => void;
  duplicate: (session: Id) => void;
  trash: (session: SessionSummary) => void;
  deleteForEver: (session: SessionSummary) => void;
  /** Makes a folder, asks for its name, and moves a session into it if one is given. */
  newFolder: (parent: Id | null, session?: Id) => void;
  importSession: () => void;
}

const FORMATS: readonly { format: ExportFormat; label: string }[] = [
  { format: 'json', label: 'JSON' },
  { format: 'markdown', label: 'Markdown' },
  { format: 'text', label: 'Plain text' },
];

export function sessionMenu(session: SessionSummary, library: Library, deeds: Deeds): Entry[] {
  const { id, pinned, archived } = session;
  if (session.trashed_at !== null) return trashedMenu(session, library, deeds);
  return [
    { label: 'Rename', note: 'F2', act: () => deeds.rename(id) },
    { label: pinned ? 'Unpin' : 'Pin', act: () => void library.pin(id, !pinned) },
    { label: 'Tags…', act: () => deeds.editTags(session) },
    moveMenu(session, library, deeds),
    { label: 'Duplicate', act: () => deeds.duplicate(id) },
    exportMenu(id, library),
    'line',
    { label: archived ? 'Unarchive' : 'Archive', act: () => void library.archive(id, !archived) },
    { label: 'Delete', note: 'Del', act: () => deeds.trash(session) },
  ];
}

/** Deleting for ever takes two presses, the second on the session's name. */
function trashedMenu(session: SessionSummary, library: Library, deeds: Deeds): Entry[] {
  const named = `Delete “${titleOf(session)}”`;
  return [
    { label: 'Restore', act: () => void library.restore(session.id) },
    {
      label: 'Delete for ever',
      entries: [{ label: named, act: () => deeds.deleteForEver(session) }],
    },
  ];
}

function moveMenu({ id, folder }: SessionSummary, library: Library, deeds: Deeds): Submenu {
  const to = (label: string, to: Id | null): Choice => ({
    label,
    checked: folder === to,
    act: () => void library.move(id, to),
  });
  const known = library.folders;
  // A list that shows no folders shows no field for the name of a new one.
  const fresh: Entry[] =
    library.shelf === 'active'
      ? ['line', { label: 'New folder…', act: () => deeds.newFolder(null, id) }]
      : [];
  const folders = sorted(known).map((folder) => to(pathOf(folder, known), folder.id));
  return { label: 'Move to', entries: [to('No folder', null), ...folders, ...fresh] };
}

const exportMenu = (session: Id, library: Library): Submenu => ({
  label: 'Export as',
  entries: FORMATS.map(({ format, label }) => ({
    label,
    act: () => void library.export(session, format),
  })),
});

export function folderMenu(folder: Folder, library: Library, deeds: Deeds): Entry[] {
  const { id, parent } = folder;
  const inner: Entry[] =
    parent === null ? [{ label: 'New folder inside', act: () => deeds.newFolder(id) }] : [];
  return [
    { label: 'New session here', act: () => deeds.begin(id) },
    { label: 'Rename', note: 'F2', act: () => deeds.rename(id) },
    ...inner,
    ...moveFolderMenu(folder, library),
    'line',
    {
      label: 'Delete folder',
      note: 'Its sessions stay',
      act: () => void library.deleteFolder(id),
    },
  ];
}

/** Folders are two deep: one that holds another stays where it is. */
function moveFolderMenu({ id, parent }: Folder, library: Library): Entry[] {
  const outer = library.folders.filter((other) => other.parent === null && other.id !== id);
  const holdsOne = library.folders.some((other) => other.parent === id);
  if (holdsOne || (outer.length === 0 && parent === null)) return [];
  const to = (label: string, to: Id | null): Choice => ({
    label,
    checked: parent === to,
    act: () => void library.moveFolder(id, to),
  });
  const entries = [to('No folder', null), ...outer.map((outer) => to(outer.name, outer.id))];
  return [{ label: 'Move to', entries }];
}

export function railMenu(library: Library, deeds: Deeds): Entry[] {
  const { shelf } = library;
  const tags: Entry[] = library.tags.length > 0 ? ['line', tagMenu(library)] : [];
  const fresh: Entry[] =
    shelf === 'active' ? [{ label: 'New folder', act: () => deeds.newFolder(null) }] : [];
  return [
    ...fresh,
    { label: 'Import…', act: deeds.importSession },
    'line',
    shelf === 'archive'
      ? { label: 'Show sessions', act: () => void library.show('active') }
      : { label: 'Show archive', act: () => void library.show('archive') },
    shelf === 'trash'
      ? { label: 'Show sessions', act: () => void library.show('active') }
      : { label: 'Show trash', act: () => void library.show('trash') },
    ...tags,
  ];
}

function tagMenu(library: Library): Submenu {
  const only = (label: string, tag: string | null): Choice => ({
    label,
    checked: library.tag === tag,
    act: () => (library.tag = tag),
  });
  const tags = library.tags.map(({ name, sessions }) => ({
    ...only(`#${name}`, name),
    note: String(sessions),
  }));
  return { label: 'Only with tag', entries: [only('All sessions', null), ...tags] };
}

/** Folders with those inside them right behind. */
const sorted = (folders: readonly Folder[]): Folder[] =>
  folders
    .filter(({ parent }) => parent === null)
    .flatMap((outer) => [outer, ...folders.filter(({ parent }) => parent === outer.id)]);

function pathOf({ name, parent }: Folder, folders: readonly Folder[]): string {
  const outer = folders.find(({ id }) => id === parent);
  return outer ? `${outer.name} / ${name}` : name;
}
