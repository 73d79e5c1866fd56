import { expect, it } from 'vitest';
import type { SamplerStage, SamplingSettings } from '../bindings';
import { DEFAULT_ORDER } from '../sampling/stages';
import type { Outlook } from './outlook';
import { outlook, SAMPLING, stage, token } from './samples';
import { cutWords, deedsOf } from './stageWords';

/** What is said of a stage to which ten tokens came. */
function said(
  name: SamplerStage,
  sampling: Partial<SamplingSettings>,
  [survivors, mass, changed]: [number, number, boolean],
  more: Partial<Outlook> = {},
): string {
  const stages = [stage(name, survivors, mass, changed)];
  const seen = outlook({ vocabulary: 10, stages, ...more });
  const [deed] = deedsOf(seen, { ...SAMPLING, ...sampling });
  expect(deed?.idle).toBe(!changed);
  return deed?.words ?? '';
}

it.each<[SamplerStage, Partial<SamplingSettings>, string]>([
  ['dry', { dry_multiplier: 0.8 }, 'made what would go on with a repetition less likely'],
  ['repetition-penalty', { repetition_penalty: 1.1 }, 'made tokens written before less likely'],
  [
    'repetition-penalty',
    { repetition_penalty: 0.9, repetition_range: 64 },
    'made tokens written in the last 64 tokens likelier',
  ],
  ['frequency-presence', { presence_penalty: 0.3 }, 'made tokens written before less likely'],
  ['frequency-presence', { frequency_penalty: -0.3 }, 'made tokens written before likelier'],
  [
    'frequency-presence',
    { frequency_penalty: -0.3, presence_penalty: 1 },
    'made tokens written before likelier or rarer',
  ],
  ['bias', { logit_bias: { 3: 2 } }, 'made its tokens likelier'],
  ['bias', { logit_bias: { 3: 2, 4: -2 } }, 'made its tokens likelier or rarer'],
  ['temperature', { temperature: 0.7 }, 'made likely tokens likelier, the others rarer'],
  ['temperature', { temperature: 1.3 }, 'made rare tokens likelier, the likely ones less so'],
])('says what %s did with %j', (name, sampling, words) => {
  expect(said(name, sampling, [10, 0, true])).toBe(words);
});

it.each<[SamplerStage, Partial<SamplingSettings>, number, string]>([
  ['bias', { ban_token: [3] }, 9, 'banned 1 token, 7 % of the probability'],
  [
    'bias',
    { ban_token: [3, 5], logit_bias: { 4: -2 } },
    8,
    'banned 2 tokens, 7 % of the probability; made its tokens rarer',
  ],
  [
    'temperature',
    { temperature: 0 },
    1,
    'kept only the likeliest token: cut 9 tokens, 7 % of the probability',
  ],
  ['top-k', { top_k: 4 }, 4, 'kept the 4 likeliest: cut 6 tokens, 7 % of the probability'],
  ['top-k', { top_k: 1 }, 1, 'kept only the likeliest token: cut 9 tokens, 7 % of the probability'],
  [
    'top-p',
    { top_p: 0.9 },
    3,
    'kept the likeliest that together reach 90 %: cut 7 tokens, 7 % of the probability',
  ],
  [
    'min-p',
    { min_p: 0.05 },
    3,
    'kept tokens at least 5 % as likely as the likeliest: cut 7 tokens, 7 % of the probability',
  ],
  [
    'typical-p',
    { typical_p: 0.95 },
    3,
    'kept the tokens about as surprising as expected, up to 95 %: cut 7 tokens, 7 % of the probability',
  ],
  [
    'top-n-sigma',
    { top_n_sigma: 1 },
    3,
    'kept the tokens whose score is near the best: cut 7 tokens, 7 % of the probability',
  ],
  [
    'xtc',
    { xtc_probability: 0.5 },
    9,
    'cut the likeliest, 1 token, 7 % of the probability, to make room for rarer ones',
  ],
])('says what %s cut with %j', (name, sampling, left, words) => {
  expect(said(name, sampling, [left, 0.07, true])).toBe(words);
});

it.each<[SamplerStage, Partial<SamplingSettings>, string]>([
  ['dry', {}, 'no token left would go on with a repetition of 2 tokens or more'],
  [
    'dry',
    { dry_allowed_length: 1 },
    'no token left would go on with a repetition of 1 token or more',
  ],
  ['repetition-penalty', {}, 'none of the tokens left was written before'],
  [
    'frequency-presence',
    { repetition_range: 64 },
    'none of the tokens left was written in the last 64 tokens',
  ],
  ['bias', { ban_token: [3] }, 'its tokens were already cut'],
  ['temperature', {}, 'all tokens left were equally likely'],
  ['top-k', { top_k: 40 }, 'only 10 tokens were left, and it keeps 40'],
  ['top-k', { top_k: 4 }, 'the tokens beyond the first 4 are just as likely'],
  ['top-p', { top_p: 0.9 }, 'all tokens left were needed to reach 90 %'],
  ['min-p', { min_p: 0.05 }, 'all tokens left are at least 5 % as likely as the likeliest'],
  ['typical-p', { typical_p: 0.95 }, 'all tokens left were needed to reach 95 %'],
  ['top-n-sigma', { top_n_sigma: 3 }, 'no token left scores far enough below the best'],
])('says why %s with %j did nothing', (name, sampling, words) => {
  expect(said(name, sampling, [10, 0, false])).toBe(words);
});

it('says of XTC what the outlook tells', () => {
  const xtc = { xtc_probability: 0.5, xtc_threshold: 0.1 };
  const idle = (more: Partial<Outlook>, always = false) =>
    said('xtc', always ? { ...xtc, xtc_probability: 1 } : xtc, [10, 0, false], more);
  const one = { tokens: [token(1, 'a', 0.9, 0.95), token(2, 'b', 0.05, 0.05)] };
  const two = { tokens: [token(1, 'a', 0.5, 0.5), token(2, '\n', 0.4, 0.4)] };
  const spared = 'it spares the end of a line and of the text';
  expect(idle(one)).toBe('fewer than two tokens reach 10 %');
  expect(idle(two)).toBe(`the seed decided against it, or ${spared}`);
  expect(idle(two, true)).toBe(spared);
  const behind = [stage('xtc', 10, 0, false), stage('top-k', 1, 0.6)];
  expect(idle({ ...two, stages: behind })).toBe(
    'fewer than two tokens reach 10 %, or the seed decided against it',
  );
});

it('greys whatever comes to the only token, even where its score changes', () => {
  const stages = DEFAULT_ORDER.map((name) => stage(name, 1));
  const deeds = deedsOf(outlook({ vocabulary: 10, stages }), SAMPLING);
  expect(deeds.map(({ idle }) => idle)).toEqual([false, ...Array<boolean>(10).fill(true)]);
  expect(new Set(deeds.slice(1).map(({ words }) => words))).toEqual(
    new Set(['only one token was left']),
  );
});

it('counts what each one cut from what the one before it left', () => {
  const stages = [stage('top-k', 40, 0.2), stage('temperature', 40), stage('top-p', 12, 0.07)];
  const words = deedsOf(outlook({ stages }), { ...SAMPLING, top_k: 40 }).map((deed) => deed.words);
  expect(words[0]).toContain('cut 255,960 tokens, 20 %');
  expect(words[2]).toContain('cut 28 tokens, 7 %');
});

it.each<[SamplerStage, string]>([
  ['top-p', 'cut by top-p'],
  ['xtc', 'cut by XTC'],
  ['temperature', 'cut by temperature'],
  ['bias', 'banned'],
])('labels a token that %s cut', (by, words) => {
  expect(cutWords(by)).toBe(words);
});
