import { expect, it } from 'vitest';
import { BALANCED, NEUTRAL, PRESETS } from './presets';
import { Sampling } from './sampling.svelte';
import { DEFAULT_ORDER, SETTINGS, stageOf, STAGES } from './stages';

const names = (sampling: Sampling) => sampling.shown.map(({ stage }) => stage);
const stage = (name: Parameters<typeof stageOf>[0]) => {
  const found = stageOf(name);
  if (!found) throw new Error(name);
  return found;
};

it('starts balanced, with two samplers on the rail', () => {
  const sampling = new Sampling();
  expect(sampling.settings).toEqual({ temperature: 0.7, top_k: 0, top_p: 0.9 });
  expect(names(sampling)).toEqual(['temperature', 'top-p']);
  expect(sampling.preset).toBe(BALANCED);
});

it('asks for what was added and forgets what was removed', () => {
  const sampling = new Sampling();
  sampling.add(stage('xtc'));
  expect(sampling.settings).toMatchObject({ xtc_probability: 0.5 });
  expect(sampling.preset).toBeUndefined();
  sampling.values.xtc_threshold = 0.2;
  expect(sampling.settings).toMatchObject({ xtc_threshold: 0.2 });
  sampling.remove(stage('xtc'));
  expect(sampling.preset).toBe(BALANCED);
});

it('runs the samplers in the order of the rail, those that are off included', () => {
  const sampling = new Sampling();
  sampling.add(stage('min-p'));
  expect(names(sampling)).toEqual(['temperature', 'top-p', 'min-p']);
  sampling.shift('temperature', 1);
  expect(names(sampling)).toEqual(['top-p', 'temperature', 'min-p']);
  sampling.move('temperature', 'min-p');
  expect(names(sampling)).toEqual(['top-p', 'min-p', 'temperature']);
  const order = sampling.settings.sampler_order ?? [];
  expect([...order].sort()).toEqual([...DEFAULT_ORDER].sort());
  expect(order.indexOf('min-p')).toBeLessThan(order.indexOf('temperature'));
  sampling.shift('top-p', -1);
  expect(names(sampling)[0]).toBe('top-p');
  sampling.shift('temperature', -1);
  sampling.shift('temperature', -1);
  expect(names(sampling)).toEqual(['temperature', 'top-p', 'min-p']);
});

it('goes back to the chosen preset, and to neutral', () => {
  const sampling = new Sampling();
  for (const preset of PRESETS) {
    sampling.apply(preset);
    expect(sampling.preset).toBe(preset);
    sampling.values.temperature = 1.7;
    expect(sampling.preset).toBeUndefined();
    sampling.reset();
    expect(sampling.changes).toEqual(preset.difference);
    sampling.neutralise();
    expect(sampling.values).toEqual(NEUTRAL);
    expect(sampling.changes).toEqual({});
  }
});

it('knows every sampler of the engine, each setting in one place and within its range', () => {
  expect(new Set(DEFAULT_ORDER).size).toBe(11);
  expect(STAGES).toHaveLength(11);
  expect(new Set(SETTINGS.map(({ key }) => key)).size).toBe(SETTINGS.length);
  for (const { key, min, max, neutral, start } of SETTINGS) {
    expect(neutral >= min && neutral <= max, key).toBe(true);
    expect((start ?? neutral) >= min && (start ?? neutral) <= max, key).toBe(true);
  }
});
