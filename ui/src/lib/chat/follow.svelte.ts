/**
 * A scroller that stays at its end while its content grows, as long as its reader is there. Who
 * scrolls up is left alone until they come back; who edits a text in it is not moved either.
 */

/** So near to the end, in pixels, is at the end. */
const NEAR = 32;

export class Follow {
  #following = $state(true);
  #scroller: HTMLElement | null = null;
  #top = 0;
  #height = 0;

  get following(): boolean {
    return this.#following;
  }

  /** For the scroller, whose first child is all of its content. */
  readonly attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    const observer = new ResizeObserver(() => this.#stay());
    observer.observe(scroller);
    if (scroller.firstElementChild) observer.observe(scroller.firstElementChild);
    scroller.addEventListener('scroll', this.#scrolled, { passive: true });
    return () => {
      observer.disconnect();
      scroller.removeEventListener('scroll', this.#scrolled);
      this.#scroller = null;
    };
  };

  toEnd(): void {
    this.#following = true;
    if (this.#scroller) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #stay(): void {
    const editing = document.activeElement instanceof HTMLTextAreaElement;
    const here = this.#scroller?.contains(document.activeElement);
    if (this.#following && !(editing && here)) this.toEnd();
  }

  readonly #scrolled = (): void => {
    if (!this.#scroller) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const left = scrollHeight - clientHeight - scrollTop;
    // Content that became shorter moves what is seen up, too.
    const up = scrollTop < this.#top && scrollHeight >= this.#height;
    [this.#top, this.#height] = [scrollTop, scrollHeight];
    if (left <= 1) this.#following = true;
    else if (up) this.#following = false;
    else if (left < NEAR) this.#following = true;
  };
}
