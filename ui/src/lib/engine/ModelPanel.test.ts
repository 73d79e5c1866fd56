import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EngineStatus, Gpus, ModelInfo } from '../bindings';
import { EngineState } from './engine.svelte';
import ModelPanel from './ModelPanel.svelte';
import { RunState } from './run.svelte';

const model = {
  name: 'Nemotron-3-8B',
  path: '/models/8b.nemo',
  parameters: 8.54e9,
  weight_bytes: 17.1e9,
  dtype: 'bf16',
  device: 'NVIDIA H100',
  device_id: 'cuda:1',
  device_reason: null,
  gpu_memory: { weights: 17.1e9, cache: 2.15e9, workspace: 1.4e9 },
  threads: 2,
  context_length: 4096,
} as ModelInfo;
const gpu = (number: number, free_bytes: number) => ({
  number,
  name: `GPU ${number}`,
  total_bytes: 80e9,
  free_bytes,
  capability: [9, 0] as [number, number],
});
let free: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  free = 58e9;
  mockIPC((command): Gpus => {
    if (command !== 'gpus') throw new Error(command);
    return { found: [gpu(0, 1e9), gpu(1, free)], why_none: null };
  });
});
afterEach(() => {
  cleanup();
  clearMocks();
  vi.useRealTimers();
});

function shown(model: ModelInfo, run = new RunState()) {
  const engine = new EngineState();
  Object.defineProperty(engine, 'status', { get: (): EngineStatus => ({ state: 'ready', model }) });
  Object.defineProperty(engine, 'model', { get: () => model });
  const nothing = () => undefined;
  render(ModelPanel, { engine, run, fetched: null, onlicence: nothing, onmodels: nothing });
  return run;
}

it('shows what is taken of the memory of the GPU in use, and follows it', async () => {
  shown(model);
  await waitFor(() => screen.getByText('22 GB of 80 GB used, 58 GB free'));
  screen.getByText(/Keys and values 2\.15 GB/);
  free = 30e9;
  vi.advanceTimersByTime(2000);
  await waitFor(() => screen.getByText('50 GB of 80 GB used, 30 GB free'));
});

it('says why a context is shorter than the model could have', () => {
  const device_reason = '19.0 GB of GPU memory were free: room for a context of 1024 tokens';
  shown({ ...model, device_reason, context_length: 1024 });
  screen.getByText(device_reason);
});

it('says what the device is doing', async () => {
  const run = shown({ ...model, device: 'CPU', device_id: 'cpu', gpu_memory: null });
  const doing = () => screen.getByTestId('doing').textContent;
  expect(doing()).toBe('Idle');
  run.running = true;
  await waitFor(() => expect(doing()).toBe('Writing'));
  run.prefill = { done: 512, total: 2048 };
  await waitFor(() => expect(doing()).toBe('Reading 512 of 2,048'));
  expect(screen.queryByTestId('gpu-memory')).toBeNull();
});
