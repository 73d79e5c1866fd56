/** The rail's state as a session keeps it. It is read like anything from outside. */
import type { SamplerStage } from '../bindings';
import { BIAS_RANGE, type Bias, type BiasesByModel } from './bias';
import { isRecord, isWhole, readDifference, stagesIn } from './difference';
import { BALANCED, type Difference } from './presets';

export const MAX_TOKENS = 128;
/** The engine takes no more. */
const MOST_STOPS = 64;
const MOST_BIASES = 1000;
const MOST_MODELS = 20;
const LARGEST = 0xffffffff;

/** A preset by its name, which finds it again too when it has another id by now. */
export interface Chosen {
  readonly name: string;
  /** Of a preset of the user. */
  readonly id: string | null;
}

export interface Snapshot {
  readonly difference: Difference;
  /** The samplers on the rail. */
  readonly shown: readonly SamplerStage[];
  readonly maxTokens: number;
  readonly stops: readonly string[];
  readonly biases: BiasesByModel;
  /** The seed if it is locked. */
  readonly seed: number | null;
  readonly preset: Chosen;
}

/** What is valid of a kept state, and what a new session begins with for the rest. */
export function readSnapshot(json: unknown): Snapshot {
  const kept = isRecord(json) ? json : {};
  const { difference } = 'difference' in kept ? readDifference(kept.difference) : BALANCED;
  return {
    difference,
    shown: stagesIn(kept.shown) ?? [],
    maxTokens: isWhole(kept.maxTokens, 1, LARGEST) ? kept.maxTokens : MAX_TOKENS,
    stops: readStops(kept.stops),
    biases: readModels(kept.biases),
    seed: isWhole(kept.seed, 0, Number.MAX_SAFE_INTEGER) ? kept.seed : null,
    preset: readChosen(kept.preset),
  };
}

const listed = (json: unknown): readonly unknown[] => (Array.isArray(json) ? json : []);

function readStops(json: unknown): readonly string[] {
  const texts = listed(json).filter((text) => typeof text === 'string' && text !== '');
  return [...new Set(texts as string[])].slice(0, MOST_STOPS);
}

function readModels(json: unknown): BiasesByModel {
  const models = Object.entries(isRecord(json) ? json : {}).slice(0, MOST_MODELS);
  return Object.fromEntries(models.map(([model, biases]) => [model, readBiases(biases)]));
}

function readBiases(json: unknown): readonly Bias[] {
  const byId = new Map<number, Bias>();
  for (const bias of listed(json).slice(0, MOST_BIASES)) {
    if (isBias(bias) && !byId.has(bias.id)) {
      byId.set(bias.id, { id: bias.id, text: bias.text, amount: bias.amount });
    }
  }
  return [...byId.values()];
}

const isBias = (json: unknown): json is Bias =>
  isRecord(json) &&
  isWhole(json.id, 0, LARGEST) &&
  typeof json.text === 'string' &&
  (json.amount === null || isAmount(json.amount));

const isAmount = (json: unknown): boolean =>
  typeof json === 'number' && json >= BIAS_RANGE.min && json <= BIAS_RANGE.max;

function readChosen(json: unknown): Chosen {
  if (!isRecord(json) || typeof json.name !== 'string') return { name: BALANCED.name, id: null };
  return { name: json.name, id: typeof json.id === 'string' ? json.id : null };
}
