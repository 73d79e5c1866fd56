import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Gpus, ModelInfo } from '../bindings';
import { Devices } from './devices.svelte';
import DeviceSetting from './DeviceSetting.svelte';

const gpu = {
  number: 1,
  name: 'NVIDIA H100',
  total_bytes: 80e9,
  free_bytes: 70e9,
  capability: [9, 0] as [number, number],
};
const onCpu = {
  device: 'CPU',
  device_id: 'cpu',
  device_reason: 'not enough GPU memory: the model needs 20.6 GB',
} as ModelInfo;
let found: Gpus;
let used: unknown[];
let refused: boolean;

beforeEach(() => {
  [found, used, refused] = [{ found: [gpu], why_none: null }, [], false];
  mockIPC((command, payload) => {
    if (command === 'gpus') return found;
    if (command === 'settings') return { device: 'auto' };
    if (command !== 'use_device') throw new Error(command);
    used.push(payload);
    if (refused) throw { kind: 'out_of_memory', message: 'it is full', hint: null };
    return null;
  });
});
afterEach(() => {
  cleanup();
  clearMocks();
});

async function shown(model: ModelInfo | null = onCpu) {
  const devices = new Devices();
  await devices.load();
  render(DeviceSetting, { devices, model });
  return screen.getByTestId('device') as HTMLSelectElement;
}
const outcome = () => screen.getByTestId('device-outcome').textContent.trim();

it('names the GPUs with their memory, and says why it is the CPU', async () => {
  const select = await shown();
  const names = [...select.options].map((option) => option.textContent.trim());
  expect(names.slice(1)).toEqual(['CPU', 'NVIDIA H100, 70 GB of 80 GB free']);
  expect(select.value).toBe('auto');
  expect(outcome()).toBe(
    'The model is computed on the CPU: not enough GPU memory: the model needs 20.6 GB.',
  );
});

it('says what is missing where there is no GPU', async () => {
  found = { found: [], why_none: 'there is no NVIDIA driver' };
  const select = await shown();
  expect(select.options).toHaveLength(2);
  expect(outcome()).toBe('Models are computed on the CPU: there is no NVIDIA driver.');
});

it('moves the model, and puts the choice back when it cannot be used', async () => {
  const select = await shown();
  await fireEvent.change(select, { target: { value: 'cuda:1' } });
  await waitFor(() => expect(used).toEqual([{ device: 'cuda:1' }]));
  await waitFor(() => expect(select.disabled).toBe(false));
  expect(select.value).toBe('cuda:1');
  refused = true;
  await fireEvent.change(select, { target: { value: 'cpu' } });
  expect((await screen.findByTestId('device-problem')).textContent).toContain('It is full');
  await waitFor(() => expect(select.value).toBe('cuda:1'));
});
