import type { Channel } from '@tauri-apps/api/core';
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DownloadState, ModelEntry } from '../bindings';
import { HuggingFace } from './account.svelte';
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
  commit: null,
  ...more,
});

let entries: ModelEntry[];
let tell: (downloads: DownloadState[]) => void;
let calls: [string, unknown][];
let failing: string;
const account = { place: null, endpoint: 'https://hub', offline: false, free_bytes: 5e11 };
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
    if (command === 'watch_downloads') {
      const { onChange } = given as { onChange: Channel<DownloadState[]> };
      tell = (downloads) => onChange.onmessage(downloads);
    }
    if (command === 'account') return account;
    return command === 'list_models' ? entries : null;
  });
  const models = new Models();
  models.watch();
  const { component } = render(ModelsSheet, { models, huggingFace: new HuggingFace(), ...props });
  component.show();
  await waitFor(() => screen.getByTestId('model-far'));
});
afterEach(() => {
  cleanup();
  clearMocks();
});

const row = (name: string) => within(screen.getByTestId(`model-${name}`));
const button = (name: string, label: string) =>
  row(name).getByRole('button', { name: label, hidden: true });
const press = (name: string, label: string) => fireEvent.click(button(name, label));
const download = (model: string, more: Partial<DownloadState>): DownloadState => ({
  model,
  stage: { is: 'fetching' },
  file: 'weights',
  bytes: 4e9,
  total: 16e9,
  bytes_per_second: 1e8,
  ...more,
});
const asked = (command: string) => calls.filter(([name]) => name === command).map(([, g]) => g);

it('says of each where it is and offers the one next step', async () => {
  button('here', 'Open');
  button('cached', 'Check and open');
  expect(row('gated').getByText(/not accepted/)).toBeTruthy();
  expect(row('cached').getByText(/17.1 GB · in the Hugging/)).toBeTruthy();
  expect(row('cached').getByText('The Licence, accepted')).toBeTruthy();
  expect(row('here').getByText(/found whole/)).toBeTruthy();
  await waitFor(() => expect(screen.getByTestId('free').textContent).toMatch(/^500 GB/));
  await press('gated', 'Read the licence…');
  expect(props.onlicence).toHaveBeenCalledWith('record of gated');
  await press('far', 'Its page');
  expect(asked('open_model_page')).toEqual([{ name: 'far' }]);
});

it('gets a model, shows how far it is, pauses and goes on', async () => {
  await press('far', 'Get');
  expect(asked('start_download')).toEqual([{ name: 'far' }]);
  tell([download('far', {})]);
  await waitFor(() => row('far').getByText('4 GB of 16 GB · 100 MB/s · 2 min left'));
  await press('far', 'Pause');
  tell([download('far', { stage: { is: 'paused' } })]);
  await waitFor(() => row('far').getByText('Paused · 4 GB of 16 GB'));
  await press('far', 'Go on');
  expect(asked('start_download')).toHaveLength(2);
  await press('far', 'Cancel…');
  expect(asked('cancel_download')).toEqual([]);
  await press('far', 'Throw away what has come');
  expect(asked('cancel_download')).toEqual([{ name: 'far' }]);
  entries = [entry('far', { family: 'Others', presence: 'installed' })];
  tell([]);
  await waitFor(() => button('far', 'Open'));
});

it('tells what stands in the way apart, each with its next step', async () => {
  const fails = (kind: string) => {
    const problem = { kind, message: kind, hint: null };
    tell([download('far', { stage: { is: 'failed', problem } })]);
  };
  fails('access_not_granted');
  await waitFor(() => button('far', 'Ask for access…'));
  fails('access_pending');
  await waitFor(() => button('far', 'Open its page…'));
  fails('licence_required');
  await waitFor(() => button('far', 'Read the licence…'));
  fails('token_missing');
  const field = await waitFor(() => row('far').getByTestId<HTMLInputElement>('token'));
  await fireEvent.input(field, { target: { value: 'hf_pasted' } });
  await press('far', 'Keep');
  expect(asked('keep_token')).toEqual([{ token: 'hf_pasted' }]);
  await waitFor(() => expect(asked('start_download')).toEqual([{ name: 'far' }]));
});

it('deletes after a second press only', async () => {
  await press('here', 'Delete…');
  expect(asked('delete_model')).toEqual([]);
  await press('here', 'Delete 17.1 GB');
  expect(asked('delete_model')).toEqual([{ name: 'here' }]);
});

it('opens what was checked, and a model found damaged never', async () => {
  failing = 'check_model';
  await press('cached', 'Check and open');
  await waitFor(() => expect(screen.getByTestId('models-problem').textContent).toMatch(/Damaged/));
  expect(asked('open_known_model')).toEqual([]);
  await waitFor(() => button('cached', 'Check and open'));
  failing = '';
  await press('cached', 'Check and open');
  await waitFor(() => expect(asked('open_known_model')).toEqual([{ name: 'cached' }]));
  expect(screen.getByTestId<HTMLDialogElement>('models').open).toBe(false);
});

it('opens nothing once the list was closed', async () => {
  const pressed = press('cached', 'Check and open');
  screen.getByTestId<HTMLDialogElement>('models').open = false;
  await pressed;
  await waitFor(() => expect(asked('list_models')).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked('open_known_model')).toEqual([]);
});
