/** A recorded run, and what came of it once more, for tests. */
import type { Replay, RunRecord } from '../bindings';

export const RECORD = {
  version: 1,
  build: '0.1.0',
  model: 'demo',
  model_sha256: 'ab'.repeat(32),
  device: 'CPU',
  dtype: 'f32',
  threads: 2,
  request: {
    prompt: [{ type: 'tokens', ids: [1, 2, 3] }],
    sampling: { temperature: 0.7, top_k: 0, top_p: 0.9 },
    seed: 1234,
    max_tokens: 128,
  },
  cached_tokens: 2,
  ends: [{ lane: 0, finish_reason: 'length', usage: { prompt_tokens: 3 } }],
  failure: null,
};

export const run = (more: Partial<RunRecord> = {}): RunRecord => ({
  id: 'run',
  model_name: 'demo',
  model_hash: 'ab'.repeat(32),
  seed: 1234,
  finish_reason: 'length',
  tokens: 128,
  tokens_per_second: 38.24,
  started_at: 1_764_940_000_000,
  ended_at: 1_764_940_004_000,
  record: RECORD,
  ...more,
});

export const replayed = (more: Partial<Replay> = {}): Replay => ({
  mode: 'regenerate',
  identical: true,
  compared: 128,
  first_difference: null,
  changed: [],
  ...more,
});

export const DIFFERENCE = {
  lane: 1,
  index: 4,
  recorded: { id: 5, text: ' a' },
  found: { id: 6, text: ' the' },
  margin: 0.03125,
};
