/** The exact prompt of a conversation, and where each part of it comes from. */
import type { Role } from '../bindings';

export interface PromptToken {
  readonly id: number;
  readonly text: string;
}
export interface PromptPart {
  /** Its index in the conversation; null for what is of none, or for an attached text. */
  readonly message: number | null;
  readonly template: boolean;
  /** The tokens are those that a model chose, not an encoded text. */
  readonly chosen: boolean;
  readonly text: string;
  /** Those that begin in it. */
  readonly tokens: readonly PromptToken[];
}
export interface ExactPrompt {
  /** The template's name. */
  readonly template: string;
  readonly parts: readonly PromptPart[];
  readonly tokens: number;
  /** How many of the oldest questions are left out, with their answers. */
  readonly folded: number;
  /** Texts that end the answer. */
  readonly stop: readonly string[];
}

/** Neighbouring parts from the same place. */
export interface Section {
  readonly source: string;
  readonly parts: readonly PromptPart[];
}
type Roles = readonly Role[];

export const promptText = ({ parts }: ExactPrompt): string =>
  parts.map(({ text }) => text).join('');

export function sectionsOf(parts: readonly PromptPart[], roles: Roles): Section[] {
  const sections: { source: string; parts: PromptPart[] }[] = [];
  for (const part of parts) {
    const source = sourceOf(part, roles);
    const last = sections.at(-1);
    if (last?.source === source) last.parts.push(part);
    else if (part.text !== '') sections.push({ source, parts: [part] });
  }
  return sections;
}

function sourceOf({ message, template }: PromptPart, roles: Roles): string {
  if (template) return 'Template';
  const role = message === null ? undefined : roles[message];
  if (message === null || role === undefined) return 'Context';
  if (role === 'system') return 'System prompt';
  const turn = roles.slice(0, message + 1).filter((role) => role !== 'system').length;
  return `Turn ${turn}: ${role === 'assistant' ? 'the model' : 'you'}`;
}

/** Null where no text is attached. */
export function tokensOfContext(parts: readonly PromptPart[]): number | null {
  const context = parts.find(({ message, template }) => message === null && !template);
  return context ? context.tokens.length : null;
}

/** '812 tokens, 4 turns, 2 folded out'. */
export function totals({ parts, tokens, folded }: ExactPrompt, roles: Roles): string {
  const said = parts.flatMap(({ message }) => (message === null ? [] : [message]));
  const turns = new Set(said.filter((message) => roles[message] !== 'system')).size;
  const counts = [count(tokens, 'token'), count(turns, 'turn')];
  if (folded > 0) counts.push(`${(2 * folded).toLocaleString('en-US')} folded out`);
  return counts.join(', ');
}

const count = (n: number, what: string): string =>
  `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;

/** A token's text with its white space to be seen; one without text of its own is its id. */
export function visible({ id, text }: PromptToken): string {
  if (text === '') return `#${id}`;
  const edges = text.replace(/^ +| +$/g, (spaces) => '·'.repeat(spaces.length));
  return edges.replaceAll('\n', '↵').replaceAll('\t', '→');
}

/** The lines of a part's text, each with the end that it has, if any. */
export function linesOf({ text }: PromptPart): { text: string; end: string }[] {
  const lines = text.split('\n');
  return lines.map((text, at) => ({ text, end: at < lines.length - 1 ? '\n' : '' }));
}
