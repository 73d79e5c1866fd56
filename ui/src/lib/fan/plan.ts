/**
 * What differs between continuations that are written side by side: their seeds, or one setting
 * over a list of values. Each column is exactly the run that its seed and settings give alone.
 */
import type { SamplingSettings, Variant } from '../bindings';
import { parseNumber } from '../sampling/number';
import { SETTINGS, STAGES, type NumberKey, type Setting } from '../sampling/stages';

export const FEWEST = 2;
export const MOST = 8;

export type Varied = 'seed' | NumberKey;

export interface Plan {
  readonly varied: Varied;
  readonly count: number;
  /** Those of the setting, one for each column; none where seeds differ. */
  readonly values: readonly number[];
}

export interface Choice {
  readonly key: Varied;
  readonly name: string;
}

/** Samplers whose settings have no name without theirs. */
const NAMESAKES = ['dry', 'xtc'];
const words = (key: NumberKey): string => {
  const text = key.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export const CHOICES: readonly Choice[] = [
  { key: 'seed', name: 'Seed' },
  ...STAGES.flatMap(({ stage, label, settings }) =>
    settings.map((setting) => ({
      key: setting.key,
      name: NAMESAKES.includes(stage)
        ? `${label} ${setting.label.toLowerCase()}`
        : settings.length === 1 && setting.label === label
          ? label
          : words(setting.key),
    })),
  ),
];

/** 'Temperature', 'DRY strength'. */
export const nameOf = (varied: Varied): string =>
  CHOICES.find(({ key }) => key === varied)?.name ?? varied;
/** Within a sentence; DRY and XTC are written so everywhere. */
export const nameWithin = (varied: Varied): string =>
  nameOf(varied).replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());

export const numberInWords = (value: number): string => String(value).replace('-', '−');

/** Lowest, highest, and the steps between, of the values that are worth a comparison. */
const USEFUL: Record<NumberKey, readonly [number, number, number]> = {
  temperature: [0.4, 1.3, 0.1],
  top_k: [10, 100, 10],
  top_p: [0.5, 0.95, 0.05],
  min_p: [0.02, 0.2, 0.01],
  typical_p: [0.2, 0.95, 0.05],
  top_n_sigma: [0.5, 2, 0.1],
  xtc_probability: [0.1, 1, 0.05],
  xtc_threshold: [0.05, 0.35, 0.01],
  repetition_penalty: [1, 1.3, 0.01],
  repetition_range: [64, 1024, 64],
  frequency_penalty: [0, 1.2, 0.1],
  presence_penalty: [0, 1.2, 0.1],
  dry_multiplier: [0, 1.5, 0.1],
  dry_base: [1.25, 2, 0.05],
  dry_allowed_length: [2, 11, 1],
  dry_range: [64, 1024, 64],
};

/** Values to begin with, evenly over the useful range and round. */
export function proposed(key: NumberKey, count: number): readonly number[] {
  const [low, high, grid] = USEFUL[key];
  return Array.from({ length: count }, (_, at) => {
    const even = low + ((high - low) * at) / (count - 1);
    return Number((Math.round(even / grid) * grid).toFixed(6));
  });
}

export interface Reading {
  readonly values: readonly number[];
  /** Why the text cannot be used; null: it can. */
  readonly problem: string | null;
}

/** Values as a person writes them: with commas or spaces, or decimal commas and semicolons. */
export function readValues(text: string, key: NumberKey): Reading {
  const entries = text
    .split(text.includes(';') ? ';' : /[,\s]+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const setting = SETTINGS.find((setting) => setting.key === key);
  const values: number[] = [];
  const refused = (problem: string): Reading => ({ values: [], problem });
  for (const entry of entries) {
    const value = setting ? parseNumber(entry.replace('−', '-'), setting) : null;
    if (value === null) return refused(`${entry} does not fit: ${allowed(setting)}`);
    if (values.includes(value)) return refused(`${numberInWords(value)} is there twice`);
    values.push(value);
  }
  if (values.length < FEWEST) return refused(`Write ${FEWEST} values or more, with commas between`);
  if (values.length > MOST) return refused(`${values.length} are too many: ${MOST} at most`);
  return { values, problem: null };
}

function allowed(setting: Setting | undefined): string {
  if (!setting) return 'there is no such setting';
  const kind = setting.step < 1 ? 'numbers' : 'whole numbers';
  return `${kind} from ${numberInWords(setting.min)} to ${numberInWords(setting.max)}`;
}

/** One for each column. Seeds follow each other and stay within 32 bits, as those of the app. */
export function variantsOf(plan: Plan, sampling: SamplingSettings, seed: number): Variant[] {
  const { varied, count, values } = plan;
  if (varied !== 'seed') {
    return values.map((value) => ({ seed, sampling: { ...sampling, [varied]: value } }));
  }
  return Array.from({ length: count }, (_, at) => ({ seed: (seed + at) >>> 0, sampling }));
}

/** What they have in common, as a title: 'Seeds 1234 to 1237', 'Temperature 0.4, 0.7'. */
export function titleOf({ varied, values }: Plan, variants: readonly Variant[]): string {
  if (varied !== 'seed') return `${nameOf(varied)} ${values.map(numberInWords).join(', ')}`;
  return `Seeds ${variants[0]?.seed ?? ''} to ${variants.at(-1)?.seed ?? ''}`;
}

/** Settings that do nothing unless one of these others does something. */
const NEEDED: Partial<Record<Varied, readonly NumberKey[]>> = {
  dry_base: ['dry_multiplier'],
  dry_allowed_length: ['dry_multiplier'],
  dry_range: ['dry_multiplier'],
  repetition_range: ['repetition_penalty', 'frequency_penalty', 'presence_penalty'],
  xtc_threshold: ['xtc_probability'],
};
/** They leave the likeliest token where it is. */
const CUTS: readonly Varied[] = ['top_k', 'top_p', 'min_p', 'typical_p', 'top_n_sigma'];

/** Why all columns would be the same; null: they need not be. */
export function sameness(varied: Varied, sampling: SamplingSettings): string | null {
  const neutral = (key: NumberKey) =>
    SETTINGS.some(
      (setting) => setting.key === key && setting.neutral === (sampling[key] ?? setting.neutral),
    );
  const needed = NEEDED[varied] ?? [];
  if (needed.length > 0 && needed.every(neutral)) {
    const names = needed.map(nameWithin).join(', ');
    return `All will be the same: it does nothing while ${names} ${needed.length > 1 ? 'are' : 'is'} off.`;
  }
  const { temperature, top_k, top_p, xtc_probability = 0 } = sampling;
  const greedy = temperature === 0 || (varied === 'seed' && (top_k === 1 || top_p === 0));
  const matters = varied !== 'seed' && !CUTS.includes(varied);
  if (!greedy || matters || xtc_probability > 0) return null;
  return 'All will be the same: by these settings the likeliest token is always taken.';
}
