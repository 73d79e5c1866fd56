/** Probabilities and tokens as they are shown, and as they are read out. */
import { visible } from '../chat/prompt';
import { whole } from '../engine/format';

interface Token {
  readonly id: number;
  readonly text: string;
  /** The text ends with it. */
  readonly ends?: boolean;
}

/** Closer to 1 than this is 1: sums of probabilities have no more digits. */
const DUST = 1e-6;

/** Two digits at most, and never rounded to what it is not: '41 %', '4.1 %', '<0.1 %'. */
export function chance(share: number): string {
  if (share <= 0) return '0 %';
  if (share < 0.001) return '<0.1 %';
  if (share >= 1 - DUST) return '100 %';
  if (share > 0.999) return '>99.9 %';
  const digits = share < 0.0995 || share > 0.99 ? 1 : 0;
  return `${(100 * share).toFixed(digits)} %`;
}

/** The same within a sentence, where no column of figures is to be kept. */
export const chanceInWords = (share: number): string => chance(share).replace('.0', '');

/** '41 percent', 'less than 0.1 percent'. */
export const spokenChance = (share: number): string =>
  chance(share).replace('<', 'less than ').replace('>', 'more than ').replace('%', 'percent');

/** A share that somebody set: '90 %', '97.5 %'. */
export const setShare = (share: number): string => `${Number((100 * share).toFixed(2))} %`;

export const tokens = (count: number): string => `${whole(count)} token${count === 1 ? '' : 's'}`;

/** Between how many equally likely tokens one would be as unsure. */
export function asUnsureAs(bits: number): string {
  const count = 2 ** bits;
  return count < 9.95 ? count.toFixed(1) : whole(Math.round(count));
}

/** Nothing to see, or what would turn the row around: controls, joiners, and unusual spaces. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]|(?! )\p{Zs}/gu;
const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
/** A token that is no text of its own: the end of a text, or a part of a character. */
export const isTextless = (text: string): boolean => text === '' || isByte(text);
/** All such bytes have the same text; only the id tells one from the other. */
const isByte = (text: string): boolean => /^\ufffd+$/.test(text);

const END = 'end of text';
const isEnd = ({ text, ends }: Token): boolean => text === '' && ends === true;

/** With white space and control characters to be seen; a mark alone has something to stand on. */
export function shownText(token: Token): string {
  if (isEnd(token)) return END;
  const text = visible(token)
    .replace(UNSEEN, codePoint)
    .replace(/^\p{M}/u, '◌$&');
  return isByte(token.text) ? `${text}#${token.id}` : text;
}

const WHITE = [
  [' ', 'space'],
  ['\n', 'newline'],
  ['\t', 'tab'],
] as const;

/** '" to"', '4 spaces', 'without text, token 2'. */
export function spokenText(token: Token): string {
  const { id, text } = token;
  if (isEnd(token)) return END;
  // What is seen, the id, comes last: so it stands beside the figure that is seen, too.
  if (text === '') return `without text, token ${id}`;
  if (isByte(text)) return `a part of a character, token ${id}`;
  if (/^[ \n\t]+$/.test(text)) return (text.match(/(.)\1*/gs) ?? []).map(spokenRun).join(', ');
  const words = text.replaceAll('\n', ' newline ').replaceAll('\t', ' tab ');
  return `"${words.replace(UNSEEN, codePoint)}"`;
}

function spokenRun(run: string): string {
  const name = WHITE.find(([character]) => run.startsWith(character))?.[1] ?? '';
  return run.length === 1 ? name : `${run.length} ${name}s`;
}
