/** The list as it is shown, row by row: pinned sessions, folders, and what is in none of them. */
import type { Folder, Id, SearchHit, SessionSummary, SnippetPart } from '../bindings';

interface Place {
  /** The session or the folder. */
  readonly id: Id;
  readonly depth: number;
  /** The place among the rows beside it, from 1, for screen readers. */
  readonly position: number;
  readonly siblings: number;
}
export interface FolderRow extends Place {
  readonly type: 'folder';
  readonly folder: Folder;
  readonly open: boolean;
  /** How many sessions are in it, at any depth. */
  readonly sessions: number;
}
export interface SessionRow extends Place {
  readonly type: 'session';
  readonly summary: SessionSummary;
  /** Of a search: the text around what was found. */
  readonly snippet: readonly SnippetPart[] | null;
}
export type Row = FolderRow | SessionRow;

export interface Contents {
  /** In the order of the list. */
  readonly sessions: readonly SessionSummary[];
  /** In alphabetical order. */
  readonly folders: readonly Folder[];
  /** Open folders. */
  readonly open: readonly Id[];
  /** Show only sessions with this tag, and folders that hold one. */
  readonly tag: string | null;
}

type Unplaced = Omit<FolderRow, keyof Place> | Omit<SessionRow, keyof Place>;

export function listRows({ sessions, folders, open, tag }: Contents): Row[] {
  const listed = withTag(sessions, tag);
  const inFolder = byFolder(
    listed.filter(({ pinned }) => !pinned),
    new Set(folders.map(({ id }) => id)),
  );
  const inside = (parent: Id | null) => folders.filter((folder) => folder.parent === parent);
  const count = ({ id }: Folder): number =>
    inside(id).reduce((sum, inner) => sum + count(inner), inFolder.get(id)?.length ?? 0);

  function level(parent: Id | null, depth: number, first: readonly SessionSummary[]): Row[] {
    const shown = inside(parent).filter((folder) => tag === null || count(folder) > 0);
    const beside = [
      ...first.map(sessionRow),
      ...shown.map((folder) => folderRow(folder, open.includes(folder.id), count(folder))),
      ...(inFolder.get(parent) ?? []).map(sessionRow),
    ];
    return placed(beside, depth).flatMap((row) =>
      row.type === 'folder' && row.open ? [row, ...level(row.id, depth + 1, [])] : row,
    );
  }
  return level(
    null,
    0,
    listed.filter(({ pinned }) => pinned),
  );
}

/** The archive and the trash: nothing but sessions. */
export const flatRows = (sessions: readonly SessionSummary[], tag: string | null): Row[] =>
  placed(withTag(sessions, tag).map(sessionRow), 0);

export const hitRows = (hits: readonly SearchHit[]): Row[] =>
  placed(
    hits.map(({ session, snippet }) => ({ type: 'session', summary: session, snippet })),
    0,
  );

const withTag = (sessions: readonly SessionSummary[], tag: string | null) =>
  tag === null ? sessions : sessions.filter(({ tags }) => tags.includes(tag));

/** A folder that is not known, because it was deleted meanwhile, is none. */
function byFolder(sessions: readonly SessionSummary[], known: ReadonlySet<Id>) {
  const inFolder = new Map<Id | null, SessionSummary[]>();
  for (const summary of sessions) {
    const folder = summary.folder !== null && known.has(summary.folder) ? summary.folder : null;
    const beside = inFolder.get(folder);
    if (beside) beside.push(summary);
    else inFolder.set(folder, [summary]);
  }
  return inFolder;
}

const sessionRow = (summary: SessionSummary): Unplaced => ({
  type: 'session',
  summary,
  snippet: null,
});
const folderRow = (folder: Folder, open: boolean, sessions: number): Unplaced => ({
  type: 'folder',
  folder,
  open,
  sessions,
});

const placed = (rows: readonly Unplaced[], depth: number): Row[] =>
  rows.map((row, at) => ({
    ...row,
    id: row.type === 'folder' ? row.folder.id : row.summary.id,
    depth,
    position: at + 1,
    siblings: rows.length,
  }));

/** What a session is called: by its title or its beginning. */
export const titleOf = ({ title, preview }: SessionSummary): string =>
  title || preview.trim() || 'Empty';

export const nameOf = (row: Row): string =>
  row.type === 'folder' ? row.folder.name : titleOf(row.summary);
