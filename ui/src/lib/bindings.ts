// Generated from the Rust types by `make bindings`. Do not edit.
import { Channel, invoke } from '@tauri-apps/api/core';

export type PromptSpan = { "type": "text", text: string, } | { "type": "user", text: string, } | { "type": "tokens", ids: Array<number>, };
export type SamplerStage = "dry" | "repetition-penalty" | "frequency-presence" | "bias" | "temperature" | "top-k" | "top-p" | "min-p" | "typical-p" | "top-n-sigma" | "xtc";
export type SamplingSettings = { 
/**
 * Divides the logits; 0 takes the likeliest token.
 */
temperature: number, 
/**
 * Keeps the k likeliest tokens and their ties; 0 keeps all.
 */
top_k: number, 
/**
 * Keeps the likeliest tokens that together reach this probability; 1 keeps all, 0 one.
 */
top_p: number, 
/**
 * Keeps what is at least this many times as likely as the likeliest token; 0 keeps all.
 */
min_p?: number, 
/**
 * Keeps the tokens about as surprising as expected, up to this probability; 1 keeps all.
 */
typical_p?: number, 
/**
 * Keeps what is within so many standard deviations of the highest logit; 0 keeps all.
 */
top_n_sigma?: number, 
/**
 * How often XTC acts; 0 never.
 */
xtc_probability?: number, 
/**
 * Of the tokens at least this likely XTC leaves only the least likely.
 */
xtc_threshold?: number, 
/**
 * Divides the positive and multiplies the negative logits of tokens in the range; 1 is off.
 */
repetition_penalty?: number, 
/**
 * How many of the last tokens the repetition, frequency and presence penalties look at.
 */
repetition_range?: number, 
/**
 * Taken off a token's logit for each time it stands in the range.
 */
frequency_penalty?: number, 
/**
 * Taken off a token's logit once if it stands in the range.
 */
presence_penalty?: number, 
/**
 * Strength of DRY, the penalty on carrying on a repetition; 0 is off.
 */
dry_multiplier?: number, 
/**
 * The penalty's growth with each further token of a repetition.
 */
dry_base?: number, 
/**
 * Repetitions shorter than this are free.
 */
dry_allowed_length?: number, 
/**
 * How many of the last tokens DRY looks at.
 */
dry_range?: number, 
/**
 * Added to the logits of single tokens, by id.
 */
logit_bias?: { [key in number]: number }, 
/**
 * Tokens that are never chosen.
 */
ban_token?: Array<number>, 
/**
 * The stages in the order in which they run; a stage left out does not run.
 */
sampler_order?: Array<SamplerStage>, };
export type GenerationRequest = { prompt: Array<PromptSpan>, 
/**
 * Put the beginning-of-sequence token in front.
 */
add_bos: boolean, sampling: SamplingSettings, 
/**
 * Drawn at random when absent; the event `started` says which was used.
 */
seed: number | null, 
/**
 * How many completions to write side by side; absent: one, which is always lane 0.
 */
lanes?: number, 
/**
 * Absent: what room is left, at most [`GenerationRequest::DEFAULT_MAX_TOKENS`].
 */
max_tokens: number | null, 
/**
 * Texts that end the run; none of them is part of the completion.
 */
stop: Array<string>, 
/**
 * Go on after the end-of-sequence token.
 */
ignore_eos: boolean, 
/**
 * How many of the likeliest tokens to report beside each token; absent: none.
 */
top_logprobs: number | null, 
/**
 * Report the prompt's own tokens first, with their log-probabilities.
 */
echo: boolean, };
export type TokenText = { id: number, text: string, };
export type TokenProbability = { id: number, text: string, logprob: number, };
export type PromptToken = { id: number, text: string, 
/**
 * Natural logarithm; none for the first token.
 */
logprob: number | null, top: Array<TokenProbability>, };
export type GeneratedToken = { lane: number, 
/**
 * Its place in the completion, from 0.
 */
index: number, id: number, 
/**
 * What it adds to the text; empty while a character is incomplete or a stop text may begin.
 */
text: string, 
/**
 * Natural logarithm of the model's own probability, before any sampling setting.
 */
logprob: number, top: Array<TokenProbability>, };
export type FinishReason = "length" | "stop" | "eos" | "cancelled" | "context";
export type Usage = { prompt_tokens: number, completion_tokens: number, 
/**
 * Prompt tokens that were not computed again.
 */
cached_tokens: number, };
export type Timings = { prefill_ms: number, decode_ms: number, 
/**
 * From the moment the engine took up the request to the first token.
 */
time_to_first_token_ms: number, 
/**
 * Decoding steps per second, the prefill not counted; 0 when there was none.
 */
tokens_per_second: number, };
export type Completion = { lane: number, finish_reason: FinishReason, text: string, usage: Usage, timings: Timings, seed: number, };
export type GenerationEvent = { "type": "started", run: number, 
/**
 * The seed in force, asked for or drawn.
 */
seed: number, prompt_tokens: number, 
/**
 * How many of them were still in the KV cache.
 */
cached_tokens: number, } | { "type": "prompt", tokens: Array<PromptToken>, } | { "type": "prefill", done: number, total: number, } | { "type": "token" } & GeneratedToken | { "type": "done" } & Completion;
export type LoadProgress = { bytes_done: number, bytes_total: number, };
export type Problem = { kind: string, message: string, hint: string | null, };
export type ModelInfo = { 
/**
 * The file's name without its ending.
 */
name: string, path: string, 
/**
 * Names the model by its contents, wherever the file lies: see `identity`.
 */
sha256: string, parameters: number, 
/**
 * Weights as held in memory.
 */
weight_bytes: number, 
/**
 * How the weights are held: `bf16` or `f32`.
 */
dtype: string, device: string, threads: number, context_length: number, vocab_size: number, };
export type EngineStatus = { "state": "empty" } | { "state": "loading", name: string, progress: LoadProgress, } | { "state": "ready", model: ModelInfo, } | { "state": "running", model: ModelInfo, } | { "state": "failed", problem: Problem, };

/** Sends the engine's state now and after every change. */
export const watchEngine = (onStatus: Channel<EngineStatus>) =>
  invoke<null>('watch_engine', { onStatus });
/** Asks for a file with the system's dialog and loads it. False: nothing was chosen. */
export const openModel = () =>
  invoke<boolean>('open_model', {  });
/** Ends a load; the model loaded before stays. */
export const cancelLoad = () =>
  invoke<null>('cancel_load', {  });
/** Runs a request; resolves after `done`, rejects with a Problem. */
export const generate = (request: GenerationRequest, onEvents: Channel<Array<GenerationEvent>>) =>
  invoke<null>('generate', { request, onEvents });
/** Ends the run that is going on; its text so far stays. */
export const stop = () =>
  invoke<null>('stop', {  });
/** How many tokens a prompt is, exactly as a run would encode it. */
export const countTokens = (prompt: Array<PromptSpan>) =>
  invoke<number>('count_tokens', { prompt });
/** The tokens a text consists of, for a bias or a ban. */
export const tokensOf = (text: string) =>
  invoke<Array<TokenText>>('tokens_of', { text });
