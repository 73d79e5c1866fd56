/** Events of a run in several lanes, for tests. */
import type { FinishReason, GenerationEvent, SamplingSettings } from '../bindings';

export const SAMPLING: SamplingSettings = { temperature: 0.7, top_k: 0, top_p: 0.9 };

export const token = (
  lane: number,
  index: number,
  id: number,
  text = `t${id} `,
  logprob = -1,
): GenerationEvent => ({ type: 'token', lane, index, id, text, logprob, top: [] });

/** Tokens of one lane, from its first. */
export const tokens = (lane: number, ids: readonly number[]): GenerationEvent[] =>
  ids.map((id, index) => token(lane, index, id));

export const done = (
  lane: number,
  completion_tokens: number,
  decode_ms: number,
  finish_reason: FinishReason = 'length',
): GenerationEvent => ({
  type: 'done',
  lane,
  finish_reason,
  text: '',
  usage: { prompt_tokens: 5, completion_tokens, cached_tokens: 0 },
  timings: { prefill_ms: 10, decode_ms, time_to_first_token_ms: 12, tokens_per_second: 1 },
  seed: 1,
});
