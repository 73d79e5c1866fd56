/**
 * The document's DOM: one editable host with flat children, a text node for typed pieces that follow
 * each other and one span for model pieces that do.
 *
 * WebKit lays out a whole block when a word is added to it: 15 ms for 18,000 characters in one span,
 * 22 in a span for each token. While model text grows at the end, when nobody can type, the
 * paragraphs that are done are therefore in blocks of their own; an edit finds flat children again.
 *
 * The browser edits natively; afterwards the host's text is compared with the pieces and the nodes
 * are put right. During an input method's composition nothing is compared or touched.
 */
import { applyEdit, diffEdit, textOf, type Edit, type Piece, type Pieces } from './pieces';

/** Close enough to the end to keep following it, in CSS pixels. */
const FOLLOW_PX = 40;

export interface EditorListener {
  /** Whether typing is allowed now. */
  editable(): boolean;
  edited(pieces: Pieces, edit: Edit, caret: number): void;
  /** The caret was put somewhere. */
  moved(caret: number): void;
  undo(): void;
  redo(): void;
}

/** Pieces of one kind that follow each other, and the node that shows them. */
interface Strand {
  model: boolean;
  text: string;
  pieces: number;
  node: ChildNode;
}

export class Editor {
  #pieces: Pieces = [];
  #strands: Strand[] = [];
  #host: HTMLElement | null = null;
  #end = document.createElement('br');
  #composing = false;
  #frame = 0;
  #appended: Piece[] = [];
  /** Where model text goes, as an index of pieces; null: to the end. */
  #growing: number | null = null;
  /** The strand that model text goes into, and where in it; null before the first of a run. */
  #live: { strand: Strand; offset: number } | null = null;
  /** How many strands are in blocks of their own. */
  #settled = 0;

  constructor(private readonly listener: EditorListener) {}

  get composing(): boolean {
    return this.#composing;
  }

  /** Where typing would go, as a text offset. */
  get caret(): number {
    return this.#selection()[1];
  }

  /** Svelte attachment: `{@attach editor.attach}`. */
  readonly attach = (host: HTMLElement) => {
    this.#host = host;
    // A final newline only shows when something follows it.
    host.replaceChildren(this.#end);
    this.#strands = [];
    const shown = this.#pieces;
    this.#pieces = [];
    this.show(shown);
    const listeners: [string, (event: never) => void][] = [
      ['beforeinput', this.#beforeInput],
      ['input', this.#input],
      ['compositionstart', () => (this.#composing = true)],
      ['compositionend', this.#compositionEnd],
    ];
    for (const [name, listen] of listeners) host.addEventListener(name, listen as EventListener);
    document.addEventListener('selectionchange', this.#selected);
    return () => {
      document.removeEventListener('selectionchange', this.#selected);
      for (const [name, listen] of listeners) {
        host.removeEventListener(name, listen as EventListener);
      }
      cancelAnimationFrame(this.#frame);
      this.#host = null;
    };
  };

  /** Shows pieces, touching only the nodes that differ. */
  show(pieces: Pieces, caret?: number): void {
    this.#appended = [];
    this.#growing = null;
    this.#patch(pieces);
    if (caret !== undefined) this.#placeCaret(caret);
  }

  /** Gives the document the focus with the caret at an offset: the browser would begin at the start. */
  focus(caret: number): void {
    this.#host?.focus();
    this.#placeCaret(caret);
  }

  /** From now on model text goes before the piece with this index. */
  growAt(index: number): void {
    this.#growing = index;
  }

  /** Adds model text where it grows; written once per frame. */
  append(piece: Piece): void {
    this.#appended.push(piece);
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const host = this.#host;
    if (!host || this.#appended.length === 0) return;
    const scroller = host.closest<HTMLElement>('[data-scroller]') ?? host;
    const left = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    const added = this.#appended;
    this.#appended = [];
    const at = this.#growing ?? this.#pieces.length;
    const pieces = this.#pieces.toSpliced(at, 0, ...added);
    this.#live ??= this.#liveAt(at);
    if (this.#live) this.#grow(added);
    else this.#patch(pieces);
    this.#pieces = pieces;
    if (this.#growing !== null) this.#growing += added.length;
    if (left <= FOLLOW_PX) scroller.scrollTop = scroller.scrollHeight;
  }

  /** Where model text can grow without touching anything else; null inside of what was typed. */
  #liveAt(at: number): { strand: Strand; offset: number } | null {
    let seen = 0;
    for (const [i, strand] of this.#strands.entries()) {
      if (strand.model && at <= seen + strand.pieces) {
        return { strand, offset: textOf(this.#pieces.slice(seen, at)).length };
      }
      if (seen === at) return { strand: this.#begin(i), offset: 0 };
      if (at < seen + strand.pieces) return null;
      seen += strand.pieces;
    }
    return { strand: this.#begin(this.#strands.length), offset: 0 };
  }

  /** An empty strand of model text. */
  #begin(index: number): Strand {
    const strand = { node: newNode(true), model: true, text: '', pieces: 0 };
    const next = this.#strands[index]?.node ?? this.#end;
    next.before(strand.node);
    this.#strands.splice(index, 0, strand);
    return strand;
  }

  /** Writes model pieces behind those of before; somebody may be composing elsewhere. */
  #grow(added: Pieces): void {
    let from = 0;
    for (const [i, { text }] of added.entries()) {
      if (i + 1 < added.length && !text.endsWith('\n')) continue;
      this.#write(textOf(added.slice(from, i + 1)));
      from = i + 1;
      this.#keepingSelection(() => this.#settle());
    }
  }

  #write(more: string): void {
    if (!this.#live) return;
    const { strand, offset } = this.#live;
    const text = strand.node.firstChild;
    if (text instanceof Text) text.insertData(offset, more);
    else strand.node.textContent = more;
    strand.text = strand.text.slice(0, offset) + more + strand.text.slice(offset);
    this.#live.offset += more.length;
  }

  /**
   * Puts the paragraphs that are done into a block, if nothing stands behind the one that grows.
   * False: there are none.
   */
  #settle(): boolean {
    const live = this.#live;
    const whole = live?.strand.text.length === live?.offset;
    if (!live || !whole || live.strand !== this.#strands.at(-1)) return false;
    const open = this.#strands.slice(this.#settled);
    const last = open.findLastIndex(({ text }) => text.includes('\n'));
    const strand = open[last];
    if (!strand) return false;
    const rest = this.#cut(strand, strand.text.lastIndexOf('\n') + 1);
    this.#strands.splice(this.#settled + last + 1, 0, rest);
    if (live.strand === strand) this.#live = { strand: rest, offset: rest.text.length };
    const block = document.createElement('div');
    strand.node.before(block);
    block.append(...open.slice(0, last + 1).map(({ node }) => node));
    block.after(rest.node);
    this.#settled += last + 1;
    return true;
  }

  /** Takes the end of a strand's text into another one. */
  #cut(strand: Strand, at: number): Strand {
    const rest = { ...strand, text: strand.text.slice(at), node: newNode(strand.model) };
    rest.node.textContent = rest.text;
    strand.text = strand.text.slice(0, at);
    strand.node.textContent = strand.text;
    return rest;
  }

  /** Keeps the nodes at both ends that show what they should, and as many between as it can. */
  #patch(pieces: Pieces): void {
    const [old, wanted] = [this.#strands, strandsOf(pieces)];
    const shorter = Math.min(old.length, wanted.length);
    let head = 0;
    while (head < shorter && same(wanted[head], old[head])) head++;
    let tail = 0;
    while (tail < shorter - head && same(wanted.at(-1 - tail), old.at(-1 - tail))) tail++;
    this.#strands = wanted.map((strand, i) => {
      const from = i >= wanted.length - tail ? old[i - wanted.length + old.length] : old[i];
      const free = i < head || i >= wanted.length - tail || i < old.length - tail;
      const kept = free && from?.model === strand.model ? from.node : newNode(strand.model);
      return { ...strand, node: kept };
    });
    this.#pieces = pieces;
    this.#live = null;
    this.#settled = 0;
    this.#sweep();
  }

  /** Removes what the browser put beside our nodes, and mends what it changed in them. */
  #sweep(): void {
    const host = this.#host;
    if (!host) return;
    const ours = new Set<Node>([...this.#strands.map(({ node }) => node), this.#end]);
    for (const node of [...host.childNodes]) if (!ours.has(node)) node.remove();
    let next = host.firstChild;
    for (const { node, text, model } of this.#strands) {
      if (node === next) next = node.nextSibling;
      else host.insertBefore(node, next);
      const whole = !model || node.firstChild === node.lastChild;
      if (node.textContent !== text || !whole) node.textContent = text;
    }
    if (host.lastChild !== this.#end) host.append(this.#end);
  }

  readonly #selected = (): void => {
    if (!this.#composing && document.activeElement === this.#host) this.listener.moved(this.caret);
  };

  readonly #beforeInput = (event: InputEvent): void => {
    if (this.#composing || event.isComposing) return;
    const own = this.#ownEdit(event);
    if (own || !this.listener.editable()) event.preventDefault();
    if (own && this.listener.editable()) own();
  };

  /** What we do ourselves instead of the browser; null for what it may do. */
  #ownEdit(event: InputEvent): (() => void) | null {
    switch (event.inputType) {
      case 'insertParagraph':
      case 'insertLineBreak':
        return () => this.#insert('\n');
      case 'insertFromPaste':
      case 'insertFromDrop': {
        const text = event.dataTransfer?.getData('text/plain') ?? event.data ?? '';
        return () => this.#insert(text.replace(/\r\n?/g, '\n'));
      }
      case 'historyUndo':
        return () => this.listener.undo();
      case 'historyRedo':
        return () => this.listener.redo();
      default:
        return event.inputType.startsWith('format') ? () => undefined : null;
    }
  }

  #insert(inserted: string): void {
    const [start, end] = this.#selection();
    this.#apply({ start, end, inserted }, start + inserted.length);
  }

  readonly #input = (event: InputEvent): void => {
    if (!this.#composing && !event.isComposing) this.#reconcile();
  };

  readonly #compositionEnd = (): void => {
    this.#composing = false;
    if (this.listener.editable()) this.#reconcile();
    else this.#sweep();
  };

  #reconcile(): void {
    const host = this.#host;
    if (!host) return;
    this.flush();
    const caret = this.#selection()[1];
    const text = host.textContent;
    const before = textOf(this.#pieces);
    if (text !== before) this.#apply(diffEdit(before, text, caret), caret);
  }

  #apply(edit: Edit, caret: number): void {
    this.#patch(applyEdit(this.#pieces, edit));
    this.#placeCaret(caret);
    this.listener.edited(this.#pieces, edit, caret);
  }

  /** The selection as text offsets; the end of the text when it is elsewhere. */
  #selection(): [number, number] {
    const selection = document.getSelection();
    const host = this.#host;
    if (!host || !selection?.rangeCount || !host.contains(selection.anchorNode)) {
      const end = textOf(this.#pieces).length;
      return [end, end];
    }
    const range = selection.getRangeAt(0);
    return [
      this.#offset(host, range.startContainer, range.startOffset),
      this.#offset(host, range.endContainer, range.endOffset),
    ];
  }

  #offset(host: HTMLElement, node: Node, offset: number): number {
    const range = document.createRange();
    range.setStart(host, 0);
    range.setEnd(node, offset);
    return range.toString().length;
  }

  #placeCaret(caret: number): void {
    if (document.activeElement !== this.#host) return;
    document.getSelection()?.collapse(...this.#position(caret));
  }

  /** Moving a node takes out of it what is selected in it. */
  #keepingSelection(move: () => boolean): void {
    const selection = document.getSelection();
    const within = this.#host?.contains(selection?.anchorNode ?? null);
    const [start, end] = within ? this.#selection() : [];
    if (!move() || start === undefined || end === undefined) return;
    selection?.setBaseAndExtent(...this.#position(start), ...this.#position(end));
  }

  /** A text offset as a place in the page. */
  #position(offset: number): [Node, number] {
    let left = offset;
    for (const { node } of this.#strands) {
      const text = node.firstChild ?? node;
      const length = text.textContent?.length ?? 0;
      if (left <= length && length > 0) return [text, left];
      left -= length;
    }
    const host = this.#host ?? document.body;
    return [host, Math.max(0, host.childNodes.length - 1)];
  }
}

function strandsOf(pieces: Pieces): Omit<Strand, 'node'>[] {
  const strands: Omit<Strand, 'node'>[] = [];
  for (const { text, ids } of pieces) {
    const [last, model] = [strands.at(-1), ids !== null];
    if (last?.model === model) {
      last.text += text;
      last.pieces++;
    } else strands.push({ model, text, pieces: 1 });
  }
  return strands;
}

const same = (one?: Omit<Strand, 'node'>, other?: Omit<Strand, 'node'>): boolean =>
  one?.model === other?.model && one?.text === other?.text;

function newNode(model: boolean): ChildNode {
  if (!model) return document.createTextNode('');
  const span = document.createElement('span');
  span.className = 'generated';
  return span;
}
