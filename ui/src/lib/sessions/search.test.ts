import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SearchPage } from '../bindings';
import { session } from './samples';
import { Search } from './search.svelte';

const page = (id: string): SearchPage => ({
  hits: [{ session: session(id), snippet: [] }],
  more: false,
  unindexed: 0,
});
const found = (search: Search) => search.found?.hits.map((hit) => hit.session.id) ?? null;

interface Answer {
  resolve: (page: SearchPage) => void;
  reject: (error: Error) => void;
}
/** A search whose answers come when the test says so. */
function setUp() {
  const answers: Record<string, Answer> = {};
  const find = vi.fn(
    (text: string) =>
      new Promise<SearchPage>((resolve, reject) => (answers[text] = { resolve, reject })),
  );
  const failed = vi.fn();
  return { search: new Search(find, failed), answers, find, failed };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('waits for a pause in the typing', () => {
  const { search, find } = setUp();
  for (const text of ['f', 'fo', 'fox']) {
    search.set(text);
    vi.advanceTimersByTime(50);
  }
  expect(find).not.toHaveBeenCalled();
  vi.advanceTimersByTime(120);
  expect(find.mock.calls).toEqual([['fox']]);
});

it('shows what the latest words found, whichever answer comes last', async () => {
  const { search, answers } = setUp();
  search.set('fox');
  await vi.advanceTimersByTimeAsync(200);
  search.set('hen');
  await vi.advanceTimersByTimeAsync(200);
  answers['hen']?.resolve(page('hen'));
  await vi.advanceTimersByTimeAsync(0);
  answers['fox']?.resolve(page('fox'));
  await vi.advanceTimersByTimeAsync(0);
  expect(found(search)).toEqual(['hen']);
});

it('finds nothing any more once the field is empty', async () => {
  const { search, answers, failed } = setUp();
  search.set('fox');
  await vi.advanceTimersByTimeAsync(200);
  search.set(' ');
  answers['fox']?.resolve(page('fox'));
  await vi.advanceTimersByTimeAsync(0);
  expect(found(search)).toBeNull();
  expect(failed).not.toHaveBeenCalled();
});

it('keeps what it shows when a search fails, and says so', async () => {
  const { search, answers, failed } = setUp();
  search.set('fox');
  await vi.advanceTimersByTimeAsync(200);
  answers['fox']?.resolve(page('fox'));
  await vi.advanceTimersByTimeAsync(0);
  const again = search.again();
  answers['fox']?.reject(new Error('damaged'));
  await again;
  expect(found(search)).toEqual(['fox']);
  expect(failed).toHaveBeenCalledOnce();
});
