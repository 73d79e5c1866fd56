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
import { HindsightState } from '../hindsight/hindsight.svelte';
import type { Sampling } from '../sampling/sampling.svelte';
import { Lens } from './lens.svelte';
import { SurpriseMap } from '../surprise/surprise.svelte';
import { TokenCursor } from './tokenCursor.svelte';

/** Of a token that was too unlikely for a number. */
const LEAST_LOGPROB = -1e4;

export class Inspection {
  /** The next token, at the end or where somebody asked. */
  readonly lens: Lens;
  /** A token of the text. */
  readonly cursor: TokenCursor;
  /** How surprising the text is, or the answer of a chat that is shown token by token. */
  readonly surprise: SurpriseMap;
  /** What the settings would have done with the run that is looked at. */
  readonly hindsight: HindsightState;
  /** The tokens of the text, once hindsight is about them. */
  placed = $state.raw<readonly PlacedToken[]>([]);
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
    this.hindsight = new HindsightState(async (sampling) => {
      await playground.settled();
      if (this.placed.length === 0) this.placed = await api.tokens(session());
      return api.hindsight(session(), this.run ?? '', sampling);
    }, settings);
    this.surprise = new SurpriseMap(async () => {
      await playground.settled();
      return api.surprise(session(), this.#chatting ? this.run : null);
    });
  }

  /** The run that wrote what is looked at: the answer that is, what is at the caret, or the last. */
  get run(): string | null {
    if (!this.#chatting) return this.#runAt(this.playground.place);
    const { turns } = this.chat;
    const turn = turns.find(({ key }) => key === this.turn);
    return (turn ?? turns.findLast(({ run }) => run !== null))?.run ?? null;
  }
  #runAt(place: number | null): string | null {
    let end = 0;
    const { passages } = this.playground;
    const here = passages.find(
      ({ text }) => (end += bytesTo(text, Infinity)) >= (place ?? Infinity),
    );
    return here?.run ?? passages.findLast(({ run }) => run !== null)?.run ?? null;
  }

  /** Takes over the settings as they are on the rail. */
  settle(): void {
    const { settings, seed } = this.sampling;
    void this.lens.settle(settings, seed);
    void this.cursor.settle(settings, seed);
    void this.hindsight.settle(settings);
  }
  /** Another session or another model. */
  forget(): void {
    this.lens.forget();
    this.cursor.forget();
    this.surprise.forget();
    this.hindsight.close();
    this.placed = [];
    this.turn = null;
  }
  /** The text, or what a chat's prompt is made with, is another one. */
  edited(): void {
    this.lens.edited();
    this.cursor.edited();
    this.surprise.edited();
    this.hindsight.forget();
    this.placed = [];
  }
  /** A run has ended, at a byte of the text or at its end. */
  written(at: number | null, shown: boolean): void {
    if (shown) void this.lens.look(at);
    if (this.hindsight.on) void this.hindsight.show();
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
  /** To the token that begins at a byte. */
  async open(start: number): Promise<void> {
    const token = await this.cursor.at(start);
    if (token) this.cursor.open(token, 'keyboard');
  }
  /** Colours the text by how surprising it is, or no longer. */
  async colour(): Promise<void> {
    const off = this.surprise.mode === 'off';
    if (off) this.#showTokens();
    await this.surprise.show(off ? 'surprise' : 'off');
  }
  /** Marks what the settings would have done with the run, or no longer. */
  lookBack(): void {
    if (this.hindsight.on) this.hindsight.close();
    else {
      this.#showTokens();
      void this.hindsight.show();
    }
  }
  /** In a chat what is marked is the last answer, if no other is shown token by token. */
  #showTokens(): void {
    if (!this.#chatting) return;
    this.turn ??= this.chat.turns.findLast(({ run }) => run !== null)?.key ?? null;
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
    this.surprise.edited();
    if (this.turn !== null && this.surprise.mode !== 'off') void this.surprise.again();
    if (this.hindsight.on) void this.hindsight.show();
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
