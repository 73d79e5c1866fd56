/** The rows of the table of a surprise map: their order, and how many are laid out at a time. */
import type { ScoredToken } from '../bindings';

export type Order = 'position' | 'surprise';

export interface Row {
  /** Its place among all tokens, from 0. */
  readonly at: number;
  readonly token: ScoredToken;
}

/** So many rows are laid out at once without a pause. */
export const PAGE = 200;

/** By position, or the most surprising first: what was not judged is last. */
export function rowsIn(tokens: readonly ScoredToken[], order: Order): Row[] {
  const rows = tokens.map((token, at) => ({ at, token }));
  if (order === 'position') return rows;
  const likelihood = ({ token }: Row) => token.logprob ?? Infinity;
  return rows.sort((one, other) => compare(likelihood(one), likelihood(other)));
}

/** Not their difference: two that were not judged would have none. */
const compare = (one: number, other: number): number => (one < other ? -1 : one > other ? 1 : 0);

export const pagesOf = (rows: number): number => Math.max(1, Math.ceil(rows / PAGE));

export const pageOf = (rows: readonly Row[], page: number): readonly Row[] =>
  rows.slice(page * PAGE, (page + 1) * PAGE);

/** Where a key goes in a list; null: nowhere. */
export function rowAfter(key: string, at: number, count: number): number | null {
  if (key === 'ArrowDown') return Math.min(at + 1, count - 1);
  if (key === 'ArrowUp') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}
