/** What is known of a token that stands in the text, in words and figures. */
import type { PlacedToken, Problem } from '../bindings';
import { whole } from '../engine/format';
import { chance, spokenChance } from './figures';
import type { Outlook } from './outlook';
import { cutWords } from './stageWords';

/** As it is seen, and as it is said. */
export interface Fact {
  readonly shown: string;
  readonly spoken: string;
}

/** '41 % → 55 %', 'rank 1 of 8,192', 'token 1234', 'bytes 20 66 6f' */
export function factsOf(token: PlacedToken, outlook: Outlook | null): Fact[] {
  return [
    ...(outlook ? judged(outlook) : noted(token)),
    same(`token${plural(token.ids)} ${token.ids.join(', ')}`),
    ...inBytes(token.text),
  ];
}

/** What there is to say only where several tokens are one place. */
export const together = ({ ids }: PlacedToken): string | null =>
  ids.length < 2
    ? null
    : `These ${ids.length} tokens are one character together: what follows is about the first.`;

/** Why nothing is known of what could stand there. */
export function whyNone({ kind, message, hint }: Problem): string {
  if (kind === 'empty_prompt')
    return 'It is the first of its text: with nothing before it there is no probability.';
  return [message, ...(hint ? [hint] : [])].map(sentence).join(' ');
}
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Before the settings and after them. */
function judged({ subject, tokens, vocabulary }: Outlook): Fact[] {
  const standing = tokens.find(({ id }) => id === subject?.id);
  if (!subject || !standing) return [];
  const { before, after, cut_by } = standing;
  const cut = cut_by === null ? null : cutWords(cut_by);
  const probability = {
    shown: `${chance(before)} → ${cut ?? chance(after)}`,
    spoken: `${spokenChance(before)}, ${cut ?? `${spokenChance(after)} after the settings`}`,
  };
  return [probability, same(`rank ${whole(subject.rank)} of ${whole(vocabulary)}`)];
}

/** What its run wrote down, as long as nobody has looked. */
function noted({ logprob }: PlacedToken): Fact[] {
  if (logprob === null) return [];
  const [share, when] = [Math.exp(logprob), 'when it was written'];
  return [{ shown: `${chance(share)} ${when}`, spoken: `${spokenChance(share)} ${when}` }];
}

function inBytes(text: string): Fact[] {
  const bytes = [...new TextEncoder().encode(text)];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  return bytes.length === 0 ? [] : [same(`byte${plural(bytes)} ${hex.join(' ')}`)];
}

const same = (words: string): Fact => ({ shown: words, spoken: words });
const plural = ({ length }: readonly unknown[]): string => (length === 1 ? '' : 's');
