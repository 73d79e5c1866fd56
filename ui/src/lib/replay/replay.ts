/** What a repetition of a run showed, in words. */
import type { Changed, Difference, Problem, Replay, ReplayMode, TokenText } from '../bindings';
import { whole } from '../engine/format';
import { isTextless, spokenText, tokens } from '../lens/figures';

export interface Outcome {
  /** `model`: two models were compared, and not what came of one. */
  readonly kind: 'same' | 'other' | 'model';
  readonly title: string;
  /** Whole sentences. */
  readonly details: readonly string[];
}

export interface Way {
  readonly mode: ReplayMode;
  readonly label: string;
  readonly what: string;
  /** While it is under way. */
  readonly doing: string;
}

export const WAYS: readonly Way[] = [
  {
    mode: 'forced',
    label: 'Check the numbers',
    what:
      'The recorded tokens are read once more, and how likely the model finds each is compared. ' +
      'This can always be compared, and takes moments.',
    doing: 'Reading the recorded tokens…',
  },
  {
    mode: 'regenerate',
    label: 'Write it again',
    what:
      'All of it is written again with the recorded settings and seed, and the tokens are ' +
      'compared. This takes as long as the run did; your text is not touched.',
    doing: 'Writing it again…',
  },
];

/** Logits in bf16, where the likeliest tend to be, lie this far apart: rounding may close the gap. */
const NEAR_TIE = 0.25;

const CHANGED: Record<Exclude<Changed, 'model'>, string> = {
  build: 'the version of the engine',
  device: 'the device, or how the weights are held there',
  'batch shape': 'how many tokens the GPU computes together',
};

/** `lanes`: how many completions the run wrote side by side. */
export function outcomeOf(replay: Replay, lanes: number): Outcome {
  const model = replay.changed.includes('model');
  const found = model ? foundOf(replay, lanes) : detailsOf(replay, lanes);
  const conditions = conditionsOf(replay);
  if (model)
    return { kind: 'model', title: ANOTHER_MODEL, details: [WHY_NOT, ...found, ...conditions] };
  return {
    kind: replay.identical ? 'same' : 'other',
    title: titleOf(replay, lanes),
    details: [...found, ...conditions],
  };
}

/** That nothing could be compared is not that something differs. */
export function keptAfter({ kind }: Problem): string {
  if (kind === 'no_model') return 'Nothing was compared. Load the model that wrote the run first.';
  if (kind === 'unknown_token') {
    return 'Nothing was compared: the loaded model is not the one that wrote the run.';
  }
  return 'Nothing was compared. The record is kept.';
}

const ANOTHER_MODEL = 'Another model is loaded than the one that wrote this run.';
const WHY_NOT = 'So this compares two models, and does not tell whether the run can be repeated.';

/** In one go, below a title that speaks of the model. */
const foundOf = (replay: Replay, lanes: number): string[] => [
  titleOf(replay, lanes),
  ...detailsOf(replay, lanes),
];

function titleOf(replay: Replay, lanes: number): string {
  const { identical, first_difference: first, compared } = replay;
  if (first) return replay.mode === 'forced' ? otherNumber(first, lanes) : otherToken(first, lanes);
  if (!identical) return 'Every token compared is the same, but the run ends elsewhere.';
  if (compared === 0) return 'Nothing was written, so there is nothing to compare.';
  return same(replay);
}

function same({ mode, compared }: Replay): string {
  const all = compared === 1 ? 'The one token' : `All ${tokens(compared)}`;
  if (mode === 'regenerate') return `${all} ${compared === 1 ? 'is' : 'are'} the same.`;
  return `${all} ${compared === 1 ? 'is' : 'are'} as likely as recorded.`;
}

const otherNumber = (difference: Difference, lanes: number): string =>
  `From ${place(difference, lanes)} on it is not the same: ${quoted(difference.recorded)} ` +
  'is not as likely as recorded.';

const otherToken = (difference: Difference, lanes: number): string =>
  `The first difference is ${place(difference, lanes)}: now ${quoted(difference.found)}, ` +
  `recorded ${quoted(difference.recorded)}.`;

/** 'token 5', 'token 5 of column 2'. */
const place = ({ index, lane }: Difference, lanes: number): string =>
  `token ${whole(index + 1)}${lanes > 1 ? ` of column ${lane + 1}` : ''}`;

const quoted = (token: TokenText): string =>
  isTextless(token.text) ? `the token with id ${token.id}` : spokenText(token);

function detailsOf(
  { mode, first_difference: first, identical, compared }: Replay,
  lanes: number,
): string[] {
  if (!first) return !identical ? [`So many were compared: ${whole(compared)}.`] : [];
  if (mode === 'forced') return [`Its log-probability differs by ${digits(first.margin)}.`];
  const before = first.index === 0 ? [] : [beforeIt(first, lanes)];
  return [...before, marginInWords(first.margin)];
}

const beforeIt = ({ index }: Difference, lanes: number): string =>
  index === 1
    ? `The token before it is the same${lanes > 1 ? ' in all columns' : ''}.`
    : `The ${tokens(index)} before it are the same${lanes > 1 ? ' in all columns' : ''}.`;

function marginInWords(margin: number): string {
  const size = Math.abs(margin);
  if (size < 0.00005) return 'Both have the same logit now: chance or rounding decides.';
  const where = margin > 0 ? 'above' : 'below';
  const near = size <= NEAR_TIE ? ', which is so little that rounding may decide' : '';
  return `The new token’s logit is ${digits(size)} ${where} that of the recorded one${near}.`;
}

const digits = (margin: number): string => String(Number(margin.toFixed(4)));

/** What is not as it was, and whether that came to anything. */
function conditionsOf({ changed, identical }: Replay): string[] {
  const names = changed.flatMap((name) => (name === 'model' ? [] : [CHANGED[name]]));
  if (names.length > 0) {
    const also = changed.includes('model') ? 'Also' : identical ? 'And yet' : 'Perhaps because';
    return [`${also} something is other than recorded: ${names.join('; ')}.`];
  }
  if (identical || changed.length > 0) return [];
  return [
    'Nothing that is recorded has changed: model, engine, device and batch shape are the same.',
  ];
}
