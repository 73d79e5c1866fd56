/** Where models are computed: what there is, what was chosen, and what came of it. */
import { asProblem, gpus, settings, useDevice } from '../api';
import type { DeviceChoice, Gpus, Problem } from '../bindings';

export class Devices {
  #gpus = $state.raw<Gpus>({ found: [], why_none: null });
  #choice = $state<DeviceChoice>('auto');
  #changing = $state(false);
  problem = $state.raw<Problem | null>(null);

  get gpus(): Gpus {
    return this.#gpus;
  }
  get choice(): DeviceChoice {
    return this.#choice;
  }
  /** While the model is loaded on another device. */
  get changing(): boolean {
    return this.#changing;
  }

  async load(): Promise<void> {
    try {
      const [found, { device }] = await Promise.all([gpus(), settings()]);
      [this.#gpus, this.#choice] = [found, device];
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  /** What cannot be used leaves everything as it was. */
  async choose(device: DeviceChoice): Promise<void> {
    if (device === this.#choice || this.#changing) return;
    const before = this.#choice;
    [this.#choice, this.#changing, this.problem] = [device, true, null];
    try {
      await useDevice(device);
    } catch (error) {
      const problem = asProblem(error);
      this.#choice = before;
      if (problem.kind !== 'cancelled') this.problem = problem;
    }
    this.#changing = false;
  }
}
