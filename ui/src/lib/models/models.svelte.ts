/** The models this app knows: which are on this disk, and reading one through. */
import {
  asProblem,
  checkModel,
  listModels,
  openKnownModel,
  openModelPage,
  stopCheck,
} from '../api';
import type { LoadProgress, ModelEntry, Problem } from '../bindings';

export class Models {
  #entries = $state.raw<readonly ModelEntry[]>([]);
  #checking = $state<string | null>(null);
  #progress = $state.raw<LoadProgress>({ bytes_done: 0, bytes_total: 0 });
  problem = $state.raw<Problem | null>(null);

  /** By family, in the order of the catalogue. */
  get families(): readonly [string, readonly ModelEntry[]][] {
    const names = this.#entries.map(({ family }) => family);
    const once = names.filter((name, at) => names.indexOf(name) === at);
    return once.map((name) => [name, this.#entries.filter((it) => it.family === name)]);
  }
  /** The name of the model that is being read through. */
  get checking(): string | null {
    return this.#checking;
  }
  get progress(): LoadProgress {
    return this.#progress;
  }

  load(): Promise<boolean> {
    this.problem = null;
    return this.#attempt(async () => (this.#entries = await listModels()));
  }

  /** Reads every byte of a model; true: it is whole. */
  async check(name: string): Promise<boolean> {
    if (this.#checking !== null) return false;
    this.problem = null;
    this.#checking = name;
    this.#progress = { bytes_done: 0, bytes_total: 0 };
    const done = await this.#attempt(() =>
      checkModel(name, (progress) => (this.#progress = progress)),
    );
    this.#checking = null;
    return (await this.#attempt(async () => (this.#entries = await listModels()))) && done;
  }
  stop(): void {
    void stopCheck();
  }

  open(name: string): Promise<boolean> {
    return this.#attempt(() => openKnownModel(name));
  }
  openPage(name: string): Promise<boolean> {
    return this.#attempt(() => openModelPage(name));
  }

  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.kind !== 'cancelled') this.problem = problem;
      return false;
    }
  }
}
