/** One run at a time: its events become document pieces and the numbers of the footer. */
import { asProblem, stop } from '../api';
import type { Begun, Completion, Document, GenerationEvent, Problem } from '../bindings';
import { PieceBuilder, type Piece } from '../document/pieces';
import { whole } from './format';

/** What becomes of a run while it goes on. */
export interface RunListener {
  /** The document is cut where the run begins. */
  begun(begun: Begun): void;
  piece(piece: Piece): void;
  seed(seed: number): void;
  /** Everything that happens, in all lanes: the pieces are those of the first. */
  events?: ((events: readonly GenerationEvent[]) => void) | undefined;
}

/** Begins a run in Rust, which resolves with the document when it is over. */
export type RunCall = (
  begun: (begun: Begun) => void,
  events: (events: GenerationEvent[]) => void,
) => Promise<Document>;

export class RunState {
  running = $state(false);
  prefill = $state.raw<{ done: number; total: number } | null>(null);
  completion = $state.raw<Completion | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Somebody wants it to end, perhaps before the engine has it. */
  #stopping = false;

  /** Resolves with the document when the run is over; undefined when it failed. */
  async start(call: RunCall, listener: RunListener): Promise<Document | undefined> {
    this.running = true;
    this.completion = this.problem = this.prefill = null;
    const builder = new PieceBuilder();
    // A large message is fetched behind the small ones that follow it.
    const early: GenerationEvent[] = [];
    let cut = false;
    try {
      // For the same reason the call may resolve before the last events are here.
      let over = () => {};
      const done = new Promise<void>((resolve) => (over = resolve));
      const take = (events: GenerationEvent[]) => {
        if (!cut) return void early.push(...events);
        listener.events?.(events);
        for (const event of events) this.#take(event, builder, listener);
        if (this.completion) over();
      };
      const begun = (begun: Begun) => {
        listener.begun(begun);
        cut = true;
        take(early);
      };
      const document = await call(begun, take);
      await done;
      return document;
    } catch (error) {
      const problem = asProblem(error);
      // Whoever stopped a run that waited for a model knows why there is none.
      if (problem.kind !== 'cancelled' || !this.#stopping) this.problem = problem;
      return undefined;
    } finally {
      this.running = this.#stopping = false;
      this.prefill = null;
    }
  }

  stop(): void {
    if (!this.running) return;
    this.#stopping = true;
    void stop();
  }

  #take(event: GenerationEvent, builder: PieceBuilder, listener: RunListener): void {
    if (event.type === 'started') {
      if (this.#stopping) void stop();
      listener.seed(event.seed);
    }
    if (event.type === 'prefill') this.prefill = event;
    else if (event.type === 'done') this.completion = event;
    else if (event.type === 'token' && event.lane === 0) {
      this.prefill = null;
      const piece = builder.push(event.id, event.text);
      if (piece) listener.piece(piece);
    }
  }
}

const ENDS: Record<Completion['finish_reason'], (tokens: number) => string> = {
  length: (tokens) => `${tokens} tokens reached`,
  stop: () => 'stop text found',
  eos: () => 'end of text',
  cancelled: () => 'stopped by you',
  context: () => 'context full',
};

/** How a run ended, in plain words. */
export const ending = ({ finish_reason, usage }: Completion): string =>
  ENDS[finish_reason](usage.completion_tokens);

/** What needed no computing because it was still known, for behind other figures. */
export const reused = ({ usage }: Completion): string =>
  usage.cached_tokens === 0
    ? ''
    : ` · ${whole(usage.cached_tokens)} of ${whole(usage.prompt_tokens)} prompt tokens reused`;
