/**
 * Formulas are shown as they were written, so nothing inside them may be read as Markdown.
 *
 * On lines of its own a formula is a block. In running text each is kept behind one character of
 * the private use area while Markdown is read, which takes it for a letter: emphasis may go across
 * a formula, and never begins or ends inside one.
 */

/** How far is looked for the end of one: each line may seem to begin another. */
const MOST_CHARACTERS = 4000;
const BLANK_LINE = /\n[ \t]*\n/;
/** `$` stands for money as well: a formula has no space at its edges, and no letter around it. */
const CODE_FORMULA_OR_ESCAPE =
  /(`+)(?:[^`]|[^`][\s\S]*?[^`])\1(?!`)|`+|(\\\([\s\S]+?\\\)|\\\[[\s\S]+?\\\]|\$\$(?:\\[\s\S]|[^$\\])+\$\$|(?<![\p{L}\p{N}])\$(?![\s$])(?:\\.|[^$\\\n`])+(?<!\s)\$(?![\p{L}\p{N}$]))|\\[\s\S]/gu;
const FIRST_HIDDEN = 0xe000;
const HIDDEN = /[\ue000-\uf8ff]/g;

/** The source of a formula on lines of its own that a text begins with, or of what there is of it. */
export function formulaBlock(source: string): string | undefined {
  const opening = /^ {0,3}(\$\$|\\\[)/.exec(source);
  if (!opening) return undefined;
  const lines = paragraphOf(source);
  const closing = lines.indexOf(opening[1] === '$$' ? '$$' : '\\]', opening[0].length);
  if (closing < 0) return lines === source ? source : undefined;
  const rest = /^[ \t]*(?=\n|$)/.exec(lines.slice(closing + 2));
  return rest ? lines.slice(0, closing + 2 + rest[0].length) : undefined;
}

/** Where the first such formula begins in a paragraph; undefined: it has none. */
export function formulaStart(source: string): number | undefined {
  const lines = paragraphOf(source);
  for (const { index } of lines.matchAll(/\n(?= {0,3}(?:\$\$|\\\[))/g))
    if (formulaBlock(source.slice(index + 1))) return index;
  return undefined;
}

/** The lines up to a blank one, as far as they are looked at. */
export function paragraphOf(source: string): string {
  const lines = source.slice(0, MOST_CHARACTERS);
  const end = lines.search(BLANK_LINE);
  return end < 0 ? lines : lines.slice(0, end);
}

interface Part {
  readonly text: string;
  readonly formula: boolean;
}

/** The formulas of one piece of running text. */
export class Formulas {
  readonly #hidden: string[] = [];

  /** The text with each formula behind a character; those that it has itself are kept the same way. */
  hide(source: string): string {
    const text = source.replace(HIDDEN, (character) => this.#behind(character));
    return text.replace(CODE_FORMULA_OR_ESCAPE, (match, ticks?: string, formula?: string) =>
      formula === undefined ? match : this.#behind(this.restored(match)),
    );
  }

  restored(text: string): string {
    return text.replace(HIDDEN, (character) => this.#original(character));
  }

  /** A text of which nothing is hidden any more, in parts. */
  parts(text: string): Part[] {
    return text.split(/([\ue000-\uf8ff])/).map((part, index): Part => {
      const original = index % 2 === 0 ? part : this.#original(part);
      return { text: original, formula: original.length > 1 && index % 2 === 1 };
    });
  }

  #behind(original: string): string {
    this.#hidden.push(original);
    return String.fromCharCode(FIRST_HIDDEN + this.#hidden.length - 1);
  }
  #original(character: string): string {
    return this.#hidden[character.charCodeAt(0) - FIRST_HIDDEN] ?? character;
  }
}
