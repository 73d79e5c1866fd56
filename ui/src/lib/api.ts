/** The one way to Rust. Everything that fails rejects with a Problem. */
import { Channel } from '@tauri-apps/api/core';
import * as bindings from './bindings';
import type { EngineStatus, GenerationEvent, GenerationRequest, Problem } from './bindings';

export { cancelLoad, countTokens, openModel, stop, tokensOf } from './bindings';

export function watchEngine(onStatus: (status: EngineStatus) => void): Promise<null> {
  const channel = new Channel<EngineStatus>();
  channel.onmessage = onStatus;
  return bindings.watchEngine(channel);
}

export function generate(
  request: GenerationRequest,
  onEvents: (events: GenerationEvent[]) => void,
): Promise<null> {
  const channel = new Channel<GenerationEvent[]>();
  channel.onmessage = onEvents;
  return bindings.generate(request, channel);
}

/** What a rejected call says; anything unexpected becomes a Problem too. */
export function asProblem(error: unknown): Problem {
  if (typeof error === 'object' && error !== null && 'kind' in error && 'message' in error) {
    return error as Problem;
  }
  return { kind: 'window', message: String(error), hint: null };
}
