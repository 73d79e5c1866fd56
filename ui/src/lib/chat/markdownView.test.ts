import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { tick } from 'svelte';
import { afterEach, expect, it, vi } from 'vitest';
import codeBlock from './CodeBlock.svelte?raw';
import Markdown from './Markdown.svelte';

const heard = { onlink: vi.fn(), oncopy: vi.fn<(text: string) => Promise<void>>() };

afterEach(() => {
  cleanup();
  vi.resetAllMocks();
  vi.useRealTimers();
});

const show = (text: string, streaming = false) =>
  render(Markdown, { text, streaming, ...heard }).rerender;
const root = () => screen.getByTestId('markdown');
const find = (selector: string) => [...root().querySelectorAll<HTMLElement>(selector)];
const texts = (selector: string) => find(selector).map(({ textContent }) => textContent);

it('shows running text without spaces of its own', () => {
  show('a**b**_c_~~d~~`e`[f](https://g.example)$h$\ni');
  expect(
    root()
      .querySelector('p')
      ?.innerHTML.replace(/<!--.*?-->/g, ''),
  ).toMatch(
    /^a<strong>b<\/strong><em>.*<s>.*<code.*>e<\/code><span.*>f<\/span><span.*>\$h\$<\/span><br>i$/,
  );
  expect(root().textContent).toBe('abcdefg'.replace('g', '$h$') + 'i');
});

it('shows headings below the heading of the turn', () => {
  show('# One\n\n###### Six');
  expect(screen.getByRole('heading', { level: 3 }).textContent).toBe('One');
  expect(screen.getByRole('heading', { level: 6 }).textContent).toBe('Six');
  expect(find('h1, h2, h3, h4, h5, h6')).toEqual([]);
});

it('shows lists with their numbers, and tasks with what is done', () => {
  show('3. a\n4. b\n   - c\n\n- [x] d\n- [ ] e');
  expect(find('ol').map((list) => list.getAttribute('start'))).toEqual(['3']);
  expect(texts('ol > li')).toEqual(['a', 'bc']);
  expect(texts('li.task')).toEqual(['☑ d', '☐ e']);
  expect(screen.getByRole('img', { name: 'Done' }).textContent).toBe('☑');
});

it('shows tables in a box that scrolls with the keys', () => {
  show('|a|b|\n|:-:|-|\n|1|**2**|');
  const box = screen.getByRole('group', { name: 'Table' });
  expect(box.tabIndex).toBe(0);
  expect(texts('th')).toEqual(['a', 'b']);
  expect(texts('td')).toEqual(['1', '2']);
  expect(find('td').map(({ style }) => style.textAlign)).toEqual(['center', '']);
});

it('shows quotes, rules and formulas', () => {
  show('> a\n\n---\n\n$$\nx_1\n$$\n\n<div>*b*</div>');
  expect(texts('blockquote p')).toEqual(['a']);
  expect(find('hr')).toHaveLength(1);
  expect(texts('p.maths')).toEqual(['$$\nx_1\n$$']);
  expect(texts('p.literal')).toEqual(['<div>*b*</div>']);
});

const INJECTIONS = [
  '<script>globalThis.harmed = true</script>',
  'a <script>globalThis.harmed = true</script>',
  '<img src=x onerror="globalThis.harmed = true">',
  'a <img src=x onerror="globalThis.harmed = true"> b',
  '<iframe src="javascript:globalThis.harmed = true"></iframe>',
  '<svg><g onload="globalThis.harmed = true"></g></svg>',
  '<!-- <b onclick="globalThis.harmed = true">c</b> -->',
  '<!--> <style>* { display: none }</style> -->',
  '[a](https://b.example "\\" onclick=\\"globalThis.harmed = true")',
  '[<img src=x onerror=alert(1)>](https://b.example)',
  '![" onerror="globalThis.harmed = true](https://b.example/x.png)',
  '[a](javascript:globalThis.harmed=true)',
  '[a](JAVASCRIPT&colon;globalThis.harmed=true)',
  '```"><img src=x onerror=alert(1)>\n</code><script>globalThis.harmed = true</script>\n```',
  '```html\n<script>globalThis.harmed = true</script>\n```',
  '|<img src=x onerror=alert(1)>|\n|-|\n|</td><script>globalThis.harmed = true</script>|',
  '&lt;script&gt;globalThis.harmed = true&lt;/script&gt;',
  '$<img src=x onerror=alert(1)>$ \\[<script>globalThis.harmed = true</script>\\]',
  '- [ ] <input type=checkbox autofocus onfocus=alert(1)>',
];
const OURS =
  'p,br,code,span,strong,em,s,div,button,pre,ul,ol,li,table,thead,tbody,tr,th,td,hr'.split(',');
it.each(INJECTIONS)('takes nothing as HTML: %s', (text) => {
  show(text);
  expect(find('*').filter(({ localName }) => !OURS.includes(localName))).toEqual([]);
  const names = find('*').flatMap((element) => element.getAttributeNames());
  expect(names.filter((name) => /^on|^src|^href|^style$/.test(name))).toEqual([]);
  expect(globalThis).not.toHaveProperty('harmed');
});
it('shows HTML as it was written', () => {
  show('a <b onclick="x">c</b><br>\n\n<script>\nd()\n</script>');
  expect(texts('p')).toEqual(['a <b onclick="x">c</b><br>', '<script>\nd()\n</script>']);
});

it('says where a link leads and only tells of a click', async () => {
  show('[a](https://b.example/c "Something else"), ![d](https://e.example/f.png)');
  const [link, image] = screen.getAllByRole('link');
  if (!link || !image) throw new Error('no links');
  expect(link.title).toBe('https://b.example/c');
  expect(root().textContent).toBe('a, d (https://e.example/f.png)');
  await fireEvent.click(link);
  await fireEvent.keyDown(image, { key: 'Enter' });
  await fireEvent.keyDown(image, { key: 'a' });
  expect(heard.onlink.mock.calls).toEqual([['https://b.example/c'], ['https://e.example/f.png']]);
  expect([link.tabIndex, find('a, img').length]).toEqual([0, 0]);
});

it('copies code and says so for a moment', async () => {
  vi.useFakeTimers();
  show('```rust\nfn f() {}\n```');
  const code = within(screen.getByTestId('code'));
  code.getByText('rust');
  const button = code.getByRole('button', { name: 'Copy the code' });
  await fireEvent.click(button);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard.oncopy).toHaveBeenCalledWith('fn f() {}');
  expect(button.textContent).toBe('Copied');
  expect(code.getByRole('status').textContent).toBe('Copied');
  await vi.advanceTimersByTimeAsync(1500);
  expect(button.textContent).toBe('Copy');
  heard.oncopy.mockRejectedValueOnce(new Error('refused'));
  await fireEvent.click(button);
  await vi.advanceTimersByTimeAsync(0);
  expect(button.textContent).toBe('Not copied');
});

it('copies with the clipboard where nothing else was given', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  render(Markdown, { text: '```\na\n```', onlink: heard.onlink });
  await fireEvent.click(screen.getByRole('button'));
  expect(writeText).toHaveBeenCalledWith('a');
  vi.unstubAllGlobals();
});

it('colours code of a known language, and no other', async () => {
  const rerender = show('```RS\nlet a = "b"; // c\n```');
  const looks = () =>
    find('pre span:not(.line)').map(({ className, textContent }) => [
      className.split(' ')[0],
      textContent,
    ]);
  expect(looks()).toEqual([
    ['keyword', 'let'],
    ['string', '"b"'],
    ['comment', '// c'],
  ]);
  await rerender({ text: '```klingon\nlet a = "b";\n```' });
  expect(looks()).toEqual([]);
  await rerender({ text: `\`\`\`rust\n${'let a = "b";\n'.repeat(2000)}\n\`\`\`` });
  expect(looks()).toEqual([]);
});

it('colours long code line by line while it is written', async () => {
  const lines = 'let a = "b";\n'.repeat(400);
  const rerender = show(`\`\`\`rust\n${lines}let c`, true);
  expect(find('pre span:not(.line)')).toHaveLength(800);
  expect(find('pre')[0]?.textContent).toBe(`${lines}let c`);
  await rerender({ streaming: false });
  expect(find('pre span:not(.line)')).toHaveLength(801);
});

it('leaves what does not change in place while it is written', async () => {
  const rerender = show('# a\n\n- b\n- **c**\n\n```js\nlet d;\n```\n\ne');
  const before = find('p, li, pre, strong');
  await rerender({ text: '# a\n\n- b\n- **c**\n\n```js\nlet d;\n```\n\ne *f*\n\ng' });
  await tick();
  expect(find('p, li, pre, strong').slice(0, before.length)).toEqual(before);
  expect(texts('p').slice(-2)).toEqual(['e f', 'g']);
});

it('can be read and used without sight or mouse', async () => {
  show('# a\n\n- [x] b\n\n|c|\n|-|\n|d|\n\n```js\nlet e;\n```\n\n> [f](https://g.example)\n\n1. h');
  const { violations } = await axe.run(root(), { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
});

it('has colours for code that can be read on a card, by light and dark', () => {
  const pairs = [...codeBlock.matchAll(/--code-\w+: light-dark\((#\w{6}), (#\w{6})\)/g)];
  expect(pairs).toHaveLength(7);
  for (const [, light = '', dark = ''] of pairs) {
    expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(dark, '#262420')).toBeGreaterThanOrEqual(4.5);
  }
});
/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
