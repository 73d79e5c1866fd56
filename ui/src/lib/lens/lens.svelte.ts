/**
 * What the panel of the next token shows, kept up with the settings while a slider moves.
 *
 * One call is on its way at a time, and the next one is made with what was asked for last: answers
 * come in the order of their questions, and there is never a queue. A row of logits outlives the
 * text it was made from: after an edit it stays, marked as stale, until somebody looks again.
 */
import { untrack } from 'svelte';
import { asProblem } from '../api';
import type { Problem, SamplingSettings } from '../bindings';
import { coalesced } from '../sessions/coalesce';
import type { Looks, Outlook } from './outlook';

interface Shown {
  readonly outlook: Outlook;
  /** The settings by which it came about. */
  readonly sampling: SamplingSettings;
  /** Which text it is of; null: not of the place that was asked for. */
  readonly edition: number | null;
}

export class Lens {
  /** Why there is nothing newer to see. */
  problem = $state.raw<Problem | null>(null);
  #shown = $state.raw<Shown | null>(null);
  /** Counts the changes of the text. */
  #edition = $state(0);
  #looking = $state(false);
  #place: number | null = null;
  #due: 'look' | 'again' | null = null;
  /** Counts sessions and models: an answer from another one is not for here. */
  #life = 0;
  /** An effect that asks must not depend on what is shown: each answer would ask again. */
  readonly #catchUp = coalesced(() => untrack(() => this.#ask()));

  constructor(
    private readonly looks: Looks,
    private sampling: SamplingSettings,
    private seed: number | null,
  ) {}

  get outlook(): Outlook | null {
    return this.#shown?.outlook ?? null;
  }
  /** The settings that the outlook is by: those on the rail may be ahead of it. */
  get settings(): SamplingSettings | null {
    return this.#shown?.sampling ?? null;
  }
  /** What is shown is not of the text and place that it should be of. */
  get stale(): boolean {
    return this.#shown !== null && this.#shown.edition !== this.#edition;
  }
  /** Where it was asked for, in bytes of the text; null: at the end. */
  get place(): number | null {
    return this.#place;
  }
  /** The model is being asked; the sampler alone is too quick to speak of. */
  get loading(): boolean {
    return this.#looking;
  }

  /** Reads what comes next at a place, null for the end; the latest one wins. */
  look(at: number | null): Promise<void> {
    this.#place = at;
    this.#due = 'look';
    this.#looking = true;
    return this.#catchUp();
  }
  /** Takes over settings as they are now. Without an outlook they wait for the next look. */
  settle(sampling: SamplingSettings, seed: number | null): Promise<void> {
    this.sampling = sampling;
    this.seed = seed;
    this.#due ??= 'again';
    return this.#catchUp();
  }
  /** Another session or another model: nothing that was seen, or is on its way, is of it. */
  forget(): void {
    this.#life++;
    this.#shown = this.#due = this.#place = this.problem = null;
    this.#looking = false;
  }
  /** The text is another one than when it was looked at. */
  edited(): void {
    untrack(() => this.#edition++);
  }

  async #ask(): Promise<void> {
    const due = this.#due;
    this.#due = null;
    if (due === 'look') await this.#look(this.seed);
    else if (due === 'again' && this.#shown) await this.#again(this.#shown);
  }

  async #look(seed: number | null): Promise<void> {
    const [wanted, edition, sampling] = [this.#wanted(), this.#edition, this.sampling];
    try {
      const outlook = await this.looks.look(this.#place, sampling, seed);
      if (wanted()) this.#show({ outlook, sampling, edition });
    } catch (error) {
      if (wanted()) this.#miss(asProblem(error));
    }
    this.#looking = this.#due === 'look';
  }

  /** Where no seed is given the one that was drawn stays: another token would be its doing. */
  async #again(shown: Shown): Promise<void> {
    const [wanted, sampling, seed] = [this.#wanted(), this.sampling, this.#seedFor(shown)];
    try {
      const outlook = await this.looks.again(shown.outlook.row, sampling, seed);
      if (wanted()) this.#show({ outlook, sampling, edition: shown.edition });
    } catch (error) {
      const problem = asProblem(error);
      if (!wanted()) return;
      if (problem.kind !== 'row_gone') this.problem = problem;
      else {
        this.#looking = true;
        await this.#look(this.#seedFor(shown));
      }
    }
  }

  #seedFor({ outlook }: Shown): number {
    return this.seed ?? outlook.seed;
  }
  /** Tells later whether an answer to a question put now is still one. */
  #wanted(): () => boolean {
    const life = this.#life;
    return () => life === this.#life && this.#due !== 'look';
  }
  #show(shown: Shown): void {
    this.#shown = shown;
    this.problem = null;
  }
  /** The place could not be read. That somebody ended it, for a run, is no problem. */
  #miss(problem: Problem): void {
    this.problem = problem.kind === 'cancelled' ? null : problem;
    if (this.#shown) this.#shown = { ...this.#shown, edition: null };
  }
}
