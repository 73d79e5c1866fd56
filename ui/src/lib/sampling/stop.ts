/** Stop texts as a person types and reads them: `\n` is a line end, `\t` a tab, `\\` a backslash. */
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', '\\': '\\' };

export const readStop = (typed: string): string =>
  typed.replace(/\\([nt\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);

export const showStop = (text: string): string =>
  text.replace(/[\\\n\t]/g, (found) => (found === '\n' ? '\\n' : found === '\t' ? '\\t' : '\\\\'));
