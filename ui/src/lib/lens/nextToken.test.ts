import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import { tick, type ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Lens } from './lens.svelte';
import NextToken from './NextToken.svelte';
import type { Outlook } from './outlook';
import { FakeLooks, outlook, SAMPLING, stage, token } from './samples';

const heard = { onpick: vi.fn(), onlook: vi.fn() };
let looks: FakeLooks;
let lens: Lens;

beforeEach(() => {
  looks = new FakeLooks();
  lens = new Lens(looks, SAMPLING, null);
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

type Given = Partial<ComponentProps<typeof NextToken>>;
async function shown(more: Partial<Outlook> = {}, given: Given = {}) {
  const view = render(NextToken, { lens, seedLocked: true, disabled: false, ...heard, ...given });
  await look(more);
  return view;
}
async function look(more: Partial<Outlook> = {}) {
  void lens.look(null);
  await looks.last.answer(outlook(more));
}
const many = (count: number, first = 0) =>
  Array.from({ length: count }, (_, at) => token(first + at, `t${first + at}`, 0.01, 0.01));
const rows = () => screen.getAllByTestId<HTMLButtonElement>('next-token');
const row = (id: number) => rows().find(({ dataset }) => dataset['token'] === String(id));
const ids = () => rows().map(({ dataset }) => Number(dataset['token']));
const names = () => rows().map((row) => row.querySelector('.sr-only')?.textContent);
const stops = () => rows().flatMap(({ tabIndex }, at) => (tabIndex === 0 ? [at] : []));
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
const words = (testid: string) =>
  screen.getByTestId(testid).textContent.replace(/\s+/g, ' ').trim();
const width = (id: number, bar: string) =>
  row(id)?.querySelector<HTMLElement>(bar)?.style.width ?? '';

it('shows each token before and after the settings', async () => {
  await shown();
  expect(rows().map((row) => row.querySelector('bdi')?.textContent)).toEqual([
    '·to',
    '↵',
    '·found',
  ]);
  expect([width(11, '.before'), width(11, '.after')]).toEqual(['30%', '41%']);
  expect(row(11)?.textContent).toContain('41 %');
  expect(row(11)?.title).toBe('Continue with this token. It was 30 %. Token 11');
  expect(words('place')).toBe('after 71 tokens');
});

it('strikes what was cut through, and says by which setting', async () => {
  await shown();
  expect(row(13)?.classList).toContain('cut');
  expect(row(13)?.textContent).toContain('cut by top-p');
  expect(row(13)?.textContent).not.toContain('%');
  expect(width(13, '.after')).toBe('0%');
});

it('reads as a list of tokens with what became of them', async () => {
  await shown();
  const list = screen.getByRole('list', { name: 'Likeliest next tokens' });
  expect(within(list).getAllByRole('listitem')).toHaveLength(3);
  expect(names()).toEqual([
    '" to", 41 percent, was 30 percent',
    'newline, seed takes this, 59 percent, was 20 percent, seed 1234',
    '" found", cut by top-p, was 3.0 percent',
  ]);
});

it('marks the token that the seed takes, and says what that is worth', async () => {
  const { rerender } = await shown();
  const mark = () => row(12)?.querySelector<HTMLElement>('.mark');
  expect(mark()?.textContent).toBe('seed takes this');
  expect(mark()?.title).toBe('The next run takes this token, by seed 1234');
  await rerender({ seedLocked: false });
  expect(mark()?.title).toMatch(/^Seed 1234 .* Each run draws a new seed/);
  expect(document.querySelectorAll('.mark')).toHaveLength(1);
});

it('is one stop for the tab key, and goes with the arrow keys', async () => {
  await shown();
  expect(stops()).toEqual([0]);
  rows()[0]?.focus();
  await press('ArrowDown');
  expect([document.activeElement, stops()]).toEqual([rows()[1], [1]]);
  await press('End');
  await press('ArrowDown');
  expect([document.activeElement, stops()]).toEqual([rows()[2], [2]]);
  await press('ArrowUp');
  await press('Home');
  await press('ArrowUp');
  expect(document.activeElement).toBe(rows()[0]);
});

it('hands over the token that is picked, also one that was cut', async () => {
  await shown();
  await fireEvent.click(row(13) ?? document.body);
  expect(heard.onpick).toHaveBeenCalledExactlyOnceWith(13, ' found');
});

it('lets no token be picked during a run, and keeps the focus', async () => {
  const { rerender } = await shown();
  rows()[0]?.focus();
  await rerender({ disabled: true });
  await fireEvent.click(rows()[0] ?? document.body);
  expect(heard.onpick).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(rows()[0]);
  expect(rows()[0]?.ariaDisabled).toBe('true');
  expect(rows()[0]?.title).toMatch(/^Not while the model is at work/);
});

it('keeps the focus in the list when the token under it is no longer there', async () => {
  await shown();
  row(12)?.focus();
  await look({ tokens: [token(12, 'b', 0.6, 0.6), token(21, 'c', 0.4, 0.4)] });
  expect(document.activeElement).toBe(row(12));
  await look({ tokens: many(3, 30), chosen: 31 });
  await tick();
  expect(document.activeElement).toBe(row(30));
});

it('keeps the rows of tokens that stay', async () => {
  await shown();
  const before = rows();
  void lens.settle({ ...SAMPLING, temperature: 0.2 }, null);
  await looks.last.answer(
    outlook({ tokens: [token(11, ' to', 0.3, 0.2), token(12, '\n', 0.2, 0.8)] }),
  );
  expect(rows()).toEqual(before.slice(0, 2));
  expect(width(11, '.after')).toBe('20%');
});

it('shows ten tokens, and up to forty when asked', async () => {
  await shown({ tokens: many(45), chosen: 3 });
  expect(ids()).toHaveLength(10);
  const more = screen.getByTestId('more-tokens');
  expect([more.textContent, more.ariaExpanded]).toEqual(['Show more', 'false']);
  await fireEvent.click(more);
  expect(ids()).toHaveLength(40);
  expect([more.textContent, more.ariaExpanded]).toEqual(['Show fewer', 'true']);
  await look({ tokens: many(10), chosen: 3 });
  expect(screen.queryByTestId('more-tokens')).toBeNull();
});

it('always shows the chosen token, and no more rows for it', async () => {
  await shown({ tokens: many(20), chosen: 15 });
  expect(ids()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 15]);
});

it('counts what is left, and explains the numbers', async () => {
  await shown({ survivors: 57 });
  expect(words('figures')).toBe(
    '57 of 256,000 tokens left · 93 % of the probability kept · 2.1 bits of entropy',
  );
  const titles = [...screen.getByTestId('figures').querySelectorAll('span')].map((s) => s.title);
  expect(titles[1]).toMatch(/^How likely the model itself found the tokens that are left/);
  expect(titles[2]).toContain('as unsure as between 4.3 equally likely tokens');
  // Tokens that do not exist have a little of the probability.
  await look({ survivors: 256_000, kept_mass: 0.9999 });
  expect(words('figures')).toContain('100 % of the probability kept');
});

it('says what each setting did, and greys what did nothing', async () => {
  const stages = [
    stage('top-p', 12, 0.07),
    stage('top-k', 12, 0, false),
    stage('temperature', 12, 0),
  ];
  lens = new Lens(looks, { temperature: 1.2, top_k: 40, top_p: 0.9 }, null);
  await shown({ stages });
  const list = screen.getByRole('list', { name: 'What each setting does here' });
  const deeds = within(list).getAllByRole('listitem');
  expect(deeds.map(({ dataset }) => dataset['testid'])).toEqual([
    'deed-top-p',
    'deed-top-k',
    'deed-temperature',
  ]);
  expect(deeds.map(({ classList }) => classList.contains('idle'))).toEqual([false, true, false]);
  expect(words('deed-top-k')).toBe(
    'Top-k: no effect here, as only 12 tokens were left, and it keeps 40',
  );
  expect(words('deed-top-p')).toMatch(/^Top-p kept the likeliest that together reach 90 %/);
  await look({ stages: [] });
  screen.getByText(/^No setting is on/);
});

it('says that nothing was read yet, and offers to', async () => {
  const { rerender } = render(NextToken, { lens, seedLocked: true, disabled: false, ...heard });
  screen.getByText(/^Nothing has been read yet/);
  await fireEvent.click(screen.getByTestId('look'));
  expect(heard.onlook).toHaveBeenCalledOnce();
  await rerender({ disabled: true });
  expect(screen.getByTestId<HTMLButtonElement>('look').disabled).toBe(true);
  void lens.look(null);
  await tick();
  expect(screen.getByRole('status').textContent).toBe('Reading the next token…');
});

it('takes the focus from the button that asked', async () => {
  render(NextToken, { lens, seedLocked: true, disabled: false, ...heard });
  screen.getByTestId('look').focus();
  await look();
  expect(screen.queryByTestId('look')).toBeNull();
  expect(document.activeElement).toBe(rows()[0]);
});

it('stays, dimmed, when the text is another one, and takes no pick then', async () => {
  await shown();
  lens.edited();
  await tick();
  expect(words('place')).toBe('of the text before the edit');
  expect(screen.getByTestId('outlook').classList).toContain('dim');
  await fireEvent.click(rows()[0] ?? document.body);
  expect(heard.onpick).not.toHaveBeenCalled();
  await fireEvent.click(screen.getByTestId('look-again'));
  expect(heard.onlook).toHaveBeenCalledOnce();
  await look();
  expect(screen.getByTestId('outlook').classList).not.toContain('dim');
  expect(words('place')).toBe('after 71 tokens');
});

it('says what went wrong, and that the rest is from before', async () => {
  await shown();
  void lens.look(null);
  await looks.last.fail('no_model');
  expect(words('next-problem')).toContain('What is shown is from before.');
  expect(words('place')).toBe('from before');
  expect(rows()).toHaveLength(3);
  lens.forget();
  await tick();
  expect(screen.queryByTestId('next-problem')).toBeNull();
});

it('has nothing that a screen reader would stumble over', async () => {
  await shown();
  const options = { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } };
  const { violations } = await axe(document.body, options);
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});
