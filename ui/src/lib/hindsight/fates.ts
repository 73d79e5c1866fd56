/** What other settings would have done with the tokens of a run, in words and in places. */
import type { Hindsight, PlacedToken, TokenFate, Verdict } from '../bindings';
import { whole } from '../engine/format';
import { isTextless, spokenText, tokens } from '../lens/figures';
import { cutWords } from '../lens/stageWords';

/** Where something is in the text: bytes of UTF-8. */
export type Bytes = readonly [start: number, end: number];

export const FATES: readonly TokenFate[] = ['cut', 'other', 'unknown'];

/** The names under which they are painted: see `hindsight.css`. */
export const HIGHLIGHTS: Record<TokenFate, string> = {
  cut: 'fate-cut',
  other: 'fate-other',
  unknown: 'fate-unknown',
};

export const LEGEND: Record<TokenFate, string> = {
  cut: 'would be cut',
  other: 'would be another',
  unknown: 'cannot be told',
};

/** Where each fate is, in order. */
export function rangesOf(verdicts: readonly Verdict[]): Record<TokenFate, Bytes[]> {
  const of = (fate: TokenFate): Bytes[] =>
    verdicts.filter((verdict) => verdict.fate === fate).map(({ start, end }) => [start, end]);
  return { cut: of('cut'), other: of('other'), unknown: of('unknown') };
}

/** The tokens of the document: verdicts tell only where one is. */
type Placed = readonly PlacedToken[];

/** A token without text begins where the next one does. */
const tokenAt = (placed: Placed, { start, end }: Verdict): PlacedToken | undefined =>
  placed.find((token) => token.start === start && token.end === end);

/** '3 of 128 tokens would be cut, 12 would be another; the first is token 5.' */
export function summary({ tokens: all, verdicts }: Hindsight, placed: Placed): string[] {
  const count = (fate: TokenFate) => verdicts.filter((verdict) => verdict.fate === fate).length;
  const [cut, other, unknown] = [count('cut'), count('other'), count('unknown')];
  const untold = unknown > 0 ? [`${whole(unknown)} cannot be told from what was stored.`] : [];
  if (cut + other > 0)
    return [`${differing(cut, other, all)}${first(verdicts, placed)}.`, ...untold];
  if (unknown > 0)
    return [`None of ${tokens(all)} is known to be cut or to be another.`, ...untold];
  return [all === 1 ? 'The one token would be the same.' : `All ${tokens(all)} would be the same.`];
}

function differing(cut: number, other: number, all: number): string {
  const of = `of ${tokens(all)}`;
  if (cut === 0) return `${whole(other)} ${of} would be another`;
  return `${whole(cut)} ${of} would be cut${other > 0 ? `, ${whole(other)} would be another` : ''}`;
}

function first(verdicts: readonly Verdict[], placed: Placed): string {
  const verdict = verdicts.find(({ fate }) => fate !== 'unknown');
  const step = (verdict && tokenAt(placed, verdict)?.step) ?? null;
  return step === null ? '' : `; the first is token ${whole(step + 1)}`;
}

/** 'Token 5, " a": would be " the"'. */
export function line(verdict: Verdict, placed: Placed): string {
  const token = tokenAt(placed, verdict);
  if (!token) return sentence(fateInWords(verdict));
  const place = token.step === null ? '' : `Token ${whole(token.step + 1)}, `;
  const [id = 0] = token.ids;
  return `${place}${quoted(id, token.text)}: ${fateInWords(verdict)}`;
}

export function fateInWords({ fate, by, other }: Verdict): string {
  if (fate === 'unknown') return LEGEND.unknown;
  if (fate === 'cut') return `would be ${by === null ? 'cut' : cutWords(by)}`;
  return other === null ? 'would be another token' : `would be ${quoted(other.id, other.text)}`;
}

const quoted = (id: number, text: string): string =>
  isTextless(text) ? `the token with id ${id}` : spokenText({ id, text });
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The next one marked, or the one before; from the last on to the first. Null: none is marked. */
export function neighbour(
  verdicts: readonly Verdict[],
  from: number | null,
  way: 'next' | 'previous',
): number | null {
  const starts = verdicts.map(({ start }) => start);
  if (way === 'next')
    return starts.find((start) => from === null || start > from) ?? starts[0] ?? null;
  const before = starts.filter((start) => from !== null && start < from);
  return before.at(-1) ?? starts.at(-1) ?? null;
}
