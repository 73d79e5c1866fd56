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
function typeInto(node: Node, text: string, init: InputEventInit = {}) {
  const leaf = node.firstChild ?? node;
  leaf.textContent = text;
  document.getSelection()?.collapse(leaf, text.length);
  leaf.parentElement?.dispatchEvent(new InputEvent('input', { bubbles: true, ...init }));
}

afterEach(() => document.body.replaceChildren());

it('turns an edited model piece into typed text and leaves the others their ids', () => {
  const { host, edited } = open([typed('a '), model('cat', 5), model(' sat', 6)]);
  typeInto(host.childNodes[1] as Node, 'bat');
  expect(edited).toHaveBeenLastCalledWith(
    [typed('a bat'), model(' sat', 6)],
    { start: 2, end: 5, inserted: 'bat' },
    5,
  );
  expect(host.textContent).toBe('a bat sat');
  expect(host.querySelectorAll('.generated')).toHaveLength(1);
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
  expect([...host.querySelectorAll('.generated')].map((e) => e.textContent)).toEqual(['tw', 'o']);
  editor.show([typed('end')]);
  editor.append(model('.', 3));
  editor.flush();
  expect(host.textContent).toBe('end.');
});

it('does not let a running generation be typed into', () => {
  const { host } = open([typed('x')], false);
  const event = new InputEvent('beforeinput', { inputType: 'insertText', cancelable: true });
  host.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
});
