/**
 * What is read as Markdown: marked's lexer with formulas as blocks of their own, and with bounds.
 *
 * An answer may be anything, ten thousand quotation marks included. marked descends once per level,
 * and its time grows with the square of a piece of running text. So what lies too deep is text, and
 * running text comes in pieces, see `inlines.ts`.
 */
import { Lexer, Tokenizer, type MarkedOptions, type Token, type Tokens } from 'marked';
import { formulaBlock, formulaStart, paragraphOf } from './maths';

/** Quotes and lists inside each other, and marks of running text inside each other. */
export const MOST_NESTED = 12;

/**
 * An expression for the start of a text. Those that WebKit does not compile it tries at each
 * character, though they begin with `^`: for a list of 16 kB that took 36 ms, and takes 2.
 */
class Anchored extends RegExp {
  constructor({ source, flags }: RegExp) {
    super(source, `${flags}y`);
  }
  override exec(text: string): RegExpExecArray | null {
    this.lastIndex = 0;
    return super.exec(text);
  }
}
const anchored = <Name extends string>(rules: Record<Name, RegExp>): Record<Name, RegExp> => {
  const atStart = ({ source, global }: RegExp) => source.startsWith('^') && !global;
  const entries = Object.entries<RegExp>(rules);
  return Object.fromEntries(
    entries.map(([name, rule]) => [name, atStart(rule) ? new Anchored(rule) : rule]),
  ) as Record<Name, RegExp>;
};
const BLOCK_RULES = anchored(Lexer.rules.block.gfm);
const INLINE_RULES = anchored(Lexer.rules.inline.breaks);

const QUOTE = new Anchored(/^(?: {0,3}>[^\n]*(?:\n|$))+/);
const UNDERLINE = /\n {0,3}[=-]+[ \t]*(?:\n|$)/;
const QUOTE_MARK = /^ {0,3}>[ \t]?/gm;

class ChatTokenizer extends Tokenizer {
  #depth = 0;

  override list(source: string): Tokens.List | undefined {
    return this.#nested(() => super.list(source));
  }

  /**
   * Only lines with a mark belong to a quote. To find those that lack it, marked reads each level
   * twice for every such line, which takes for ever on text that a model writes when it loops.
   */
  override blockquote(source: string): Tokens.Blockquote | undefined {
    const raw = QUOTE.exec(source)?.[0].replace(/\n$/, '');
    if (raw === undefined) return undefined;
    return this.#nested(() => {
      const text = raw.replace(QUOTE_MARK, '');
      return { type: 'blockquote', raw, text, tokens: this.#blocksIn(text) };
    });
  }

  /** Its title ends with the paragraph: what was written before must not change long afterwards. */
  override def(source: string): Tokens.Def | undefined {
    return /^ {0,3}\[/.test(source) ? super.def(paragraphOf(source)) : undefined;
  }

  /** Its first two lines decide. marked looks for its end first, again for each that is none. */
  override table(source: string): Tokens.Table | undefined {
    const head = /^[^\n]*\n[^\n]*/.exec(source)?.[0] ?? '';
    return super.table(head) && super.table(source);
  }

  /** Its underline decides, and is found at once; marked tries each character of a paragraph. */
  override lheading(source: string): Tokens.Heading | undefined {
    return UNDERLINE.test(paragraphOf(source)) ? super.lheading(source) : undefined;
  }

  #blocksIn(text: string): Token[] {
    const { state } = this.lexer;
    const { top } = state;
    state.top = true;
    const tokens = this.lexer.blockTokens(text, []);
    state.top = top;
    return tokens;
  }
  #nested<Found>(read: () => Found): Found | undefined {
    if (this.#depth >= MOST_NESTED) return undefined;
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }
}

/** A formula on lines of its own. */
export interface Formula {
  type: 'formula';
  raw: string;
}

const options = (tokenizer: ChatTokenizer): MarkedOptions => ({
  gfm: true,
  breaks: true,
  tokenizer,
  extensions: {
    renderers: {},
    childTokens: {},
    block: [formulaToken],
    startBlock: [formulaStart],
  },
});
function formulaToken(source: string): Formula | undefined {
  const raw = formulaBlock(source);
  return raw === undefined ? undefined : { type: 'formula', raw };
}

export class ChatLexer extends Lexer {
  #depth = 0;

  constructor() {
    const tokenizer = new ChatTokenizer();
    super(options(tokenizer));
    tokenizer.rules = { ...tokenizer.rules, block: BLOCK_RULES, inline: INLINE_RULES };
  }

  blocks(text: string): Token[] {
    return this.blockTokens(text, this.tokens);
  }
  /** HTML that an earlier text left open has no say in this one. */
  inlines(text: string): Token[] {
    this.state.inLink = this.state.inRawBlock = false;
    return this.inlineTokens(text, []);
  }

  override inlineTokens(text: string, tokens: Token[] = []): Token[] {
    if (this.#depth >= MOST_NESTED) return [{ type: 'text', raw: text, text }];
    this.#depth += 1;
    try {
      return super.inlineTokens(text, tokens);
    } finally {
      this.#depth -= 1;
    }
  }
}
