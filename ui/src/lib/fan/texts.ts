/**
 * The texts of the columns in the DOM. What is new is appended once per frame, never a whole text
 * again; lines that are done are in blocks of their own, since WebKit lays out a whole block when a
 * word is added to it.
 */
import type { Divergence } from './columns';

/** What of a column is shown. */
export interface Source {
  readonly texts: readonly string[];
  readonly divergence: Divergence | null;
}

/** After a frame in which texts were laid out, other work has this many times as long. */
const REST = 2;

/** One text, the part it has in common with the first column apart from what is its own. */
export class GrowingText {
  #tokens = 0;
  #length = 0;
  #split: number | null = null;
  #line: HTMLElement | null = null;
  #strand: { readonly common: boolean; readonly text: Text } | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly source: Source,
  ) {}

  /** Shows what has been added to the source since. */
  grow(): void {
    const { texts, divergence } = this.source;
    const split = divergence?.offset ?? null;
    if (split !== this.#split || this.#tokens === 0) this.#restart(split);
    const fresh = texts.slice(this.#tokens).join('');
    this.#tokens = texts.length;
    const left = split === null ? fresh.length : Math.max(0, split - this.#length);
    this.#write(fresh.slice(0, left), true);
    if (split !== null && this.#length === split) this.#mark();
    this.#write(fresh.slice(left), false);
  }

  /** Where texts part is known only once they have: what is shown already is then put right. */
  #restart(split: number | null): void {
    this.host.replaceChildren();
    this.#split = split;
    this.#tokens = this.#length = 0;
    this.#line = this.#strand = null;
  }

  #write(text: string, common: boolean): void {
    // With its end in it a line is as high as in one text, and what is copied is the text.
    for (const line of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      this.#strandFor(common).appendData(line);
      if (line.endsWith('\n')) this.#line = this.#strand = null;
    }
    this.#length += text.length;
  }

  #strandFor(common: boolean): Text {
    if (this.#strand?.common === common) return this.#strand.text;
    const [span, text] = [document.createElement('span'), document.createTextNode('')];
    span.className = common ? 'common' : 'own';
    span.append(text);
    this.#lastLine().append(span);
    this.#strand = { common, text };
    return text;
  }

  #mark(): void {
    if (this.host.querySelector('.mark')) return;
    const mark = document.createElement('span');
    mark.className = 'mark';
    this.#lastLine().append(mark);
  }

  #lastLine(): HTMLElement {
    if (this.#line) return this.#line;
    this.#line = document.createElement('div');
    this.host.append(this.#line);
    return this.#line;
  }
}

/** All of them, written in the same frame. */
export class Texts {
  readonly #all = new Set<GrowingText>();
  #frame = 0;
  #rested = 0;

  /** `grown` may measure the page: everything is written by then. */
  constructor(private readonly grown: () => void) {}

  /** An attachment for the element that shows a text. */
  of(source: Source) {
    return (host: HTMLElement): (() => void) => {
      const text = new GrowingText(host, source);
      this.#all.add(text);
      this.schedule();
      return () => {
        this.#all.delete(text);
        if (this.#all.size === 0) cancelAnimationFrame(this.#frame);
        if (this.#all.size === 0) this.#frame = 0;
      };
    };
  }

  schedule(): void {
    this.#frame ||= requestAnimationFrame(this.#draw);
  }

  readonly #draw = (): void => {
    this.#frame = 0;
    const began = performance.now();
    if (began < this.#rested) return this.schedule();
    for (const text of this.#all) text.grow();
    this.grown();
    const ended = performance.now();
    this.#rested = ended + REST * (ended - began);
  };
}
