/** A recorded run that is being repeated, and what that showed. One at a time. */
import { asProblem } from '../api';
import type { Problem, Replay, ReplayMode } from '../bindings';

export class Repetition {
  /** What came of the last one. */
  replay = $state.raw<Replay | null>(null);
  problem = $state.raw<Problem | null>(null);
  #running = $state<ReplayMode | null>(null);
  /** Counts the runs that are looked at: an answer about another one is not for here. */
  #life = 0;

  get running(): ReplayMode | null {
    return this.#running;
  }

  async start(mode: ReplayMode, replay: (mode: ReplayMode) => Promise<Replay>): Promise<void> {
    if (this.#running !== null) return;
    const life = this.#life;
    this.#running = mode;
    this.replay = this.problem = null;
    try {
      const found = await replay(mode);
      if (life === this.#life) this.replay = found;
    } catch (error) {
      if (life === this.#life) this.#miss(asProblem(error));
    }
    if (life === this.#life) this.#running = null;
  }
  /** Another run is looked at. */
  forget(): void {
    this.#life++;
    this.#running = this.replay = this.problem = null;
  }

  /** That somebody ended it, for a run, is no problem. */
  #miss(problem: Problem): void {
    this.problem = problem.kind === 'cancelled' ? null : problem;
  }
}
