/** The settings of sessions on their way to the disk. */
import * as api from '../api';

/** How long a change waits for the next one, in milliseconds: nothing may be unwritten for a second. */
const WAIT = 400;

export class Keeper {
  readonly #waiting = new Map<string, unknown>();
  #timer: number | null = null;

  /** Writes them down in a moment, with what changes until then. */
  keep(session: string, settings: unknown): void {
    this.#waiting.set(session, settings);
    this.#timer ??= window.setTimeout(() => void this.write(), WAIT);
  }

  /** Writes down at once what still waits. */
  async write(): Promise<void> {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    // What cannot be written is said where saving is.
    const written = waiting.map(([session, settings]) => api.keepSettings(session, settings));
    await Promise.allSettled(written);
  }
}
