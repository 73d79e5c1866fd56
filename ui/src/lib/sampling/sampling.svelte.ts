/** The sampling rail's state: settings, their order, how many tokens, and the seed. */
import type { SamplerStage, SamplingSettings } from '../bindings';
import { biasSettings, type Bias, type BiasesByModel } from './bias';
import { alike, BALANCED, difference, NEUTRAL, PRESETS } from './presets';
import type { Difference, Numbers, Preset } from './presets';
import { MAX_TOKENS, readSnapshot, type Chosen, type Snapshot } from './snapshot';
import { DEFAULT_ORDER, FIRST, stageOf, STAGES, type Stage } from './stages';
import { UserPresets } from './userPresets.svelte';

/** Seeds drawn by the app are short enough to read out. */
export const drawSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

export class Sampling {
  readonly own = new UserPresets();
  values = $state<Numbers>({ ...NEUTRAL });
  maxTokens = $state(MAX_TOKENS);
  /** Texts that end a run. */
  stops = $state.raw<readonly string[]>([]);
  /** The hash of the model in use. */
  model = $state('');
  #biases = $state.raw<BiasesByModel>({});
  seed = $state(drawSeed());
  locked = $state(false);
  #order = $state.raw<readonly SamplerStage[]>(DEFAULT_ORDER);
  #added = $state.raw<readonly SamplerStage[]>(FIRST);
  /** What Reset goes back to. */
  #chosen = $state.raw<Chosen>({ name: BALANCED.name, id: null });
  /** Found by its id or else its name: it may have been deleted and brought back. */
  readonly chosen: Preset = $derived.by(() => {
    const { name, id } = this.#chosen;
    return (
      this.own.all.find((preset) => preset.id === id) ??
      [...PRESETS, ...this.own.all].find((preset) => preset.name === name) ??
      BALANCED
    );
  });
  /** The preset in force, as long as nothing was changed. */
  readonly preset: Preset | undefined = $derived.by(() => {
    const candidates = [this.chosen, ...PRESETS, ...this.own.all];
    return candidates.find((preset) => alike(preset.difference, this.changes));
  });

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
  /** For the model in use. Those for others are kept until it is one of them. */
  get biases(): readonly Bias[] {
    return this.#biases[this.model] ?? [];
  }
  set biases(biases: readonly Bias[]) {
    this.#biases = { ...this.#biases, [this.model]: biases };
  }
  /** What a run is asked for. */
  get settings(): SamplingSettings {
    const { temperature, top_k, top_p } = this.values;
    return { temperature, top_k, top_p, ...this.changes, ...biasSettings(this.biases) };
  }

  /** Biases are the text's own matter: a preset leaves them. */
  apply(preset: Preset): void {
    this.choose(preset);
    this.#show(preset.difference, []);
  }
  /** From now on Reset goes back to this preset; the settings stay. */
  choose(preset: Preset): void {
    const own = this.own.all.find((other) => other === preset);
    this.#chosen = { name: preset.name, id: own?.id ?? null };
  }
  /** On the rail is what is always there, what is set, and what is wanted besides. */
  #show({ sampler_order, ...numbers }: Difference, besides: readonly SamplerStage[]): void {
    this.#resetNumbers();
    Object.assign(this.values, numbers);
    this.#order = sampler_order ?? DEFAULT_ORDER;
    const used = STAGES.filter(({ settings }) => settings.some(({ key }) => key in numbers));
    const biased = this.biases.length > 0 ? (['bias'] as const) : [];
    const all = [...FIRST, ...biased, ...used.map(({ stage }) => stage), ...besides];
    this.#added = DEFAULT_ORDER.filter((stage) => all.includes(stage));
  }
  reset(): void {
    this.apply(this.chosen);
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

  /** Everything that belongs to a session. */
  snapshot(): unknown {
    return {
      difference: this.changes,
      shown: this.shown.map(({ stage }) => stage),
      maxTokens: this.maxTokens,
      stops: this.stops,
      biases: this.#biases,
      seed: this.locked ? this.seed : null,
      preset: this.#chosen,
    } satisfies Snapshot;
  }
  /** What a session kept, as far as it is valid; null: a new session. */
  restore(snapshot: unknown): void {
    const kept = readSnapshot(snapshot);
    this.maxTokens = kept.maxTokens;
    this.stops = kept.stops;
    this.#biases = kept.biases;
    this.locked = kept.seed !== null;
    this.seed = kept.seed ?? drawSeed();
    this.#chosen = kept.preset;
    this.#show(kept.difference, kept.shown);
  }

  /** The seed of the next run: a new one unless it is locked. */
  nextSeed(): number {
    if (!this.locked) this.seed = drawSeed();
    return this.seed;
  }
}
