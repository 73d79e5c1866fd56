import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ModelEntry } from '../bindings';
import { Models } from './models.svelte';
import ModelsSheet from './ModelsSheet.svelte';

const entry = (name: string, more: Partial<ModelEntry>): ModelEntry => ({
  name,
  record: `record of ${name}`,
  title: name.toUpperCase(),
  family: 'Family',
  purpose: 'writes',
  licence: 'The Licence',
  gate: 'none',
  weight_bytes: 17_080_000_000,
  presence: 'absent',
  verified_at: null,
  ...more,
});

let entries: ModelEntry[];
let calls: [string, unknown][];
let failing: string;
const props = { onlicence: vi.fn(), onopen: vi.fn() };

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
  entries = [
    entry('gated', { gate: 'required', presence: 'fetched' }),
    entry('here', { presence: 'installed', verified_at: '2026-11-26T07:00:00Z' }),
    entry('cached', { presence: 'fetched', gate: 'accepted' }),
    entry('far', { family: 'Others' }),
  ];
  [calls, failing] = [[], ''];
  mockIPC((command, given) => {
    calls.push([command, given]);
    if (command === failing) throw { kind: 'checksum_mismatch', message: 'damaged', hint: null };
    return command === 'list_models' ? entries : null;
  });
  const { component } = render(ModelsSheet, { models: new Models(), ...props });
  component.show();
  await waitFor(() => screen.getByTestId('model-far'));
});
afterEach(() => {
  cleanup();
  clearMocks();
});

const row = (name: string) => within(screen.getByTestId(`model-${name}`));
const press = (name: string) => fireEvent.click(row(name).getByRole('button', { hidden: true }));
const asked = (command: string) => calls.filter(([name]) => name === command).map(([, g]) => g);

it('says of each where it is and offers the one next step', async () => {
  const buttons = ['gated', 'here', 'cached', 'far'].map(
    (name) => row(name).getByRole('button', { hidden: true }).textContent,
  );
  expect(buttons).toEqual(['Read the licence…', 'Open', 'Check and open', 'Open its page']);
  expect(row('gated').getByText(/not accepted/)).toBeTruthy();
  expect(row('cached').getByText(/17.1 GB · in the Hugging/)).toBeTruthy();
  expect(row('cached').getByText('The Licence, accepted')).toBeTruthy();
  expect(row('here').getByText(/found whole/)).toBeTruthy();
  await press('gated');
  expect(props.onlicence).toHaveBeenCalledWith('record of gated');
  await press('far');
  expect(asked('open_model_page')).toEqual([{ name: 'far' }]);
});

it('opens what was checked, and a model found damaged never', async () => {
  failing = 'check_model';
  await press('cached');
  await waitFor(() => expect(screen.getByTestId('models-problem').textContent).toMatch(/Damaged/));
  expect(asked('open_known_model')).toEqual([]);
  await waitFor(() => row('cached').getByText('Check and open'));
  failing = '';
  await press('cached');
  await waitFor(() => expect(asked('open_known_model')).toEqual([{ name: 'cached' }]));
  expect(screen.getByTestId<HTMLDialogElement>('models').open).toBe(false);
});

it('opens nothing once the list was closed', async () => {
  const pressed = press('cached');
  screen.getByTestId<HTMLDialogElement>('models').open = false;
  await pressed;
  await waitFor(() => expect(asked('list_models')).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked('open_known_model')).toEqual([]);
});
