import { afterEach, describe, expect, it, vi } from 'vitest';
import { ChatLexer, MOST_NESTED } from './grammar';
import { linesOf } from './highlight';
import { MarkdownDocument, type Block } from './markdown';

const read = (text: string) => new MarkdownDocument().update(text);
/** What is shown, without the sources. */
const shown = (blocks: readonly Block[]) =>
  JSON.stringify(blocks, (key, value: unknown) => (key === 'raw' ? undefined : value));

/** What the processor did: what else the machine is busy with is no matter. */
function milliseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

afterEach(() => void vi.restoreAllMocks());

describe('has no link to', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    '&#106;avascript:alert(1)',
    '&#x6A;avascript:alert(1)',
    'javascript&colon;alert(1)',
    'javascript&#58;alert(1)',
    'javascript&#x3a;alert(1)',
    'java&#9;script:alert(1)',
    '<java\tscript:alert(1)>',
    '\u0001javascript:alert(1)',
    'vbscript:a',
    'data:text/html,<script>',
    'file:///etc/passwd',
    'ftp://a.example',
    'tauri://localhost',
    'blob:https://a.example/x',
    '/path',
    'page.html',
    '//a.example',
    '#part',
    '?a',
    'http://',
  ])('%j', (to) => {
    const found = shown(read(`[a](${to}) <${to}> ![b](${to} "c") [d]\n\n[d]: ${to}`));
    expect(found).not.toContain('"link"');
    expect(found).toMatch(/a.*b.*d/);
  });
});

it('links to what is left of an address once it is read like a browser does', () => {
  expect(shown(read('[a](ht\ttps://b.example) [c](https://d.example/?e&amp;f "&quot;>")'))).toBe(
    '[{"kind":"paragraph","inlines":[{"kind":"text","text":"[a](ht\\ttps://b.example) "},' +
      '{"kind":"link","url":"https://d.example/?e&f","inlines":[{"kind":"text","text":"c"}]}]}]',
  );
  expect(shown(read('[a](https://аpple.example)'))).toContain('https://xn--pple-43d.example/');
});

const deep = [
  '>'.repeat(10_000),
  `${'> '.repeat(10_000)}a\nb`,
  '- '.repeat(10_000) + 'a',
  '1. '.repeat(10_000) + 'a',
  '- > '.repeat(10_000) + 'a',
  Array.from({ length: 400 }, (_, depth) => `${' '.repeat(2 * depth)}- a`).join('\n'),
  '*_'.repeat(400) + 'a' + '_*'.repeat(400),
  '['.repeat(10_000) + ']'.repeat(10_000),
  '!['.repeat(400) + '](https://a.example)'.repeat(400),
];
describe('goes no deeper than it may', { timeout: 60_000 }, () => {
  it.each(deep)('%#', (text) => {
    let blocks: readonly Block[] = [];
    expect(milliseconds(() => (blocks = read(text)))).toBeLessThan(1000);
    expect(depthOf(blocks)).toBeLessThanOrEqual(2 * MOST_NESTED + 3);
  });

  it('shows as text what lies deeper', () => {
    expect(shown(read(`${'> '.repeat(20)}*a*`))).toContain('> > > > > > > > ');
  });
});
/** How many arrays lie inside each other. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Math.max(0, ...Object.values(value).map(depthOf));
  return Array.isArray(value) ? inside + 1 : inside;
}

const BYTES = 100_000;
const endless = (text: string) => text.repeat(Math.ceil(BYTES / text.length)).slice(0, BYTES);
describe('does not hang on endless', { timeout: 120_000 }, () => {
  it.each([
    ...[
      '*',
      '[',
      '`',
      '_',
      '~',
      '$',
      '<',
      '&',
      '#',
      '|',
      '\\',
      ' ',
      '\n',
      '![',
      '[](',
      '](',
      '\\(',
    ],
    ...['a*', '*a ', '*a**b ', 'a~~b', '`a``b', '[a](b', '[a](https://b.example) ', 'http://a!'],
    ...[
      '> a\nb\n',
      '> - a\nb\n',
      '- a\n\n',
      '- a\n* b\n',
      '|a|b\n',
      'a\n-\n',
      '[a]: "b\n',
      '```\n',
    ],
    ...['<a b="', '<!-- ', '<div>\n\n', '\\[\n', '\\[a\n', 'a\n$$ b\n', '$a ', '\ue000', 'x  '],
  ])('%j', (text) => {
    expect(milliseconds(() => read(endless(text) + '\n\nx'))).toBeLessThan(2000);
  });

  it.each(['a ', '_', 'function ', '(', '`${', '\n', 'a::'])('code, %j', (text) => {
    for (const language of ['c', 'typescript', 'bash', 'rust', 'xml'])
      expect(milliseconds(() => linesOf(endless(text).slice(0, 19_000), language))).toBeLessThan(
        1000,
      );
  });
});

it('keeps up with an answer of 4,000 tokens', { timeout: 60_000 }, () => {
  const part =
    '## Part\n\nSome **words** and `code`, see [this](https://a.example).\n\n1. One\n   - *two*\n\n' +
    '```rust\nfn f() {}\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n> Quoted $x_1$\n\n';
  const item = '- an item with **bold** words and some more of them\n';
  const UPDATES = 200;
  for (const text of [part.repeat(100), item.repeat(320)]) {
    const document = new MarkdownDocument();
    const answer = text.slice(0, 16_000);
    const from = answer.length - 4 * UPDATES;
    document.update(answer.slice(0, from));
    const all = milliseconds(() => {
      for (let at = from; at <= answer.length; at += 4) document.update(answer.slice(0, at));
    });
    // 0.2 ms and 1.5 ms where this was written.
    expect(all / UPDATES).toBeLessThan(5);
  }
});

it('shows what cannot be read', () => {
  vi.spyOn(ChatLexer.prototype, 'blocks').mockImplementation(() => {
    throw new Error('Infinite loop');
  });
  const document = new MarkdownDocument();
  expect(document.update('*a*')).toEqual([{ kind: 'literal', raw: '*a*', text: '*a*' }]);
  vi.restoreAllMocks();
  expect(document.update('*a* b')).toEqual(read('*a* b'));
});
