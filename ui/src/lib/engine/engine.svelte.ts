/** The engine's state as the window knows it, and opening models. */
import {
  asProblem,
  cancelLoad,
  openBuiltinModel,
  openModel,
  openRefusedModel,
  watchEngine,
} from '../api';
import type { EngineStatus, ModelInfo, Problem } from '../bindings';

export class EngineState {
  #status = $state.raw<EngineStatus>({ state: 'empty' });
  #model = $state.raw<ModelInfo | null>(null);
  /** Why the last *Open a model* failed. */
  openProblem = $state.raw<Problem | null>(null);

  get status(): EngineStatus {
    return this.#status;
  }
  /** The model in use; while another is loading, the one before. */
  get model(): ModelInfo | null {
    return this.#model;
  }

  watch(): void {
    void watchEngine((status) => {
      this.#status = status;
      if ('model' in status) this.#model = status.model;
      if (status.state === 'empty' || status.state === 'failed') this.#model = null;
    });
  }

  open(): Promise<void> {
    return this.#open(openModel);
  }
  openBuiltin(): Promise<void> {
    return this.#open(openBuiltinModel);
  }

  /** Loads what was refused, now that its licence is accepted. */
  openRefused(): Promise<void> {
    return this.#open(openRefusedModel);
  }

  async #open(open: () => Promise<unknown>): Promise<void> {
    // Cancelling would mean the one that was asked for last.
    if (this.#status.state === 'loading') return;
    this.openProblem = null;
    try {
      await open();
    } catch (error) {
      const problem = asProblem(error);
      if (problem.kind !== 'cancelled') this.openProblem = problem;
    }
  }

  cancel(): void {
    void cancelLoad();
  }
}
