import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Preset } from '../bindings';
import { Sampling } from './sampling.svelte';
import { UserPresets } from './userPresets.svelte';

/** The database, as far as presets go. */
let kept: Preset[];
let failing: boolean;
const problem = { kind: 'full', message: 'The disk is full', hint: null };

const commands: Record<string, (given: Record<string, unknown>) => unknown> = {
  presets: () => structuredClone(kept),
  add_preset: ({ name, difference }) => {
    const id = `id${kept.length}${String(name)}`;
    kept.push({ id, name: String(name), difference });
    return id;
  },
  change_preset: ({ preset, name, difference }) => {
    const id = String(preset);
    kept = kept.map((one) => (one.id === id ? { id, name: String(name), difference } : one));
    return null;
  },
  delete_preset: ({ preset }) => {
    kept = kept.filter(({ id }) => id !== preset);
    return null;
  },
  order_presets: ({ order }) => {
    const place = ({ id }: Preset) => (order as string[]).indexOf(id);
    kept.sort((one, other) => place(one) - place(other));
    return null;
  },
  import_presets: () => 2,
  export_presets: () => false,
};

beforeEach(() => {
  failing = false;
  kept = [
    { id: 'a', name: 'Odd', difference: { temperature: 1.5, warmth: 3 } },
    { id: 'b', name: 'Even', difference: { min_p: 0.1 } },
  ];
  mockIPC((command, given) => {
    if (failing) throw problem;
    return commands[command]?.((given ?? {}) as Record<string, unknown>);
  });
});
afterEach(clearMocks);

async function loaded(): Promise<UserPresets> {
  const own = new UserPresets();
  await own.load();
  return own;
}
function first(own: UserPresets) {
  const [preset] = own.all;
  if (!preset) throw new Error('no preset');
  return preset;
}
const names = (own: UserPresets) => own.all.map(({ name }) => name);

it('reads what it knows and says what it ignores', async () => {
  const own = await loaded();
  expect(own.all).toMatchObject([
    { name: 'Odd', difference: { temperature: 1.5 }, ignored: ['warmth'], what: 'temperature 1.5' },
    { name: 'Even', difference: { min_p: 0.1 }, ignored: [] },
  ]);
});

it('adds, overwrites, and renames without losing what it ignores', async () => {
  const own = await loaded();
  expect(await own.add('New', { top_k: 5 })).toMatchObject({ name: 'New', what: 'top-k 5' });
  await own.rename(first(own), 'Odder');
  expect(kept[0]).toMatchObject({ name: 'Odder', difference: { temperature: 1.5, warmth: 3 } });
  await own.change(first(own), { top_p: 0.5 });
  expect(first(own)).toMatchObject({ name: 'Odder', difference: { top_p: 0.5 }, ignored: [] });
});

it('moves a preset, but not past the ends', async () => {
  const own = await loaded();
  await own.add('Last', {});
  await own.move(first(own), 1);
  expect(names(own)).toEqual(['Even', 'Odd', 'Last']);
  await own.move(first(own), -1);
  await own.move(first(own), 3);
  expect(kept.map(({ name }) => name)).toEqual(['Even', 'Odd', 'Last']);
});

it('brings a deleted preset back whole, to where it was', async () => {
  const own = await loaded();
  await own.delete(first(own));
  expect(names(own)).toEqual(['Even']);
  expect(own.deleted?.name).toBe('Odd');
  await own.undo();
  expect(names(own)).toEqual(['Odd', 'Even']);
  expect(kept[0]?.difference).toEqual({ temperature: 1.5, warmth: 3 });
  expect(own.deleted).toBeNull();
  await own.undo();
  expect(kept).toHaveLength(2);
});

it('keeps the way back when bringing back fails', async () => {
  const own = await loaded();
  await own.delete(first(own));
  failing = true;
  await own.undo();
  expect(own.problem).toEqual(problem);
  failing = false;
  await own.undo();
  expect(names(own)).toEqual(['Odd', 'Even']);
});

it('says what failed, and nothing any more once something worked', async () => {
  const own = await loaded();
  failing = true;
  expect(await own.add('New', {})).toBeNull();
  expect(await own.rename(first(own), 'Other')).toBe(false);
  expect(own.problem).toEqual(problem);
  expect(names(own)).toEqual(['Odd', 'Even']);
  failing = false;
  expect(await own.rename(first(own), 'Other')).toBe(true);
  expect(own.problem).toBeNull();
});

it('does one thing at a time', async () => {
  const own = await loaded();
  await Promise.all([own.add('Twice', {}), own.add('Twice', {})]);
  expect(names(own)).toEqual(['Odd', 'Even', 'Twice']);
});

it('says how many were imported, and nothing of a dialog that was closed', async () => {
  const own = await loaded();
  await own.import();
  expect(own.note).toBe('2 presets added.');
  await own.export();
  expect(own.note).toBe('');
});

it('knows which names are taken', async () => {
  const own = await loaded();
  expect(own.taken(' odd ', null)).toBe(true);
  expect(own.taken('Odd', 'a')).toBe(false);
  expect(own.taken('balanced', null)).toBe(true);
  expect(own.taken('New', null)).toBe(false);
});

it('stays the chosen preset when renamed, overwritten, deleted and brought back, and restored', async () => {
  const sampling = new Sampling();
  await sampling.own.load();
  sampling.apply(first(sampling.own));
  expect(sampling.preset?.name).toBe('Odd');
  await sampling.own.rename(first(sampling.own), 'Odder');
  expect(sampling.chosen.name).toBe('Odder');
  sampling.choose(first(sampling.own));
  sampling.values.top_k = 3;
  expect(sampling.preset).toBeUndefined();
  await sampling.own.change(first(sampling.own), sampling.changes);
  expect(sampling.preset?.name).toBe('Odder');
  await sampling.own.delete(first(sampling.own));
  expect(sampling.chosen.name).toBe('Balanced');
  await sampling.own.undo();
  expect(sampling.preset?.name).toBe('Odder');

  // A session may be opened before the presets are there.
  const later = new Sampling();
  later.restore(sampling.snapshot());
  expect(later.preset).toBeUndefined();
  await later.own.load();
  expect(later.preset?.name).toBe('Odder');
});

it('prefers the chosen one of two presets that set the same', async () => {
  const sampling = new Sampling();
  await sampling.own.load();
  const added = await sampling.own.add('Mine', sampling.changes);
  expect(sampling.preset?.name).toBe('Balanced');
  if (added) sampling.choose(added);
  expect(sampling.preset?.name).toBe('Mine');
});
