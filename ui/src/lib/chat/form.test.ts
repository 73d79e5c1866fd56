import { expect, it } from 'vitest';
import {
  ATTRIBUTE_PRESETS,
  CARD,
  explained,
  kept,
  labelOf,
  lineOf,
  MAIN,
  nameOf,
  offered,
  OTHERS,
  presetOf,
  TEMPLATES,
} from './form';

it('writes the attributes as the engine does', () => {
  expect(lineOf(CARD)).toBe(
    'quality:4,understanding:4,correctness:4,coherence:4,complexity:4,verbosity:4,' +
      'toxicity:0,humor:0,creativity:0,violence:0,helpfulness:4,not_appropriate:0,' +
      'hate_speech:0,sexual_content:0,fails_task:0,political_content:0,moral_judgement:0,lang:en',
  );
  expect(lineOf({ ...CARD, humor: 3, lang: 'de' })).toMatch(/,humor:3,.*,lang:de$/);
});

it('shows every attribute once', () => {
  expect([...MAIN, ...OTHERS].sort().join()).toBe(
    Object.keys(CARD)
      .filter((name) => name !== 'lang')
      .sort()
      .join(),
  );
  expect(labelOf('hate_speech')).toBe('Hate speech');
});

it('knows which preset is in force; the model card’s is none', () => {
  const lines = new Set(ATTRIBUTE_PRESETS.map(({ attributes }) => lineOf(attributes)));
  expect(lines.size).toBe(ATTRIBUTE_PRESETS.length);
  for (const { name, attributes } of ATTRIBUTE_PRESETS) expect(presetOf(attributes)).toBe(name);
  expect(presetOf(null)).toBe('Model card');
  expect(presetOf({ ...CARD, violence: 1 })).toBeNull();
  expect(kept({ ...CARD })).toBeNull();
  expect(kept({ ...CARD, humor: 1 })?.humor).toBe(1);
});

it('names and explains every template', () => {
  expect(nameOf('auto', 'nemotron-qa')).toBe('As the model speaks (QA)');
  expect(nameOf('auto', null)).toBe('As the model speaks');
  expect(nameOf('base', 'nemotron-qa')).toBe('Plain transcript, for base models');
  expect(nameOf('auto', 'model')).toBe('As the model speaks (its own)');
  for (const template of TEMPLATES) expect(explained(template, null)).toMatch(/\.$/);
});

it('offers the model’s own template where there is one, or one was chosen', () => {
  expect(offered('auto', 'base')).not.toContain('model');
  expect(offered('auto', 'model')).toEqual([...TEMPLATES]);
  expect(offered('model', null)).toContain('model');
});
