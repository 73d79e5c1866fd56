/** The window's shortcuts: one table for the handler and for the sheet that lists them. */
export type Action =
  | 'generate'
  | 'continue'
  | 'stop'
  | 'retry'
  | 'undo'
  | 'redo'
  | 'previous-branch'
  | 'next-branch'
  | 'tree'
  | 'completion'
  | 'chat'
  | 'prompt'
  | 'fan'
  | 'look'
  | 'surprise'
  | 'hindsight'
  | 'run'
  | 'previous-token'
  | 'next-token'
  | 'new'
  | 'search'
  | 'rename'
  | 'sessions'
  | 'sampling'
  | 'palette'
  | 'open'
  | 'models'
  | 'settings'
  | 'larger'
  | 'smaller'
  | 'size'
  | 'help';

type Matches = (event: KeyboardEvent) => boolean;

export interface Key {
  readonly action: Action;
  readonly shown: string;
  readonly what: string;
  readonly matches: Matches;
  /** Works while a dialog is open as well. */
  readonly always?: true;
}
export interface KeyGroup {
  readonly name: string;
  readonly keys: readonly Key[];
}

const commanded = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) && !event.altKey;
/** With Shift or without: on some keyboards only Shift makes a plus or a digit. */
const anyCtrl =
  (...keys: string[]): Matches =>
  (event) =>
    commanded(event) && keys.includes(event.key.toLowerCase());
const ctrl =
  (key: string): Matches =>
  (event) =>
    !event.shiftKey && anyCtrl(key)(event);
const ctrlShift =
  (key: string): Matches =>
  (event) =>
    event.shiftKey && anyCtrl(key)(event);
const alt =
  (key: string): Matches =>
  (event) =>
    event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.key === key;
const bare =
  (key: string): Matches =>
  (event) =>
    event.key === key;

const NO_TEXT = ['button', 'checkbox', 'radio', 'range'];

/** Whether a character typed there becomes text. */
function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target instanceof HTMLInputElement) return !NO_TEXT.includes(target.type);
  return target.closest('textarea, [contenteditable]:not([contenteditable="false"])') !== null;
}

/** A question mark is text first, and a shortcut only where nothing can be written. */
const help: Matches = (event) =>
  event.key === 'F1' ||
  (event.key === '?' && !event.ctrlKey && !event.metaKey && !takesText(event.target));

export const KEY_GROUPS: readonly KeyGroup[] = [
  {
    name: 'Writing',
    keys: [
      { action: 'generate', shown: 'Ctrl ↵', what: 'Generate', matches: ctrl('enter') },
      {
        action: 'continue',
        shown: 'Ctrl Shift ↵',
        what: 'Generate at the cursor',
        matches: ctrlShift('enter'),
      },
      { action: 'stop', shown: 'Esc', what: 'Stop', matches: bare('Escape') },
      { action: 'retry', shown: 'Ctrl R', what: 'Retry the last run', matches: ctrl('r') },
      {
        action: 'fan',
        shown: 'Ctrl G',
        what: 'Write several side by side',
        matches: ctrl('g'),
      },
      {
        action: 'look',
        shown: 'Ctrl L',
        what: 'Look at the next token at the cursor',
        matches: ctrl('l'),
      },
      {
        action: 'surprise',
        shown: 'Ctrl Shift S',
        what: 'Colour the text by surprise',
        matches: ctrlShift('s'),
      },
      {
        action: 'hindsight',
        shown: 'Ctrl Shift H',
        what: 'Mark what these settings would have done',
        matches: ctrlShift('h'),
      },
      {
        action: 'run',
        shown: 'Ctrl I',
        what: 'Show the run at the cursor, and replay it',
        matches: ctrl('i'),
      },
      {
        action: 'previous-token',
        shown: 'Alt ←',
        what: 'Look at the token before',
        matches: alt('ArrowLeft'),
      },
      {
        action: 'next-token',
        shown: 'Alt →',
        what: 'Look at the token behind',
        matches: alt('ArrowRight'),
      },
      { action: 'undo', shown: 'Ctrl Z', what: 'Undo', matches: ctrl('z') },
      {
        action: 'redo',
        shown: 'Ctrl Shift Z',
        what: 'Redo',
        matches: (event) => ctrl('y')(event) || ctrlShift('z')(event),
      },
    ],
  },
  {
    name: 'Branches',
    keys: [
      {
        action: 'previous-branch',
        shown: 'Alt ↑',
        what: 'Previous branch',
        matches: alt('ArrowUp'),
      },
      { action: 'next-branch', shown: 'Alt ↓', what: 'Next branch', matches: alt('ArrowDown') },
      { action: 'tree', shown: 'Ctrl T', what: 'Tree of all branches', matches: ctrl('t') },
    ],
  },
  {
    name: 'Sessions',
    keys: [
      { action: 'new', shown: 'Ctrl N', what: 'New session', matches: ctrl('n') },
      {
        action: 'completion',
        shown: 'Ctrl Shift E',
        what: 'Continue a text',
        matches: ctrlShift('e'),
      },
      { action: 'chat', shown: 'Ctrl Shift C', what: 'Chat', matches: ctrlShift('c') },
      {
        action: 'prompt',
        shown: 'Ctrl P',
        what: 'Show the exact prompt of a chat',
        matches: ctrl('p'),
      },
      { action: 'search', shown: 'Ctrl Shift F', what: 'Search sessions', matches: ctrlShift('f') },
      { action: 'rename', shown: 'F2', what: 'Rename the session', matches: bare('F2') },
      { action: 'sessions', shown: 'Ctrl B', what: 'Show or hide sessions', matches: ctrl('b') },
    ],
  },
  {
    name: 'Window',
    keys: [
      { action: 'sampling', shown: 'Ctrl J', what: 'Show or hide sampling', matches: ctrl('j') },
      { action: 'palette', shown: 'Ctrl K', what: 'Commands and sessions', matches: ctrl('k') },
      { action: 'open', shown: 'Ctrl O', what: 'Open a model', matches: ctrl('o') },
      { action: 'models', shown: 'Ctrl M', what: 'Models', matches: ctrl('m') },
      { action: 'settings', shown: 'Ctrl ,', what: 'Settings', matches: ctrl(',') },
      {
        action: 'larger',
        shown: 'Ctrl +',
        what: 'Larger text',
        matches: anyCtrl('+', '='),
        always: true,
      },
      {
        action: 'smaller',
        shown: 'Ctrl −',
        what: 'Smaller text',
        matches: anyCtrl('-'),
        always: true,
      },
      {
        action: 'size',
        shown: 'Ctrl 0',
        what: 'Normal text size',
        matches: anyCtrl('0'),
        always: true,
      },
      { action: 'help', shown: 'F1 or ?', what: 'Show the keys', matches: help },
    ],
  },
];
export const KEYS: readonly Key[] = KEY_GROUPS.flatMap(({ keys }) => keys);

/**
 * What a key press means; nothing while an input method composes. A dialog has its keys for
 * itself: Esc closes it, and does not stop the run behind it.
 */
export function actionOf(event: KeyboardEvent): Action | null {
  // Some engines report the keys of a composition only by this code.
  if (event.isComposing || event.keyCode === 229) return null;
  const key = KEYS.find(({ matches }) => matches(event));
  if (!key || (!key.always && document.querySelector('dialog[open]'))) return null;
  return key.action;
}

/** Keys with which the web view would throw the page away. */
export const isReload = (event: KeyboardEvent): boolean =>
  event.key === 'F5' || ctrlShift('r')(event);
