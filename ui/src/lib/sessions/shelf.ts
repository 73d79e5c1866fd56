/** A shelf of sessions: what is on it, and in which order. */
import { listSessions } from '../api';
import type { Id, ListRequest, SessionSummary, Shelf } from '../bindings';

/** As many as the store gives at once. */
const PAGE = 1000;

/** The first session of the list, pinned or newest. */
export async function firstSession(): Promise<Id | null> {
  const page = await listSessions({ ...everything('active'), limit: 1 });
  return page.sessions[0]?.id ?? null;
}

/** A session that moved while the pages were read may be on two of them. */
export async function everySession(shelf: Shelf): Promise<readonly SessionSummary[]> {
  const sessions = new Map<Id, SessionSummary>();
  let after: string | null = null;
  do {
    const page = await listSessions({ ...everything(shelf), after });
    for (const summary of page.sessions) sessions.set(summary.id, summary);
    after = page.next;
  } while (after !== null);
  return [...sessions.values()];
}

const everything = (shelf: Shelf): ListRequest => ({
  shelf,
  within: { type: 'anywhere' },
  tag: null,
  kind: null,
  after: null,
  limit: PAGE,
});

export function shelfOf({ trashed_at, archived }: SessionSummary): Shelf {
  if (trashed_at !== null) return 'trash';
  return archived ? 'archive' : 'active';
}

/** The order of the store: pinned ones first, then those changed last. */
export const isBefore = (a: SessionSummary, b: SessionSummary): boolean =>
  a.pinned === b.pinned ? a.changed_at > b.changed_at : a.pinned;
