/**
 * Continuations that are written side by side: what they are to be, and what is written of them.
 *
 * Tokens come by the thousand each second: they go into plain lists, and `edition` says that there
 * are more. What is computed from them is brought up to date a few times each second.
 */
import type { Completion, GenerationEvent, SamplingSettings, Variant } from '../bindings';
import type { Fanned } from '../document/playground.svelte';
import type { NumberKey } from '../sampling/stages';
import { divergence, figuresOf, labelOf } from './columns';
import type { Divergence, Figures, Written } from './columns';
import { proposed, readValues, titleOf, variantsOf } from './plan';
import type { Plan, Reading, Varied } from './plan';

/** How long the figures stay while more is written. */
const FIGURES_MS = 250;
const NO_VALUES: Reading = { values: [], problem: null };

export class Column implements Written {
  readonly ids: number[] = [];
  readonly texts: string[] = [];
  readonly logprobs: number[] = [];
  /** Where it parts from the first column; null: not yet, or it is the first. */
  divergence = $state.raw<Divergence | null>(null);
  figures = $state.raw<Figures>(figuresOf(this));
  completion = $state.raw<Completion | null>(null);

  constructor(readonly label: string) {}
}

export class Fan {
  /** The columns are looked at, in the place of the text. */
  shown = $state(false);
  #varied = $state<Varied>('seed');
  #count = $state(4);
  #values = $state('');
  readonly #reading = $derived.by(() =>
    this.#varied === 'seed' ? NO_VALUES : readValues(this.#values, this.#varied),
  );
  #columns = $state.raw<readonly Column[]>([]);
  #title = $state('');
  #running = $state(false);
  #edition = $state(0);
  #speed = $state<number | null>(null);
  #prefill = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
  /** Names the run, once it is begun. */
  #run: string | null = null;
  /** When the first tokens and the last ones came, and when the figures are due. */
  #since: number | null = null;
  #latest = 0;
  #due = 0;

  constructor(private readonly now: () => number = () => performance.now()) {}

  get varied(): Varied {
    return this.#varied;
  }
  set varied(varied: Varied) {
    if (varied === this.#varied) return;
    this.#varied = varied;
    this.#propose();
  }
  /** How many columns. */
  get count(): number {
    return this.#count;
  }
  set count(count: number) {
    this.#count = count;
    this.#propose();
  }
  /** The values of the setting as somebody writes them: the columns are as many as they are. */
  get values(): string {
    return this.#values;
  }
  set values(values: string) {
    this.#values = values;
    const { length } = this.#reading.values;
    if (length > 0) this.#count = length;
  }
  /** Why the values cannot be used. */
  get problem(): string | null {
    return this.#reading.problem;
  }

  get columns(): readonly Column[] {
    return this.#columns;
  }
  /** What varies in them. */
  get title(): string {
    return this.#title;
  }
  get running(): boolean {
    return this.#running;
  }
  get prefill() {
    return this.#prefill;
  }
  /** Decoding steps per second of all columns together; null before there are any. */
  get speed(): number | null {
    return this.#speed;
  }
  /** Counts what was written. */
  get edition(): number {
    return this.#edition;
  }
  get run(): string | null {
    return this.#run;
  }

  /** What is to be written, of the settings as they are; none while the values cannot be used. */
  variants(sampling: SamplingSettings, seed: number): Variant[] {
    return this.problem === null ? variantsOf(this.#plan, sampling, seed) : [];
  }

  /** Shows the columns and lets `call` fill them; resolves when that is over. */
  async write(
    sampling: SamplingSettings,
    seed: number,
    call: (fanned: Fanned) => Promise<void>,
  ): Promise<void> {
    const variants = this.variants(sampling, seed);
    if (variants.length === 0 || this.#running) return;
    this.#begin(variants);
    try {
      await call({
        variants,
        begun: (run) => (this.#run = run),
        events: (events) => this.take(events),
      });
    } finally {
      this.#running = false;
      this.#prefill = null;
      this.#measure();
    }
  }

  /** Takes what happens in all lanes. */
  take(events: readonly GenerationEvent[]): void {
    for (const event of events) this.#take(event);
    const [first, ...others] = this.#columns;
    if (!first) return;
    for (const column of others) column.divergence ??= divergence(first, column);
    this.#edition++;
    const over = this.#columns.every(({ completion }) => completion !== null);
    if (over || this.now() >= this.#due) this.#measure();
  }

  /** Another session: the columns are not of it. */
  forget(): void {
    this.#columns = [];
    this.shown = false;
  }

  get #plan(): Plan {
    const { values } = this.#reading;
    return { varied: this.#varied, count: this.#count, values };
  }

  #propose(): void {
    if (this.#varied === 'seed') return;
    const key: NumberKey = this.#varied;
    this.#values = proposed(key, this.#count).join(', ');
  }

  #begin(variants: readonly Variant[]): void {
    this.#title = titleOf(this.#plan, variants);
    this.#columns = variants.map((variant) => new Column(labelOf(this.#varied, variant)));
    this.#run = this.#speed = this.#prefill = this.#since = null;
    this.#due = 0;
    this.shown = this.#running = true;
  }

  #take(event: GenerationEvent): void {
    if (event.type === 'prefill') this.#prefill = event;
    else if (event.type === 'token') {
      const column = this.#columns[event.lane];
      column?.ids.push(event.id);
      column?.texts.push(event.text);
      column?.logprobs.push(event.logprob);
      this.#prefill = null;
      this.#latest = this.now();
      this.#since ??= this.#latest;
    } else if (event.type === 'done') {
      const column = this.#columns[event.lane];
      if (column) column.completion = event;
    }
  }

  #measure(): void {
    this.#due = this.now() + FIGURES_MS;
    for (const column of this.#columns) {
      if (column.ids.length !== column.figures.length) column.figures = figuresOf(column);
    }
    this.#speed = speedOf(this.#columns, this.#latest - (this.#since ?? this.#latest));
  }
}

/**
 * The first token of a column comes out of the prefill; each later one is a decoding step. Once all
 * have ended, the engine says how long the longest of them took; until then it is as it was seen.
 */
function speedOf(columns: readonly Column[], seenMs: number): number | null {
  const steps = columns.reduce((sum, { ids }) => sum + Math.max(0, ids.length - 1), 0);
  const told = columns.flatMap(({ completion }) => completion?.timings.decode_ms ?? []);
  const ms = told.length === columns.length ? Math.max(0, ...told) : seenMs;
  return steps > 0 && ms > 0 ? (steps / ms) * 1000 : null;
}
