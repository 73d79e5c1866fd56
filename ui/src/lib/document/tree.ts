/**
 * A session's tree as rows of a list, and the place of a node among its siblings.
 *
 * Branches come parents first, each followed by everything below it. Indentation grows at forks
 * only: a text that was continued a hundred times is no staircase.
 */
import type { Branch } from '../bindings';
import { whole } from '../engine/format';

type Branches = readonly Branch[];

/** What one column of a row's indentation shows. */
export type Guide = 'blank' | 'line' | 'tee' | 'end';

/** Forks further down share the last column, so that room for the text remains. */
export const MOST_GUIDES = 12;

export interface Row {
  readonly branch: Branch;
  /** How many forks are above it, the one it stands at included. */
  readonly depth: number;
  readonly guides: readonly Guide[];
  /** Its place among its siblings, from 1, and how many they are. */
  readonly at: number;
  readonly of: number;
}

export function rowsOf(branches: Branches): Row[] {
  const families = familiesOf(branches);
  const rows = new Map<string, Row>();
  for (const branch of branches) {
    const siblings = families.get(branch.parent) ?? [];
    const parent = branch.parent === null ? undefined : rows.get(branch.parent);
    rows.set(branch.node, rowOf(branch, parent, siblings.indexOf(branch) + 1, siblings.length));
  }
  return [...rows.values()];
}

function rowOf(branch: Branch, parent: Row | undefined, at: number, of: number): Row {
  const depth = parent?.depth ?? 0;
  const above = (parent?.guides ?? []).map(passing);
  if (of === 1) return { branch, depth, guides: above, at, of };
  const guide = at === of ? 'end' : 'tee';
  return { branch, depth: depth + 1, guides: [...above.slice(0, MOST_GUIDES - 1), guide], at, of };
}

/** What a column shows further down: a line as long as a sibling is to come. */
const passing = (guide: Guide): Guide => (guide === 'tee' || guide === 'line' ? 'line' : 'blank');

/** The lines of a row as an SVG path, in a box one high and as wide as there are columns. */
export function drawn(guides: readonly Guide[]): string {
  const shapes = (x: number): Record<Guide, string> => ({
    blank: '',
    line: `M${x + 0.5} 0V1`,
    tee: `M${x + 0.5} 0V1M${x + 0.5} .5H${x + 1}`,
    end: `M${x + 0.5} 0V.5H${x + 1}`,
  });
  return guides.map((guide, x) => shapes(x)[guide]).join('');
}

function familiesOf(branches: Branches): Map<string | null, Branch[]> {
  const families = new Map<string | null, Branch[]>();
  for (const branch of branches) {
    const family = families.get(branch.parent);
    if (family) family.push(branch);
    else families.set(branch.parent, [branch]);
  }
  return families;
}

/** Where the document ends. */
export const leafOf = (branches: Branches): Branch | undefined =>
  branches.findLast((branch) => branch.in_document);

/** The row a key leads to from another row; null for a key that means nothing here. */
export function reached(rows: readonly Row[], from: number, key: string): number | null {
  const { node, parent } = rows[from]?.branch ?? { node: null, parent: null };
  const last = rows.length - 1;
  switch (key) {
    case 'ArrowUp':
      return Math.max(from - 1, 0);
    case 'ArrowDown':
      return Math.min(from + 1, last);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'ArrowLeft':
      return parent === null ? from : rows.findIndex((row) => row.branch.node === parent);
    case 'ArrowRight':
      return rows[from + 1]?.branch.parent === node ? from + 1 : from;
    default:
      return null;
  }
}

/** Everything but the beginning of all there is. */
export const mayPrune = (row: Row): boolean => row.branch.parent !== null || row.of > 1;

/** The node to stand at once another is gone: a sibling, or else the parent. */
export function besides(branches: Branches, gone: Branch): string | null {
  const siblings = branches.filter(({ parent }) => parent === gone.parent);
  const at = siblings.findIndex(({ node }) => node === gone.node);
  return (siblings[at + 1] ?? siblings[at - 1])?.node ?? gone.parent;
}

export interface Siblings {
  readonly node: string;
  /** Its place, from 1, and how many there are. */
  readonly at: number;
  readonly of: number;
  readonly previous: string | null;
  readonly next: string | null;
}

/**
 * The nearest node with siblings on the document's path, from a node upwards; null: from where the
 * document ends.
 */
export function siblingsAt(branches: Branches, node: string | null): Siblings | null {
  const byNode = new Map(branches.map((branch) => [branch.node, branch]));
  const families = familiesOf(branches);
  let from = node === null ? leafOf(branches) : byNode.get(node);
  while (from) {
    const family = families.get(from.parent) ?? [];
    if (from.in_document && family.length > 1) return placeIn(family, from);
    from = from.parent === null ? undefined : byNode.get(from.parent);
  }
  return null;
}

function placeIn(family: Branches, branch: Branch): Siblings {
  const at = family.indexOf(branch);
  return {
    node: branch.node,
    at: at + 1,
    of: family.length,
    previous: family[at - 1]?.node ?? null,
    next: family[at + 1]?.node ?? null,
  };
}

/** "24 tok · −0.83": how long it is and how likely the model found it. */
export function figures({ tokens, mean_logprob }: Branch): string {
  const length = tokens > 0 ? [`${whole(tokens)} tok`] : [];
  return [...length, ...(mean_logprob === null ? [] : [logprob(mean_logprob)])].join(' · ');
}

const logprob = (n: number) =>
  n
    .toFixed(2)
    .replace(/^-0\.00$/, '0.00')
    .replace('-', '−');

/** "12 branches · 4 endings". */
export function census(branches: Branches): string {
  const parents = new Set(branches.map(({ parent }) => parent));
  const endings = branches.filter(({ node }) => !parents.has(node)).length;
  const count = (n: number, one: string, more: string) => `${whole(n)} ${n === 1 ? one : more}`;
  return `${count(branches.length, 'branch', 'branches')} · ${count(endings, 'ending', 'endings')}`;
}
