/**
 * What could come next at a place of the text: each likely token's probability in the model's own
 * distribution and after all settings, and what each setting did in between.
 */
import type { Look, SamplingSettings } from '../bindings';

export type { Look as Outlook, StageOutlook, TokenOutlook } from '../bindings';

/** The engine, as far as one can look through it. */
export interface Looks {
  /** Reads the row for a place of the document, one step of the model at most; null: its end. */
  look(at: number | null, sampling: SamplingSettings, seed: number | null): Promise<Look>;
  /** Only the sampler chain, on a row that is kept; a Problem of kind `row_gone` when it is not. */
  again(row: number, sampling: SamplingSettings, seed: number): Promise<Look>;
}
