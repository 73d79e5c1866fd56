/**
 * Markdown as a tree of our own, kept while its text grows.
 *
 * What is written next can only change the last block, or join it to the one before. So all that
 * stands before the last two blocks and a blank line is settled and not read again, unless the text
 * says where references lead: it may say so after them. And what is read again, but has the
 * same source as before, is the same object as before, so that it need not be shown anew.
 */
import type { MarkedToken, Token, Tokens } from 'marked';
import { ChatLexer, type Formula } from './grammar';
import { inlinesOf, piecesOf, type Inlines } from './inlines';

export type { Inline, Inlines } from './inlines';

export interface Paragraph {
  readonly kind: 'paragraph';
  readonly raw: string;
  readonly inlines: Inlines;
}
export interface Heading {
  readonly kind: 'heading';
  readonly raw: string;
  readonly level: number;
  readonly inlines: Inlines;
}
export interface Code {
  readonly kind: 'code';
  readonly raw: string;
  /** What stands behind the fence. */
  readonly language: string;
  readonly text: string;
  /** Its end has been written. */
  readonly closed: boolean;
}
export interface Quote {
  readonly kind: 'quote';
  readonly raw: string;
  readonly blocks: readonly Block[];
}
export interface List {
  readonly kind: 'list';
  readonly raw: string;
  /** The first number; null for a list without any. */
  readonly start: number | null;
  /** There are blank lines between its items. */
  readonly loose: boolean;
  readonly items: readonly Item[];
}
export interface Item {
  readonly raw: string;
  /** null: it is no task. */
  readonly checked: boolean | null;
  readonly blocks: readonly Block[];
}
export interface Table {
  readonly kind: 'table';
  readonly raw: string;
  readonly alignments: readonly ('left' | 'center' | 'right' | null)[];
  readonly head: Row;
  readonly rows: readonly Row[];
}
/** A text for each cell. */
export type Row = readonly Inlines[];
export interface Rule {
  readonly kind: 'rule';
  readonly raw: string;
}
/** Shown as it is: HTML, or a formula. */
export interface Literal {
  readonly kind: 'literal' | 'maths';
  readonly raw: string;
  readonly text: string;
}
export type Block = Paragraph | Heading | Code | Quote | List | Table | Rule | Literal;

type Read = (tokens: Token[]) => Inlines;

const NO_LINKS = '{}';
interface Settled {
  readonly text: string;
  /** How many blocks it has. */
  readonly blocks: number;
}
const NOTHING: Settled = { text: '', blocks: 0 };

export class MarkdownDocument {
  #blocks: readonly Block[] = [];
  /** Running text that was read. */
  #pieces = new Map<string, Inlines>();
  #links = NO_LINKS;
  #settled = NOTHING;

  update(text: string): readonly Block[] {
    try {
      this.#blocks = this.#read(text.replace(/\r\n?/g, '\n'));
    } catch {
      // What marked cannot read can still be shown.
      [this.#blocks, this.#settled] = [[{ kind: 'literal', raw: text, text }], NOTHING];
    }
    return this.#blocks;
  }

  #read(text: string): readonly Block[] {
    if (!text.startsWith(this.#settled.text)) this.#settled = NOTHING;
    const { text: settled, blocks: count } = this.#settled;
    const lexer = new ChatLexer();
    const tokens = lexer.blocks(text.slice(settled.length));
    const links = JSON.stringify(lexer.tokens.links);
    if (links !== this.#links) return this.#readWith(links, text);
    const read = blocksOf(tokens, this.#reader(lexer));
    const blocks = kept(this.#blocks.slice(count), read);
    const all = [...this.#blocks.slice(0, count), ...blocks];
    if (links === NO_LINKS) this.#settled = settledIn(text, settled.length, count, tokens);
    return all;
  }

  /** Any reference may now lead elsewhere. */
  #readWith(links: string, text: string): readonly Block[] {
    [this.#links, this.#settled] = [links, NOTHING];
    [this.#blocks, this.#pieces] = [[], new Map()];
    return this.#read(text);
  }

  /** marked queues the source of all running text: to read of it what was not there before. */
  #reader(lexer: ChatLexer): Read {
    const sources = new Map(lexer.inlineQueue.map(({ src, tokens }) => [tokens, src]));
    const before = this.#pieces;
    const now = new Map<string, Inlines>();
    this.#pieces = now;
    const read = (piece: string): Inlines => {
      const inlines = now.get(piece) ?? before.get(piece) ?? inlinesOf(piece, lexer);
      now.set(piece, inlines);
      return inlines;
    };
    return (tokens) => {
      const [first = [], ...others] = piecesOf(sources.get(tokens) ?? '').map(read);
      return others.length === 0 ? first : [first, ...others].flat();
    };
  }
}

/** What of a text is settled once it was read from a place on. */
function settledIn(text: string, from: number, blocks: number, tokens: readonly Token[]): Settled {
  const shown = tokens.flatMap(({ type }, at) => (type === 'space' ? [] : at));
  const lastButOne = shown.at(-2) ?? 0;
  const blank = tokens.slice(0, lastButOne).findLastIndex(({ type }) => type === 'space');
  const before = tokens.slice(0, blank + 1);
  const length = before.reduce((sum, { raw }) => sum + raw.length, from);
  const found = shown.filter((at) => at < blank).length;
  return { text: text.slice(0, length), blocks: blocks + found };
}

const blocksOf = (tokens: readonly Token[], read: Read): Block[] =>
  tokens.flatMap((token) => blockOf(token as MarkedToken | Formula, read) ?? []);

function blockOf(token: MarkedToken | Formula, read: Read): Block | null {
  const { raw } = token;
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return { kind: 'paragraph', raw, inlines: read(token.tokens ?? []) };
    case 'heading':
      return { kind: 'heading', raw, level: token.depth, inlines: read(token.tokens) };
    case 'code':
      return codeOf(token);
    case 'blockquote':
      return { kind: 'quote', raw, blocks: blocksOf(token.tokens, read) };
    case 'list':
      return listOf(token, read);
    case 'table':
      return tableOf(token, read);
    case 'hr':
      return { kind: 'rule', raw };
    case 'html':
      return { kind: 'literal', raw, text: raw.trimEnd() };
    case 'formula':
      return { kind: 'maths', raw, text: raw.trim() };
    default:
      return null;
  }
}

function codeOf({ raw, text, lang: language = '', codeBlockStyle }: Tokens.Code): Code {
  return { kind: 'code', raw, language, text, closed: codeBlockStyle === 'indented' || ends(raw) };
}
/** The last line of a fenced block is a fence, and not its first one. */
function ends(raw: string): boolean {
  const fence = /^ *(`+|~+)/.exec(raw)?.[1] ?? '';
  const last = /\n[ \t]*(`+|~+)\s*$/.exec(raw)?.[1] ?? '';
  return last.startsWith(fence);
}

function listOf({ raw, start, loose, items }: Tokens.List, read: Read): List {
  const itemOf = ({ raw, task, checked, tokens }: Tokens.ListItem): Item => ({
    raw,
    checked: task ? checked === true : null,
    blocks: blocksOf(tokens, read),
  });
  return { kind: 'list', raw, start: start === '' ? null : start, loose, items: items.map(itemOf) };
}

function tableOf({ raw, align, header, rows }: Tokens.Table, read: Read): Table {
  const cells = (row: Tokens.TableCell[]) => row.map(({ tokens }) => read(tokens));
  return { kind: 'table', raw, alignments: align, head: cells(header), rows: rows.map(cells) };
}

/** Those of before where the source is the same, also inside of what has grown. */
const kept = (before: readonly Block[], now: readonly Block[]): readonly Block[] =>
  now.map((block, at) => keptBlock(before[at], block));

function keptBlock(before: Block | undefined, now: Block): Block {
  if (before?.kind !== now.kind) return now;
  if (before.raw === now.raw) return before;
  if (before.kind === 'quote' && now.kind === 'quote')
    return { ...now, blocks: kept(before.blocks, now.blocks) };
  if (before.kind === 'list' && now.kind === 'list')
    return { ...now, items: now.items.map((item, at) => keptItem(before.items[at], item)) };
  if (before.kind === 'table' && now.kind === 'table')
    return { ...now, rows: now.rows.map((row, at) => keptRow(before.rows[at], row)) };
  return now;
}
const keptRow = (before: Row | undefined, now: Row): Row =>
  before?.length === now.length && before.every((cell, at) => cell === now[at]) ? before : now;
const keptItem = (before: Item | undefined, now: Item): Item =>
  before?.raw === now.raw ? before : { ...now, blocks: kept(before?.blocks ?? [], now.blocks) };
