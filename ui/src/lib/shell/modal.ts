/** Modal dialogs that leave the window as they found it. */

/**
 * Opens a dialog, which closes on a press beside it. Afterwards focus and caret are where they
 * were: web views give back the focus, but put the caret at the start of an editable text. What
 * is returned does so at once, for a command that needs the caret; it does so only once.
 */
export function showModal(dialog: HTMLDialogElement): () => void {
  const giveBack = focusAndCaret();
  dialog.addEventListener('pointerdown', closeBeside);
  dialog.addEventListener('close', giveBack, { once: true });
  dialog.showModal();
  return giveBack;
}

function focusAndCaret(): () => void {
  const focused = document.activeElement;
  const selection = document.getSelection();
  const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
  const within = range && focused?.contains(range.commonAncestorContainer);
  let given = false;
  return () => {
    if (given || !(focused instanceof HTMLElement)) return;
    given = true;
    focused.focus({ preventScroll: true });
    if (!within || !focused.isConnected) return;
    selection?.removeAllRanges();
    selection?.addRange(range);
  };
}

/** The backdrop is part of the dialog; what covers the dialog itself is its first child. */
function closeBeside(event: PointerEvent): void {
  const dialog = event.currentTarget;
  if (dialog instanceof HTMLDialogElement && event.target === dialog) dialog.close();
}
