/** An outlook and an engine to look through, for tests. */
import type { PlacedToken, SamplerStage, SamplingSettings } from '../bindings';
import type { Looks, Outlook, StageOutlook, TokenOutlook } from './outlook';

export const SAMPLING: SamplingSettings = { temperature: 0.7, top_k: 0, top_p: 0.9 };

export const token = (
  id: number,
  text: string,
  before: number,
  after: number,
  cut_by: SamplerStage | null = null,
): TokenOutlook => ({ id, text, ends: false, before, after, cut_by });

export const stage = (
  name: SamplerStage,
  survivors: number,
  mass_removed = 0,
  changed = true,
): StageOutlook => ({ name, survivors, mass_removed, changed });

export const outlook = (more: Partial<Outlook> = {}): Outlook => ({
  row: 1,
  subject: null,
  prompt_tokens: 71,
  vocabulary: 256_000,
  entropy_bits: 2.1,
  kept_mass: 0.93,
  survivors: 2,
  stages: [stage('temperature', 256_000), stage('top-p', 2, 0.07)],
  tokens: [
    token(11, ' to', 0.3, 0.41),
    token(12, '\n', 0.2, 0.59),
    token(13, ' found', 0.03, 0, 'top-p'),
  ],
  chosen: 12,
  seed: 1234,
  ...more,
});

/** A token of a text that somebody typed. */
export const placed = (
  start: number,
  text: string,
  id: number,
  more: Partial<PlacedToken> = {},
): PlacedToken => ({
  start,
  end: start + new TextEncoder().encode(text).length,
  ids: [id],
  text,
  logprob: null,
  run: null,
  step: null,
  ...more,
});

/** A call to the engine that is answered by hand. */
export interface Call {
  readonly name: 'look' | 'again';
  readonly at: number | null;
  readonly sampling: SamplingSettings;
  readonly seed: number | null;
  readonly answer: (outlook: Outlook) => Promise<void>;
  readonly fail: (kind: string) => Promise<void>;
}

export class FakeLooks implements Looks {
  readonly calls: Call[] = [];
  /** How many are on their way. */
  open = 0;

  look = (at: number | null, sampling: SamplingSettings, seed: number | null) =>
    this.#call('look', at, sampling, seed);
  again = (row: number, sampling: SamplingSettings, seed: number | null) =>
    this.#call('again', row, sampling, seed);

  get last(): Call {
    const call = this.calls.at(-1);
    if (!call) throw new Error('nothing was asked');
    return call;
  }

  #call(
    name: Call['name'],
    at: number | null,
    sampling: SamplingSettings,
    seed: number | null,
  ): Promise<Outlook> {
    this.open++;
    return new Promise((resolve, reject) => {
      const over = (settle: () => void) => {
        this.open--;
        settle();
        // Until whoever waits has asked the next question.
        return new Promise<void>((done) => setTimeout(done));
      };
      const answer = (outlook: Outlook) => over(() => resolve(outlook));
      const fail = (kind: string) => over(() => reject({ kind, message: kind, hint: null }));
      this.calls.push({ name, at, sampling, seed, answer, fail });
    });
  }
}
