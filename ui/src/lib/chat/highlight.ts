/** Code as runs of one look each, for the languages that models write most. */
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { createLowlight } from 'lowlight';

const MOST_CHARACTERS = 20_000;
/** No code, and the grammar of C takes seconds for it. */
const WORDS_ONLY = /[\w\s*&:]{400}/;

const lowlight = createLowlight({
  bash,
  c,
  cpp,
  css,
  diff,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
});
lowlight.registerAlias({ bash: ['shell', 'console'] });

export type Look = 'keyword' | 'string' | 'number' | 'name' | 'comment' | 'added' | 'removed';
export interface Run {
  readonly text: string;
  /** null: like any text. */
  readonly look: Look | null;
}

/** The classes of highlight.js. What is not here looks like the code around it. */
const CLASSES: Record<Look, string> = {
  keyword: 'keyword literal selector-tag selector-pseudo doctag',
  string: 'string regexp char symbol link code',
  number: 'number bullet meta',
  name: 'title type built_in name attr attribute property section selector-class selector-id',
  comment: 'comment quote',
  added: 'addition',
  removed: 'deletion',
};
const LOOKS = new Map<string, Look | null>(
  (Object.entries(CLASSES) as [Look, string][]).flatMap(([look, names]) =>
    names.split(' ').map((name) => [`hljs-${name}`, look] as const),
  ),
);
/** Code inside a string. */
LOOKS.set('hljs-subst', null);

/** With the new line at its end. */
export type Line = readonly Run[];

/**
 * Lines that look like those of before are the same objects. All is one line if the language, named
 * first behind the fence, is unknown, or if the code is long or none.
 */
export function linesOf(code: string, fence: string, before: readonly Line[] = []): Line[] {
  const name = /[\p{L}\d][\w#+.-]*/u.exec(fence)?.[0].toLowerCase() ?? '';
  const plain = code.length > MOST_CHARACTERS || WORDS_ONLY.test(code);
  if (plain || !lowlight.registered(name)) return [[{ text: code, look: null }]];
  const lines = cut(runsIn(lowlight.highlight(name, code).children));
  return lines.map((line, at) => (alike(before[at], line) ? (before[at] ?? line) : line));
}

function cut(runs: readonly Run[]): Line[] {
  const lines: Run[][] = [[]];
  for (const { text, look } of runs)
    for (const part of text.split(/(?<=\n)/)) {
      lines.at(-1)?.push({ text: part, look });
      if (part.endsWith('\n')) lines.push([]);
    }
  return lines.filter((line) => line.length > 0);
}

const alike = (one: Line | undefined, other: Line): boolean =>
  one?.length === other.length &&
  one.every(({ text, look }, at) => text === other[at]?.text && look === other[at].look);

type Node = ReturnType<typeof lowlight.highlight>['children'][number];

/** Without recursion: code that goes wrong has thousands of nodes inside each other. */
function runsIn(nodes: readonly Node[]): Run[] {
  const runs: Run[] = [];
  const ahead: [Node, Look | null][] = [];
  const push = (nodes: readonly Node[], look: Look | null) => {
    for (const node of nodes.toReversed()) ahead.push([node, look]);
  };
  push(nodes, null);
  for (let next = ahead.pop(); next; next = ahead.pop()) {
    const [node, look] = next;
    if (node.type === 'text') runs.push({ text: node.value, look });
    if (node.type === 'element') push(node.children, lookOf(node.properties.className, look));
  }
  return runs;
}

function lookOf(classes: unknown, around: Look | null): Look | null {
  const look = LOOKS.get(Array.isArray(classes) ? String(classes[0]) : '');
  return look === undefined ? around : look;
}
