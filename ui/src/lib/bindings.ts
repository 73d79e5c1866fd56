// Generated from the Rust types by `make bindings`. Do not edit.
import { Channel, invoke } from '@tauri-apps/api/core';

export type PromptSpan =
  | { type: 'text'; text: string }
  | { type: 'user'; text: string }
  | { type: 'tokens'; ids: Array<number> };
export type SamplingSettings = { temperature: number; top_k: number; top_p: number };
export type GenerationRequest = {
  prompt: Array<PromptSpan>;
  add_bos: boolean;
  sampling: SamplingSettings;
  seed: number | null;
  max_tokens: number | null;
  stop: Array<string>;
  ignore_eos: boolean;
  top_logprobs: number | null;
  echo: boolean;
};
export type TokenProbability = { id: number; text: string; logprob: number };
export type PromptToken = { id: number; text: string; logprob: number | null; top: Array<TokenProbability> };
export type GeneratedToken = {
  lane: number;
  index: number;
  id: number;
  text: string;
  logprob: number;
  top: Array<TokenProbability>;
};
export type FinishReason = 'length' | 'stop' | 'eos' | 'cancelled' | 'context';
export type Usage = { prompt_tokens: number; completion_tokens: number; cached_tokens: number };
export type Timings = {
  prefill_ms: number;
  decode_ms: number;
  time_to_first_token_ms: number;
  tokens_per_second: number;
};
export type Completion = {
  lane: number;
  finish_reason: FinishReason;
  text: string;
  usage: Usage;
  timings: Timings;
  seed: number;
};
export type GenerationEvent =
  | { type: 'started'; run: number; seed: number; prompt_tokens: number; cached_tokens: number }
  | { type: 'prompt'; tokens: Array<PromptToken> }
  | { type: 'prefill'; done: number; total: number }
  | ({ type: 'token' } & GeneratedToken)
  | ({ type: 'done' } & Completion);
export type LoadProgress = { bytes_done: number; bytes_total: number };
export type Problem = { kind: string; message: string; hint: string | null };
export type ModelInfo = {
  name: string;
  path: string;
  sha256: string;
  parameters: number;
  weight_bytes: number;
  dtype: string;
  device: string;
  threads: number;
  context_length: number;
  vocab_size: number;
};
export type EngineStatus =
  | { state: 'empty' }
  | { state: 'loading'; name: string; progress: LoadProgress }
  | { state: 'ready'; model: ModelInfo }
  | { state: 'running'; model: ModelInfo }
  | { state: 'failed'; problem: Problem };

/** The engine's state now and after every change, and whether the model is the built-in one. */
export const watchEngine = (onStatus: Channel<EngineStatus>) => invoke<null>('watch_engine', { onStatus });
/** Asks for a file with the system's dialog and loads it. False: nothing was chosen. Rejects with a Problem. */
export const openModel = () => invoke<boolean>('open_model', {});
/** Ends a load that is going on; the model loaded before stays. */
export const cancelLoad = () => invoke<null>('cancel_load', {});
/** Runs a request; resolves after `done`, rejects with a Problem. Events come in batches, one a frame. */
export const generate = (request: GenerationRequest, onEvents: Channel<Array<GenerationEvent>>) =>
  invoke<null>('generate', { request, onEvents });
/** Ends the run that is going on. Its text so far is kept. */
export const stop = () => invoke<null>('stop', {});
/** How many tokens a prompt is, exactly as `generate` would encode it. */
export const countTokens = (prompt: Array<PromptSpan>) => invoke<number>('count_tokens', { prompt });
