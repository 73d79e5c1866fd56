/** The window's shortcuts: one table for the handler and for the sheet that lists them. */
export type Action =
  | 'generate'
  | 'continue'
  | 'stop'
  | 'undo'
  | 'redo'
  | 'open'
  | 'larger'
  | 'smaller'
  | 'size'
  | 'help';

export interface Key {
  readonly action: Action;
  readonly shown: string;
  readonly what: string;
  readonly matches: (event: KeyboardEvent) => boolean;
}

const ctrl = (event: KeyboardEvent, ...keys: string[]) =>
  (event.ctrlKey || event.metaKey) && !event.altKey && keys.includes(event.key.toLowerCase());
const plainCtrl = (event: KeyboardEvent, ...keys: string[]) =>
  ctrl(event, ...keys) && !event.shiftKey;

export const KEYS: readonly Key[] = [
  { action: 'generate', shown: 'Ctrl ↵', what: 'Generate', matches: (e) => plainCtrl(e, 'enter') },
  {
    action: 'continue',
    shown: 'Ctrl Shift ↵',
    what: 'Generate at the cursor',
    matches: (e) => e.shiftKey && ctrl(e, 'enter'),
  },
  { action: 'stop', shown: 'Esc', what: 'Stop', matches: (e) => e.key === 'Escape' },
  { action: 'undo', shown: 'Ctrl Z', what: 'Undo', matches: (e) => plainCtrl(e, 'z') },
  {
    action: 'redo',
    shown: 'Ctrl Shift Z',
    what: 'Redo',
    matches: (e) => plainCtrl(e, 'y') || (e.shiftKey && ctrl(e, 'z')),
  },
  { action: 'open', shown: 'Ctrl O', what: 'Open a model', matches: (e) => plainCtrl(e, 'o') },
  { action: 'larger', shown: 'Ctrl +', what: 'Larger text', matches: (e) => ctrl(e, '+', '=') },
  { action: 'smaller', shown: 'Ctrl −', what: 'Smaller text', matches: (e) => ctrl(e, '-') },
  { action: 'size', shown: 'Ctrl 0', what: 'Normal text size', matches: (e) => ctrl(e, '0') },
  { action: 'help', shown: 'F1', what: 'These keys', matches: (e) => e.key === 'F1' },
];

/** What a key press means; nothing while an input method composes. */
export function actionOf(event: KeyboardEvent): Action | null {
  // Some engines report the keys of a composition only by this code.
  if (event.isComposing || event.keyCode === 229) return null;
  return KEYS.find((key) => key.matches(event))?.action ?? null;
}

/** Keys with which the web view would throw the page away. */
export const isReload = (event: KeyboardEvent): boolean => event.key === 'F5' || ctrl(event, 'r');
