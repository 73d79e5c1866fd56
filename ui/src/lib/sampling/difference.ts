/**
 * What differs from neutral, as it comes from files and from the database: anybody may have written
 * it. What this version does not know or could not set is left out and named.
 */
import type { SamplerStage } from '../bindings';
import type { Difference } from './presets';
import { DEFAULT_ORDER, SETTINGS, STAGES, type NumberKey, type Setting } from './stages';

export interface Reading {
  readonly difference: Difference;
  /** The names of what was left out. */
  readonly ignored: readonly string[];
}

export const isRecord = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

export const isWhole = (json: unknown, min: number, max: number): json is number =>
  Number.isInteger(json) && Number(json) >= min && Number(json) <= max;

export function readDifference(json: unknown): Reading {
  const entries = isRecord(json) ? Object.entries(json) : [];
  const ignored: string[] = [];
  const numbers: Partial<Record<NumberKey, number>> = {};
  let order: readonly SamplerStage[] = DEFAULT_ORDER;
  for (const [name, value] of entries) {
    const setting = SETTINGS.find(({ key }) => key === name);
    const found = name === 'sampler_order' ? stagesIn(value) : null;
    if (found) order = found;
    else if (setting && fits(value, setting)) numbers[setting.key] = value;
    else ignored.push(name);
  }
  return { difference: inOrder(numbers, order), ignored };
}

const fits = (value: unknown, { min, max, step }: Setting): value is number =>
  typeof value === 'number' &&
  value >= min &&
  value <= max &&
  (step < 1 || Number.isInteger(value));

/** A list of stages this version knows, each once; null for anything else. */
export function stagesIn(json: unknown): readonly SamplerStage[] | null {
  if (!Array.isArray(json) || new Set(json).size !== json.length) return null;
  const known = json.filter((stage): stage is SamplerStage => DEFAULT_ORDER.includes(stage));
  return known.length === json.length ? known : null;
}

/** A stage that an order leaves out does not run: it goes last, with nothing set. */
function inOrder(
  numbers: Partial<Record<NumberKey, number>>,
  order: readonly SamplerStage[],
): Difference {
  const running = STAGES.filter(({ stage }) => order.includes(stage));
  const set = running
    .flatMap(({ settings }) => settings)
    .flatMap(({ key, neutral }) => {
      const value = numbers[key];
      return value === undefined || value === neutral ? [] : [[key, value] as const];
    });
  const whole = [...order, ...DEFAULT_ORDER.filter((stage) => !order.includes(stage))];
  const moved = whole.join() !== DEFAULT_ORDER.join();
  return { ...Object.fromEntries(set), ...(moved ? { sampler_order: whole } : {}) };
}

/** In one line: "temperature 0.9 · min-p 0.05". */
export function inWords(difference: Difference): string {
  const words = SETTINGS.flatMap(({ key, name }) => {
    const value = difference[key];
    return value === undefined ? [] : [`${name} ${Number(value.toFixed(4))}`];
  });
  if (difference.sampler_order) words.push('own order');
  return words.length > 0 ? words.join(' · ') : 'neutral';
}
