/**
 * A session's document as the turns of a conversation.
 *
 * Both sides write in pieces: an answer that was continued or edited is several nodes and still one
 * turn, while two messages of the user stay two. A turn is named by its first node, so it is the
 * same one however it grows.
 */
import type { Branch, Piece } from '../bindings';
import { siblingsAt, type Siblings } from '../document/tree';

export type Speaker = 'system' | 'user' | 'assistant';

export interface Turn {
  readonly key: string;
  readonly first: string;
  /** The last of its nodes. */
  readonly node: string;
  readonly role: Speaker;
  readonly text: string;
  /** The last run that wrote some of it. */
  readonly run: string | null;
  /** An answer with typed text in it. */
  readonly edited: boolean;
}

export function turnsOf(pieces: readonly Piece[]): Turn[] {
  const turns: Turn[] = [];
  for (const piece of pieces) {
    const last = turns.at(-1);
    if (last && goesOn(last, piece)) turns[turns.length - 1] = joined(last, piece);
    else turns.push(begun(piece));
  }
  return turns;
}

/** A completion that is read as a chat: who wrote a text has said it. */
const speakerOf = ({ role, author }: Piece): Speaker =>
  role !== 'text' ? role : author === 'model' ? 'assistant' : 'user';

const goesOn = (turn: Turn, piece: Piece): boolean =>
  turn.role === speakerOf(piece) && (turn.role === 'assistant' || turn.node === piece.node);

const typedIn = (piece: Piece): boolean =>
  speakerOf(piece) === 'assistant' && piece.author === 'user' && piece.text !== '';

function begun(piece: Piece): Turn {
  const { node, text, run } = piece;
  const role = speakerOf(piece);
  return { key: node, first: node, node, role, text, run, edited: typedIn(piece) };
}

const joined = (turn: Turn, piece: Piece): Turn => ({
  ...turn,
  node: piece.node,
  text: turn.text + piece.text,
  run: piece.run ?? turn.run,
  edited: turn.edited || typedIn(piece),
});

/** Whether the user's last turn waits for its answer. */
export const isUnanswered = (turns: readonly Turn[]): boolean => turns.at(-1)?.role === 'user';

/**
 * The other versions of a turn. Where it begins comes first; a fork inside it is one that was
 * continued or edited in several ways. A fork above it belongs to another turn.
 */
export function siblingsOf(turn: Turn, branches: readonly Branch[]): Siblings | null {
  const first = siblingsAt(branches, turn.first);
  if (first?.node === turn.first) return first;
  const inside = siblingsAt(branches, turn.node);
  return inside?.node === first?.node ? null : inside;
}

/** By key, those of all turns that have some; the tree is not walked for the many without. */
export function versionsOf(
  turns: readonly Turn[],
  branches: readonly Branch[],
): ReadonlyMap<string, Siblings> {
  const forks = forkDepths(branches);
  const depths = new Map(branches.map(({ node, depth }) => [node, depth]));
  const forked = ({ first, node }: Turn) => {
    const [from, to] = [depths.get(first) ?? Infinity, depths.get(node) ?? -1];
    return forks.some((depth) => depth >= from && depth <= to);
  };
  const found = turns.filter(forked).map((turn) => [turn.key, siblingsOf(turn, branches)] as const);
  return new Map(found.flatMap(([key, siblings]) => (siblings ? [[key, siblings]] : [])));
}

/** How deep the nodes of the document are that have siblings. */
function forkDepths(branches: readonly Branch[]): number[] {
  const children = new Map<string | null, number>();
  for (const { parent } of branches) children.set(parent, (children.get(parent) ?? 0) + 1);
  const forked = ({ in_document, parent }: Branch) =>
    in_document && (children.get(parent) ?? 0) > 1;
  return branches.filter(forked).map(({ depth }) => depth);
}

/**
 * The keys of the turns that the prompt leaves out. The engine counts a question and its answer as
 * one; what is shown are two turns. A system prompt is never left out.
 */
export function foldedTurns(turns: readonly Turn[], folded: number): ReadonlySet<string> {
  const said = turns.filter(({ role }) => role !== 'system');
  return new Set(said.slice(0, 2 * folded).map(({ key }) => key));
}
