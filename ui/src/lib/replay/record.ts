/**
 * What is recorded of a run, as lines to read.
 *
 * The record comes from the database, or from a file that somebody imported: it may be of another
 * version, and anybody may have written it. What is not there, or is not what it should be, is left
 * out.
 */
import type { RunRecord } from '../bindings';
import { whole } from '../engine/format';
import { tokens } from '../lens/figures';
import { inWords, isRecord, readDifference } from '../sampling/difference';

export interface Fact {
  readonly label: string;
  /** More than one where the columns of a fan differ. */
  readonly lines: readonly string[];
}

/** Enough of a hash to tell models apart. */
const HASH_DIGITS = 12;

const ENDS = new Map([
  ['length', 'after the tokens that were asked for'],
  ['stop', 'before a stop text'],
  ['eos', 'where the model ended the text'],
  ['cancelled', 'stopped by hand'],
  ['context', 'because the context was full'],
  ['interrupted', 'because the app was closed'],
  ['failed', 'it failed'],
]);

export function factsOf(run: RunRecord): Fact[] {
  const record = objectIn(run.record);
  const request = objectIn(record['request']);
  const facts: [string, (string | null)[]][] = [
    ['Model', [`${run.model_name} · ${run.model_hash.slice(0, HASH_DIGITS)}`]],
    ['Engine', [prefixed('version ', textIn(record['build']))]],
    ['Device', [deviceOf(record)]],
    ['Seed', seedsOf(run, request)],
    ['Settings', settingsOf(request)],
    ['Prompt', [promptOf(record, request)]],
    ['Written', [tokens(run.tokens)]],
    ['Ended', [endOf(run, record)]],
    ['Speed', [run.tokens_per_second === null ? null : speed(run.tokens_per_second)]],
    ['Date', [dateOf(run.started_at)]],
  ];
  return facts.flatMap(([label, found]) => {
    const lines = found.filter((line) => line !== null);
    return lines.length > 0 ? [{ label, lines }] : [];
  });
}

/** How many completions were written side by side. */
export function lanesOf({ record }: RunRecord): number {
  const request = objectIn(objectIn(record)['request']);
  return Math.max(1, variantsOf(request).length, countIn(request['lanes']) ?? 1);
}

/** 'CPU, weights in f32, 2 threads'. */
function deviceOf(record: Json): string | null {
  const threads = countIn(record['threads']);
  const parts = [
    textIn(record['device']),
    prefixed('weights in ', textIn(record['dtype'])),
    threads === null || threads === 0
      ? null
      : `${whole(threads)} thread${threads === 1 ? '' : 's'}`,
  ];
  return parts.filter((part) => part !== null).join(', ') || null;
}

function seedsOf(run: RunRecord, request: Json): (string | null)[] {
  const own = variantsOf(request).map(({ seed }) => countIn(seed));
  if (own.length === 0) return [run.seed === null ? null : String(run.seed)];
  const seeds = [...new Set(own.filter((seed) => seed !== null))];
  return [seeds.join(', ') || null];
}

/** One line for each column, where each had its own. */
function settingsOf(request: Json): string[] {
  const own = variantsOf(request).map(({ sampling }) => settingsInWords(sampling));
  if (own.length === 0)
    return isRecord(request['sampling']) ? [settingsInWords(request['sampling'])] : [];
  if (new Set(own).size === 1) return own.slice(0, 1);
  return own.map((words, at) => `column ${at + 1}: ${words}`);
}

/** What differs from neutral, also where it could not be set here. */
export function settingsInWords(sampling: unknown): string {
  const { difference, ignored } = readDifference(sampling);
  const others = ignored.flatMap((name) => wordsFor(name, objectIn(sampling)[name]));
  const known = Object.keys(difference).length > 0 ? [inWords(difference)] : [];
  return [...known, ...others].join(' · ') || inWords(difference);
}

function wordsFor(name: string, value: unknown): string[] {
  const count = isRecord(value)
    ? Object.keys(value).length
    : Array.isArray(value)
      ? value.length
      : 1;
  if (count === 0) return [];
  if (name === 'logit_bias') return [`bias on ${tokens(count)}`];
  if (name === 'ban_token') return [`${tokens(count)} banned`];
  return [`${name.replaceAll('_', '-')} ${JSON.stringify(value)}`];
}

/** '71 tokens, 64 of them known from before'. */
function promptOf(record: Json, request: Json): string | null {
  const read = listIn(record['ends']).map((end) =>
    countIn(objectIn(end['usage'])['prompt_tokens']),
  );
  const count = read.find((count) => count !== null) ?? idsIn(request['prompt']);
  if (count === null) return null;
  const cached = countIn(record['cached_tokens']) ?? 0;
  return tokens(count) + (cached > 0 ? `, ${whole(cached)} of them known from before` : '');
}

/** Null: not all of it is recorded as tokens. */
function idsIn(prompt: unknown): number | null {
  const spans = listIn(prompt);
  const counts = spans.map(({ ids }) => (Array.isArray(ids) ? ids.length : null));
  const known = counts.filter((count) => count !== null);
  if (known.length === 0 || known.length < counts.length) return null;
  return known.reduce((sum, count) => sum + count, 0);
}

function endOf({ finish_reason, ended_at }: RunRecord, record: Json): string {
  const failure = textIn(record['failure']);
  if (failure !== null) return `it failed (${failure})`;
  if (finish_reason === null) return ended_at === null ? 'not yet' : 'it is not recorded how';
  return ENDS.get(finish_reason) ?? finish_reason;
}

const speed = (tokensPerSecond: number): string =>
  `${tokensPerSecond < 100 ? tokensPerSecond.toFixed(1) : whole(Math.round(tokensPerSecond))} tok/s`;

/** In the time of this machine: '5 Dec 2026, 14:03'. */
const dateOf = (milliseconds: number): string =>
  new Date(milliseconds).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

type Json = Readonly<Record<string, unknown>>;

const objectIn = (json: unknown): Json => (isRecord(json) ? json : {});
const listIn = (json: unknown): Json[] => (Array.isArray(json) ? json.map(objectIn) : []);
const textIn = (json: unknown): string | null => (typeof json === 'string' && json ? json : null);
const countIn = (json: unknown): number | null =>
  typeof json === 'number' && Number.isInteger(json) && json >= 0 ? json : null;
const prefixed = (before: string, text: string | null): string | null =>
  text === null ? null : before + text;
const variantsOf = (request: Json): Json[] => listIn(request['variants']);
