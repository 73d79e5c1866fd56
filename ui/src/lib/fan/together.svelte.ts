/**
 * Scrollers that go to the same place when one of them is scrolled, those that are shorter to their
 * end. While their contents grow they stay at the end, as long as their reader is there.
 */

/** So near to the end, in pixels, is at the end. */
const NEAR = 32;

interface Scroller {
  readonly element: HTMLElement;
  /** Its reader is at the end. */
  following: boolean;
  /** Where it was put: its event for that is no scrolling of a reader. */
  placed: number;
}

export class Together {
  /** Otherwise each is scrolled on its own. */
  on = $state(true);
  #all: readonly Scroller[] = [];

  readonly attach = (element: HTMLElement): (() => void) => {
    const scroller: Scroller = { element, following: true, placed: element.scrollTop };
    const scrolled = () => this.#scrolled(scroller);
    this.#all = [...this.#all, scroller];
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      element.removeEventListener('scroll', scrolled);
      this.#all = this.#all.filter((other) => other !== scroller);
    };
  };

  /** There is more in them. */
  readonly grown = (): void => {
    const behind = this.#all.filter(({ following }) => following);
    // All are measured before the first is moved: the page is laid out once.
    const ends = behind.map(({ element }) => element.scrollHeight);
    behind.forEach(({ element }, at) => (element.scrollTop = ends[at] ?? 0));
    for (const scroller of behind) scroller.placed = scroller.element.scrollTop;
  };

  #scrolled(scroller: Scroller): void {
    const top = scroller.element.scrollTop;
    if (top === scroller.placed) return;
    const moved = this.on ? this.#all : [scroller];
    for (const { element } of moved) if (element !== scroller.element) element.scrollTop = top;
    const following = moved.every(isAtEnd);
    for (const other of moved) {
      other.placed = other.element.scrollTop;
      other.following = following;
    }
  }
}

const isAtEnd = ({ element }: Scroller): boolean =>
  element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
