/** The search of the rail: words are looked for when the typing pauses, and the latest win. */
import type { Id, SearchPage, SessionSummary } from '../bindings';

/** About the pause between two keys of a quick typist. */
const PAUSE_MS = 120;

export class Search {
  #text = $state('');
  #found = $state.raw<SearchPage | null>(null);
  #latest = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** `failed` is told why a search found nothing. */
  constructor(
    private readonly find: (text: string) => Promise<SearchPage>,
    private readonly failed: (error: unknown) => void,
  ) {}

  get text(): string {
    return this.#text;
  }
  /** What was found, for this text or, for a moment, one before it; null when not searching. */
  get found(): SearchPage | null {
    return this.#found;
  }

  set(text: string): void {
    this.#text = text;
    clearTimeout(this.#pause);
    if (text.trim() === '') this.#forget();
    else this.#pause = setTimeout(() => void this.again(), PAUSE_MS);
  }

  /** Looks for the same words again, because sessions have changed. */
  async again(): Promise<void> {
    if (this.#text.trim() === '') return;
    const turn = ++this.#latest;
    try {
      const found = await this.find(this.#text);
      if (turn === this.#latest) this.#found = found;
    } catch (error) {
      if (turn === this.#latest) this.failed(error);
    }
  }

  /** Shows a session as it is now, if it was found; null: it is gone. */
  correct(id: Id, session: SessionSummary | null): void {
    if (!this.#found) return;
    const hits = this.#found.hits.flatMap((hit) => {
      if (hit.session.id !== id) return hit;
      return session ? { ...hit, session } : [];
    });
    this.#found = { ...this.#found, hits };
  }

  /** What is still on its way is not wanted any more. */
  #forget(): void {
    this.#latest++;
    this.#found = null;
  }
}

/** The same among sessions that the store has no index of: by title and beginning. */
export function findAmong(sessions: readonly SessionSummary[], text: string): SearchPage {
  const words = text.trim().toLowerCase().split(/\s+/);
  const hasAll = ({ title, preview }: SessionSummary) => {
    const said = `${title ?? ''} ${preview}`.toLowerCase();
    return words.every((word) => said.includes(word));
  };
  const hits = sessions.filter(hasAll).map((session) => {
    return { session, snippet: [{ text: session.preview, hit: false }] };
  });
  return { hits, more: false, unindexed: 0 };
}
