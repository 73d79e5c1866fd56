/**
 * The sessions as the rail shows them, and everything that can be done with them.
 *
 * What an action does is seen at once; a refresh behind it brings what else has changed. Nothing
 * here throws: what failed is `problem`. Opening sessions and beginning new ones is the app's.
 */
import {
  archiveSession,
  asProblem,
  createFolder,
  deleteFolder,
  deleteSession,
  duplicateSession,
  emptyTrash,
  exportSession,
  importSession,
  moveFolder,
  moveSession,
  pinSession,
  renameFolder,
  renameSession,
  restoreSession,
  searchSessions,
  sessionSummary,
  tagSession,
  trashSession,
} from '../api';
import type { ExportFormat, Folder, Id, Problem, SessionSummary, Shelf, Tag } from '../bindings';
import { Catalogue } from './catalogue.svelte';
import { coalesced } from './coalesce';
import { flatRows, hitRows, listRows, titleOf, type Row } from './rows';
import { findAmong, Search } from './search.svelte';
import { firstSession, shelfOf } from './shelf';

const MOST_HITS = 100;

export interface Undoable {
  readonly session: Id;
  readonly title: string;
}

export class Library {
  /** Only sessions with this tag are listed. */
  tag = $state<string | null>(null);
  /** What was deleted last and can be brought back with one press. */
  undoable = $state.raw<Undoable | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** The folders that are open. */
  #open = $state.raw<readonly Id[]>([]);
  /** The shelf to be shown; it is on show once its sessions are there. */
  #wanted: Shelf = 'active';
  #current: Id | null = null;
  /** The current session, until its folders are known and open. */
  #unrevealed: Id | null = null;

  readonly #catalogue = new Catalogue();
  readonly #search = new Search(
    (text) => this.#find(text),
    (error) => (this.problem = asProblem(error)),
  );
  readonly #rows = $derived.by(() => this.#list());

  /** Reads everything anew. The rows stay until the new ones are there. */
  readonly refresh = coalesced(() => this.#load());

  /** The list, or what a search has found. */
  get rows(): readonly Row[] {
    return this.#rows;
  }
  get folders(): readonly Folder[] {
    return this.#catalogue.folders;
  }
  get tags(): readonly Tag[] {
    return this.#catalogue.tags;
  }
  get shelf(): Shelf {
    return this.#catalogue.shelf;
  }
  get loaded(): boolean {
    return this.#catalogue.loaded;
  }
  get open(): readonly Id[] {
    return this.#open;
  }
  get searchText(): string {
    return this.#search.text;
  }
  /** Null when the list is shown. */
  get found() {
    return this.#search.found;
  }

  /** A session of the list, or one that a search has found on another shelf. */
  summary(session: Id | null): SessionSummary | undefined {
    const hit = this.found?.hits.find((hit) => hit.session.id === session);
    return this.#catalogue.session(session) ?? hit?.session;
  }

  search(text: string): void {
    this.#search.set(text);
  }

  show(shelf: Shelf): Promise<void> {
    this.#wanted = shelf;
    this.search('');
    this.tag = null;
    return this.refresh();
  }

  setOpen(folder: Id, open: boolean): void {
    const others = this.#open.filter((id) => id !== folder);
    this.#open = open ? [...others, folder] : others;
  }

  /**
   * Opens the folders that the current session is in, once: they can be closed over it again. One
   * that is not listed yet has just begun.
   */
  reveal(current: Id | null): void {
    this.#current = this.#unrevealed = current;
    if (current && this.loaded && !this.#catalogue.session(current)) void this.update(current);
    this.#openAround();
  }

  /** Brings one session up to date, as after typing: far cheaper than a refresh. */
  async update(session: Id): Promise<void> {
    try {
      this.#catalogue.put(await sessionSummary(session));
      this.#openAround();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  /** An empty title is none: the session is called by its beginning then. */
  rename(session: Id, title: string): Promise<boolean> {
    const named = title.trim() || null;
    return this.#change(session, { title: named }, () => renameSession(session, named));
  }
  pin(session: Id, pinned: boolean): Promise<boolean> {
    return this.#change(session, { pinned }, () => pinSession(session, pinned));
  }
  setTags(session: Id, tags: readonly string[]): Promise<boolean> {
    return this.#change(session, { tags: [...tags] }, () => tagSession(session, [...tags]));
  }
  move(session: Id, folder: Id | null): Promise<boolean> {
    const moved = this.#change(session, { folder }, () => moveSession(session, folder));
    if (session === this.#current) this.reveal(session);
    return moved;
  }
  archive(session: Id, archived: boolean): Promise<boolean> {
    return this.#change(session, { archived }, () => archiveSession(session, archived));
  }
  trash(session: SessionSummary): Promise<boolean> {
    return this.#change(session.id, { trashed_at: Date.now() }, async () => {
      await trashSession(session.id);
      this.undoable = { session: session.id, title: titleOf(session) };
    });
  }
  restore(session: Id): Promise<boolean> {
    return this.#change(session, { trashed_at: null }, () => restoreSession(session));
  }
  deleteForEver(session: Id): Promise<boolean> {
    return this.#act(async () => {
      await deleteSession(session);
      this.#catalogue.remove(session);
    });
  }
  emptyTrash(): Promise<boolean> {
    return this.#act(emptyTrash);
  }

  /** The copy; null if there is none. */
  async duplicate(session: Id): Promise<Id | null> {
    let copy: Id | null = null;
    await this.#act(async () => (copy = await duplicateSession(session)));
    return copy;
  }
  export(session: Id, format: ExportFormat): Promise<boolean> {
    return this.#act(() => exportSession(session, format));
  }
  /** The session that a file has become; null if none has. */
  async import(): Promise<Id | null> {
    let session: Id | null = null;
    await this.#act(async () => (session = (await importSession())?.session ?? null));
    return session;
  }

  /** The new folder; null if there is none. */
  async createFolder(name: string, parent: Id | null): Promise<Id | null> {
    let folder: Id | null = null;
    if (parent) this.setOpen(parent, true);
    await this.#act(async () => (folder = await createFolder(name, parent)));
    return folder;
  }
  /** An empty name changes nothing. */
  async renameFolder(folder: Id, name: string): Promise<boolean> {
    const named = name.trim();
    return named !== '' && (await this.#act(() => renameFolder(folder, named)));
  }
  moveFolder(folder: Id, parent: Id | null): Promise<boolean> {
    if (parent) this.setOpen(parent, true);
    return this.#act(() => moveFolder(folder, parent));
  }
  deleteFolder(folder: Id): Promise<boolean> {
    return this.#act(() => deleteFolder(folder));
  }

  /** What to show when the current session is gone; null if there is no session. */
  async first(): Promise<Id | null> {
    try {
      return await firstSession();
    } catch (error) {
      this.problem = asProblem(error);
      return null;
    }
  }

  #list(): readonly Row[] {
    const { sessions, folders, shelf } = this.#catalogue;
    if (this.#search.found) return hitRows(this.#search.found.hits);
    if (shelf !== 'active') return flatRows(sessions, this.tag);
    return listRows({ sessions, folders, open: this.#open, tag: this.tag });
  }

  async #load(): Promise<void> {
    try {
      if (!(await this.#catalogue.read(this.#wanted))) void this.refresh();
    } catch (error) {
      this.problem = asProblem(error);
    }
    // The last session with the tag may be gone, and with it the way back.
    if (!this.tags.some(({ name }) => name === this.tag)) this.tag = null;
    this.#openAround();
    await this.#search.again();
  }

  async #find(text: string) {
    // The trash is in no index.
    if (this.shelf === 'trash') return findAmong(this.#catalogue.sessions, text);
    const archived = this.shelf === 'archive';
    return searchSessions({ text, archived, offset: 0, limit: MOST_HITS });
  }

  /** Does what the user asked for, and reads what has come of it. */
  async #act(action: () => Promise<unknown>): Promise<boolean> {
    this.undoable = this.problem = null;
    try {
      await action();
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    } finally {
      await this.refresh();
    }
  }

  /** Shows a change before it is made, so that nothing flickers; and takes it back if it fails. */
  async #change(
    session: Id,
    change: Partial<SessionSummary>,
    action: () => Promise<unknown>,
  ): Promise<boolean> {
    const before = this.summary(session);
    if (before) this.#put({ ...before, ...change });
    const done = await this.#act(action);
    if (before && !done) this.#put(before);
    return done;
  }

  #put(summary: SessionSummary): void {
    this.#catalogue.put(summary);
    this.#search.correct(summary.id, shelfOf(summary) === 'trash' ? null : summary);
  }

  #openAround(): void {
    const session = this.#unrevealed && this.#catalogue.session(this.#unrevealed);
    if (!session || !this.loaded) return;
    this.#unrevealed = null;
    const inner = this.folders.find(({ id }) => id === session.folder);
    for (const folder of [inner?.id, inner?.parent]) if (folder) this.setOpen(folder, true);
  }
}
