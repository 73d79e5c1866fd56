/** What is told of a column, all from its own tokens: figures, and where it parts from the first. */
import type { Variant } from '../bindings';
import { nameWithin, numberInWords, type Varied } from './plan';

/** The tokens of a column, in their order. */
export interface Written {
  readonly ids: readonly number[];
  /** What each adds to the text; may be empty. */
  readonly texts: readonly string[];
  readonly logprobs: readonly number[];
}

export interface Divergence {
  /** The first token that is another one, from 0. */
  readonly token: number;
  /** Where that is in the column's own text, in UTF-16 code units. */
  readonly offset: number;
}

export interface Figures {
  /** How many tokens. */
  readonly length: number;
  /** Natural logarithm; null without tokens. */
  readonly meanLogprob: number | null;
  /** In per cent; null where there are too few tokens to tell. */
  readonly repetition: number | null;
}

/** So many tokens in a row are a sequence. */
const SEQUENCE = 4;

/**
 * Where a column has another token than the first one. That one of them is longer makes no
 * difference: it was written for longer.
 */
export function divergence(first: Written, own: Written): Divergence | null {
  const token = own.ids.findIndex((id, at) => at < first.ids.length && first.ids[at] !== id);
  if (token < 0) return null;
  return { token, offset: own.texts.slice(0, token).join('').length };
}

export function meanLogprob(logprobs: readonly number[]): number | null {
  if (logprobs.length === 0) return null;
  return logprobs.reduce((sum, logprob) => sum + logprob, 0) / logprobs.length;
}

/**
 * The share, in per cent, of sequences of four tokens that occurred before in the same column, also
 * overlapping. With fewer than five tokens there is nothing that could be repeated.
 */
export function repetition(ids: readonly number[]): number | null {
  if (ids.length <= SEQUENCE) return null;
  const sequences = ids.slice(SEQUENCE - 1).map((_, at) => ids.slice(at, at + SEQUENCE).join());
  const repeated = sequences.length - new Set(sequences).size;
  return (100 * repeated) / sequences.length;
}

export const figuresOf = ({ ids, logprobs }: Written): Figures => ({
  length: ids.length,
  meanLogprob: meanLogprob(logprobs),
  repetition: repetition(ids),
});

/** 'seed 1234', 'temperature 0.7'. */
export function labelOf(varied: Varied, { seed, sampling }: Variant): string {
  if (varied === 'seed') return `seed ${seed}`;
  return `${nameWithin(varied)} ${numberInWords(sampling[varied] ?? NaN)}`;
}

/** '−0.83'. */
export const logprobInWords = (n: number): string =>
  n
    .toFixed(2)
    .replace(/^-0\.00$/, '0.00')
    .replace('-', '−');

/** '12 %', and never rounded to none. */
export const percentInWords = (n: number): string =>
  n > 0 && n < 1 ? '<1 %' : `${Math.round(n)} %`;
