import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Begun, Document, GenerationEvent, Piece as Passage } from '../bindings';
import { Sampling } from '../sampling/sampling.svelte';
import { Playground } from './playground.svelte';

/** A session in the place of Rust's: plain text, and what was asked of it. */
class FakeSession {
  text = '';
  readonly asked: string[] = [];
  /** What a run sends, in this order, before the call resolves. */
  run: { channel: 'begun' | 'events'; message: unknown }[] = [];
  refuses = false;
  undone = 'undone';
  counts: unknown = 1;

  document(): Document {
    return {
      session: 's',
      kind: 'completion',
      current: 'n',
      pieces: this.text === '' ? [] : [passage('user', this.text)],
      can_undo: true,
      can_redo: false,
    };
  }

  answer(command: string, given: Record<string, unknown>): unknown {
    this.asked.push(command);
    if (command === 'open_session') {
      return { document: this.document(), title: null, settings: null };
    }
    if (command === 'edit_document') return this.edit(given);
    if (command === 'generate') return this.generate(given);
    if (command === 'undo') this.text = this.undone;
    if (['document', 'undo'].includes(command)) return this.document();
    return command === 'count_tokens' ? this.counts : [];
  }

  private edit({ start, end, text }: Record<string, unknown>) {
    if (this.refuses) throw { kind: 'too_long', message: 'too long', hint: null };
    const bytes = [...new TextEncoder().encode(this.text)];
    bytes.splice(
      Number(start),
      Number(end) - Number(start),
      ...new TextEncoder().encode(String(text)),
    );
    this.text = new TextDecoder().decode(new Uint8Array(bytes));
    return this.document();
  }

  private generate(given: Record<string, unknown>): Document {
    const next = { begun: 0, events: 0 };
    const ids = { begun: channelOf(given['onBegun']), events: channelOf(given['onEvents']) };
    for (const { channel, message } of this.run) {
      const index = next[channel]++;
      internals().runCallback(ids[channel], { index, message });
    }
    return this.document();
  }
}

const channelOf = (channel: unknown) => (channel as { id: number }).id;
const internals = () =>
  (window as unknown as { __TAURI_INTERNALS__: { runCallback: (id: number, m: unknown) => void } })
    .__TAURI_INTERNALS__;

function passage(author: 'user' | 'model', text: string): Passage {
  return { node: 'n', role: 'text', author, run: null, text, tokens: [] };
}
const token = (text: string): GenerationEvent => ({
  type: 'token',
  lane: 0,
  index: 0,
  id: 1,
  text,
  logprob: -1,
  top: [],
});
const done = (text: string): GenerationEvent => ({
  type: 'done',
  lane: 0,
  finish_reason: 'length',
  text,
  usage: { prompt_tokens: 1, completion_tokens: 1, cached_tokens: 0 },
  timings: { prefill_ms: 1, decode_ms: 1, time_to_first_token_ms: 1, tokens_per_second: 1 },
  seed: 1,
});

let session: FakeSession;
let host: HTMLElement;
let playground: Playground;

beforeEach(async () => {
  session = new FakeSession();
  mockIPC((command, given) => session.answer(command, given as Record<string, unknown>));
  host = document.createElement('div');
  document.body.append(host);
  playground = new Playground(new Sampling());
  playground.editor.attach(host);
});
afterEach(() => {
  clearMocks();
  document.body.replaceChildren();
});

/** What the browser does when somebody types. */
function type(text: string) {
  host.prepend(document.createTextNode(text));
  host.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

it('tells the session every edit, in bytes and in order', async () => {
  session.text = 'né日😀';
  await playground.open(null);
  for (const text of ['1', '2', '3']) type(text);
  await playground.settled();
  expect(session.text).toBe(host.textContent);
  expect(session.text).toBe('321né日😀');
});

it('shows what the session has when it does not take an edit, and says why', async () => {
  session.text = 'short';
  await playground.open(null);
  session.refuses = true;
  type('a very long text ');
  await vi.waitFor(() => expect(playground.problem?.kind).toBe('too_long'));
  expect(host.textContent).toBe('short');
});

it('holds what a run writes until the document is cut for it', async () => {
  session.text = 'head tail';
  await playground.open(null);
  const begun: Begun = { run: 'r', prompt: [passage('user', 'head')], tail: ' tail' };
  let shown = '';
  session.run = [
    { channel: 'events', message: [token(' and')] },
    { channel: 'begun', message: begun },
    { channel: 'events', message: [token(' more'), done(' and more')] },
  ];
  const finished = playground.run;
  const flush = playground.editor.flush.bind(playground.editor);
  playground.editor.flush = () => {
    flush();
    shown = host.textContent;
  };
  await playground.generate();
  expect(shown).toBe('head and more tail');
  expect(finished.completion?.text).toBe(' and more');
  expect(playground.run.running).toBe(false);
});

it('undoes in the session and puts the caret where the text changed', async () => {
  session.text = 'The big fox runs';
  session.undone = 'The fox runs';
  await playground.open(null);
  host.tabIndex = 0;
  host.focus();
  await playground.undo();
  expect(host.textContent).toBe('The fox runs');
  expect(playground.editor.caret).toBe(4);
});

it('takes no text while an answer is on its way that replaces it', async () => {
  session.text = 'before';
  await playground.open(null);
  const undone = playground.undo();
  const key = new InputEvent('beforeinput', {
    cancelable: true,
    data: 'x',
    inputType: 'insertText',
  });
  host.dispatchEvent(key);
  expect(key.defaultPrevented).toBe(true);
  await undone;
  const later = new InputEvent('beforeinput', {
    cancelable: true,
    data: 'x',
    inputType: 'insertText',
  });
  host.dispatchEvent(later);
  expect(later.defaultPrevented).toBe(false);
});

it('tells edits that come while a model is loading and nothing can be counted', async () => {
  session.counts = new Promise(() => undefined);
  await playground.open(null);
  type('a');
  type('b');
  await vi.waitFor(() => expect(session.text).toBe('ba'));
});

it('goes on writing at the end of a session that was opened', async () => {
  session.text = 'kept';
  host.tabIndex = 0;
  await playground.open(null);
  playground.focus();
  expect(document.activeElement).toBe(host);
  expect(document.getSelection()?.focusOffset).toBe(4);
});
