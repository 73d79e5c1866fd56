import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Divergence } from './columns';
import { GrowingText, Texts } from './texts';

let host: HTMLElement;
let source: { texts: string[]; divergence: Divergence | null };
let text: GrowingText;

beforeEach(() => {
  host = document.createElement('div');
  source = { texts: [], divergence: null };
  text = new GrowingText(host, source);
});
afterEach(() => vi.unstubAllGlobals());

function grow(...texts: string[]) {
  source.texts.push(...texts);
  text.grow();
}
const part = (offset: number) => (source.divergence = { token: 0, offset });
const html = () => host.innerHTML.replaceAll(' class', '');

it('appends to the text that is there', () => {
  grow('The ', 'fox');
  const node = host.querySelector('.common')?.firstChild;
  grow('', ' ran');
  expect(html()).toBe('<div><span="common">The fox ran</span></div>');
  expect(host.querySelector('.common')?.firstChild).toBe(node);
});

it('has every line in a block, with its end', () => {
  grow('a\n', '\nb', ' c\n', 'd');
  const lines = [...host.children].map(({ textContent }) => textContent);
  expect(lines).toEqual(['a\n', '\n', 'b c\n', 'd']);
  expect(host.textContent).toBe('a\n\nb c\nd');
});

it('marks where its own part begins', () => {
  grow('a b');
  part(3);
  grow(' c');
  grow(' d');
  expect(html()).toBe(
    '<div><span="common">a b</span><span="mark"></span><span="own"> c d</span></div>',
  );
});

it('puts right what was shown before the texts parted', () => {
  grow('a\nb c');
  part(3);
  grow();
  expect(html()).toBe(
    '<div><span="common">a\n</span></div>' +
      '<div><span="common">b</span><span="mark"></span><span="own"> c</span></div>',
  );
  grow('\n', 'd');
  expect(host.textContent).toBe('a\nb c\nd');
  expect(host.querySelectorAll('.mark')).toHaveLength(1);
});

it('may be its own from the first token on, and from the start of a line', () => {
  part(0);
  grow('x');
  grow('y');
  expect(html()).toBe('<div><span="mark"></span><span="own">xy</span></div>');
  host.replaceChildren();
  source = { texts: ['a\n', 'b'], divergence: { token: 1, offset: 2 } };
  new GrowingText(host, source).grow();
  expect(html()).toBe(
    '<div><span="common">a\n</span></div><div><span="mark"></span><span="own">b</span></div>',
  );
});

it('writes all texts in one frame, and measures after the last', () => {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  vi.stubGlobal('cancelAnimationFrame', vi.fn());
  const other = document.createElement('div');
  const grown = vi.fn(() => expect([host.textContent, other.textContent]).toEqual(['a', 'b']));
  const texts = new Texts(grown);
  const leave = texts.of({ texts: ['a'], divergence: null })(host);
  texts.of({ texts: ['b'], divergence: null })(other);
  texts.schedule();
  expect(frames).toHaveLength(1);
  frames[0]?.(0);
  expect(grown).toHaveBeenCalledOnce();
  leave();
  texts.schedule();
  expect(frames).toHaveLength(2);
});

it('leaves time between frames that took long', () => {
  const frames: FrameRequestCallback[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
  let now = 0;
  vi.stubGlobal('performance', { now: () => now });
  const grown = vi.fn(() => void (now += 50));
  const texts = new Texts(grown);
  const next = () => frames.shift()?.(0);
  texts.schedule();
  next();
  texts.schedule();
  now = 140;
  next();
  expect([grown.mock.calls.length, frames.length]).toEqual([1, 1]);
  now = 160;
  next();
  expect(grown).toHaveBeenCalledTimes(2);
});
