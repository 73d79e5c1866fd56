import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ChatPrompt, Document, Piece } from '../bindings';
import { Playground } from '../document/playground.svelte';
import { Sampling } from '../sampling/sampling.svelte';
import { Chat } from './chat.svelte';

let pieces: Piece[];
let asked: [string, Record<string, unknown>][];
let refused: string | null;
let folded: number;

const piece = (node: string, role: Piece['role'], text: string): Piece => ({
  node,
  role,
  author: role === 'assistant' ? 'model' : 'user',
  run: role === 'assistant' ? 'r' : null,
  text,
  tokens: [],
});
const document = (): Document => ({
  session: 's',
  kind: 'chat',
  current: pieces.at(-1)?.node ?? null,
  pieces: [...pieces],
  can_undo: true,
  can_redo: false,
});
const prompt = (): ChatPrompt => ({
  template: 'nemotron-sft',
  parts: [],
  roles: [],
  tokens: 12,
  folded,
  stop: [],
});

/** Rust's side: turns are added, an answer is 'ok'. */
function answered(command: string, given: Record<string, unknown>): unknown {
  asked.push([command, given]);
  if (command === refused) throw { kind: 'no_room', message: 'too much', hint: null };
  if (command === 'open_session') return { document: document(), title: null, settings: null };
  if (command === 'say') pieces.push(piece('u9', 'user', String(given['text'])));
  if (command === 'answer') throw { kind: 'cancelled', message: 'stopped', hint: null };
  if (command === 'chat_prompt') return prompt();
  return command === 'branches' ? [] : document();
}

beforeEach(() => {
  pieces = [
    piece('u1', 'user', 'Hi'),
    piece('a1', 'assistant', 'One.'),
    piece('a2', 'assistant', ' Two.'),
  ];
  [asked, refused, folded] = [[], null, 0];
  mockIPC((command, given) => answered(command, given as Record<string, unknown>));
});
afterEach(clearMocks);

async function opened() {
  const sampling = new Sampling();
  const playground = new Playground(sampling);
  const chat = new Chat(playground, sampling);
  await playground.open('s');
  return { chat, playground, sampling };
}
const calls = (command: string) =>
  asked.filter(([name]) => name === command).map(([, given]) => given);
const answers = () => vi.waitFor(() => expect(calls('answer')).toHaveLength(1));

it('says what was written and has it answered', async () => {
  const { chat } = await opened();
  expect(await chat.send('And?')).toBe(true);
  await answers();
  expect(calls('say')).toMatchObject([{ session: 's', text: 'And?' }]);
  expect(calls('answer')).toMatchObject([
    { start: { after: null, token: null }, form: { template: 'auto' } },
  ]);
  expect(chat.turns.map(({ text }) => text)).toEqual(['Hi', 'One. Two.', 'And?']);
});

it('says nothing that could not be kept, and asks for no answer then', async () => {
  const { chat } = await opened();
  refused = 'say';
  expect(await chat.send('And?')).toBe(false);
  expect(await chat.send('  ')).toBe(false);
  expect(calls('answer')).toEqual([]);
});

it('regenerates behind the question, also a question itself', async () => {
  const { chat } = await opened();
  for (const turn of chat.turns) {
    await chat.regenerate(turn);
    expect(calls('answer').at(-1)).toMatchObject({ start: { after: 'u1' } });
  }
});

it('goes on from a token that was chosen', async () => {
  const { chat } = await opened();
  const token = { id: 7, text: ' x', logprob: -1 };
  await chat.goOnWith(token);
  expect(calls('answer').at(-1)).toMatchObject({ start: { after: null, token } });
});

it('changes only the node whose text is another one', async () => {
  const { chat } = await opened();
  const [, answer] = chat.turns;
  if (!answer) throw new Error('no answer');
  await chat.edit(answer, 'One. Three.');
  await chat.edit(answer, 'Won.');
  expect(calls('edit_turn')).toMatchObject([
    { node: 'a2', text: ' Three.' },
    { node: 'a1', text: 'Won.' },
  ]);
  expect(calls('answer'), 'an answer with another text is not answered').toEqual([]);
});

it('counts the draft with the prompt, and keeps why there is none', async () => {
  const { chat, sampling } = await opened();
  chat.draft = 'And';
  folded = 2;
  await chat.count();
  const maxTokens = sampling.maxTokens;
  expect(calls('chat_prompt').at(-1)).toMatchObject({ draft: 'And', maxTokens });
  expect([chat.prompt?.folded, chat.spoken]).toEqual([2, 'nemotron-sft']);
  refused = 'chat_prompt';
  await chat.count();
  expect([chat.prompt, chat.problem?.kind]).toEqual([null, 'no_room']);
  expect(chat.spoken, 'the model speaks as before').toBe('nemotron-sft');
});

it('keeps its form and what was not sent with the session, and forgets what makes no sense', async () => {
  const { chat } = await opened();
  chat.form = { template: 'base', system: 'Be kind.', attributes: null, context: null };
  chat.draft = 'And what';
  const { chat: other } = await opened();
  other.restore(JSON.parse(JSON.stringify(chat.kept)), 4096);
  expect([other.form, other.draft]).toEqual([chat.form, 'And what']);
  other.restore({ chat: { template: 'none', system: 3, attributes: { humor: 9 } } }, 4096);
  expect(other.form).toEqual({ template: 'auto', system: null, attributes: null, context: null });
});

it('gives a new chat room for an answer', async () => {
  const { chat, sampling } = await opened();
  chat.restore(null, 1024);
  expect(sampling.maxTokens).toBe(256);
  chat.restore(null, 4096);
  expect(sampling.maxTokens).toBe(512);
});

it('is begun by a draft or a setting, before anything is said', async () => {
  const { chat } = await opened();
  expect(chat.begun).toBe(false);
  chat.draft = ' a';
  expect(chat.begun).toBe(true);
  chat.draft = '';
  chat.form = { ...chat.form, system: 'Be kind.' };
  expect(chat.begun).toBe(true);
});
