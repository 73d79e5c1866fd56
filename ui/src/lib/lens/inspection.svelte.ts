/**
 * What is looked at in the open session: the next token, and the tokens of its text. The session, the
 * chat and the settings are others'; here they are put together for the engine to be asked.
 */
import * as api from '../api';
import type { PlacedToken, WrittenToken } from '../bindings';
import type { Chat } from '../chat/chat.svelte';
import type { Turn } from '../chat/turns';
import { bytesTo } from '../document/pieces';
import type { Playground } from '../document/playground.svelte';
import type { Sampling } from '../sampling/sampling.svelte';
import { Lens } from './lens.svelte';
import { TokenCursor } from './tokenCursor.svelte';

/** Of a token that was too unlikely for a number. */
const LEAST_LOGPROB = -1e4;

export class Inspection {
  /** The next token, at the end or where somebody asked. */
  readonly lens: Lens;
  /** A token of the text. */
  readonly cursor: TokenCursor;
  /** The answer of a chat that is shown token by token, by its key. */
  turn = $state<string | null>(null);

  constructor(
    private readonly playground: Playground,
    private readonly chat: Chat,
    private readonly sampling: Sampling,
  ) {
    const session = () => playground.session ?? '';
    const { settings, seed } = sampling;
    this.lens = new Lens(
      {
        look: (at, settings, seed) =>
          api.look(session(), at, chat.form, settings, seed, sampling.maxTokens),
        again: api.lookAgain,
      },
      settings,
      seed,
    );
    this.cursor = new TokenCursor(
      {
        tokens: () => playground.settled().then(() => api.tokens(session())),
        look: (start, settings, seed) => api.lookAt(session(), start, settings, seed),
        again: api.lookAgain,
      },
      settings,
      seed,
    );
  }

  /** Takes over the settings as they are on the rail. */
  settle(): void {
    const { settings, seed } = this.sampling;
    void this.lens.settle(settings, seed);
    void this.cursor.settle(settings, seed);
  }
  /** Another session or another model. */
  forget(): void {
    this.lens.forget();
    this.cursor.forget();
    this.turn = null;
  }
  /** The text, or what a chat's prompt is made with, is another one. */
  edited(): void {
    this.lens.edited();
    this.cursor.edited();
  }

  /** Reads what could come next where the caret is. */
  async lookHere(): Promise<void> {
    await this.playground.settled();
    await this.lens.look(this.playground.place);
  }
  /** Goes on with a token in the place of the next one. */
  pick(id: number, text: string): void {
    const token = tokenOf(this.lens, id, text);
    void (this.#chatting
      ? this.chat.goOnWith(token)
      : this.playground.instead(this.lens.place, token));
  }

  /** To the token before or behind the one that is looked at, else the caret. */
  async go(to: 'previous' | 'next'): Promise<void> {
    if (this.playground.run.running) return;
    const caret = this.#chatting ? 0 : (this.playground.place ?? Infinity);
    const token = await (to === 'next'
      ? this.cursor.next(caret)
      : this.cursor.previous(this.#chatting ? Infinity : caret));
    if (token && this.#chatting) this.turn = this.#turnOf(token)?.key ?? null;
  }
  /** Writes on from the token that is looked at, or from another one in its place. */
  fork(other: { id: number; text: string } | null): void {
    const { current, lens } = this.cursor;
    if (!current) return;
    const token = other && tokenOf(lens, other.id, other.text);
    if (this.#chatting) void this.chat.forkAt(current.start, token);
    else if (token) void this.playground.instead(current.start, token);
    else void this.playground.from(current.start);
  }
  /** Shows an answer token by token, or as it was. */
  toggle({ key }: Turn): void {
    this.cursor.close();
    this.turn = this.turn === key ? null : key;
  }

  /** Where a turn begins in the text of the whole chat, in bytes. */
  startOf({ first }: Turn): number {
    const { passages } = this.playground;
    const at = passages.findIndex(({ node }) => node === first);
    return passages.slice(0, at).reduce((sum, { text }) => sum + bytesTo(text, Infinity), 0);
  }
  #turnOf(token: PlacedToken): Turn | undefined {
    return this.chat.turns.findLast((turn) => this.startOf(turn) <= token.start);
  }
  get #chatting(): boolean {
    return this.playground.kind === 'chat';
  }
}

function tokenOf({ outlook }: Lens, id: number, text: string): WrittenToken {
  const before = outlook?.tokens.find((token) => token.id === id)?.before ?? 0;
  return { id, text, logprob: Math.max(Math.log(before), LEAST_LOGPROB) };
}
