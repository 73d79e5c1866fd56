/**
 * Paints ranges of a text without touching its nodes, and tells where on the window they are.
 *
 * Offsets are UTF-16 code units of the host's text, as in the DOM. Where the web view cannot paint
 * so, nothing is painted, and all the rest works. Rectangles are in the pixels of elements, the
 * pointer is in the window's: see Preferences about the zoom of the body.
 */
export type Span = readonly [start: number, end: number];

export class Paint {
  /** What this one painted: names are those of the whole window. */
  readonly #painted = new Map<string, Highlight>();

  /** The text is the host's `textContent`, in nodes at any depth. */
  constructor(private readonly host: HTMLElement) {}

  /** Gives ranges the look of `::highlight(name)`: in their order, and none over another. */
  mark(name: string, spans: readonly Span[]): void {
    if (!canPaint()) return;
    // They follow an edit. Static ranges would be no quicker, and not follow.
    const highlight = new Highlight(...rangesOf(this.host, spans));
    CSS.highlights.set(name, highlight);
    this.#painted.set(name, highlight);
  }

  clear(name: string): void {
    const own = this.#painted.get(name);
    this.#painted.delete(name);
    if (own && CSS.highlights.get(name) === own) CSS.highlights.delete(name);
  }

  /** Where a range begins to be seen, its first line only; null: the text is not that long. */
  rectOf(span: Span): DOMRect | null {
    const rects = rectsOf(this.host, span);
    return rects.find(({ width }) => width > 0) ?? rects[0] ?? null;
  }

  /** The character that is under a point of the window, if one really is. */
  offsetAt(x: number, y: number): number | null {
    // Not in every engine.
    const caret = document.caretRangeFromPoint?.(x, y);
    if (!caret || !this.host.contains(caret.startContainer)) return null;
    const [at, text] = [offsetOf(this.host, caret), this.host.textContent];
    // A caret is between two characters: the point may be on either, or on none.
    const spans: Span[] = [
      [at, at + unitsAt(text, at)],
      [at - unitsBefore(text, at), at],
    ];
    return spans.find((span) => this.#isOn(span, x, y))?.[0] ?? null;
  }

  #isOn(span: Span, x: number, y: number): boolean {
    const [left, top] = [x * scale(), y * scale()];
    return rectsOf(this.host, span).some(
      (rect) => rect.left <= left && left < rect.right && rect.top <= top && top < rect.bottom,
    );
  }
}

/** Where bytes of UTF-8 are in a text: offsets that ascend, and all of them in one pass. */
export function unitsOf(text: string, byteOffsets: readonly number[]): number[] {
  let [at, bytes] = [0, 0];
  return byteOffsets.map((offset) => {
    while (bytes < offset && at < text.length) {
      bytes += bytesOf(text.codePointAt(at) ?? 0);
      at += unitsAt(text, at);
    }
    return at;
  });
}

const bytesOf = (point: number): number =>
  point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
const unitsAt = (text: string, at: number): number =>
  (text.codePointAt(at) ?? 0) < 0x10000 ? 1 : 2;
const unitsBefore = (text: string, at: number): number =>
  at > 1 && unitsAt(text, at - 2) === 2 ? 2 : 1;

const canPaint = (): boolean => typeof Highlight === 'function' && 'highlights' in CSS;

/** From the window's pixels to those of elements. */
const scale = (): number => document.body.getBoundingClientRect().width / window.innerWidth || 1;

/** How much of the text is before the start of a range. */
function offsetOf(host: HTMLElement, { startContainer, startOffset }: Range): number {
  const before = document.createRange();
  before.setStart(host, 0);
  before.setEnd(startContainer, startOffset);
  return before.toString().length;
}

const rectsOf = (host: HTMLElement, span: Span): DOMRect[] =>
  rangesOf(host, [span]).flatMap((range) => [...range.getClientRects()]);

/** In one pass over the text nodes. What is empty, or goes beyond the text, is left out. */
function rangesOf(host: HTMLElement, spans: readonly Span[]): Range[] {
  const nodes = new TextNodes(host);
  const ranges: Range[] = [];
  for (const [start, end] of spans) {
    if (start < 0 || start >= end) continue;
    const [first, last] = [nodes.holding(start), nodes.before(end)];
    if (!first || !last) continue;
    const range = document.createRange();
    range.setStart(...first);
    range.setEnd(...last);
    ranges.push(range);
  }
  return ranges;
}

type Point = [node: Text, offset: number];

/** The text nodes of an element; it only goes forwards. */
class TextNodes {
  readonly #walk: TreeWalker;
  #node: Node | null;
  /** How much text is before the node. */
  #from = 0;

  constructor(host: HTMLElement) {
    this.#walk = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
    this.#node = this.#walk.nextNode();
  }

  /** The place of the character behind an offset. */
  holding(offset: number): Point | null {
    return this.#reaching(offset + 1, offset);
  }
  /** The place just behind the character before an offset. */
  before(offset: number): Point | null {
    return this.#reaching(offset, offset);
  }

  #reaching(end: number, offset: number): Point | null {
    while (this.#node instanceof Text) {
      if (this.#from + this.#node.length >= end) return [this.#node, offset - this.#from];
      this.#from += this.#node.length;
      this.#node = this.#walk.nextNode();
    }
    return null;
  }
}
