/** The document on the screen: its pieces, history, token count, and the run that extends it. */
import { countTokens } from '../api';
import { RunState } from '../engine/run.svelte';
import type { Sampling } from '../sampling/sampling.svelte';
import { Editor } from './editor';
import { History, type Moment } from './history';
import { joined, splitAt, textOf, toSpans, type Piece, type Pieces } from './pieces';

export class Playground {
  readonly run = new RunState();
  readonly editor: Editor;
  #pieces = $state.raw<Pieces>([]);
  #tokens = $state.raw<number | null>(null);
  #caret = 0;
  readonly #history = new History();
  /** Counts history changes, so that the buttons follow a plain class. */
  #changes = $state(0);
  #counting = false;
  #recount = false;

  constructor(private readonly sampling: Sampling) {
    this.editor = new Editor({
      editable: () => !this.run.running,
      edited: (pieces, caret) => this.#edited(pieces, caret),
      undo: () => this.undo(),
      redo: () => this.redo(),
    });
  }

  get pieces(): Pieces {
    return this.#pieces;
  }
  /** The prompt's length as the engine encodes it; null until it has said so. */
  get tokens(): number | null {
    return this.#tokens;
  }
  get empty(): boolean {
    return this.#pieces.length === 0;
  }
  get title(): string {
    const start = textOf(this.#pieces.slice(0, 40)).trim().split(/\s+/).slice(0, 7).join(' ');
    return start.slice(0, 60) || 'Untitled';
  }
  /** The prompt was typed up to a space, after which a base model seldom finds a word. */
  get endsInSpace(): boolean {
    const last = this.#pieces.at(-1);
    return last?.ids === null && last.text.endsWith(' ');
  }
  get canUndo(): boolean {
    return this.#changes >= 0 && this.#history.canUndo && !this.run.running;
  }
  get canRedo(): boolean {
    return this.#changes >= 0 && this.#history.canRedo && !this.run.running;
  }

  /** Continues from the end, or from the caret with the text behind it left in place. */
  async generate(from: 'end' | 'caret' = 'end'): Promise<void> {
    if (this.run.running || this.editor.composing) return;
    const before = this.#moment();
    const end = textOf(this.#pieces).length;
    const caret = this.editor.caret;
    const [head, tail] = splitAt(this.#pieces, from === 'end' ? end : caret);
    if (tail.length > 0) {
      this.editor.show([...head, ...tail], caret);
      this.editor.growAt(head.length);
    }
    const written: Piece[] = [];
    await this.run.start(
      {
        prompt: toSpans(head),
        add_bos: false,
        sampling: this.sampling.settings,
        seed: this.sampling.nextSeed(),
        max_tokens: this.sampling.maxTokens,
        stop: [...this.sampling.stops],
        ignore_eos: false,
        top_logprobs: null,
        echo: false,
      },
      (piece) => {
        written.push(piece);
        this.editor.append(piece);
      },
      (seed) => (this.sampling.seed = seed),
    );
    this.editor.flush();
    if (written.length > 0) {
      this.#history.step(before);
      this.#set(joined(head, written, tail), this.#caret);
    }
    // Who wrote where it grew goes on writing behind it.
    const grown = textOf([...head, ...written]).length;
    if (tail.length > 0 || (written.length > 0 && caret >= end)) {
      this.editor.show(this.#pieces, grown);
    }
  }

  undo(): void {
    if (!this.run.running) this.#restore(this.#history.undo(this.#moment()));
  }
  redo(): void {
    if (!this.run.running) this.#restore(this.#history.redo(this.#moment()));
  }

  /** Asks the engine for the token count; the latest document wins. */
  async count(): Promise<void> {
    this.#recount = true;
    if (this.#counting) return;
    this.#counting = true;
    while (this.#recount) {
      this.#recount = false;
      try {
        this.#tokens = await countTokens(toSpans(this.#pieces));
      } catch {
        // Without a model there is no count.
        this.#tokens = null;
      }
    }
    this.#counting = false;
  }

  #edited(pieces: Pieces, caret: number): void {
    this.#history.typed(this.#moment(), performance.now());
    this.#set(pieces, caret);
  }

  #restore(moment: Moment | undefined): void {
    if (!moment) return;
    this.editor.show(moment.pieces, moment.caret);
    this.#set(moment.pieces, moment.caret);
  }

  #set(pieces: Pieces, caret: number): void {
    this.#pieces = pieces;
    this.#caret = caret;
    this.#changes++;
    void this.count();
  }

  #moment(): Moment {
    return { pieces: this.#pieces, caret: this.#caret };
  }
}
