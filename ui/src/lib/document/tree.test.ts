import { expect, it } from 'vitest';
import type { Branch } from '../bindings';
import { besides, census, drawn, figures, leafOf, mayPrune, MOST_GUIDES } from './tree';
import { reached, rowsOf, siblingsAt } from './tree';

const plain: Omit<Branch, 'node' | 'parent' | 'depth' | 'in_document'> = {
  role: 'text',
  author: 'model',
  run: null,
  lane: null,
  preview: 'words',
  bytes: 5,
  tokens: 0,
  mean_logprob: null,
  created_at: 0,
};
const branch = (more: Partial<Branch> = {}): Branch => ({
  ...plain,
  node: 'a',
  parent: null,
  depth: 0,
  in_document: false,
  ...more,
});

/** A tree as indented names, those of the document with a star. */
function tree(...lines: string[]): Branch[] {
  const above: string[] = [];
  return lines.map((line) => {
    const depth = line.search(/\S/);
    const [node = ''] = /\w+/.exec(line) ?? [];
    above[depth] = node;
    const parent = above[depth - 1] ?? null;
    return branch({ node, depth, parent, in_document: line.endsWith('*') });
  });
}

const forked = tree(
  'start*',
  ' on*',
  '  left*',
  '   more*',
  '    one',
  '    two*',
  '  middle',
  '   tail',
  '  right',
);
const indexOf = (node: string) => forked.findIndex((branch) => branch.node === node);

it('indents at forks only, with lines to the siblings that follow', () => {
  const signs = { blank: ' ', line: '│', tee: '├', end: '└' };
  const lines = rowsOf(forked).map(({ branch, guides }) =>
    [...guides.map((guide) => signs[guide]), branch.node].join(''),
  );
  expect(lines).toEqual([
    'start',
    'on',
    '├left',
    '│more',
    '│├one',
    '│└two',
    '├middle',
    '│tail',
    '└right',
  ]);
});

it('draws each column in its place', () => {
  expect(drawn(['blank', 'line', 'tee'])).toBe('M1.5 0V1M2.5 0V1M2.5 .5H3');
  expect(drawn(['end'])).toBe('M0.5 0V.5H1');
});

it('takes several beginnings for a fork, and says each place among siblings', () => {
  const rows = rowsOf(tree('a', ' b', 'c*'));
  expect(rows.map(({ depth, at, of }) => [depth, at, of])).toEqual([
    [1, 1, 2],
    [1, 1, 1],
    [1, 2, 2],
  ]);
});

it('keeps room for the text however many forks are above', () => {
  const lines = ['a'];
  for (let depth = 1; depth <= 30; depth++) lines.push(' '.repeat(depth) + `l${depth}`);
  for (let depth = 30; depth >= 1; depth--) lines.push(' '.repeat(depth) + `r${depth}`);
  const rows = rowsOf(tree(...lines));
  expect(Math.max(...rows.map(({ guides }) => guides.length))).toBe(MOST_GUIDES);
  expect(rows.find(({ branch }) => branch.node === 'l30')).toMatchObject({ depth: 30, at: 1 });
});

it.each([
  ['start', 'ArrowUp', 'start'],
  ['right', 'ArrowDown', 'right'],
  ['left', 'ArrowDown', 'more'],
  ['two', 'Home', 'start'],
  ['two', 'End', 'right'],
  ['middle', 'ArrowLeft', 'on'],
  ['start', 'ArrowLeft', 'start'],
  ['more', 'ArrowRight', 'one'],
  ['two', 'ArrowRight', 'two'],
])('goes from %s with %s to %s', (from, key, to) => {
  expect(reached(rowsOf(forked), indexOf(from), key)).toBe(indexOf(to));
});

it('means nothing with other keys', () => {
  expect(reached(rowsOf(forked), 0, 'x')).toBeNull();
});

it('stands at a sibling or the parent when a branch is gone', () => {
  const after = (node: string) => besides(forked, forked[indexOf(node)] ?? branch());
  expect([after('left'), after('middle'), after('right'), after('more')]).toEqual([
    'middle',
    'right',
    'middle',
    'left',
  ]);
});

it('prunes anything but the only beginning', () => {
  expect(rowsOf(forked).map(mayPrune)).toEqual(forked.map(({ node }) => node !== 'start'));
  expect(rowsOf(tree('a', 'b')).map(mayPrune)).toEqual([true, true]);
});

it('finds the nearest siblings on the path, from the end or from a node', () => {
  const two = { node: 'two', at: 2, of: 2, previous: 'one', next: null };
  const left = { node: 'left', at: 1, of: 3, previous: null, next: 'middle' };
  expect(siblingsAt(forked, null)).toEqual(two);
  expect(siblingsAt(forked, 'two')).toEqual(two);
  expect(siblingsAt(forked, 'more')).toEqual(left);
  expect(siblingsAt(forked, 'on')).toBeNull();
  // Not on the path itself: the fork above it is.
  expect(siblingsAt(forked, 'one')).toEqual(left);
  expect(siblingsAt(forked, 'unknown')).toBeNull();
  expect(siblingsAt([], null)).toBeNull();
});

it('counts roots as siblings', () => {
  const roots = { node: 'b', at: 2, of: 3, previous: 'a', next: 'c' };
  expect(siblingsAt(tree('a', 'b*', ' end*', 'c'), null)).toEqual(roots);
});

it('knows where the document ends', () => {
  expect(leafOf(forked)?.node).toBe('two');
  expect(leafOf([])).toBeUndefined();
});

it.each([
  [{ tokens: 24, mean_logprob: -0.834 }, '24 tok · −0.83'],
  [{ tokens: 1200, mean_logprob: -0.001 }, '1,200 tok · 0.00'],
  [{ tokens: 3 }, '3 tok'],
  [{}, ''],
])('shows %o as %j', (more, expected) => {
  expect(figures(branch(more))).toBe(expected);
});

it('counts branches and endings', () => {
  expect(census(forked)).toBe('9 branches · 4 endings');
  expect(census(tree('a'))).toBe('1 branch · 1 ending');
  expect(census([])).toBe('0 branches · 0 endings');
});

it('is done with 5,000 nodes in no time', () => {
  const many = Array.from({ length: 5000 }, (_, i) =>
    branch({ node: `n${i}`, parent: i === 0 ? null : `n${Math.floor((i - 1) / 50) * 50}` }),
  );
  const start = performance.now();
  rowsOf(many);
  siblingsAt(many, 'n4999');
  expect(performance.now() - start).toBeLessThan(500);
});
