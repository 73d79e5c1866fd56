/**
 * The only door to Rust: components and state know these functions, never a command's name or a
 * channel. Types pass through so that nothing else has to import the generated bindings.
 */
import { Channel } from '@tauri-apps/api/core';
import * as commands from './bindings';
import type { EngineStatus, GenerationEvent, GenerationRequest, Problem } from './bindings';

export type {
  Completion,
  EngineStatus,
  FinishReason,
  GenerationEvent,
  GenerationRequest,
  LoadProgress,
  ModelInfo,
  Problem,
  PromptSpan,
  SamplingSettings,
  Timings,
} from './bindings';
export { cancelLoad, countTokens, openModel, stop } from './bindings';

export function watchEngine(onStatus: (status: EngineStatus) => void): Promise<null> {
  return commands.watchEngine(channelTo(onStatus));
}

export function generate(
  request: GenerationRequest,
  onEvents: (events: GenerationEvent[]) => void,
): Promise<null> {
  return commands.generate(request, channelTo(onEvents));
}

/** Commands reject with a Problem; what went wrong before they ran (no such command) is a string. */
export function toProblem(reason: unknown): Problem {
  if (isProblem(reason)) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return { kind: 'unexpected', message, hint: null };
}

function isProblem(reason: unknown): reason is Problem {
  return typeof reason === 'object' && reason !== null && 'kind' in reason && 'message' in reason;
}

function channelTo<T>(receive: (message: T) => void): Channel<T> {
  const channel = new Channel<T>();
  channel.onmessage = receive;
  return channel;
}
