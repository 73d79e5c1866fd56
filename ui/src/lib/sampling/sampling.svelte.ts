/** The sampling rail's state: settings, how many tokens, and the seed. */
import type { SamplingSettings } from '../bindings';

export interface Values extends SamplingSettings {
  max_tokens: number;
}

export const BALANCED: Values = { temperature: 0.7, top_p: 0.9, top_k: 0, max_tokens: 128 };
export const NEUTRAL: Omit<Values, 'max_tokens'> = { temperature: 1, top_p: 1, top_k: 0 };

/** Seeds drawn by the app are short enough to read out. */
export const drawSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

export class Sampling {
  values = $state<Values>({ ...BALANCED });
  seed = $state(drawSeed());
  locked = $state(false);

  neutralise(): void {
    Object.assign(this.values, NEUTRAL);
  }
  reset(): void {
    Object.assign(this.values, BALANCED);
  }
  /** The seed of the next run: a new one unless it is locked. */
  nextSeed(): number {
    if (!this.locked) this.seed = drawSeed();
    return this.seed;
  }
}
