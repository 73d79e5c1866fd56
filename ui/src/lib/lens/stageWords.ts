/**
 * What each setting did to the next token, in words: what it changed, or why it had nothing to do.
 *
 * The words follow from what a stage of the sampler means. Where several causes are possible and
 * the outlook does not tell which it was, they are all named.
 */
import type { SamplerStage, SamplingSettings } from '../bindings';
import { whole } from '../engine/format';
import { NEUTRAL, type Numbers } from '../sampling/presets';
import { stageOf } from '../sampling/stages';
import { chanceInWords, setShare, tokens } from './figures';
import type { Outlook, StageOutlook } from './outlook';

export interface Deed {
  readonly stage: SamplerStage;
  readonly label: string;
  /** It is switched on and changed nothing. */
  readonly idle: boolean;
  readonly words: string;
}

/** A stage at work. */
interface Scene {
  readonly values: Numbers;
  readonly biases: readonly number[];
  /** How many tokens came to it, and how many it left. */
  readonly came: number;
  readonly left: number;
  /** '12 tokens, 7 % of the probability' */
  readonly lost: string;
  /** The final probabilities, where nothing behind it changed them. */
  readonly seen: readonly number[] | null;
}
interface Words {
  readonly did: (scene: Scene) => string;
  readonly why: (scene: Scene) => string;
}

export const labelOf = (stage: SamplerStage): string => stageOf(stage)?.label ?? stage;
/** Within a sentence; DRY and XTC are written so everywhere. */
const nameOf = (stage: SamplerStage): string =>
  labelOf(stage).replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
/** A token that was cut. */
export const cutWords = (by: SamplerStage): string =>
  by === 'bias' ? 'banned' : `cut by ${nameOf(by)}`;

export function deedsOf(outlook: Outlook, sampling: SamplingSettings): Deed[] {
  return outlook.stages.map((stage, at) => {
    const scene = sceneOf(outlook, sampling, stage, at);
    // Whatever is done to the only token, it stays the only one.
    const alone = scene.came <= 1;
    const idle = alone || !stage.changed;
    const { did, why } = WORDS[stage.name];
    const words = alone ? 'only one token was left' : idle ? why(scene) : did(scene);
    return { stage: stage.name, label: labelOf(stage.name), idle, words };
  });
}

function sceneOf(
  outlook: Outlook,
  sampling: SamplingSettings,
  { survivors, mass_removed }: StageOutlook,
  at: number,
): Scene {
  const came = outlook.stages[at - 1]?.survivors ?? outlook.vocabulary;
  const last = outlook.stages.slice(at + 1).every(({ changed }) => !changed);
  return {
    values: { ...NEUTRAL, ...sampling },
    biases: Object.values(sampling.logit_bias ?? {}),
    came,
    left: survivors,
    lost: `${tokens(came - survivors)}, ${chanceInWords(mass_removed)} of the probability`,
    seen: last ? outlook.tokens.map(({ after }) => after) : null,
  };
}

const ONE = 'kept only the likeliest token';
const kept = (what: string, { left, lost }: Scene): string =>
  `${left === 1 ? ONE : what}: cut ${lost}`;
const written = (range: number): string => (range > 0 ? `in the last ${tokens(range)}` : 'before');

/** Penalties look at the prompt too, so what was written is all of the text. */
const penalty = (up: (values: Numbers) => boolean | null): Words => ({
  did: ({ values }) => {
    const likelier = up(values);
    const how = likelier === null ? 'likelier or rarer' : likelier ? 'likelier' : 'less likely';
    return `made tokens written ${written(values.repetition_range)} ${how}`;
  },
  why: ({ values }) => `none of the tokens left was written ${written(values.repetition_range)}`,
});

const WORDS: Record<SamplerStage, Words> = {
  dry: {
    did: () => 'made what would go on with a repetition less likely',
    why: ({ values }) =>
      `no token left would go on with a repetition of ${tokens(values.dry_allowed_length)} or more`,
  },
  'repetition-penalty': penalty(({ repetition_penalty }) => repetition_penalty < 1),
  'frequency-presence': penalty(({ frequency_penalty, presence_penalty }) => {
    if (frequency_penalty * presence_penalty < 0) return null;
    return frequency_penalty + presence_penalty < 0;
  }),
  bias: {
    did: ({ biases, came, left, lost }) => {
      const banned = left < came ? [`banned ${lost}`] : [];
      return [...banned, ...biased(biases)].join('; ');
    },
    why: () => 'its tokens were already cut',
  },
  temperature: {
    did: (scene) => {
      const { temperature } = scene.values;
      if (temperature === 0) return kept(ONE, scene);
      return temperature < 1
        ? 'made likely tokens likelier, the others rarer'
        : 'made rare tokens likelier, the likely ones less so';
    },
    why: () => 'all tokens left were equally likely',
  },
  'top-k': {
    did: (scene) => kept(`kept the ${whole(scene.left)} likeliest`, scene),
    why: ({ values: { top_k }, came }) =>
      came <= top_k
        ? `only ${tokens(came)} were left, and it keeps ${whole(top_k)}`
        : `the tokens beyond the first ${whole(top_k)} are just as likely`,
  },
  'top-p': {
    did: (scene) =>
      kept(`kept the likeliest that together reach ${setShare(scene.values.top_p)}`, scene),
    why: ({ values }) => `all tokens left were needed to reach ${setShare(values.top_p)}`,
  },
  'min-p': {
    did: (scene) => kept(`kept tokens ${nearness(scene.values)}`, scene),
    why: ({ values }) => `all tokens left are ${nearness(values)}`,
  },
  'typical-p': {
    did: ({ values, lost }) =>
      'kept the tokens about as surprising as expected, ' +
      `up to ${setShare(values.typical_p)}: cut ${lost}`,
    why: ({ values }) => `all tokens left were needed to reach ${setShare(values.typical_p)}`,
  },
  'top-n-sigma': {
    did: (scene) => kept('kept the tokens whose score is near the best', scene),
    why: () => 'no token left scores far enough below the best',
  },
  xtc: {
    did: ({ lost }) => `cut the likeliest, ${lost}, to make room for rarer ones`,
    why: idleXtc,
  },
};

const nearness = ({ min_p }: Numbers): string =>
  `at least ${setShare(min_p)} as likely as the likeliest`;

function biased(biases: readonly number[]): string[] {
  const [up, down] = [biases.some((bias) => bias > 0), biases.some((bias) => bias < 0)];
  if (!up && !down) return [];
  return [`made its tokens ${[up && 'likelier', down && 'rarer'].filter(Boolean).join(' or ')}`];
}

/** By chance, for lack of likely tokens, or because it never takes the end of a line away. */
function idleXtc({ values: { xtc_threshold, xtc_probability }, seen }: Scene): string {
  const few = `fewer than two tokens reach ${setShare(xtc_threshold)}`;
  if (seen === null) return `${few}, or the seed decided against it`;
  if (seen.filter((after) => after >= xtc_threshold).length < 2) return few;
  const spared = 'it spares the end of a line and of the text';
  return xtc_probability < 1 ? `the seed decided against it, or ${spared}` : spared;
}
