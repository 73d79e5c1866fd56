/**
 * The token of the text that somebody looks at, by the pointer or from one to the next by keys, and
 * what could have stood in its place.
 *
 * The pointer opens a token by resting on it, and closes it by going elsewhere than to its card.
 * What was opened by a key stays until somebody closes it, wherever the pointer is.
 */
import { asProblem } from '../api';
import type { Look, PlacedToken, Problem, SamplingSettings } from '../bindings';
import { Lens } from './lens.svelte';

/** How long the pointer rests on a token before anything is asked. */
const REST_MS = 120;
/** How long a card waits for the pointer to come from its token. */
const GRACE_MS = 250;

/** The engine, as far as it tells of the tokens of a text. */
export interface TokenLooks {
  /** All of them, in their order. */
  tokens(): Promise<readonly PlacedToken[]>;
  /** What could stand in the place of the one that begins at a byte. */
  look(start: number, sampling: SamplingSettings, seed: number | null): Promise<Look>;
  again(row: number, sampling: SamplingSettings, seed: number): Promise<Look>;
}
export type By = 'pointer' | 'keyboard';

export class TokenCursor {
  /** What could stand in the place of the current token. */
  readonly lens: Lens;
  /** Why there are no tokens to go to, after a key that should have. */
  problem = $state.raw<Problem | null>(null);
  #current = $state.raw<PlacedToken | null>(null);
  #by = $state<By>('pointer');
  #tokens: Promise<readonly PlacedToken[]> | null = null;
  /** What comes to pass if the pointer stays: a token opens, or the card closes. */
  #due: PlacedToken | 'close' | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Somebody closed it: it does not open again under a pointer that is still there. */
  #dismissed: PlacedToken | null = null;
  /** Counts the places of the pointer. */
  #hovers = 0;

  constructor(
    private readonly looks: TokenLooks,
    sampling: SamplingSettings,
    private seed: number | null,
  ) {
    this.lens = new Lens(
      {
        look: (at, settings, drawn) => looks.look(at ?? 0, settings, this.#seed ?? drawn),
        again: (row, settings, drawn) => looks.again(row, settings, this.#seed ?? drawn),
      },
      sampling,
      null,
    );
  }

  /** The token whose card is open. */
  get current(): PlacedToken | null {
    return this.#current;
  }
  get by(): By {
    return this.#by;
  }

  /** The token that a byte of the text is in; null also where the tokens cannot be had. */
  async at(byteOffset: number): Promise<PlacedToken | null> {
    const tokens = await this.#list().catch(() => []);
    return tokens.find(({ start, end }) => start <= byteOffset && byteOffset < end) ?? null;
  }

  /** Opens the token behind the current one; without one, the first that ends behind the caret. */
  next(caret = 0): Promise<PlacedToken | null> {
    return this.#go((tokens, current) => {
      const from = current?.end ?? caret;
      return tokens.find(({ end }) => end > from);
    });
  }
  /** Opens the token before the current one; without one, the last that begins before the caret. */
  previous(caret = Infinity): Promise<PlacedToken | null> {
    return this.#go((tokens, current) => {
      const from = current?.start ?? caret;
      return tokens.findLast(({ start }) => start < from);
    });
  }

  /** The pointer went to a byte of the text, or, null, away from all of it. */
  async hover(byteOffset: number | null): Promise<void> {
    const hover = ++this.#hovers;
    const token = byteOffset === null ? null : await this.at(byteOffset);
    if (hover !== this.#hovers) return;
    if (token) this.open(token, 'pointer');
    else this.leave();
  }

  /** By the pointer it opens when that has rested, and not over one that a key opened. */
  open(token: PlacedToken, by: By): void {
    if (by === 'keyboard') this.#show(token, by);
    else if (token === this.#current) this.stay();
    else if (token !== this.#dismissed && !this.#held) this.#wait(token, REST_MS);
  }
  /** The pointer is on the card. */
  stay(): void {
    this.#hovers++;
    this.#due = null;
    clearTimeout(this.#timer);
  }
  /** The pointer is neither on a token nor on the card. */
  leave(): void {
    this.#dismissed = null;
    if (this.#current && !this.#held) this.#wait('close', GRACE_MS);
    else this.stay();
  }
  /** Somebody is in the card: from now on the pointer does not close it. */
  hold(): void {
    this.stay();
    this.#by = 'keyboard';
  }
  close(): void {
    this.#dismissed = this.#current;
    this.#shut();
  }

  /** Takes over settings as they are now. */
  settle(sampling: SamplingSettings, seed: number | null): Promise<void> {
    this.seed = seed;
    return this.lens.settle(sampling, null);
  }
  /** Another session or another model. */
  forget(): void {
    this.#tokens = this.#dismissed = this.problem = null;
    this.#shut();
  }
  /** The text is another one: no token is known to be where it was. */
  edited(): void {
    this.forget();
  }

  /** The one that is set; none for a token that a run wrote by its own, which the look tells. */
  get #seed(): number | null {
    return this.#current?.step === null ? this.seed : null;
  }
  get #held(): boolean {
    return this.#current !== null && this.#by === 'keyboard';
  }

  /** Asked for once for each text; none, if it became another one meanwhile. */
  async #list(): Promise<readonly PlacedToken[]> {
    const asked = (this.#tokens ??= this.looks.tokens());
    try {
      const tokens = await asked;
      return asked === this.#tokens ? tokens : [];
    } catch (error) {
      if (asked === this.#tokens) this.#tokens = null;
      throw error;
    }
  }

  async #go(
    choose: (
      tokens: readonly PlacedToken[],
      current: PlacedToken | null,
    ) => PlacedToken | undefined,
  ): Promise<PlacedToken | null> {
    try {
      const token = choose(await this.#list(), this.#current) ?? null;
      this.problem = null;
      if (token) this.open(token, 'keyboard');
      return token;
    } catch (error) {
      this.problem = asProblem(error);
      return null;
    }
  }

  #wait(due: PlacedToken | 'close', ms: number): void {
    if (due === this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(
      () => (due === 'close' ? this.#shut() : this.#show(due, 'pointer')),
      ms,
    );
  }

  #show(token: PlacedToken, by: By): void {
    this.stay();
    this.#by = by;
    this.#dismissed = null;
    if (token === this.#current) return;
    this.#current = token;
    // What was seen of another token must not pass for what is seen of this one.
    this.lens.forget();
    void this.lens.look(token.start);
  }
  #shut(): void {
    this.stay();
    this.#current = null;
    this.lens.forget();
  }
}
