/**
 * The document on the screen: a session, the run that extends it, and the tree it is a path of.
 *
 * The session lives in Rust. Typing shows at once and is told there in order; everything else asks
 * there and shows what comes back.
 */
import * as api from '../api';
import type {
  Branch,
  Document,
  GenerationEvent,
  GenerationRequest,
  Kind,
  OpenSession,
  Piece as Passage,
  Place,
  Problem,
  Standing,
  Variant,
  WrittenToken,
} from '../bindings';
import { RunState, type RunCall, type RunListener } from '../engine/run.svelte';
import type { Sampling } from '../sampling/sampling.svelte';
import { Editor } from './editor';
import {
  bytesTo,
  diffEdit,
  fromDocument,
  nodeAt,
  splitAt,
  textOf,
  type Edit,
  type Pieces,
} from './pieces';
import { Keeper } from './keeper';
import { Queue } from './queue';
import { siblingsAt } from './tree';

const NOWHERE: Standing = { current: null, can_undo: false, can_redo: false };
/** Branches are asked for when typing pauses, in milliseconds. */
const BRANCHES_AFTER = 300;

export class Playground {
  readonly run = new RunState();
  readonly editor: Editor;
  /** Why the last change could not be made. */
  problem = $state.raw<Problem | null>(null);
  #session = $state<string | null>(null);
  #title = $state<string | null>(null);
  #kind = $state<Kind>('completion');
  #passages = $state.raw<readonly Passage[]>([]);
  #pieces = $state.raw<Pieces>([]);
  #standing = $state.raw<Standing>(NOWHERE);
  #branches = $state.raw<readonly Branch[]>([]);
  #tokens = $state.raw<number | null>(null);
  #caret = $state(0);
  readonly #calls = new Queue();
  #counting = false;
  #recount = false;
  #branchesLater = 0;
  /** Answers on their way that will replace the document: nothing is typed into the old one. */
  #held = 0;
  /** The end of the last run. */
  #over = Promise.resolve();
  /** The settings that the session has, as JSON. */
  #kept = '';
  readonly #keeper = new Keeper();

  /** Whether something is written that is no part of the text yet. */
  isDrafted: () => boolean = () => false;
  /** Told that the text is another one than it was. */
  onchanged: () => void = () => undefined;
  /** Told where a run has ended, in bytes; null: at the end of everything. */
  onwritten: (at: number | null) => void = () => undefined;
  /** Told what a session that is opened was left with; null for one that is new. */
  onopened: (settings: unknown) => void = () => undefined;

  constructor(private readonly sampling: Sampling) {
    this.editor = new Editor({
      editable: () => !this.run.running && this.#held === 0 && this.#session !== null,
      edited: (pieces, edit, caret) => this.#edited(pieces, edit, caret),
      moved: (caret) => (this.#caret = caret),
      undo: () => void this.undo(),
      redo: () => void this.redo(),
    });
  }

  get session(): string | null {
    return this.#session;
  }
  get kind(): Kind {
    return this.#kind;
  }
  get pieces(): Pieces {
    return this.#pieces;
  }
  /** The document as the session has it, as of the last answer from there. */
  get passages(): readonly Passage[] {
    return this.#passages;
  }
  get branches(): readonly Branch[] {
    return this.#branches;
  }
  /** The prompt's length as the engine encodes it; null until it has said so. */
  get tokens(): number | null {
    return this.#tokens;
  }
  get empty(): boolean {
    return this.#pieces.length === 0;
  }
  /** The name that was given, null for none. */
  get name(): string | null {
    return this.#title;
  }
  get title(): string {
    if (this.#title !== null) return this.#title;
    const said = this.#passages.find(({ role, text }) => role === 'user' && text !== '')?.text;
    const text = this.#kind === 'chat' && said ? said : textOf(this.#pieces.slice(0, 40));
    const start = text.trim().split(/\s+/).slice(0, 7).join(' ');
    return start.slice(0, 60) || 'Untitled';
  }
  /** The prompt was typed up to a space, after which a base model seldom finds a word. */
  get endsInSpace(): boolean {
    const last = this.#pieces.at(-1);
    return last?.ids === null && last.text.endsWith(' ');
  }
  get canUndo(): boolean {
    return this.#standing.can_undo && !this.run.running;
  }
  get canRedo(): boolean {
    return this.#standing.can_redo && !this.run.running;
  }
  get canRetry(): boolean {
    return !this.run.running && this.#pieces.some(({ ids }) => ids !== null);
  }
  /** Where the caret is among its siblings; null where there is only one way. */
  get siblings() {
    return siblingsAt(this.#branches, nodeAt(this.#pieces, this.#caret));
  }

  /** Goes on writing where the caret was, in a session just opened at its end. */
  focus(): void {
    this.editor.focus(this.#caret);
  }

  /** Opens a session, null for the one that was open last. */
  open(session: string | null): Promise<void> {
    return this.#load(() => api.openSession(session));
  }
  /** Begins a session; an empty one that is open is new enough, unless it is to go. */
  async create(kind: Kind, folder: string | null = null, anew = false): Promise<void> {
    if (this.#untouched && kind === this.#kind && folder === null && !anew) return;
    await this.#load(() => api.newSession(kind, folder));
  }
  /** The other kind of session, in the place of one in which nothing was written. */
  async change(kind: Kind): Promise<void> {
    if (kind === this.#kind) return;
    const left = this.#untouched ? this.#session : null;
    await this.#load(() => api.newSession(kind, null));
    // It is empty, and the list has one line more until it is gone.
    if (left !== null) await api.deleteSession(left).catch(() => undefined);
  }
  get #untouched(): boolean {
    const named = this.#title !== null;
    return this.empty && !named && !this.isDrafted() && this.#session !== null;
  }
  /** Shows a session that is begun elsewhere. */
  show(open: (session: string) => Promise<OpenSession>): Promise<void> {
    const session = this.#session;
    return session === null ? Promise.resolve() : this.#load(() => open(session));
  }

  async rename(title: string): Promise<void> {
    const [session, given] = [this.#session, title.trim() || null];
    if (session === null) return;
    this.#title = given;
    await this.#attempt(() => api.renameSession(session, given));
  }
  /** The name has been changed elsewhere. */
  renamed(title: string | null): void {
    this.#title = title;
  }

  /** Continues from the end, or from the caret with the text behind it left in place. */
  async generate(from: 'end' | 'caret' = 'end'): Promise<void> {
    const text = textOf(this.#pieces);
    const caret = this.editor.caret;
    const inside = from === 'caret' && caret < text.length;
    await this.#begin(inside ? { type: 'at', offset: bytesTo(text, caret) } : { type: 'end' });
  }
  /** Writes the last run again, with other dice: a branch beside it. */
  async retry(): Promise<void> {
    if (this.canRetry) await this.#begin({ type: 'again' });
  }

  /** Goes on behind another token, in the place of everything from `at` on: a branch of its own. */
  instead(at: number | null, token: WrittenToken): Promise<void> {
    const offset = at ?? bytesTo(textOf(this.#pieces), Infinity);
    return this.#begin({ type: 'instead', offset, token });
  }
  /** Writes on from a byte of the text, in the place of everything from there on: a branch. */
  from(offset: number): Promise<void> {
    return this.#begin({ type: 'from', offset });
  }
  /** Writes several continuations of the text at once; whoever compares them listens. */
  fan(fan: Fanned): Promise<void> {
    return this.#whenIdle((session) => this.#continue(session, { type: 'end' }, fan));
  }
  /** The caret's place in bytes; null: at the end. */
  get place(): number | null {
    const [text, caret] = [textOf(this.#pieces), this.editor.caret];
    return this.#kind === 'chat' || caret >= text.length ? null : bytesTo(text, caret);
  }

  /** Lets a chat's model answer; what it writes is shown by whoever listens. */
  answer(
    call: (
      session: string,
      request: GenerationRequest,
      ...rest: Parameters<RunCall>
    ) => Promise<Document>,
    listener: Pick<RunListener, 'begun' | 'piece' | 'events'>,
    variants: Variant[] = [],
  ): Promise<void> {
    return this.#whenIdle(async (session) => {
      const request = this.#request(variants);
      const seed = (seed: number) => {
        if (variants.length === 0) this.sampling.seed = seed;
      };
      await this.settled();
      const begin: RunCall = (begun, events) => call(session, request, begun, events);
      const document = await this.run.start(begin, { ...listener, seed });
      if (document) {
        this.#show(document, 0);
        this.onwritten(null);
      } else await this.#reload();
    });
  }
  /** Does something else to the session whose outcome is another document; false: it failed. */
  async alter(change: (session: string) => Promise<Document>): Promise<boolean> {
    await this.#change(!this.run.running, change);
    return this.problem === null;
  }

  undo(): Promise<void> {
    return this.#change(this.canUndo, api.undo);
  }
  redo(): Promise<void> {
    return this.#change(this.canRedo, api.redo);
  }
  switchTo(node: string | null | undefined): Promise<void> {
    return this.#change(Boolean(node) && !this.run.running, (session) =>
      api.switchBranch(session, node ?? ''),
    );
  }
  prune(node: string): Promise<void> {
    return this.#change(!this.run.running, (session) => api.deleteBranch(session, node));
  }

  /** Lets the session remember its sampling settings. */
  keep(settings: unknown): void {
    const [session, json] = [this.#session, JSON.stringify(settings)];
    if (session === null || json === this.#kept) return;
    this.#kept = json;
    this.#keeper.keep(session, settings);
  }

  /** Asks the engine for the token count; the latest document wins. A chat counts its prompt. */
  async count(): Promise<void> {
    if (this.#kind === 'chat') return;
    this.#recount = true;
    if (this.#counting) return;
    this.#counting = true;
    while (this.#recount && this.#session !== null) {
      this.#recount = false;
      const session = this.#session;
      try {
        // Behind what was typed, but nothing waits for it: it waits for a model that loads.
        this.#tokens = this.empty ? 0 : await this.settled().then(() => api.countTokens(session));
      } catch {
        // Without a model there is no count.
        this.#tokens = null;
      }
    }
    this.#counting = false;
  }

  /** Everything that was typed has reached the session. */
  settled(): Promise<void> {
    return this.#calls.add(() => Promise.resolve());
  }

  /** Whoever goes elsewhere ends the run; what it has written stays. */
  async #load(open: () => Promise<OpenSession>): Promise<void> {
    this.run.stop();
    await this.#over;
    await this.#keeper.write();
    this.problem = null;
    await this.#attempt(async () => {
      const { document, title, settings } = await this.#calls.add(open);
      this.#tokens = null;
      this.run.completion = this.run.problem = null;
      this.#session = document.session;
      this.#title = title;
      // A session that has no settings yet takes those that are on the rail.
      if (settings !== null) this.sampling.restore(settings);
      this.#kind = document.kind;
      this.onopened(settings);
      this.#kept = settings === null ? '' : JSON.stringify(this.sampling.snapshot());
      this.#show(document, Infinity);
    });
  }

  #begin(place: Place): Promise<void> {
    return this.#whenIdle((session) => this.#continue(session, place));
  }

  #whenIdle(run: (session: string) => Promise<void>): Promise<void> {
    const session = this.#session;
    const busy = this.run.running || this.#held > 0 || this.editor.composing;
    if (busy || session === null) return this.#over;
    this.problem = null;
    this.run.running = true;
    this.#over = run(session);
    return this.#over;
  }

  async #continue(session: string, place: Place, fan?: Fanned): Promise<void> {
    const grown = { from: 0, end: 0 };
    // Who wrote where it grows goes on writing behind it, unless the caret is put elsewhere.
    const follow = place.type !== 'end' || this.editor.caret >= textOf(this.#pieces).length;
    await this.settled();
    const request = this.#request(fan?.variants);
    const begin: RunCall = (begun, events) => api.generate(session, place, request, begun, events);
    const document = await this.run.start(begin, {
      begun: ({ run, prompt, tail }) => {
        fan?.begun(run);
        const text = textOf(this.#pieces);
        const [, behind] = splitAt(this.#pieces, text.length - tail.length);
        const head = fromDocument(prompt);
        grown.from = grown.end = textOf(head).length;
        this.editor.show([...head, ...behind], follow ? grown.from : this.editor.caret);
        this.editor.growAt(head.length);
      },
      piece: (piece) => {
        grown.end += piece.text.length;
        this.editor.append(piece);
      },
      seed: (seed) => {
        // That of a fan is the one it was given.
        if (!fan) this.sampling.seed = seed;
      },
      events: fan?.events,
    });
    this.editor.flush();
    if (document) {
      const caret = this.editor.caret;
      this.#show(document, follow && caret === grown.from ? grown.end : caret);
      const text = textOf(this.#pieces);
      this.onwritten(grown.end < text.length ? bytesTo(text, grown.end) : null);
    } else await this.#reload();
  }

  #request(variants: Variant[] = []): GenerationRequest {
    return {
      prompt: [],
      add_bos: false,
      sampling: this.sampling.settings,
      seed: variants[0]?.seed ?? this.sampling.nextSeed(),
      max_tokens: this.sampling.maxTokens,
      stop: [...this.sampling.stops],
      ignore_eos: false,
      top_logprobs: null,
      echo: false,
      ...(variants.length > 0 && { variants }),
    };
  }

  #edited(pieces: Pieces, edit: Edit, caret: number): void {
    const [session, before] = [this.#session, textOf(this.#pieces)];
    if (session === null) return;
    this.#pieces = pieces;
    this.#caret = caret;
    this.onchanged();
    const [start, end] = [bytesTo(before, edit.start), bytesTo(before, edit.end)];
    const told = this.#calls.add(() => api.editDocument(session, start, end, edit.inserted));
    told.then(
      (standing) => (this.#standing = standing),
      // What the session did not take is not shown either.
      (error: unknown) => void this.#reload().then(() => (this.problem = api.asProblem(error))),
    );
    void this.count();
    clearTimeout(this.#branchesLater);
    this.#branchesLater = window.setTimeout(() => void this.#findBranches(), BRANCHES_AFTER);
  }

  /** Does something to the session whose outcome is another document. */
  async #change(may: boolean, change: (session: string) => Promise<Document>): Promise<void> {
    const session = this.#session;
    if (!may || session === null) return;
    this.problem = null;
    await this.#replace(async () => {
      const document = await this.#calls.add(() => change(session));
      this.#show(document, changedTo(textOf(this.#pieces), document));
    });
  }

  /** Shows what the session has, after something went wrong. */
  async #reload(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    await this.#replace(async () => {
      this.#show(await this.#calls.add(() => api.document(session)), this.editor.caret);
    });
  }

  /** Shows it with the caret at an offset, or at the end. */
  #show(document: Document, caret: number): void {
    if (document.session !== this.#session) return;
    this.onchanged();
    this.#passages = document.pieces;
    this.#pieces = fromDocument(document.pieces);
    this.#standing = document;
    this.#caret = Math.min(caret, textOf(this.#pieces).length);
    if (this.#kind === 'completion') this.editor.show(this.#pieces, this.#caret);
    void this.count();
    void this.#findBranches();
  }

  async #findBranches(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    await this.#attempt(async () => {
      this.#branches = await this.#calls.add(() => api.branches(session));
    });
  }

  async #replace(work: () => Promise<unknown>): Promise<void> {
    this.#held++;
    await this.#attempt(work);
    this.#held--;
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.problem = api.asProblem(error);
    }
  }
}

/** Continuations that are written side by side. */
export interface Fanned {
  readonly variants: Variant[];
  /** Names the run. */
  begun(run: string): void;
  events(events: readonly GenerationEvent[]): void;
}

/** Where the text of a document last differs from what it was. */
function changedTo(before: string, { pieces }: Document): number {
  const after = textOf(fromDocument(pieces));
  const { start } = diffEdit(before, after, after.length);
  const { inserted } = diffEdit(before.slice(start), after.slice(start), 0);
  return start + inserted.length;
}
