import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Paint, unitsOf, type Span } from './highlight';

const registry = new Map<string, FakeHighlight>();
class FakeHighlight {
  readonly ranges: Range[];
  constructor(...ranges: Range[]) {
    this.ranges = ranges;
  }
}
/** Each character is a box, ten pixels wide, in a single line of text. */
function boxes(this: Range): DOMRect[] {
  const before = document.createRange();
  before.setStart(document.body, 0);
  before.setEnd(this.startContainer, this.startOffset);
  const [left, width] = [10 * before.toString().length, 10 * this.toString().length];
  return [new DOMRect(left, 20, width, 15)];
}
/** The caret nearest to a point, wherever the point is. */
function nearest(x: number): Range {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let left = Math.round(x / 10);
  for (let node = walk.nextNode(); node instanceof Text; node = walk.nextNode()) {
    range.setStart(node, Math.min(left, node.length));
    if (left <= node.length) break;
    left -= node.length;
  }
  const { startContainer: node, startOffset } = range;
  const half = /^[\udc00-\udfff]/.test(node.textContent?.slice(startOffset) ?? '');
  if (half) range.setStart(node, startOffset + 1);
  return range;
}

beforeEach(() => {
  vi.stubGlobal('Highlight', FakeHighlight);
  vi.stubGlobal('CSS', { highlights: registry });
  Object.assign(Range.prototype, { getClientRects: boxes });
  Object.assign(document, { caretRangeFromPoint: nearest });
});
afterEach(() => {
  vi.unstubAllGlobals();
  registry.clear();
  document.body.replaceChildren();
  document.body.style.zoom = '';
});

function host(html: string): HTMLElement {
  const host = document.createElement('div');
  host.innerHTML = html;
  document.body.append(host);
  return host;
}
const painted = (name: string) => registry.get(name)?.ranges.map(String);

it('paints ranges within a node, through several, and at their edges', () => {
  const paint = new Paint(host('ab<span>cd</span><div><span>ef</span>gh</div><br>'));
  paint.mark('one', [
    [0, 2],
    [2, 3],
    [3, 7],
    [7, 8],
  ]);
  expect(painted('one')).toEqual(['ab', 'c', 'defg', 'h']);
  const starts = registry.get('one')?.ranges.map((range) => range.startContainer.textContent);
  expect(starts, 'a range begins in the node of its first character').toEqual([
    'ab',
    'cd',
    'cd',
    'gh',
  ]);
});

it('leaves out what is empty or beyond the text', () => {
  const paint = new Paint(host('abc'));
  paint.mark('one', [
    [1, 1],
    [1, 2],
    [2, 9],
    [9, 12],
  ]);
  expect(painted('one')).toEqual(['b']);
  expect(paint.rectOf([9, 12])).toBeNull();
});

it('goes through the nodes once, however many the ranges are', () => {
  const paint = new Paint(host('<span>abcd</span>'.repeat(1024)));
  const nodes = vi.spyOn(TreeWalker.prototype, 'nextNode');
  paint.mark(
    'one',
    Array.from({ length: 4096 }, (_, at): Span => [at, at + 1]),
  );
  expect(painted('one')).toHaveLength(4096);
  expect(nodes.mock.calls.length).toBeLessThanOrEqual(1025);
  nodes.mockRestore();
});

it('takes away only what it painted itself', () => {
  const [one, other] = [new Paint(host('ab')), new Paint(host('cd'))];
  one.mark('token', [[0, 1]]);
  other.mark('token', [[0, 1]]);
  one.clear('token');
  expect(painted('token')).toEqual(['c']);
  other.clear('token');
  other.clear('token');
  expect(painted('token')).toBeUndefined();
});

it('paints nothing where the web view cannot', () => {
  vi.stubGlobal('Highlight', undefined);
  const paint = new Paint(host('ab'));
  paint.mark('one', [[0, 1]]);
  paint.clear('one');
  expect(registry.size).toBe(0);
});

it('tells where the first line of a range is', () => {
  const paint = new Paint(host('abcdef'));
  const lines = [new DOMRect(90, 20, 0, 15), new DOMRect(0, 40, 30, 15), new DOMRect(0, 60, 9, 15)];
  Object.assign(Range.prototype, { getClientRects: () => lines });
  expect(paint.rectOf([0, 4])).toBe(lines[1]);
  Object.assign(Range.prototype, { getClientRects: () => lines.slice(0, 1) });
  expect(paint.rectOf([0, 4]), 'a new line has no width').toBe(lines[0]);
});

it.each([
  ['the left of a character', 12, 30, 1],
  ['the right of a character', 18, 30, 1],
  ['the last one of a node', 28, 30, 2],
  ['the first one of a node', 31, 30, 3],
  ['behind the text', 95, 30, null],
  ['above the line', 12, 10, null],
  ['between two lines', 12, 36, null],
])('finds the character under a point: %s', (_, x, y, at) => {
  expect(new Paint(host('abc<span>def</span><br>')).offsetAt(x, y)).toBe(at);
});

it('finds a character of two units by either half', () => {
  const paint = new Paint(host('a😀b'));
  expect([15, 17, 24, 28].map((x) => paint.offsetAt(x, 30))).toEqual([1, 1, 1, 1]);
  expect(paint.offsetAt(32, 30)).toBe(3);
});

it('finds nothing in another element, or where nobody can tell', () => {
  const [inside, other] = [host('ab'), host('cd')];
  expect([new Paint(inside), new Paint(other)].map((paint) => paint.offsetAt(5, 30))).toEqual([
    0,
    null,
  ]);
  Object.assign(document, { caretRangeFromPoint: undefined });
  expect(new Paint(inside).offsetAt(5, 30)).toBeNull();
});

it('takes a point of the window for one of the text, whose pixels are larger under zoom', () => {
  const paint = new Paint(host('abcdef'));
  const body = vi.spyOn(document.body, 'getBoundingClientRect');
  body.mockReturnValue(new DOMRect(0, 0, window.innerWidth / 2, 100));
  Object.assign(document, { caretRangeFromPoint: (x: number) => nearest(x / 2) });
  expect(paint.offsetAt(66, 60)).toBe(3);
  body.mockRestore();
});

it.each([
  ['abc', [0, 1, 3], [0, 1, 3]],
  ['aé漢😀b', [0, 1, 3, 6, 10, 11], [0, 1, 2, 3, 5, 6]],
  ['😀', [0, 4, 4, 9], [0, 2, 2, 2]],
  ['é', [1], [1]],
  ['', [0, 3], [0, 0]],
])('counts units of %j at bytes %j', (text, bytes, units) => {
  expect(unitsOf(text, bytes)).toEqual(units);
});
