/** Where the focus was, and the caret in it: web views put that at the start of an editable text. */
export class WayBack {
  #home = document.activeElement;
  #caret: Range | null = null;

  get home(): Element | null {
    return this.#home;
  }

  remember(): void {
    const selection = document.getSelection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    this.#home = document.activeElement;
    const within = range && this.#home?.contains(range.commonAncestorContainer);
    this.#caret = within ? range.cloneRange() : null;
  }

  go(): void {
    if (!(this.#home instanceof HTMLElement)) return;
    this.#home.focus({ preventScroll: true });
    if (!this.#caret || !this.#home.isConnected) return;
    document.getSelection()?.removeAllRanges();
    document.getSelection()?.addRange(this.#caret);
  }
}
