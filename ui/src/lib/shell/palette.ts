/** Which commands a few typed letters mean, the likeliest first. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly keys?: string;
  readonly run: () => void;
}

/** Where a run of matched letters begins, and where it has ended. */
export type Range = readonly [start: number, end: number];

export interface Match<T> {
  readonly item: T;
  readonly ranges: readonly Range[];
}

/** A stretch of a label, for highlighting. */
export interface Part {
  readonly text: string;
  readonly hit: boolean;
}

/** Lower case that leaves every letter in its place. */
const lower = (text: string): string =>
  text.replace(/\p{L}/gu, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  });

const wordStarts = (label: string): number[] =>
  Array.from(label.matchAll(/[\p{L}\p{N}]+/gu), ({ index }) => index);

/** The items whose labels have the letters of a query in their order; all when it is empty. */
export function ranked<T extends { readonly label: string }>(
  items: readonly T[],
  query: string,
): Match<T>[] {
  const wanted = lower(query.trim().replace(/\s+/g, ' '));
  if (!wanted) return items.map((item) => ({ item, ranges: [] }));
  const found = items.flatMap((item) => {
    const placed = place(lower(item.label), wanted);
    return placed ? [{ item, ...placed }] : [];
  });
  // The sort is stable: equals stay in the order in which they were given.
  found.sort((a, b) => a.rank - b.rank || a.item.label.length - b.item.label.length);
  return found.map(({ item, ranges }) => ({ item, ranges }));
}

/** Rank 0: a word begins with all of it; 1: each run of it begins a word; 2: anywhere. */
function place(label: string, query: string): { rank: number; ranges: Range[] } | null {
  const starts = wordStarts(label);
  const start = starts.find((start) => label.startsWith(query, start));
  if (start !== undefined) return { rank: 0, ranges: [[start, start + query.length]] };
  const letters = query.replaceAll(' ', '');
  const words = alongWords(label, letters, starts);
  if (words) return { rank: 1, ranges: words };
  const ranges = anywhere(label, letters);
  return ranges && { rank: 2, ranges };
}

/** The letters as beginnings of words, as many as possible from the first word they fit. */
function alongWords(label: string, letters: string, starts: readonly number[]): Range[] | null {
  if (!letters) return [];
  for (const [index, start] of starts.entries()) {
    const rest = starts.slice(index + 1);
    const most = sharedLength(label, start, rest[0] ?? label.length, letters);
    for (let length = most; length > 0; length--) {
      const more = alongWords(label, letters.slice(length), rest);
      if (more) return [[start, start + length], ...more];
    }
  }
  return null;
}

function sharedLength(label: string, start: number, end: number, letters: string): number {
  let length = 0;
  while (start + length < end && length < letters.length) {
    if (label[start + length] !== letters[length]) break;
    length++;
  }
  return length;
}

/** The letters side by side if they are, or each at the first place it can have. */
function anywhere(label: string, letters: string): Range[] | null {
  const whole = label.indexOf(letters);
  if (whole >= 0) return [[whole, whole + letters.length]];
  const ranges: Range[] = [];
  let from = 0;
  for (const letter of letters) {
    const at = label.indexOf(letter, from);
    if (at < 0) return null;
    from = at + letter.length;
    const last = ranges.at(-1);
    if (last?.[1] === at) ranges.splice(-1, 1, [last[0], from]);
    else ranges.push([at, from]);
  }
  return ranges;
}

/** A label cut at its matches. */
export function parts(label: string, ranges: readonly Range[]): Part[] {
  const cut: Part[] = [];
  let from = 0;
  for (const [start, end] of ranges) {
    cut.push({ text: label.slice(from, start), hit: false });
    cut.push({ text: label.slice(start, end), hit: true });
    from = end;
  }
  return [...cut, { text: label.slice(from), hit: false }].filter(({ text }) => text !== '');
}
