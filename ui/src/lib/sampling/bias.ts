/** Single tokens made likelier, rarer or impossible. They belong to the model whose ids they are. */
import type { SamplingSettings, TokenText } from '../bindings';

export const BIAS_RANGE = { min: -20, max: 20, step: 0.5 };

export interface Bias extends TokenText {
  /** Added to the logit; null bans the token. */
  readonly amount: number | null;
}

/** The biases of each model, by its hash: an id means another token to another model. */
export type BiasesByModel = Readonly<Record<string, readonly Bias[]>>;

/** What a list of biases asks of the sampler. */
export function biasSettings(biases: readonly Bias[]): Partial<SamplingSettings> {
  const added = biases.flatMap(({ id, amount }) => (amount ? [[id, amount] as const] : []));
  const banned = biases.filter(({ amount }) => amount === null).map(({ id }) => id);
  return {
    ...(added.length > 0 ? { logit_bias: Object.fromEntries(added) } : {}),
    ...(banned.length > 0 ? { ban_token: banned } : {}),
  };
}

/** With tokens that are not there yet, banned at first. */
export function withTokens(biases: readonly Bias[], tokens: readonly TokenText[]): Bias[] {
  const known = new Set(biases.map(({ id }) => id));
  const fresh = tokens.filter(({ id }, at) => {
    return !known.has(id) && tokens.findIndex((other) => other.id === id) === at;
  });
  return [...biases, ...fresh.map((token) => ({ ...token, amount: null }))];
}
