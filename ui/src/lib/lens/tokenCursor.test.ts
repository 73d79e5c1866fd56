import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlacedToken } from '../bindings';
import { FakeLooks, outlook, placed, SAMPLING } from './samples';
import { TokenCursor } from './tokenCursor.svelte';

/** 'Où est 😀?', the smile by two tokens. */
const [OU, EST, SMILE, MARK] = [
  placed(0, 'Où', 1),
  placed(3, ' est ', 2),
  placed(8, '😀', 3, { ids: [3, 4], run: 'r', step: 0 }),
  placed(12, '?', 5, { run: 'r', step: 2 }),
] as const;
const TEXT = [OU, EST, SMILE, MARK];

let looks: FakeLooks;
let tokens: ReturnType<typeof vi.fn<() => Promise<readonly PlacedToken[]>>>;
let cursor: TokenCursor;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  looks = new FakeLooks();
  tokens = vi.fn(() => Promise.resolve(TEXT));
  cursor = new TokenCursor({ tokens, look: looks.look, again: looks.again }, SAMPLING, 5);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Rests, and lets whoever waits go on. */
const rest = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
/** Until the answer is taken in. */
async function answer(row = 1, more = {}) {
  void looks.last.answer(outlook({ row, ...more }));
  await rest();
}
const asked = () => looks.calls.map(({ name, at }) => [name, at]);

it('asks for the tokens once, and not before they are needed', async () => {
  expect(tokens).not.toHaveBeenCalled();
  const found = await Promise.all([0, 2, 3, 9, 12, 13].map((byte) => cursor.at(byte)));
  expect(found).toEqual([OU, OU, EST, SMILE, MARK, null]);
  expect(tokens).toHaveBeenCalledOnce();
});

it('goes from the caret to the token behind it or before it, and on from there', async () => {
  expect(await cursor.next(3)).toBe(EST);
  expect(await cursor.next(3)).toBe(SMILE);
  expect(await cursor.previous(3)).toBe(EST);
  cursor.close();
  expect(await cursor.previous(13)).toBe(MARK);
  expect([await cursor.next(), cursor.current]).toEqual([null, MARK]);
  cursor.close();
  expect([await cursor.next(), cursor.by]).toEqual([OU, 'keyboard']);
  expect([await cursor.previous(), cursor.current]).toEqual([null, OU]);
});

it('takes the token that the caret is in, either way', async () => {
  expect(await cursor.next(5)).toBe(EST);
  cursor.close();
  expect(await cursor.previous(5)).toBe(EST);
});

it('goes on for each key, also while the tokens are on their way', async () => {
  const [first, second] = [cursor.next(0), cursor.next(0)];
  expect([await first, await second]).toEqual([OU, EST]);
});

it('looks at the token that was gone to last, and shows none before it', async () => {
  cursor.open(OU, 'keyboard');
  await rest();
  for (const token of [EST, SMILE, MARK]) cursor.open(token, 'keyboard');
  expect(asked()).toEqual([['look', 0]]);
  await answer(1);
  expect([cursor.lens.outlook, cursor.lens.loading]).toEqual([null, true]);
  expect(asked()).toEqual([
    ['look', 0],
    ['look', 12],
  ]);
  await answer(12);
  expect([cursor.lens.outlook?.row, cursor.lens.loading]).toEqual([12, false]);
});

it('does not show one token by what was seen of another', async () => {
  cursor.open(OU, 'keyboard');
  await rest();
  await answer();
  cursor.open(EST, 'keyboard');
  expect([cursor.lens.outlook, cursor.lens.loading]).toEqual([null, true]);
});

it('keeps the seed of the run that wrote the token', async () => {
  cursor.open(OU, 'keyboard');
  await rest();
  expect(looks.last).toMatchObject({ at: 0, seed: 5 });
  await answer();
  cursor.open(MARK, 'keyboard');
  await rest();
  expect(looks.last).toMatchObject({ at: 12, seed: null });
  await answer(7, { seed: 99 });
  void cursor.settle({ ...SAMPLING, temperature: 0.1 }, 6);
  expect(looks.last).toMatchObject({ name: 'again', at: 7, seed: 99 });
  await answer(7);
  cursor.open(OU, 'keyboard');
  await rest();
  expect(looks.last).toMatchObject({ at: 0, seed: 6, sampling: { temperature: 0.1 } });
});

it('takes over settings for the token that is open, and asks nothing without one', async () => {
  void cursor.settle(SAMPLING, 8);
  expect(asked()).toEqual([]);
  cursor.open(EST, 'keyboard');
  await rest();
  await answer(4);
  void cursor.settle({ ...SAMPLING, top_k: 3 }, 9);
  expect(looks.last).toMatchObject({ name: 'again', at: 4, seed: 9, sampling: { top_k: 3 } });
});

it('opens a token when the pointer has rested on it', async () => {
  void cursor.hover(1);
  await rest(119);
  void cursor.hover(2);
  await rest(0);
  expect(cursor.current, 'within the token it rests').toBeNull();
  await rest(1);
  expect([cursor.current, cursor.by]).toEqual([OU, 'pointer']);
  expect(asked()).toEqual([['look', 0]]);
});

it('asks nothing of the tokens that the pointer goes over', async () => {
  for (const byte of [1, 4, 9]) {
    void cursor.hover(byte);
    await rest(110);
  }
  expect([asked(), cursor.current]).toEqual([[], null]);
  void cursor.hover(null);
  await rest(1000);
  expect([asked(), cursor.current]).toEqual([[], null]);
});

it('does not open a token that the pointer left while the tokens were on their way', async () => {
  void cursor.hover(1);
  void cursor.hover(null);
  await rest(1000);
  expect(cursor.current).toBeNull();
});

it('waits a little for the pointer to come to the card, also over other tokens', async () => {
  void cursor.hover(1);
  await rest(120);
  void cursor.hover(4);
  await rest(50);
  void cursor.hover(null);
  await rest(200);
  cursor.stay();
  await rest(1000);
  expect(cursor.current).toBe(OU);
  cursor.leave();
  await rest(200);
  cursor.leave();
  await rest(50);
  expect(cursor.current).toBeNull();
});

it('leaves open what a key opened, wherever the pointer is', async () => {
  cursor.open(OU, 'keyboard');
  void cursor.hover(4);
  await rest(1000);
  void cursor.hover(null);
  await rest(1000);
  expect(cursor.current).toBe(OU);
});

it('leaves open what somebody has gone into', async () => {
  void cursor.hover(1);
  await rest(120);
  cursor.hold();
  void cursor.hover(null);
  await rest(1000);
  expect([cursor.current, cursor.by]).toEqual([OU, 'keyboard']);
});

it('does not open again under the pointer when somebody closed it', async () => {
  void cursor.hover(1);
  await rest(120);
  cursor.close();
  void cursor.hover(2);
  await rest(1000);
  expect(cursor.current).toBeNull();
  void cursor.hover(null);
  await rest();
  void cursor.hover(1);
  await rest(120);
  expect(cursor.current).toBe(OU);
});

it('closes and asks for the tokens anew when the text is another one', async () => {
  await cursor.next();
  cursor.edited();
  expect([cursor.current, cursor.lens.outlook, cursor.lens.loading]).toEqual([null, null, false]);
  await cursor.next();
  expect(tokens).toHaveBeenCalledTimes(2);
});

it('takes no tokens of the text before', async () => {
  const [hover, next] = [cursor.at(1), cursor.next()];
  cursor.forget();
  expect([await hover, await next, cursor.current]).toEqual([null, null, null]);
});

it('says why there are no tokens after a key, and tries again at the next', async () => {
  tokens.mockRejectedValueOnce({ kind: 'no_model', message: 'no model', hint: null });
  expect([await cursor.at(0), cursor.problem]).toEqual([null, null]);
  tokens.mockRejectedValueOnce({ kind: 'no_model', message: 'no model', hint: null });
  expect([await cursor.next(), cursor.problem?.kind]).toEqual([null, 'no_model']);
  expect([await cursor.next(), cursor.problem]).toEqual([OU, null]);
});
