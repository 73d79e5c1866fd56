import { describe, expect, it } from 'vitest';
import { MarkdownDocument, type Block, type Inline, type Inlines } from './markdown';

const read = (text: string) => new MarkdownDocument().update(text);

/** A tree in short: `p(Some strong(text))`. */
const shortly = (blocks: readonly Block[]): string => blocks.map(block).join(' ');
function block(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `p(${inlines(block.inlines)})`;
    case 'heading':
      return `h${block.level}(${inlines(block.inlines)})`;
    case 'code':
      return `code:${block.language}${block.closed ? '' : ':open'}(${block.text})`;
    case 'quote':
      return `quote(${shortly(block.blocks)})`;
    case 'list': {
      const item = (checked: boolean | null) => (checked === null ? '' : checked ? '☑' : '☐');
      const items = block.items.map(({ checked, blocks }) => item(checked) + shortly(blocks));
      return `list:${block.start ?? ''}${block.loose ? ':loose' : ''}(${items.join(', ')})`;
    }
    case 'table':
      return `table(${[block.head, ...block.rows].map((row) => row.map(inlines).join('|')).join('; ')})`;
    case 'rule':
      return 'rule';
    default:
      return `${block.kind}(${block.text})`;
  }
}
const inlines = (given: Inlines): string => given.map(inline).join('');
function inline(item: Inline): string {
  if (item.kind === 'text') return item.text;
  if (item.kind === 'break') return '⏎';
  if (item.kind === 'link') return `link:${item.url}(${inlines(item.inlines)})`;
  return `${item.kind}(${'text' in item ? item.text : inlines(item.inlines)})`;
}

const SAMPLES: [string, string][] = [
  [
    'Some **strong**, *em*, ~~gone~~ `a*b*`',
    'p(Some strong(strong), emphasis(em), struck(gone) code(a*b*))',
  ],
  ['one\ntwo  \nthree\\\nfour', 'p(one⏎two⏎three⏎four)'],
  ['# One\n### Three #\nTwo\n---', 'h1(One) h3(Three) h2(Two)'],
  ['```rust\nfn f() {}\n```\nafter', 'code:rust(fn f() {}) p(after)'],
  ['~~~ {.python title="x"}\n**a**\n~~~', 'code:{.python title="x"}(**a**)'],
  ['```c++\n````', 'code:c++()'],
  ['    indented\n      more', 'code:(indented\n  more)'],
  ['- a\n- b\n  1. c\n  2. d\n- e', 'list:(p(a), p(b) list:1(p(c), p(d)), p(e))'],
  ['7. a\n8. b', 'list:7(p(a), p(b))'],
  ['- a\n\n- b', 'list::loose(p(a), p(b))'],
  ['- [ ] a\n- [x] b\n- [ ]\n- c', 'list:(☐p(a), ☑p(b), p([ ]), p(c))'],
  ['- [x] a\n\n- [ ] b', 'list::loose(☑p(a), ☐p(b))'],
  ['- a\n  ```sh\n  b\n  ```', 'list:(p(a) code:sh(b))'],
  ['> a\n> > b\n> - c', 'quote(p(a) quote(p(b)) list:(p(c)))'],
  ['> a\nb', 'quote(p(a)) p(b)'],
  ['|a|b|c|\n|:-|:-:|-:|\n|1|**2**|\n|x \\| y|`|`|', 'table(a|b|c; 1|strong(2)|; x | y|`|`)'],
  ['***\n\n___', 'rule rule'],
  ['a&amp;b &lt;i&gt; &#35; &#x27; &mdash; &unknown; &amp;lt;', "p(a&b <i> # ' — &unknown; &lt;)"],
  ['`&amp;` \\&amp; \\*a\\*', 'p(code(&amp;) &amp; *a*)'],
  [
    '[a][1] and [2]\n\n[1]: https://one.example\n[2]: <https://two.example>',
    'p(link:https://one.example/(a) and link:https://two.example/(2))',
  ],
  ['[^1] a\n\n[^1]: It says so.', 'p([^1] a) p([^1]: It says so.)'],
  [
    'See https://a.example/x_y_z. And www.b.example, c@d.example',
    'p(See link:https://a.example/x_y_z(https://a.example/x_y_z). And link:http://www.b.example/(www.b.example), link:mailto:c@d.example(c@d.example))',
  ],
  [
    '[**a** `b`](HTTPS://A.example/ü "A \\"title\\"")',
    'p(link:https://a.example/%C3%BC(strong(a) code(b)))',
  ],
  ['[](https://a.example)', 'p(link:https://a.example/(https://a.example/))'],
  [
    '![a *cat*](https://a.example/c.png)',
    'p(a emphasis(cat) (link:https://a.example/c.png(https://a.example/c.png)))',
  ],
  ['![](https://a.example/c.png)', 'p(link:https://a.example/c.png(https://a.example/c.png))'],
  ['![a cat](data:image/png;base64,AAAA)', 'p(a cat)'],
  ['[![state](https://a.example/s.svg)](https://b.example)', 'p(link:https://b.example/(state))'],
  ['<b>bold</b> *a*', 'p(<b>bold</b> emphasis(a))'],
  ['<div>\n*a*\n</div>\n\n*b*', 'literal(<div>\n*a*\n</div>) p(emphasis(b))'],
  ['<!-- *a*\n\nb -->\nc', 'literal(<!-- *a*\n\nb -->) p(c)'],
  ['a <!-- *b* --> c<br>d', 'p(a <!-- *b* --> c<br>d)'],
  ['', ''],
  ['\n \n', ''],
];

const MATHS: [string, string][] = [
  ['so $a_1 * b_2$ and $$c*d*e$$.', 'p(so maths($a_1 * b_2$) and maths($$c*d*e$$).)'],
  ['\\(a_1*b_2*\\) and \\[x_1\\]', 'p(maths(\\(a_1*b_2*\\)) and maths(\\[x_1\\]))'],
  ['**so $x*y$ holds** _and $z_1$_', 'p(strong(so maths($x*y$) holds) emphasis(and maths($z_1$)))'],
  [
    '$5 and $10, $5-$10, US$5 or A$6, \\$a *b*$',
    'p($5 and $10, $5-$10, US$5 or A$6, $a emphasis(b)$)',
  ],
  ['`$a` and `b$` $', 'p(code($a) and code(b$) $)'],
  ['[$x$](https://a.example/$y$)', 'p(link:https://a.example/$y$(maths($x$)))'],
  ['So:\n\\[\na\n= b\n- c\n\\]\nwhere', 'p(So:) maths(\\[\na\n= b\n- c\n\\]) p(where)'],
  ['$$x_1$$\n$$ y\n+ 1 $$', 'maths($$x_1$$) maths($$ y\n+ 1 $$)'],
  ['- a\n\n  $$\n  x\n  $$', 'list::loose(p(a) maths($$\nx\n$$))'],
  ['> \\[ x \\]', 'quote(maths(\\[ x \\]))'],
  ['$$ *a*\n\nb $$', 'p($$ emphasis(a)) p(b $$)'],
  ['\\[ x', 'maths(\\[ x)'],
  ['own: \ue000 $a$ \ue001 `\ue000`', 'p(own: \ue000 maths($a$) \ue001 code(\ue000))'],
];

describe('reads', () => {
  it.each([...SAMPLES, ...MATHS])('%j', (text, tree) => {
    expect(shortly(read(text))).toBe(tree);
    expect(shortly(read(text.replaceAll('\n', '\r\n')))).toBe(tree);
  });
});

it('keeps the alignments of a table', () => {
  expect(read('|a|b|c|d|\n|:-|:-:|-:|-|')).toMatchObject([
    { alignments: ['left', 'center', 'right', null] },
  ]);
});

describe('while a text is written', () => {
  const samples = [...SAMPLES, ...MATHS].map(([text]) => text);
  const plainly = (blocks: readonly Block[]) => JSON.stringify(blocks);

  it('has the tree of the whole at each character', { timeout: 60_000 }, () => {
    const text = samples.join('\n\n').replace(/\n(?=c)/g, '\r\n');
    const document = new MarkdownDocument();
    for (let length = 0; length <= text.length; length += 1) {
      const blocks = document.update(text.slice(0, length));
      // All of the earlier ones are looked at again at every place where one ends.
      if (length % 7 === 0 || length === text.length)
        expect(plainly(blocks)).toBe(plainly(read(text.slice(0, length))));
    }
  });

  it('does so in pieces of any size and order', { timeout: 60_000 }, () => {
    let seed = 1;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    for (const between of ['\n', '\n\n', '\r\n', '\n> ', '\n\n  ']) {
      const text = samples.toSorted(() => random(3) - 1).join(between);
      const document = new MarkdownDocument();
      for (let length = 0; length < text.length; length += random(60))
        expect(plainly(document.update(text.slice(0, length)))).toBe(
          plainly(read(text.slice(0, length))),
        );
      expect(plainly(document.update(text))).toBe(plainly(read(text)));
    }
  });

  it('begins again with another text', () => {
    const document = new MarkdownDocument();
    document.update('# One\n\nTwo\n\nThree\n\nFour');
    expect(shortly(document.update('# One\n\nTwo\n\nTwo and a half'))).toBe(
      'h1(One) p(Two) p(Two and a half)',
    );
    expect(document.update('')).toEqual([]);
  });

  it('keeps the blocks that stay as they are', () => {
    const document = new MarkdownDocument();
    const text = '# One\n\nTwo **three**\n\n- a\n- b\n  - c\n\n```js\nlet x;\n```\n\n> q\n\n';
    const before = document.update(text);
    const after = document.update(`${text}More *and*`);
    expect(after.length).toBe(before.length + 1);
    before.forEach((block, at) => expect(after[at]).toBe(block));
  });

  it('keeps what stays inside a block that grows', () => {
    const document = new MarkdownDocument();
    const [before] = document.update('- a\n- b\n  > c\n  >\n  > d');
    const [after] = document.update('- a\n- b\n  > c\n  >\n  > d and more');
    if (before?.kind !== 'list' || after?.kind !== 'list') throw new Error('no list');
    expect(after.items[0]).toBe(before.items[0]);
    const [was, is] = [before.items[1]?.blocks[1], after.items[1]?.blocks[1]];
    if (was?.kind !== 'quote' || is?.kind !== 'quote') throw new Error('no quote');
    expect(is.blocks[0]).toBe(was.blocks[0]);
    expect(is.blocks[1]).not.toBe(was.blocks[1]);
  });

  it('keeps the rows of a table that grows', () => {
    const document = new MarkdownDocument();
    const [before] = document.update('|a|\n|-|\n|*b*|');
    const [after] = document.update('|a|\n|-|\n|*b*|\n|c|');
    if (before?.kind !== 'table' || after?.kind !== 'table') throw new Error('no table');
    expect(after.rows[0]).toBe(before.rows[0]);
  });

  it('makes a link of what stood there before the address came', () => {
    const document = new MarkdownDocument();
    expect(shortly(document.update('[a]\n\n'))).toBe('p([a])');
    expect(shortly(document.update('[a]\n\n[a]: https://b.example'))).toBe(
      'p(link:https://b.example/(a))',
    );
    expect(shortly(document.update('[a]\n\n[a]: https://b.example c'))).toBe(
      'p([a]) p([a]: link:https://b.example/(https://b.example) c)',
    );
  });

  it.each([
    ['```py\nprint(1)', 'code:py:open(print(1))'],
    ['```py\nprint(1)\n``', 'code:py:open(print(1)\n``)'],
    ['```', 'code::open()'],
    ['> ```\n> a', 'quote(code::open(a))'],
    ['a **b', 'p(a **b)'],
    ['a `b', 'p(a `b)'],
    ['[a](https://b', 'p([a](link:https://b/(https://b))'],
    ['|a|b|\n|-', 'p(|a|b|⏎|-)'],
    ['<script>\n*a*\n\nb', 'literal(<script>\n*a*\n\nb)'],
  ])('shows what is not finished: %j', (text, tree) => expect(shortly(read(text))).toBe(tree));
});
