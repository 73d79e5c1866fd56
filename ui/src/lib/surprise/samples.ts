/** A text with its surprise, and an engine that is answered by hand, for tests. */
import type { ScoredToken, Surprise } from '../bindings';

/** Tokens one behind the other, each of a probability and a rank; null for the first. */
export function scored(...tokens: [string, number | null, number | null][]): ScoredToken[] {
  let end = 0;
  return tokens.map(([text, probability, rank], id) => {
    const start = end;
    end += new TextEncoder().encode(text).length;
    return {
      start,
      end,
      id,
      text,
      logprob: probability === null ? null : Math.log(probability),
      rank,
    };
  });
}

export const TOKENS = scored(
  ['The', null, null],
  [' cat', 0.25, 2],
  [' sat', 0.6, 1],
  [' on', 0.0004, 2000],
);

export const surpriseOf = (more: Partial<Surprise> = {}): Surprise => ({
  tokens: TOKENS,
  sum_logprob: -8 * Math.LN2,
  perplexity: 4,
  windows: 1,
  ...more,
});

export class FakeScore {
  calls = 0;
  answer: (surprise: Surprise) => Promise<void> = () => Promise.resolve();
  fail: (kind: string) => Promise<void> = () => Promise.resolve();

  score = (): Promise<Surprise> => {
    this.calls++;
    return new Promise((resolve, reject) => {
      this.answer = (surprise) => (resolve(surprise), settled());
      this.fail = (kind) => (reject({ kind, message: 'it is so', hint: null }), settled());
    });
  };
}

const settled = () => new Promise<void>((done) => setTimeout(done));
