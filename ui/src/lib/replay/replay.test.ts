import { expect, it } from 'vitest';
import { keptAfter, outcomeOf } from './replay';
import { DIFFERENCE, replayed } from './samples';

const differs = { identical: false, first_difference: DIFFERENCE };

it('says that all is the same', () => {
  expect(outcomeOf(replayed(), 1)).toEqual({
    kind: 'same',
    title: 'All 128 tokens are the same.',
    details: [],
  });
  expect(outcomeOf(replayed({ mode: 'forced', compared: 1 }), 1).title).toBe(
    'The one token is as likely as recorded.',
  );
  expect(outcomeOf(replayed({ compared: 0 }), 1).title).toContain('Nothing was written');
  expect(outcomeOf(replayed({ changed: ['build'] }), 1).details).toEqual([
    'And yet something is other than recorded: the version of the engine.',
  ]);
});

it('says which token is another one, and by how much', () => {
  const outcome = outcomeOf(replayed({ ...differs, changed: ['device', 'batch shape'] }), 2);
  expect(outcome).toEqual({
    kind: 'other',
    title: 'The first difference is token 5 of column 2: now " the", recorded " a".',
    details: [
      'The 4 tokens before it are the same in all columns.',
      'The new token’s logit is 0.0313 above that of the recorded one, which is so little that ' +
        'rounding may decide.',
      'Perhaps because something is other than recorded: the device, or how the weights are held ' +
        'there; how many tokens the GPU computes together.',
    ],
  });
});

it.each([
  [{ margin: -2 }, 'The new token’s logit is 2 below that of the recorded one.'],
  [{ margin: 0 }, 'Both have the same logit now: chance or rounding decides.'],
  [{ index: 1 }, 'The token before it is the same.'],
])('says of a difference %j: %s', (more, words) => {
  const first_difference = { ...DIFFERENCE, lane: 0, ...more };
  const { title, details } = outcomeOf(replayed({ ...differs, first_difference }), 1);
  expect(title).not.toContain('column');
  expect(details).toContain(words);
  expect(details.at(-1)).toContain('Nothing that is recorded has changed');
});

it('says of numbers which is another one', () => {
  const { title, details } = outcomeOf(replayed({ mode: 'forced', ...differs }), 1);
  expect(title).toBe('From token 5 on it is not the same: " a" is not as likely as recorded.');
  expect(details[0]).toBe('Its log-probability differs by 0.0313.');
});

it('says that only the end is another one', () => {
  const { kind, title } = outcomeOf(replayed({ identical: false }), 1);
  expect([kind, title]).toEqual([
    'other',
    'Every token compared is the same, but the run ends elsewhere.',
  ]);
});

it('tells another model from another result', () => {
  const { kind, title, details } = outcomeOf(
    replayed({ ...differs, changed: ['model', 'build'] }),
    1,
  );
  expect([kind, title]).toEqual([
    'model',
    'Another model is loaded than the one that wrote this run.',
  ]);
  expect(details[1]).toContain('The first difference is token 5');
  expect(details.at(-1)).toBe('Also something is other than recorded: the version of the engine.');
});

it('tells a missing model from a difference', () => {
  const kept = (kind: string) => keptAfter({ kind, message: '', hint: null });
  expect(kept('no_model')).toContain('Load the model that wrote the run');
  expect(kept('unknown_token')).toContain('is not the one that wrote the run');
  expect(kept('gpu_failed')).toBe('Nothing was compared. The record is kept.');
});
