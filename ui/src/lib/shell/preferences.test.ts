import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Preferences } from './preferences.svelte';

const problem = { kind: 'io', message: 'the disk is full', hint: null };
/** The file as the app has it, with a field that this window knows nothing about. */
let file: Record<string, unknown>;
let saved: unknown[];
let waiting: (() => void)[];
let broken: boolean;
let atOnce: boolean;

beforeEach(() => {
  file = { theme: 'dark', zoom: 125, model: '/a.nemo', last_session: 'one', fonts: 3 };
  [saved, waiting, broken, atOnce] = [[], [], false, true];
  mockIPC((command, payload) => {
    if (command === 'settings') return { ...file };
    if (command !== 'change_settings') throw new Error(command);
    if (broken) throw problem;
    file = (payload as { settings: typeof file }).settings;
    saved.push(file);
    return atOnce ? null : new Promise<null>((done) => waiting.push(() => done(null)));
  });
});
afterEach(() => {
  clearMocks();
  delete document.documentElement.dataset.theme;
  document.body.style.zoom = '';
});

async function loaded() {
  const preferences = new Preferences();
  await preferences.load();
  return preferences;
}
const settled = () => new Promise((done) => setTimeout(done));
const shown = () => [document.documentElement.dataset.theme, document.body.style.zoom];

it('shows what was kept', async () => {
  const preferences = await loaded();
  expect([preferences.theme, preferences.zoom]).toEqual(['dark', 125]);
  expect(shown()).toEqual(['dark', '125%']);
  expect(saved).toEqual([]);
});

it('leaves theme and size to the system when nothing else is wanted', async () => {
  const preferences = await loaded();
  preferences.theme = 'system';
  preferences.normal();
  expect(shown()).toEqual([undefined, '']);
});

it.each([
  [0, 67],
  [104, 100],
  [130, 125],
  [5000, 200],
])('makes %i per cent, which somebody wrote into the file, %i', async (written, zoom) => {
  file.zoom = written;
  expect((await loaded()).zoom).toBe(zoom);
});

it('goes through the sizes, and no further', async () => {
  const preferences = await loaded();
  preferences.larger();
  expect(preferences.zoom).toBe(150);
  for (let i = 0; i < 5; i++) preferences.larger();
  expect([preferences.zoom, preferences.largest]).toEqual([200, true]);
  for (let i = 0; i < 12; i++) preferences.smaller();
  expect([preferences.zoom, preferences.smallest]).toEqual([67, true]);
  preferences.normal();
  expect(preferences.zoom).toBe(100);
});

it('keeps its own two settings, and the others as the app last had them', async () => {
  const preferences = await loaded();
  file.last_session = 'two';
  preferences.theme = 'light';
  await settled();
  expect(saved).toEqual([{ ...file, theme: 'light', zoom: 125, last_session: 'two', fonts: 3 }]);
});

it('saves one change at a time, and of those that wait only the latest', async () => {
  atOnce = false;
  const preferences = await loaded();
  for (let i = 0; i < 3; i++) {
    preferences.larger();
    await settled();
  }
  expect(saved).toMatchObject([{ zoom: 150 }]);
  waiting.shift()?.();
  await settled();
  expect(saved).toMatchObject([{ zoom: 150 }, { zoom: 200 }]);
});

it('says when a change could not be kept, until one could', async () => {
  const preferences = await loaded();
  broken = true;
  preferences.theme = 'light';
  await vi.waitFor(() => expect(preferences.problem).toEqual(problem));
  expect(shown()[0]).toBe('light');
  broken = false;
  preferences.larger();
  await vi.waitFor(() => expect(preferences.problem).toBeNull());
});

it('does not take back a change made before the settings had come', async () => {
  const preferences = new Preferences();
  const loading = preferences.load();
  preferences.larger();
  await loading;
  await settled();
  expect(preferences.zoom).toBe(110);
  expect(saved).toMatchObject([{ zoom: 110 }]);
});
