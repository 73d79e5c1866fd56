/** Settings by name. A preset says only what differs from neutral, as everything stored does. */
import type { SamplerStage, SamplingSettings } from '../bindings';
import { DEFAULT_ORDER, SETTINGS, type NumberKey } from './stages';

export type Numbers = Record<NumberKey, number>;
export type Difference = Partial<SamplingSettings>;

export interface Preset {
  readonly name: string;
  readonly what: string;
  readonly difference: Difference;
}

export const NEUTRAL = Object.fromEntries(
  SETTINGS.map(({ key, neutral }) => [key, neutral]),
) as Numbers;

export const BALANCED: Preset = {
  name: 'Balanced',
  what: 'Varied, and seldom odd',
  difference: { temperature: 0.7, top_p: 0.9 },
};
export const PRESETS: readonly Preset[] = [
  { name: 'Greedy', what: 'Always the likeliest token', difference: { temperature: 0 } },
  { name: 'Precise', what: 'Close to the likeliest', difference: { temperature: 0.3, top_p: 0.9 } },
  BALANCED,
  {
    name: 'Creative',
    what: 'Wilder, without the unlikely',
    difference: { temperature: 1.2, min_p: 0.05 },
  },
  {
    name: 'Model card',
    what: 'As in NVIDIA’s sample code, which is greedy',
    difference: { temperature: 0.1, top_k: 1, top_p: 0 },
  },
];

/** What these settings change, and nothing else. */
export function difference(numbers: Numbers, order: readonly SamplerStage[]): Difference {
  const changed = SETTINGS.filter(({ key, neutral }) => numbers[key] !== neutral);
  const result: Difference = Object.fromEntries(changed.map(({ key }) => [key, numbers[key]]));
  if (order.join() !== DEFAULT_ORDER.join()) result.sampler_order = [...order];
  return result;
}

/** Whether two presets set the same. */
export function alike(one: Difference, other: Difference): boolean {
  const keys = (all: Difference) => JSON.stringify(Object.entries(all).sort());
  return keys(one) === keys(other);
}
