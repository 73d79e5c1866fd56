import { afterEach, expect, it, vi } from 'vitest';
import { Editor } from './editor';
import { textOf, type Edit, type Pieces } from './pieces';

const typed = (text: string) => ({ text, ids: null });
const model = (text: string, ...ids: number[]) => ({ text, ids });

function open(pieces: Pieces, editable = true) {
  const host = document.createElement('div');
  document.body.append(host);
  const edited = vi.fn<(pieces: Pieces, edit: Edit, caret: number) => void>();
  const listener = {
    editable: () => editable,
    edited,
    moved: vi.fn(),
    undo: vi.fn(),
    redo: vi.fn(),
  };
  const editor = new Editor(listener);
  editor.attach(host);
  editor.show(pieces);
  return { host, editor, edited, listener };
}

/** What the browser does when somebody types into a text node. */
function typeInto(node: Node, text: string, init: InputEventInit = {}, caret = text.length) {
  const leaf = node.firstChild ?? node;
  leaf.textContent = text;
  document.getSelection()?.collapse(leaf, caret);
  leaf.parentElement?.dispatchEvent(new InputEvent('input', { bubbles: true, ...init }));
}

const tinted = (host: HTMLElement) =>
  [...host.querySelectorAll('.generated')].map((span) => span.textContent);

afterEach(() => document.body.replaceChildren());

it('turns an edited model piece into typed text and leaves the others their ids', () => {
  const { host, edited } = open([typed('a '), model('cat', 5), model(' sat', 6)]);
  typeInto(host.childNodes[1] as Node, 'bat sat', {}, 3);
  expect(edited).toHaveBeenLastCalledWith(
    [typed('a bat'), model(' sat', 6)],
    { start: 2, end: 5, inserted: 'bat' },
    5,
  );
  expect(host.textContent).toBe('a bat sat');
  expect(tinted(host)).toEqual([' sat']);
});

it('touches nothing while an input method composes, and takes it all at the end', () => {
  const { host, editor, edited } = open([typed('x'), model('y', 1)]);
  host.dispatchEvent(new CompositionEvent('compositionstart'));
  typeInto(host.childNodes[0] as Node, 'xに', { isComposing: true });
  typeInto(host.childNodes[0] as Node, 'x日', { isComposing: true });
  expect(editor.composing).toBe(true);
  expect(edited).not.toHaveBeenCalled();
  host.dispatchEvent(new CompositionEvent('compositionend'));
  expect(edited).toHaveBeenCalledExactlyOnceWith(
    [typed('x日'), model('y', 1)],
    { start: 1, end: 1, inserted: '日' },
    2,
  );
});

it('keeps what was generated while an input method was composing', () => {
  const { host, editor, edited } = open([typed('x')]);
  host.dispatchEvent(new CompositionEvent('compositionstart'));
  typeInto(host.childNodes[0] as Node, 'x日', { isComposing: true });
  editor.append(model(' new', 9));
  editor.flush();
  host.dispatchEvent(new CompositionEvent('compositionend'));
  expect(textOf(edited.mock.lastCall?.[0] ?? [])).toBe('x日 new');
  expect(edited.mock.lastCall?.[0].at(-1)).toEqual(model(' new', 9));
});

it('adds model text in the middle, each piece after the one before', () => {
  const { host, editor } = open([typed('one '), typed(' three')]);
  editor.growAt(1);
  editor.append(model('tw', 1));
  editor.flush();
  editor.append(model('o', 2));
  editor.flush();
  expect(host.textContent).toBe('one two three');
  expect(tinted(host)).toEqual(['two']);
  editor.show([typed('end')]);
  editor.append(model('.', 3));
  editor.flush();
  expect(host.textContent).toBe('end.');
});

it.each([
  ['behind model text', [typed('a'), model('b', 1)], 2, ['bX'], 'abX'],
  ['before model text', [typed('a'), model('b', 1)], 1, ['Xb'], 'aXb'],
  ['inside model text', [model('a', 1), model('b', 2), typed('c')], 1, ['aXb'], 'aXbc'],
  ['at the start', [typed('a')], 0, ['X'], 'Xa'],
  [
    'between typed and model text, twice',
    [typed('a'), typed('b'), model('c', 1)],
    2,
    ['Xc'],
    'abXc',
  ],
  ['into nothing', [], 0, ['X'], 'X'],
])('grows %s, and the pieces agree with the page', (_, pieces, at, spans, text) => {
  const { host, editor, edited } = open(pieces);
  editor.growAt(at);
  editor.append(model('X', 7));
  editor.flush();
  expect(host.textContent).toBe(text);
  expect(tinted(host)).toEqual(spans);
  // An edit at the end says what the editor thinks is in front of it.
  typeInto(host.appendChild(document.createTextNode('')), '!');
  expect(textOf(edited.mock.lastCall?.[0] ?? [])).toBe(`${text}!`);
  expect(host.textContent).toBe(`${text}!`);
});

it('puts paragraphs that are done into blocks while the last one grows, and only then', () => {
  const { host, editor } = open([typed('one\ntwo '), model('three', 1)]);
  const blocks = () => [...host.querySelectorAll('div')].map((block) => block.textContent);
  for (const [i, text] of [' four\n', '\n', 'five', ' six.\n', 'end'].entries()) {
    editor.append(model(text, i));
    editor.flush();
  }
  expect(blocks()).toEqual(['one\ntwo three four\n', '\n', 'five six.\n']);
  const whole = 'one\ntwo three four\n\nfive six.\nend';
  expect(host.textContent).toBe(whole);
  expect(tinted(host).join('')).toBe('three four\n\nfive six.\nend');
  editor.show([typed('one\ntwo '), model('three four\n\nfive six.\nend', 1)]);
  expect(blocks()).toEqual([]);
  expect(host.textContent).toBe(whole);
  expect(host.childNodes).toHaveLength(3);
  // With text behind it nothing is put into blocks.
  editor.show([typed('a\n'), typed('b')]);
  editor.growAt(1);
  editor.append(model('x\n', 1));
  editor.append(model('y', 2));
  editor.flush();
  expect(blocks()).toEqual([]);
  expect(host.textContent).toBe('a\nx\nyb');
});

it.each([
  ['at the end of what was typed', 9, 9],
  ['in a paragraph that is done', 2, 2],
  ['over both', 1, 7],
])('keeps a selection %s while paragraphs go into blocks', (_, start, end) => {
  const { host, editor } = open([typed('one\ntwo: ')]);
  host.tabIndex = 0;
  host.focus();
  const text = host.firstChild as Text;
  document.getSelection()?.setBaseAndExtent(text, start, text, end);
  editor.append(model('three\n', 1));
  editor.append(model('four', 2));
  editor.flush();
  expect(host.querySelectorAll('div')).toHaveLength(1);
  expect(document.getSelection()?.toString()).toBe('one\ntwo: '.slice(start, end));
  expect(editor.caret).toBe(end);
});

it('keeps the nodes that still show what they should', () => {
  const { host, editor } = open([typed('a'), model('b', 1), typed('c'), model('d', 2)]);
  const nodes = [...host.childNodes];
  editor.show([typed('a'), model('b', 1), typed('c and more'), model('d', 2)]);
  expect([...host.childNodes]).toEqual(nodes);
  expect(host.textContent).toBe('ab' + 'c and more' + 'd');
  editor.show([typed('a'), model('d', 2)]);
  expect(host.firstChild).toBe(nodes[0]);
  expect(host.textContent).toBe('ad');
  editor.show([model('e', 3), typed('a'), model('d', 2), typed('f')]);
  expect(host.textContent).toBe('eadf');
  expect(tinted(host)).toEqual(['e', 'd']);
});

it('does not let a running generation be typed into', () => {
  const { host } = open([typed('x')], false);
  const event = new InputEvent('beforeinput', { inputType: 'insertText', cancelable: true });
  host.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
});
