import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { run as axe } from 'axe-core';
import type { ComponentProps } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Fan } from './fan.svelte';
import FanSetup from './FanSetup.svelte';
import { SAMPLING } from './samples';

const onwrite = vi.fn();
let fan: Fan;

beforeEach(() => {
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  fan = new Fan();
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

type Given = Partial<ComponentProps<typeof FanSetup>>;
function show(more: Given = {}) {
  const props = { fan, sampling: SAMPLING, seed: 1234, refused: null, onwrite, ...more };
  const view = render(FanSetup, { props });
  view.component.show();
  return view;
}
const dialog = () => screen.getByTestId<HTMLDialogElement>('fan-setup');
const button = () => screen.getByTestId<HTMLButtonElement>('fan-write');
const values = () => screen.getByLabelText<HTMLInputElement>(/^Values of/);
const vary = (value: string) =>
  fireEvent.change(screen.getByLabelText('What varies'), { target: { value } });
const type = (value: string) => fireEvent.input(values(), { target: { value } });
const note = () => screen.getByTestId('fan-note').textContent.trim();

it('writes four seeds as it stands, from the counts, which have the focus', async () => {
  show();
  const count = screen.getByLabelText('4');
  expect(document.activeElement).toBe(count);
  expect(button().textContent).toBe('Write 4 side by side');
  expect(note()).toMatch(/^The seed 1234 and those that follow it/);
  expect(screen.queryByLabelText(/^Values/)).toBeNull();
  await fireEvent.submit(count.closest('form') ?? document.body);
  expect(onwrite).toHaveBeenCalledOnce();
  expect(dialog().open).toBe(false);
});

it('proposes values for a setting and as many as are wanted', async () => {
  show({ seed: null });
  expect(note()).toMatch(/^A new seed and/);
  await vary('temperature');
  expect(values().value).toBe('0.4, 0.7, 1, 1.3');
  expect(note()).toBe('One new seed in all.');
  await fireEvent.click(screen.getByLabelText('2'));
  expect(values().value).toBe('0.4, 1.3');
  expect(button().textContent).toBe('Write 2 side by side');
});

it('has as many columns as values are written', async () => {
  show();
  await vary('top_p');
  await type('0.1, 0.5, 0.9');
  expect(screen.getByLabelText<HTMLInputElement>('3').checked).toBe(true);
  expect(button().textContent).toBe('Write 3 side by side');
});

it('says what does not fit, and does not write it', async () => {
  show();
  await vary('temperature');
  await type('0.1, 3');
  const problem = document.getElementById(values().getAttribute('aria-describedby') ?? '');
  expect(problem?.textContent.trim()).toBe('3 does not fit: numbers from 0 to 2');
  expect([values().getAttribute('aria-invalid'), button().disabled]).toEqual(['true', true]);
  await fireEvent.submit(button().closest('form') ?? document.body);
  expect(onwrite).not.toHaveBeenCalled();
});

it('writes at Ctrl+Enter where Enter alone opens the list', async () => {
  show();
  await fireEvent.keyDown(screen.getByLabelText('What varies'), { key: 'Enter', ctrlKey: true });
  expect(onwrite).toHaveBeenCalledOnce();
});

it('remembers the plan', async () => {
  const { component } = show();
  await vary('min_p');
  await type('0.1, 0.2');
  dialog().close();
  component.show();
  expect([values().value, fan.count]).toEqual(['0.1, 0.2', 2]);
});

it('says why nothing can be written now, and why all columns would be the same', () => {
  show({ refused: 'No model is loaded', sampling: { ...SAMPLING, temperature: 0 } });
  screen.getByText('No model is loaded');
  expect(button().disabled).toBe(true);
  expect(note()).toMatch(/All will be the same/);
});

it('has nothing that a screen reader would stumble over', async () => {
  show();
  await vary('temperature');
  const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } };
  const { violations } = await axe(document.body, { rules });
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});
