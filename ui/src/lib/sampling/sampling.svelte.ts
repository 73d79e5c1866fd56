/** The sampling rail's state: settings, their order, how many tokens, and the seed. */
import type { SamplerStage, SamplingSettings } from '../bindings';
import { biasSettings, type Bias } from './bias';
import { BALANCED, difference, NEUTRAL, presetOf, type Numbers, type Preset } from './presets';
import { DEFAULT_ORDER, FIRST, stageOf, STAGES, type Stage } from './stages';

const MAX_TOKENS = 128;

/** Seeds drawn by the app are short enough to read out. */
export const drawSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

export class Sampling {
  values = $state<Numbers>({ ...NEUTRAL });
  maxTokens = $state(MAX_TOKENS);
  /** Texts that end a run. */
  stops = $state.raw<readonly string[]>([]);
  biases = $state.raw<readonly Bias[]>([]);
  seed = $state(drawSeed());
  locked = $state(false);
  #order = $state.raw<readonly SamplerStage[]>(DEFAULT_ORDER);
  #added = $state.raw<readonly SamplerStage[]>(FIRST);
  /** What Reset goes back to. */
  #chosen = $state.raw<Preset>(BALANCED);

  constructor() {
    this.apply(BALANCED);
  }

  /** The samplers on the rail, in the order in which they run. */
  get shown(): readonly Stage[] {
    return this.#order
      .filter((stage) => this.#added.includes(stage))
      .flatMap((s) => stageOf(s) ?? []);
  }
  /** Those that can still be added. */
  get more(): readonly Stage[] {
    return STAGES.filter(({ stage }) => !this.#added.includes(stage));
  }
  get changes() {
    return difference(this.values, this.#order);
  }
  get acting(): boolean {
    return Object.keys(this.changes).length > 0 || this.biases.length > 0;
  }
  /** The preset in force, as long as nothing was changed. */
  get preset(): Preset | undefined {
    return presetOf(this.changes);
  }
  get chosen(): Preset {
    return this.#chosen;
  }
  /** What a run is asked for. */
  get settings(): SamplingSettings {
    const { temperature, top_k, top_p } = this.values;
    return { temperature, top_k, top_p, ...this.changes, ...biasSettings(this.biases) };
  }

  /** Biases are the text's own matter: a preset leaves them. */
  apply(preset: Preset): void {
    this.#resetNumbers();
    this.#chosen = preset;
    const { sampler_order, ...numbers } = preset.difference;
    Object.assign(this.values, numbers);
    this.#order = sampler_order ?? DEFAULT_ORDER;
    const used = STAGES.filter(({ settings }) => settings.some(({ key }) => key in numbers));
    const biased = this.biases.length > 0 ? (['bias'] as const) : [];
    this.#added = [...FIRST, ...biased, ...used.map(({ stage }) => stage)];
  }
  reset(): void {
    this.apply(this.#chosen);
  }
  /** Every sampler off, in the default order; the rows stay. */
  neutralise(): void {
    this.#resetNumbers();
    this.biases = [];
  }
  #resetNumbers(): void {
    Object.assign(this.values, NEUTRAL);
    this.#order = DEFAULT_ORDER;
  }

  add({ stage, settings }: Stage): void {
    this.#added = [...this.#added, stage];
    for (const { key, neutral, start } of settings) this.values[key] = start ?? neutral;
  }
  remove({ stage, settings }: Stage): void {
    if (stage === 'bias') this.biases = [];
    this.#added = this.#added.filter((other) => other !== stage);
    for (const { key, neutral } of settings) this.values[key] = neutral;
  }
  /** Puts a sampler where another one on the rail stands. */
  move(stage: SamplerStage, to: SamplerStage): void {
    const [from, target] = [this.#order.indexOf(stage), this.#order.indexOf(to)];
    if (from < 0 || target < 0) return;
    const order = this.#order.toSpliced(from, 1);
    this.#order = order.toSpliced(target, 0, stage);
  }
  /** Moves it past its neighbour on the rail: -1 up, 1 down. */
  shift(stage: SamplerStage, by: -1 | 1): void {
    const shown = this.shown.map((row) => row.stage);
    const neighbour = shown[shown.indexOf(stage) + by];
    if (neighbour) this.move(stage, neighbour);
  }

  /** The seed of the next run: a new one unless it is locked. */
  nextSeed(): number {
    if (!this.locked) this.seed = drawSeed();
    return this.seed;
  }
}
