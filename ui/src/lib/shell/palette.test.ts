import { expect, it } from 'vitest';
import { parts, ranked } from './palette';

const find = (query: string, ...labels: string[]) =>
  ranked(
    labels.map((label) => ({ label })),
    query,
  ).map(({ item }) => item.label);
const marked = (query: string, label: string) =>
  ranked([{ label }], query)
    .flatMap(({ ranges }) => parts(label, ranges))
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join('');

it('gives everything, as it was, for no query', () => {
  expect(find(' ', 'Undo', 'Redo', 'Copy')).toEqual(['Undo', 'Redo', 'Copy']);
});

it('puts the beginning of a word before beginnings of words, and those before anything else', () => {
  expect(find('ne', 'Generate', 'No end', 'Open a new one')).toEqual([
    'Open a new one',
    'No end',
    'Generate',
  ]);
});

it('puts the shorter first, and leaves equals in their order', () => {
  expect(find('s', 'Settings for all', 'Stop', 'Save', 'Sessions')).toEqual([
    'Stop',
    'Save',
    'Sessions',
    'Settings for all',
  ]);
});

it.each([
  ['new', 'New session', '[New] session'],
  ['NEW  S', 'new session', '[new s]ession'],
  ['ses', 'New session', 'New [ses]sion'],
  ['nses', 'New session', '[N]ew [ses]sion'],
  ['ns', 'Next new session', '[N]ext new [s]ession'],
  ['soh', 'Show or hide sessions', '[S]how [o]r [h]ide sessions'],
  ['shs', 'Show or hide sessions', '[Sh]ow or hide [s]essions'],
  ['enerat', 'Generate', 'G[enerat]e'],
  ['gnrt', 'Generate', '[G]e[n]e[r]a[t]e'],
  ['sn', 'Neues Öffnen', 'Neue[s] Öff[n]en'],
  ['öf', 'Neues Öffnen', 'Neues [Öf]fnen'],
  ['t', 'İ text', 'İ [t]ext'],
])('shows where %s is in %s', (query, label, shown) => {
  expect(marked(query, label)).toBe(shown);
});

it('leaves out what lacks a letter or has them in another order', () => {
  expect(find('ung', 'Undo', 'Generate')).toEqual([]);
  expect(find('odnu', 'Undo')).toEqual([]);
});
