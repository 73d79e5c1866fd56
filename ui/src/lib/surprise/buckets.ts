/**
 * How surprising a token is, in six steps: what the colours of a text mean.
 *
 * The first step has no colour: most of a text is what the model expected.
 */
import type { ScoredToken } from '../bindings';

/** What the colours are by. */
export type Scale = 'surprise' | 'rank';

/** Where something is in the text: bytes of UTF-8. */
export type Bytes = readonly [start: number, end: number];

export interface Legend {
  /** What the first and the last step mean. */
  readonly from: string;
  readonly to: string;
  /** Of each step, the first one included. */
  readonly labels: readonly string[];
}

/** The names under which steps 1 to 5 are painted: see `surprise.css`. */
export const HIGHLIGHTS = [1, 2, 3, 4, 5].map((step) => `surprise-${step}`);

export const LEGENDS: Record<Scale, Legend> = {
  surprise: {
    from: 'expected',
    to: 'a surprise',
    labels: ['≥50 %', '≥20 %', '≥5 %', '≥1 %', '≥0.1 %', '<0.1 %'],
  },
  rank: {
    from: 'the likeliest',
    to: 'far down the list',
    labels: ['1st', '2–5', '6–20', '21–100', '101–1,000', '>1,000'],
  },
};

/** The least probability of each step, and the last rank: what is beyond is in the last step. */
const PROBABILITIES = [0.5, 0.2, 0.05, 0.01, 0.001];
const RANKS = [1, 5, 20, 100, 1000];
const LAST = 5;
/** 32-bit logarithms have no more digits: one half is to be one half. */
const DUST = 1e-6;

type Judged = Pick<ScoredToken, 'logprob' | 'rank'>;

/** Null: it was not judged, as nothing stands before it. */
export function bucketOf({ logprob, rank }: Judged, scale: Scale): number | null {
  if (scale === 'rank') return rank === null ? null : step(RANKS.map((last) => rank <= last));
  if (logprob === null) return null;
  const probability = Math.exp(logprob);
  return step(PROBABILITIES.map((least) => probability >= least * (1 - DUST)));
}

const step = (reached: readonly boolean[]): number => {
  const first = reached.indexOf(true);
  return first < 0 ? LAST : first;
};

/**
 * Where each colour is, one list for each of `HIGHLIGHTS`: in order, none over another, and what
 * touches in one piece. Tokens that are one character together have the colour of the most
 * surprising of them.
 */
export function rangesOf(tokens: readonly ScoredToken[], scale: Scale): Bytes[][] {
  const ranges: [number, number][][] = HIGHLIGHTS.map(() => []);
  for (const { start, end, bucket } of placesOf(tokens, scale)) {
    const own = ranges[bucket - 1];
    if (!own) continue;
    const last = own.at(-1);
    if (last?.[1] === start) last[1] = end;
    else own.push([start, end]);
  }
  return ranges;
}

interface Place {
  readonly start: number;
  end: number;
  bucket: number;
}

function placesOf(tokens: readonly ScoredToken[], scale: Scale): Place[] {
  const places: Place[] = [];
  for (const token of tokens) {
    const { start, end } = token;
    if (start >= end) continue;
    const bucket = bucketOf(token, scale) ?? 0;
    const last = places.at(-1);
    if (!last || start >= last.end) places.push({ start, end, bucket });
    else {
      last.end = Math.max(last.end, end);
      last.bucket = Math.max(last.bucket, bucket);
    }
  }
  return places;
}

/** '3.3': minus the logarithm to the base 2. */
export const bitsInWords = (logprob: number): string => Math.abs(logprob / Math.LN2).toFixed(1);
