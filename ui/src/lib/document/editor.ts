/**
 * The document's DOM: one editable host with flat children, a text node for each typed piece and a
 * span for each model piece. Nested inline wrappers would make WebKit lay out the whole text again.
 *
 * The browser edits natively; afterwards the host's text is compared with the pieces and the nodes
 * are put right. During an input method's composition nothing is compared or touched.
 */
import { applyEdit, diffEdit, looksAs, textOf, type Edit, type Piece, type Pieces } from './pieces';

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

export class Editor {
  #pieces: Pieces = [];
  #nodes: ChildNode[] = [];
  #host: HTMLElement | null = null;
  #end = document.createElement('br');
  #composing = false;
  #frame = 0;
  #appended: Piece[] = [];
  /** Where model text goes, as an index of pieces; null: to the end. */
  #growing: number | null = null;

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
    this.#nodes = [];
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
    const nodes = added.map(nodeOf);
    (this.#nodes[at] ?? this.#end).before(...nodes);
    this.#pieces = this.#pieces.toSpliced(at, 0, ...added);
    this.#nodes.splice(at, 0, ...nodes);
    if (this.#growing !== null) this.#growing += added.length;
    if (left <= FOLLOW_PX) scroller.scrollTop = scroller.scrollHeight;
  }

  #patch(pieces: Pieces): void {
    const [old, nodes] = [this.#pieces, this.#nodes];
    let head = 0;
    while (head < old.length && looksAs(pieces[head], old[head])) head++;
    let tail = 0;
    const most = Math.min(pieces.length, old.length) - head;
    while (tail < most && looksAs(pieces.at(-1 - tail), old.at(-1 - tail))) tail++;
    const fresh = pieces.slice(head, pieces.length - tail).map(nodeOf);
    for (const node of nodes.slice(head, nodes.length - tail)) node.remove();
    const next = tail > 0 ? nodes[nodes.length - tail] : this.#end;
    next?.before(...fresh);
    this.#nodes = [...nodes.slice(0, head), ...fresh, ...nodes.slice(nodes.length - tail)];
    this.#pieces = pieces;
    this.#sweep();
  }

  /** Removes what the browser put beside our nodes, and mends what it changed in them. */
  #sweep(): void {
    const host = this.#host;
    if (!host) return;
    const ours = new Set<Node>([...this.#nodes, this.#end]);
    for (const node of [...host.childNodes]) if (!ours.has(node)) node.remove();
    this.#nodes.forEach((node, i) => {
      const piece = this.#pieces[i];
      if (piece && (node.textContent !== piece.text || node.parentNode !== host)) {
        const fresh = nodeOf(piece);
        if (node.parentNode === host) node.replaceWith(fresh);
        else host.insertBefore(fresh, this.#nodes[i - 1]?.nextSibling ?? host.firstChild);
        this.#nodes[i] = fresh;
      }
    });
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
    const host = this.#host;
    const selection = document.getSelection();
    if (!host || !selection || document.activeElement !== host) return;
    let left = caret;
    for (const node of this.#nodes) {
      const text = node.firstChild ?? node;
      const length = text.textContent?.length ?? 0;
      if (left <= length && length > 0) return void selection.collapse(text, left);
      left -= length;
    }
    selection.collapse(host, host.childNodes.length - 1);
  }
}

function nodeOf(piece: Piece): ChildNode {
  if (piece.ids === null) return document.createTextNode(piece.text);
  const span = document.createElement('span');
  span.className = 'generated';
  span.textContent = piece.text;
  return span;
}
