/**
 * How surprising each token of the text is to the model, and by what the text is coloured.
 *
 * The text is read once, by one pass of the model, and that does for every way to colour it. It is
 * not read again by itself when it is edited: the map is stale then, until somebody asks.
 */
import { untrack } from 'svelte';
import { asProblem } from '../api';
import type { Problem, Surprise } from '../bindings';
import { coalesced } from '../sessions/coalesce';
import { rangesOf, type Bytes, type Scale } from './buckets';
import './surprise.css';

export type Mode = 'off' | Scale;

interface Shown {
  readonly surprise: Surprise;
  /** Which text it is of. */
  readonly edition: number;
}

export class SurpriseMap {
  /** Why there is nothing newer to see. */
  problem = $state.raw<Problem | null>(null);
  #mode = $state<Mode>('off');
  #shown = $state.raw<Shown | null>(null);
  /** Counts the changes of the text. */
  #edition = $state(0);
  #loading = $state(false);
  #due = false;
  /** Counts sessions and models: an answer from another one is not for here. */
  #life = 0;
  readonly #catchUp = coalesced(() => untrack(() => this.#ask()));
  readonly #ranges = $derived.by(() => {
    const [mode, shown] = [this.#mode, this.#shown];
    return mode === 'off' || !shown ? null : rangesOf(shown.surprise.tokens, mode);
  });

  constructor(private readonly score: () => Promise<Surprise>) {}

  get mode(): Mode {
    return this.#mode;
  }
  get map(): Surprise | null {
    return this.#shown?.surprise ?? null;
  }
  get loading(): boolean {
    return this.#loading;
  }
  /** The map is of the text before an edit: its places are no longer those of the text. */
  get stale(): boolean {
    return this.#shown !== null && this.#shown.edition !== this.#edition;
  }
  /** Where each of `HIGHLIGHTS` is; null: nothing is coloured. Not to be painted while stale. */
  get ranges(): readonly (readonly Bytes[])[] | null {
    return this.#ranges;
  }

  /** Switched on it reads the text, if that has not been read as it is. */
  async show(mode: Mode): Promise<void> {
    const switchedOn = this.#mode === 'off' && mode !== 'off';
    this.#mode = mode;
    if (switchedOn && !this.#loading && (!this.#shown || this.stale)) await this.again();
  }
  /** Reads the text as it is now; the latest one wins. */
  again(): Promise<void> {
    this.#due = this.#loading = true;
    return this.#catchUp();
  }
  /** The text is another one than when it was read. */
  edited(): void {
    untrack(() => this.#edition++);
  }
  /** Another session or another model: nothing that was seen, or is on its way, is of it. */
  forget(): void {
    this.#life++;
    this.#shown = this.problem = null;
    this.#due = this.#loading = false;
  }

  async #ask(): Promise<void> {
    if (!this.#due) return;
    this.#due = false;
    const [life, edition] = [this.#life, this.#edition];
    const wanted = () => life === this.#life && !this.#due;
    try {
      const surprise = await this.score();
      if (wanted()) this.#take({ surprise, edition });
    } catch (error) {
      if (wanted()) this.#miss(asProblem(error));
    }
    if (life === this.#life) this.#loading = this.#due;
  }

  #take(shown: Shown): void {
    this.#shown = shown;
    this.problem = null;
  }
  /** That somebody ended it, for a run, is no problem. */
  #miss(problem: Problem): void {
    this.problem = problem.kind === 'cancelled' ? null : problem;
  }
}
