import type { Piece } from './pieces';

/**
 * Groups tokens into pieces while they arrive. A token without text is the beginning of a character
 * or of a possible stop text: its id waits for the token that brings the text. Ids still waiting
 * when the run ends (the end-of-sequence token among them) never showed and are dropped with the
 * stream.
 */
export class TokenStream {
  #waiting: number[] = [];

  push(id: number, text: string): Piece | null {
    this.#waiting.push(id);
    if (text === '') return null;
    const piece = { text, ids: this.#waiting };
    this.#waiting = [];
    return piece;
  }
}
