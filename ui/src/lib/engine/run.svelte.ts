/** One run at a time: its events become document pieces and the numbers of the footer. */
import { asProblem, generate, stop } from '../api';
import type { Completion, GenerationEvent, GenerationRequest, Problem } from '../bindings';
import { PieceBuilder, type Piece } from '../document/pieces';

export class RunState {
  running = $state(false);
  prefill = $state.raw<{ done: number; total: number } | null>(null);
  completion = $state.raw<Completion | null>(null);
  problem = $state.raw<Problem | null>(null);

  /** Resolves when the run is over; every piece of text has been handed over by then. */
  async start(
    request: GenerationRequest,
    onPiece: (piece: Piece) => void,
    onSeed: (seed: number) => void,
  ): Promise<void> {
    this.running = true;
    this.completion = this.problem = this.prefill = null;
    const builder = new PieceBuilder();
    try {
      // The call may resolve before the last large message has been fetched: wait for both.
      await new Promise<void>((resolve, reject) => {
        generate(request, (events) => {
          for (const event of events) this.#take(event, builder, onPiece, onSeed);
          if (this.completion) resolve();
        }).catch(reject);
      });
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.running = false;
      this.prefill = null;
    }
  }

  stop(): void {
    if (this.running) void stop();
  }

  #take(
    event: GenerationEvent,
    builder: PieceBuilder,
    onPiece: (piece: Piece) => void,
    onSeed: (seed: number) => void,
  ): void {
    if (event.type === 'started') onSeed(event.seed);
    else if (event.type === 'prefill') this.prefill = event;
    else if (event.type === 'done') this.completion = event;
    else if (event.type === 'token') {
      this.prefill = null;
      const piece = builder.push(event.id, event.text);
      if (piece) onPiece(piece);
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
