/**
 * What the store holds, as far as it was read: every session of one shelf, the folders, the tags.
 *
 * Ten thousand summaries are a few megabytes; held here, the list scrolls and filters without
 * asking. What is changed by the window is changed here too, before the store is read again.
 */
import { folders, tags } from '../api';
import type { Folder, Id, SessionSummary, Shelf, Tag } from '../bindings';
import { everySession, isBefore, shelfOf } from './shelf';

export class Catalogue {
  #sessions = $state.raw<readonly SessionSummary[]>([]);
  #folders = $state.raw<readonly Folder[]>([]);
  #tags = $state.raw<readonly Tag[]>([]);
  #shelf = $state<Shelf>('active');
  #loaded = $state(false);
  /** Counts changes made here, so that what was read before one is not shown after it. */
  #changes = 0;

  get sessions(): readonly SessionSummary[] {
    return this.#sessions;
  }
  get folders(): readonly Folder[] {
    return this.#folders;
  }
  get tags(): readonly Tag[] {
    return this.#tags;
  }
  get shelf(): Shelf {
    return this.#shelf;
  }
  /** Whether anything was read: an empty list before that means nothing. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Reads everything, and then shows all of it at once. False: it was outdated by then. */
  async read(shelf: Shelf): Promise<boolean> {
    const changes = this.#changes;
    const read = await Promise.all([everySession(shelf), folders(), tags()]);
    if (changes !== this.#changes) return false;
    [this.#sessions, this.#folders, this.#tags] = read;
    this.#shelf = shelf;
    this.#loaded = true;
    return true;
  }

  session(session: Id | null): SessionSummary | undefined {
    return this.#sessions.find(({ id }) => id === session);
  }

  /** Shows a session as it is now, in its place; not at all if it is on another shelf. */
  put(summary: SessionSummary): void {
    const others = this.#sessions.filter(({ id }) => id !== summary.id);
    const behind = others.findIndex((other) => !isBefore(other, summary));
    const at = behind < 0 ? others.length : behind;
    const here = shelfOf(summary) === this.#shelf;
    this.#sessions = here ? others.toSpliced(at, 0, summary) : others;
    this.#changes++;
  }

  remove(session: Id): void {
    this.#sessions = this.#sessions.filter(({ id }) => id !== session);
    this.#changes++;
  }
}
