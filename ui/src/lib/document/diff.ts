/** One replacement: the text from `start` to `end` became `inserted`. Offsets in UTF-16 units. */
export type Edit = { readonly start: number; readonly end: number; readonly inserted: string };

/**
 * What the browser changed, seen from where it left the caret. Of the many edits that turn "aa"
 * into "aaa" the one that happened ends at the caret: so what follows the caret is matched first,
 * and never further than the caret.
 */
export function diffEdit(oldText: string, newText: string, caret: number): Edit | null {
  if (oldText === newText) return null;
  const suffix = commonSuffix(oldText, newText, newText.length - caret);
  const prefix = commonPrefix(oldText, newText, Math.min(oldText.length, newText.length) - suffix);
  return {
    start: prefix,
    end: oldText.length - suffix,
    inserted: newText.slice(prefix, newText.length - suffix),
  };
}

function commonPrefix(a: string, b: string, limit: number): number {
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return splitsPair(a, length) || splitsPair(b, length) ? length - 1 : length;
}

function commonSuffix(a: string, b: string, limit: number): number {
  const longest = Math.min(limit, a.length, b.length);
  let length = 0;
  while (length < longest && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return splitsPair(a, a.length - length) || splitsPair(b, b.length - length) ? length - 1 : length;
}

/** Whether an offset lies between the two halves of a character outside the basic plane. */
function splitsPair(text: string, offset: number): boolean {
  return /[\uD800-\uDBFF]/.test(text[offset - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[offset] ?? '');
}
