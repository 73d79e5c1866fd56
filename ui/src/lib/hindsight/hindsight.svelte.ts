/**
 * What the settings on the rail would have done with a run, kept up with them while a slider moves.
 *
 * One call is on its way at a time, and the next one is made with the settings that came last.
 */
import { untrack } from 'svelte';
import { asProblem } from '../api';
import type { Hindsight, Problem, SamplingSettings } from '../bindings';
import { coalesced } from '../sessions/coalesce';
import './hindsight.css';

export class HindsightState {
  /** Why there is nothing newer to see. */
  problem = $state.raw<Problem | null>(null);
  #on = $state(false);
  #result = $state.raw<Hindsight | null>(null);
  #loading = $state(false);
  #due = false;
  /** Counts runs and models: an answer about another one is not for here. */
  #life = 0;
  /** An effect that asks must not depend on what is shown: each answer would ask again. */
  readonly #catchUp = coalesced(() => untrack(() => this.#ask()));

  /** `ask` is about the run that is looked at when it is called. */
  constructor(
    private readonly ask: (sampling: SamplingSettings) => Promise<Hindsight>,
    private sampling: SamplingSettings,
  ) {}

  get on(): boolean {
    return this.#on;
  }
  /** Null, too, while it is off. */
  get result(): Hindsight | null {
    return this.#result;
  }
  /** The first time the model reads the run; after that only the sampler is asked. */
  get loading(): boolean {
    return this.#loading;
  }

  /** Switches it on, or asks once more. */
  show(): Promise<void> {
    this.#on = true;
    return this.#again();
  }
  close(): void {
    this.forget();
    this.#on = false;
  }
  /** Takes over settings as they are now; switched off they wait. */
  async settle(sampling: SamplingSettings): Promise<void> {
    this.sampling = sampling;
    if (untrack(() => this.#on)) await this.#again();
  }
  /** Another run, text or model: nothing that was seen, or is on its way, is of it. */
  forget(): void {
    this.#life++;
    this.#result = this.problem = null;
    this.#due = this.#loading = false;
  }

  #again(): Promise<void> {
    this.#due = this.#loading = true;
    return this.#catchUp();
  }
  async #ask(): Promise<void> {
    if (!this.#due) return;
    this.#due = false;
    const life = this.#life;
    try {
      const result = await this.ask(this.sampling);
      if (life === this.#life) this.#take(result);
    } catch (error) {
      if (life === this.#life) this.#miss(asProblem(error));
    }
    if (life === this.#life) this.#loading = this.#due;
  }

  #take(result: Hindsight): void {
    this.#result = result;
    this.problem = null;
  }
  /** Marks by other settings would mislead. That somebody ended it, for a run, is no problem. */
  #miss(problem: Problem): void {
    this.#result = null;
    this.problem = problem.kind === 'cancelled' ? null : problem;
  }
}
