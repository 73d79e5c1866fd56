/** Sessions and folders for tests, and a store of them behind the calls to Rust. */
import { mockIPC } from '@tauri-apps/api/mocks';
import type { Folder, ListRequest, SearchRequest, SessionSummary } from '../bindings';

export const session = (id: string, more: Partial<SessionSummary> = {}): SessionSummary => ({
  id,
  kind: 'completion',
  title: id,
  preview: '',
  folder: null,
  tags: [],
  pinned: false,
  archived: false,
  created_at: 0,
  changed_at: 0,
  trashed_at: null,
  ...more,
});

export const folder = (id: string, name: string, parent: string | null = null): Folder => ({
  id,
  name,
  parent,
  sessions: 0,
});

type Command = (given: Record<string, unknown>) => unknown;

/** What the store holds, and what it was asked to do. */
export class FakeStore {
  readonly calls: { command: string; given: Record<string, unknown> }[] = [];
  sessions: SessionSummary[] = [];
  folders: Folder[] = [];
  /** Answers that a test gives itself. */
  readonly answers: Record<string, Command> = {};

  constructor() {
    mockIPC((command, given) => {
      const call = { command, given: (given ?? {}) as Record<string, unknown> };
      this.calls.push(call);
      const answer = this.answers[command] ?? this.#commands[command];
      return answer?.(call.given) ?? null;
    });
  }

  count(command: string): number {
    return this.calls.filter((call) => call.command === command).length;
  }

  readonly #commands: Record<string, Command> = {
    list_sessions: ({ request }) => this.#page(request as ListRequest),
    search_sessions: ({ request }) => this.#found(request as SearchRequest),
    session_summary: ({ session }) => this.sessions.find(({ id }) => id === session),
    folders: () => this.folders,
    tags: () => this.#tags(),
    rename_session: ({ session, title }) => this.#change(session, { title: title as string }),
    move_session: ({ session, folder }) => this.#change(session, { folder: folder as string }),
    pin_session: ({ session, pinned }) => this.#change(session, { pinned: pinned as boolean }),
    trash_session: ({ session }) => this.#change(session, { trashed_at: 1 }),
    restore_session: ({ session }) => this.#change(session, { trashed_at: null }),
    move_folder: ({ folder: moved, parent }) => {
      this.folders = this.folders.map((one) =>
        one.id === moved ? { ...one, parent: parent as string | null } : one,
      );
      return null;
    },
    create_folder: ({ name, parent }) => {
      this.folders = [...this.folders, folder('new', name as string, parent as string | null)];
      return 'new';
    },
  };

  #change(session: unknown, change: Partial<SessionSummary>): null {
    this.sessions = this.sessions.map((summary) =>
      summary.id === session ? { ...summary, ...change } : summary,
    );
    return null;
  }

  #page({ shelf, after, limit }: ListRequest) {
    const trash = shelf === 'trash';
    const archived = shelf === 'archive';
    const listed = this.sessions.filter(
      (summary) =>
        (summary.trashed_at !== null) === trash && (trash || summary.archived === archived),
    );
    const [start, end] = [Number(after ?? 0), Number(after ?? 0) + limit];
    return {
      sessions: listed.slice(start, end),
      next: end < listed.length ? String(end) : null,
    };
  }

  #found({ text }: SearchRequest) {
    const hits = this.sessions
      .filter(({ title }) => title?.includes(text))
      .map((session) => ({ session, snippet: [{ text, hit: true }] }));
    return { hits, more: false, unindexed: 0 };
  }

  #tags() {
    const names = new Set(this.sessions.flatMap(({ tags }) => tags));
    return [...names].map((name) => ({ name, sessions: 1 }));
  }
}
