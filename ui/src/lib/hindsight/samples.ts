/** A run in hindsight, and an engine that is answered by hand, for tests. */
import type { Hindsight, SamplingSettings, Verdict } from '../bindings';
import { placed } from '../lens/samples';

const verdict = (start: number, end: number, more: Partial<Verdict>): Verdict => ({
  start,
  end,
  fate: 'unknown',
  by: null,
  other: null,
  ...more,
});

export const TOKENS = [
  placed(0, 'The', 1),
  placed(3, ' cat', 2, { run: 'run', step: 0 }),
  placed(7, ' sat', 3, { run: 'run', step: 1 }),
  placed(11, ' on', 4, { run: 'run', step: 2 }),
];
export const CUT = verdict(3, 7, { fate: 'cut', by: 'top-p' });
export const OTHER = verdict(7, 11, { fate: 'other', other: { id: 9, text: ' ran' } });
export const UNKNOWN = verdict(11, 14, {});

export const found = (...verdicts: Verdict[]): Hindsight => ({ tokens: 3, verdicts });

export class FakeHindsight {
  readonly asked: SamplingSettings[] = [];
  answer: (hindsight: Hindsight) => Promise<void> = () => Promise.resolve();
  fail: (kind: string) => Promise<void> = () => Promise.resolve();

  ask = (sampling: SamplingSettings): Promise<Hindsight> => {
    this.asked.push(sampling);
    return new Promise((resolve, reject) => {
      this.answer = (hindsight) => (resolve(hindsight), settled());
      this.fail = (kind) => (reject({ kind, message: 'it is so', hint: null }), settled());
    });
  };
}

const settled = () => new Promise<void>((done) => setTimeout(done));
