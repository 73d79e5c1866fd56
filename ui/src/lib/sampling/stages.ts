/**
 * The samplers a person can set, in the engine's default order, with the range of each setting.
 * Biases and bans have no settings of this kind, but their place in the order.
 */
import type { SamplerStage, SamplingSettings } from '../bindings';
import type { Range } from './number';

/** The settings that are numbers. */
export type NumberKey = {
  [K in keyof SamplingSettings]-?: NonNullable<SamplingSettings[K]> extends number ? K : never;
}[keyof SamplingSettings];

export interface Setting extends Range {
  readonly key: NumberKey;
  /** As on the command line. */
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** The value that changes nothing. */
  readonly neutral: number;
  /** The value it has once its sampler was added; absent: neutral. */
  readonly start?: number;
}

export interface Stage {
  readonly stage: SamplerStage;
  readonly label: string;
  readonly help: string;
  readonly settings: readonly Setting[];
}

const setting = (
  key: NumberKey,
  label: string,
  [min, max, step]: [number, number, number],
  neutral: number,
  help: string,
  start?: number,
): Setting => ({
  key,
  name: key.replaceAll('_', '-'),
  label,
  help,
  min,
  max,
  step,
  neutral,
  ...(start === undefined ? {} : { start }),
});

const single = (stage: SamplerStage, only: Setting): Stage => ({
  stage,
  label: only.label,
  help: only.help,
  settings: [only],
});

/** A range of tokens: 0 looks at the whole text, the prompt included. */
const range = (key: NumberKey, whose: string) =>
  setting(key, 'Range', [0, 4096, 1], 0, `How many of the last tokens ${whose}; 0 is all of them`);

export const STAGES: readonly Stage[] = [
  {
    stage: 'dry',
    label: 'DRY',
    help: 'Makes it ever less likely that a repetition goes on',
    settings: [
      setting('dry_multiplier', 'Strength', [0, 5, 0.05], 0, 'How strong; 0 is off', 0.8),
      setting('dry_base', 'Base', [1, 4, 0.05], 1.75, 'How fast it grows with the repetition'),
      setting(
        'dry_allowed_length',
        'Allowed length',
        [1, 50, 1],
        2,
        'Shorter repetitions are free',
      ),
      range('dry_range', 'it looks at'),
    ],
  },
  {
    stage: 'repetition-penalty',
    label: 'Repetition penalty',
    help: 'Makes tokens that were already written less likely',
    settings: [
      setting('repetition_penalty', 'Penalty', [0.5, 2, 0.01], 1, 'Above 1 rarer, 1 is off', 1.1),
      range('repetition_range', 'it and the next two look at'),
    ],
  },
  {
    stage: 'frequency-presence',
    label: 'Frequency and presence',
    help: 'Takes something off a token for each time it was written, or once',
    settings: [
      setting('frequency_penalty', 'Frequency', [-2, 2, 0.01], 0, 'For each time; 0 is off', 0.3),
      setting('presence_penalty', 'Presence', [-2, 2, 0.01], 0, 'Once; 0 is off'),
    ],
  },
  {
    stage: 'bias',
    label: 'Bias and bans',
    help: 'Makes single tokens likelier, rarer, or impossible',
    settings: [],
  },
  single(
    'temperature',
    setting(
      'temperature',
      'Temperature',
      [0, 2, 0.01],
      1,
      'Above 1 wilder, below 1 safer, 0 always the likeliest token',
    ),
  ),
  single(
    'top-k',
    setting('top_k', 'Top-k', [0, 200, 1], 0, 'Keeps this many of the likeliest tokens', 40),
  ),
  single(
    'top-p',
    setting(
      'top_p',
      'Top-p',
      [0, 1, 0.01],
      1,
      'Keeps the likeliest tokens that together reach this probability; 1 is off',
    ),
  ),
  single(
    'min-p',
    setting(
      'min_p',
      'Min-p',
      [0, 1, 0.01],
      0,
      'Keeps what is at least this many times as likely as the likeliest token',
      0.05,
    ),
  ),
  single(
    'typical-p',
    setting(
      'typical_p',
      'Typical-p',
      [0.01, 1, 0.01],
      1,
      'Keeps the tokens about as surprising as expected, up to this probability',
      0.95,
    ),
  ),
  single(
    'top-n-sigma',
    setting(
      'top_n_sigma',
      'Top-n-sigma',
      [0, 5, 0.05],
      0,
      'Keeps what is within so many standard deviations of the highest logit',
      1,
    ),
  ),
  {
    stage: 'xtc',
    label: 'XTC',
    help: 'Now and then leaves out the likeliest tokens, all but the last that is likely enough',
    settings: [
      setting('xtc_probability', 'Chance', [0, 1, 0.01], 0, 'How often it acts; 0 is off', 0.5),
      setting('xtc_threshold', 'Threshold', [0, 0.5, 0.01], 0.1, 'From which probability on'),
    ],
  },
];

export const DEFAULT_ORDER: readonly SamplerStage[] = STAGES.map(({ stage }) => stage);
export const SETTINGS: readonly Setting[] = STAGES.flatMap(({ settings }) => settings);
/** Shown from the beginning; the others when they are added. */
export const FIRST: readonly SamplerStage[] = ['temperature', 'top-p'];

export const stageOf = (name: SamplerStage): Stage | undefined =>
  STAGES.find(({ stage }) => stage === name);
