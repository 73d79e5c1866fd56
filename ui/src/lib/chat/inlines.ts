/**
 * Running text as a tree of our own, which holds nothing that could load, run or lead anywhere
 * but to an address of a known kind.
 */
import type { MarkedToken, Token, Tokens } from 'marked';
import type { ChatLexer } from './grammar';
import { Formulas } from './maths';

export type Inlines = readonly Inline[];
export type Inline =
  | { readonly kind: 'text' | 'code' | 'maths'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'strong' | 'emphasis' | 'struck'; readonly inlines: Inlines }
  | { readonly kind: 'link'; readonly url: string; readonly inlines: Inlines };

/** marked's time grows with the square of it: 10 ms for the worst of this length. */
const MOST_CHARACTERS = 2000;
const SAFE = new Set(['http:', 'https:', 'mailto:']);
/** What is written by name because it is hard to type. All other names are shown as they are. */
const ENTITIES = new Map(
  (
    'amp& lt< gt> quot" apos\' nbsp\u00a0 copy© reg® trade™ ndash– mdash— hellip… middot· bull• ' +
    'times× divide÷ plusmn± deg° euro€ pound£ larr← uarr↑ rarr→ darr↓ rArr⇒ le≤ ge≥ ne≠ infin∞ ' +
    'ldquo“ rdquo” lsquo‘ rsquo’'
  )
    .split(' ')
    .map((entity) => [entity.slice(0, -1), entity.slice(-1)]),
);

/** A text in pieces that are read one by one. Between lines, the second begins with the new line. */
export function piecesOf(source: string): string[] {
  const text = source.trimEnd();
  const pieces = [];
  let from = 0;
  while (text.length - from > MOST_CHARACTERS) {
    const to = cut(text, from, from + MOST_CHARACTERS);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return [...pieces, text.slice(from)];
}

/** Between lines where there are any, else between words. */
function cut(source: string, from: number, most: number): number {
  const to = Math.max(source.lastIndexOf('\n', most), from);
  const word = to > from ? to : source.lastIndexOf(' ', most);
  if (word > from) return word;
  const insidePair = /[\ud800-\udbff]/.test(source.charAt(most - 1));
  return insidePair ? most - 1 : most;
}

export function inlinesOf(piece: string, lexer: ChatLexer): Inlines {
  const formulas = new Formulas();
  const tokens = lexer.inlines(formulas.hide(piece.replace(/^\n/, '')));
  const inlines = new Reader(formulas).inlines(tokens);
  return piece.startsWith('\n') ? [{ kind: 'break' }, ...inlines] : inlines;
}

class Reader {
  readonly #formulas: Formulas;
  #inLink = false;

  constructor(formulas: Formulas) {
    this.#formulas = formulas;
  }

  inlines(tokens: readonly Token[] | undefined): Inlines {
    return merged((tokens ?? []).flatMap((token) => this.#inline(token as MarkedToken)));
  }

  #inline(token: MarkedToken): Inlines {
    switch (token.type) {
      case 'text':
        return this.#text(token.escaped ? token.text : decoded(token.text));
      case 'escape':
        return this.#text(token.text);
      case 'codespan':
        return [{ kind: 'code', text: this.#formulas.restored(token.text) }];
      case 'br':
        return [{ kind: 'break' }];
      case 'strong':
        return [{ kind: 'strong', inlines: this.inlines(token.tokens) }];
      case 'em':
        return [{ kind: 'emphasis', inlines: this.inlines(token.tokens) }];
      case 'del':
        return [{ kind: 'struck', inlines: this.inlines(token.tokens) }];
      case 'link':
        return this.#link(token);
      case 'image':
        return this.#image(token);
      default:
        return this.#text(token.raw);
    }
  }

  #text(text: string): Inlines {
    return this.#formulas
      .parts(text)
      .flatMap(({ text, formula }): Inline[] =>
        formula ? [{ kind: 'maths', text }] : text.split('\n').flatMap(line),
      );
  }

  #link(token: Tokens.Link): Inlines {
    const url = this.#address(token);
    if (url === null || this.#inLink) return this.inlines(token.tokens);
    const label = this.#within(token.tokens);
    const inlines = label.length > 0 ? label : [{ kind: 'text' as const, text: url }];
    return [{ kind: 'link', url, inlines }];
  }

  /** Never loaded: whoever serves it would learn that this was read, and what the address says. */
  #image(token: Tokens.Image): Inlines {
    const url = this.#address(token);
    const alternative = this.#within(token.tokens);
    if (url === null || this.#inLink) return alternative;
    const address: Inline = { kind: 'link', url, inlines: [{ kind: 'text', text: url }] };
    if (alternative.length === 0) return [address];
    return [...alternative, { kind: 'text', text: ' (' }, address, { kind: 'text', text: ')' }];
  }

  #address({ href, autolink }: { href: string; autolink?: boolean }): string | null {
    const address = this.#formulas.restored(href);
    return addressOf(autolink ? address : decoded(address));
  }
  /** What is inside a link has no links of its own. */
  #within(tokens: readonly Token[]): Inlines {
    const outer = this.#inLink;
    this.#inLink = true;
    const inlines = this.inlines(tokens);
    this.#inLink = outer;
    return inlines;
  }
}

/** The address in the form that a browser would go to; null if it is none of the known kinds. */
export function addressOf(href: string): string | null {
  try {
    const url = new URL(href);
    return SAFE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const line = (text: string, index: number): Inline[] => [
  ...(index > 0 ? [{ kind: 'break' } as const] : []),
  ...(text === '' ? [] : [{ kind: 'text', text } as const]),
];

function merged(inlines: Inlines): Inlines {
  const found: Inline[] = [];
  for (const inline of inlines) {
    const last = found.at(-1);
    if (inline.kind === 'text' && last?.kind === 'text')
      found[found.length - 1] = { kind: 'text', text: last.text + inline.text };
    else found.push(inline);
  }
  return found;
}

const REFERENCE = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(\w+));/g;

const decoded = (text: string): string =>
  text.replace(REFERENCE, (written: string, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES.get(name) ?? written;
    return character(decimal ? parseInt(decimal, 10) : parseInt(hex ?? '', 16));
  });
function character(code: number): string {
  const unknown = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
  return unknown ? '\ufffd' : String.fromCodePoint(code);
}
