import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Preset } from '../bindings';
import PresetMenu from './PresetMenu.svelte';
import { Sampling } from './sampling.svelte';

let kept: Preset[];
let sampling: Sampling;

function answer(command: string, given: Record<string, unknown>): unknown {
  const [id, name, difference] = [String(given.preset), String(given.name), given.difference];
  if (command === 'presets') return structuredClone(kept);
  if (command === 'add_preset') kept.push({ id: 'new', name, difference });
  if (command === 'add_preset') return 'new';
  if (command === 'delete_preset') kept = kept.filter((preset) => preset.id !== id);
  if (command === 'order_presets') {
    const order = given.order as string[];
    kept.sort((one, other) => order.indexOf(one.id) - order.indexOf(other.id));
  }
  if (command === 'change_preset') {
    kept = kept.map((preset) => (preset.id === id ? { id, name, difference } : preset));
  }
  return null;
}

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  kept = [{ id: 'odd', name: 'Odd', difference: { temperature: 1.5, warmth: 3 } }];
  mockIPC((command, given) => answer(command, (given ?? {}) as Record<string, unknown>));
  sampling = new Sampling();
  render(PresetMenu, { sampling });
  await waitFor(() => expect(sampling.own.all).toHaveLength(1));
  await fireEvent.click(button());
  await waitFor(() => expect(focused()).toContain('Balanced'));
});
afterEach(() => {
  cleanup();
  clearMocks();
});

const button = () => screen.getByTestId('preset');
const menu = () => screen.getByTestId<HTMLDialogElement>('preset-menu');
const focused = () => document.querySelector('button:focus')?.textContent ?? '';
const entry = (name: string) => screen.getByText(name, { selector: 'button *, button' });
const press = (key: string, more = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
async function name(text: string) {
  const field = await screen.findByTestId('preset-name');
  await fireEvent.input(field, { target: { value: text } });
  await fireEvent.keyDown(field, { key: 'Enter' });
}

it('shows what is in force, and what each of the user’s presets changes', () => {
  expect(button().textContent.trim()).toBe('Balanced');
  expect(menu().textContent).toContain('temperature 1.5');
  expect(menu().textContent).toContain('Left out, as not known or out of range: warmth');
});

it('chooses with a click', async () => {
  await fireEvent.click(entry('Odd'));
  expect(menu().open).toBe(false);
  expect(button().textContent.trim()).toBe('Odd');
  expect(sampling.settings.temperature).toBe(1.5);
  sampling.values.temperature = 1.2;
  await waitFor(() => expect(button().textContent.trim()).toBe('Changed'));
});

it('goes by keys, around the ends, and closes with Esc', async () => {
  await press('ArrowDown');
  expect(focused()).toContain('Creative');
  await press('End');
  expect(focused()).toContain('Export');
  await press('ArrowDown');
  expect(focused()).toContain('Greedy');
  await press('ArrowUp');
  await press('Home');
  expect(focused()).toContain('Greedy');
  await press('Escape');
  expect(menu().open).toBe(false);
});

it('saves the settings under a name, which is chosen then', async () => {
  sampling.values.temperature = 0.9;
  await fireEvent.click(screen.getByTestId('preset-save'));
  await name(' odd ');
  expect(await screen.findByRole('alert')).toHaveProperty(
    'textContent',
    'Another preset has that name.',
  );
  await name(' Mine ');
  await waitFor(() => expect(button().textContent.trim()).toBe('Mine'));
  expect(kept[1]).toEqual({
    id: 'new',
    name: 'Mine',
    difference: { temperature: 0.9, top_p: 0.9 },
  });
  await waitFor(() => expect(focused()).toContain('Mine'));
});

it('gives the naming up with Esc and stays open', async () => {
  await fireEvent.click(screen.getByTestId('preset-save'));
  await fireEvent.keyDown(await screen.findByTestId('preset-name'), { key: 'Escape' });
  await waitFor(() => expect(focused()).toContain('Save as preset'));
  expect(menu().open).toBe(true);
});

it('updates a chosen preset that was changed', async () => {
  expect(screen.queryByTestId('preset-update')).toBeNull();
  await fireEvent.click(entry('Odd'));
  sampling.values.temperature = 1.2;
  await fireEvent.click(button());
  await fireEvent.click(await screen.findByTestId('preset-update'));
  await waitFor(() => expect(kept[0]?.difference).toEqual({ temperature: 1.2 }));
  await waitFor(() => expect(screen.queryByTestId('preset-update')).toBeNull());
});

it('renames with F2, deletes with Delete, and takes that back', async () => {
  for (let presses = 0; presses < 3; presses++) await press('ArrowDown');
  expect(focused()).toContain('Odd');
  await press('F2');
  await name('Odder');
  await waitFor(() => expect(focused()).toContain('Odder'));
  await press('Delete');
  await fireEvent.click(await screen.findByTestId('preset-undo'));
  await waitFor(() => expect(kept.map((preset) => preset.name)).toEqual(['Odder']));
  await waitFor(() => expect(focused()).toContain('Odder'));
});

it('moves a preset with Alt and an arrow, and stays on it', async () => {
  await fireEvent.click(screen.getByTestId('preset-save'));
  await name('Mine');
  await waitFor(() => expect(focused()).toContain('Mine'));
  await press('ArrowUp', { altKey: true });
  await waitFor(() => expect(kept.map((preset) => preset.name)).toEqual(['Mine', 'Odd']));
  await waitFor(() => expect(focused()).toContain('Mine'));
});

it('shows in place what failed', async () => {
  mockIPC(() => {
    throw { kind: 'full', message: 'The disk is full', hint: null };
  });
  await fireEvent.click(screen.getByTestId('preset-save'));
  await name('Mine');
  const problem = await screen.findByTestId('preset-problem');
  expect(problem.textContent).toContain('The disk is full');
  expect(screen.getByTestId<HTMLInputElement>('preset-name').value).toBe('Mine');
});
