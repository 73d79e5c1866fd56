import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LicenceChoice, LicenceRecord } from '../bindings';
import LicenceList from './LicenceList.svelte';
import { Licences } from './licences.svelte';
import LicenceScreen from './LicenceScreen.svelte';

const document_ = { name: 'The Licence', link: 'https://example.org/licence', party: 'Maker' };
const choice = (model: string): LicenceChoice => ({
  model,
  repo: `maker/${model}`,
  title: model.toUpperCase(),
  purpose: 'writes',
  document: document_,
  weight_bytes: 17_000_000_000,
  card: null,
});
const record = (model: string, withdrawn_at: string | null = null): LicenceRecord => ({
  model,
  document: 'The Licence',
  document_sha256: null,
  link: document_.link,
  accepted_at: '2026-11-26T07:00:00Z',
  who: 'anna',
  app_version: '0.1.0',
  withdrawn_at,
});

let kept: LicenceRecord[];
let calls: [string, unknown][];
let failing: string;

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
  [kept, calls, failing] = [[], [], ''];
  mockIPC((command, given) => {
    calls.push([command, given]);
    if (command === failing) throw { kind: 'io', message: 'it failed', hint: null };
    if (command === 'licence_choices') return [choice('base'), choice('chat')];
    if (command === 'licences') return kept;
    if (command === 'choose_licence_copy') return { path: '/a/b', name: 'b', sha256: 'ff' };
    if (command === 'withdraw_licence') kept = [record('base', '2026-11-27T07:00:00Z')];
    return null;
  });
});
afterEach(() => {
  cleanup();
  clearMocks();
});

const agree = () => screen.getByTestId<HTMLInputElement>('licence-agree');
const accept = () => screen.getByTestId<HTMLButtonElement>('licence-accept');
const asked = (command: string) => calls.filter(([name]) => name === command).map(([, g]) => g);

async function show() {
  const onaccepted = vi.fn();
  const { component } = render(LicenceScreen, { free: null, licences: new Licences(), onaccepted });
  await component.show();
  await screen.findByTestId('licence-accept');
  return { onaccepted, component };
}

it('accepts only what was opened and agreed to', async () => {
  const { onaccepted } = await show();
  expect(agree().disabled).toBe(true);
  expect(accept().disabled).toBe(true);
  await fireEvent.click(screen.getByTestId('licence-open'));
  await waitFor(() => expect(agree().disabled).toBe(false));
  expect(accept().disabled).toBe(true);
  await fireEvent.click(agree());
  await waitFor(() => expect(accept().disabled).toBe(false));
  await fireEvent.click(accept());
  await waitFor(() => expect(onaccepted).toHaveBeenCalledOnce());
  expect(asked('accept_licence')).toEqual([{ model: 'base', copy: null }]);
  expect(screen.getByTestId<HTMLDialogElement>('licence-screen').open).toBe(false);
});

it('asks anew for another model, and when it is shown again', async () => {
  const { component } = await show();
  await fireEvent.click(screen.getByTestId('licence-open'));
  await waitFor(() => expect(agree().disabled).toBe(false));
  await fireEvent.click(agree());
  await fireEvent.click(screen.getByDisplayValue('chat'));
  await waitFor(() => expect(agree().disabled).toBe(true));
  expect(agree().checked).toBe(false);
  await fireEvent.click(screen.getByTestId('licence-copy'));
  await screen.findByText(/SHA-256 ff/);
  await fireEvent.click(agree());
  await fireEvent.click(accept());
  await waitFor(() => expect(asked('accept_licence')).toEqual([{ model: 'chat', copy: '/a/b' }]));
  await component.show();
  await waitFor(() => expect(agree().disabled).toBe(true));
});

it('is not open when the browser is not, and says so', async () => {
  failing = 'open_licence_text';
  await show();
  await fireEvent.click(screen.getByTestId('licence-open'));
  expect((await screen.findByTestId('licence-problem')).textContent).toContain('It failed');
  expect(agree().disabled).toBe(true);
});

it('loads nothing when the record could not be written', async () => {
  const { onaccepted } = await show();
  await fireEvent.click(screen.getByTestId('licence-open'));
  await waitFor(() => expect(agree().disabled).toBe(false));
  await fireEvent.click(agree());
  failing = 'accept_licence';
  await fireEvent.click(accept());
  await screen.findByTestId('licence-problem');
  expect(onaccepted).not.toHaveBeenCalled();
});

it('withdraws with a second press, and keeps showing what was accepted', async () => {
  kept = [record('base')];
  const licences = new Licences();
  render(LicenceList, { licences });
  await licences.load();
  await fireEvent.click(await screen.findByTestId('withdraw'));
  expect(asked('withdraw_licence')).toEqual([]);
  await fireEvent.click(screen.getByTestId('withdraw'));
  await waitFor(() => expect(asked('withdraw_licence')).toEqual([{ model: 'base' }]));
  await waitFor(() => expect(screen.queryByTestId('withdraw')).toBeNull());
  expect(screen.getByTestId('licences').textContent).toContain('withdrawn');
});
