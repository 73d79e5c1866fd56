/** Tags as they are written in one field, with commas between. */

/** Each once, however it is written; `#` in front is for the eye only. */
export function readTags(text: string): string[] {
  const tags = new Map<string, string>();
  for (const written of text.split(',')) {
    const tag = bare(written);
    if (tag && !tags.has(tag.toLowerCase())) tags.set(tag.toLowerCase(), tag);
  }
  return [...tags.values()];
}

/** Tags in use that the one being written may become: all, when none is being written. */
export function suggested(text: string, known: readonly string[]): string[] {
  const { before, last } = apart(text);
  const written = readTags(before).map((tag) => tag.toLowerCase());
  const start = last.toLowerCase();
  return known.filter((name) => {
    const tag = name.toLowerCase();
    return tag.startsWith(start) && tag !== start && !written.includes(tag);
  });
}

/** With a tag in place of the one being written, ready for the next. */
export const completed = (text: string, tag: string): string =>
  [...readTags(apart(text).before), tag, ''].join(', ');

const bare = (tag: string) => tag.trim().replace(/^#+/, '').trim();

function apart(text: string) {
  const comma = text.lastIndexOf(',') + 1;
  return { before: text.slice(0, comma), last: bare(text.slice(comma)) };
}
