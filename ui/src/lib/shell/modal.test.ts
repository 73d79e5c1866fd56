import { afterEach, expect, it } from 'vitest';
import { showModal } from './modal';

afterEach(() => document.body.replaceChildren());

/** A text with the caret in it, and a dialog that takes focus and caret when it opens. */
function opened() {
  document.body.innerHTML =
    '<div tabindex="0" contenteditable="true">once upon</div><dialog><input></dialog>';
  const [text, dialog] = [...document.body.children] as [HTMLElement, HTMLDialogElement];
  dialog.showModal = () => {
    dialog.open = true;
    dialog.querySelector('input')?.focus();
    document.getSelection()?.removeAllRanges();
  };
  dialog.close = () => dialog.dispatchEvent(new Event('close'));
  text.focus();
  document.getSelection()?.collapse(text.firstChild, 4);
  return { text, dialog, giveBack: showModal(dialog) };
}
const caret = () => document.getSelection()?.anchorOffset;

it('gives back focus and caret when the dialog closes', () => {
  const { text, dialog } = opened();
  expect(document.activeElement).not.toBe(text);
  dialog.close();
  expect(document.activeElement).toBe(text);
  expect(caret()).toBe(4);
});

it('gives them back at once if asked, and leaves alone what comes after', () => {
  const { text, dialog, giveBack } = opened();
  giveBack();
  expect(caret()).toBe(4);
  document.getSelection()?.collapse(text.firstChild, 7);
  dialog.close();
  expect(caret()).toBe(7);
});

it('closes on a press beside the dialog, not on one in it', () => {
  const { text, dialog } = opened();
  dialog.querySelector('input')?.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }));
  expect(document.activeElement).not.toBe(text);
  dialog.dispatchEvent(new MouseEvent('pointerdown'));
  expect(document.activeElement).toBe(text);
});
