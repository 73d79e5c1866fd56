import { expect, it } from 'vitest';
import { biasSettings, withTokens } from './bias';

const token = (id: number, text: string) => ({ id, text });

it('bans new tokens once each and leaves those that are there as they are', () => {
  const biases = [{ ...token(1, ' fox'), amount: 2 }];
  const more = withTokens(biases, [token(1, ' fox'), token(2, 'es'), token(2, 'es')]);
  expect(more).toEqual([...biases, { ...token(2, 'es'), amount: null }]);
});

it('asks for nothing but what differs from nothing', () => {
  expect(biasSettings([])).toEqual({});
  expect(biasSettings([{ ...token(1, 'a'), amount: 0 }])).toEqual({});
  expect(
    biasSettings([
      { ...token(1, 'a'), amount: -1.5 },
      { ...token(2, 'b'), amount: null },
    ]),
  ).toEqual({ logit_bias: { 1: -1.5 }, ban_token: [2] });
});
