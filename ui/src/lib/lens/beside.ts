/**
 * Where a card goes that belongs to a place of the text: below it or above it, where there is more
 * room. All is in per cent of the window: see Preferences about the zoom of the body.
 */
type Box = Pick<DOMRect, 'left' | 'top' | 'bottom' | 'width' | 'height'>;

export interface Beside {
  readonly left: number;
  /** One of them is given: the card grows away from the text. */
  readonly top: number | null;
  readonly bottom: number | null;
  /** How high it can be. */
  readonly room: number;
}

export function beside(place: Box, whole: Box): Beside {
  const share = (part: number, of: number) =>
    of > 0 ? Math.min(Math.max((100 * part) / of, 0), 100) : 0;
  const left = share(place.left - whole.left, whole.width);
  const above = share(place.top - whole.top, whole.height);
  const top = share(place.bottom - whole.top, whole.height);
  const below = 100 - top;
  return below >= above
    ? { left, top, bottom: null, room: below }
    : { left, top: null, bottom: 100 - above, room: above };
}
