/**
 * A chat on the screen: the session's turns, what the model is asked with, and the prompt that
 * comes of it. The session itself is the playground's, as it is for a completion.
 */
import * as api from '../api';
import type {
  AnswerStart,
  Begun,
  ChatPrompt,
  OpenSession,
  Piece as Passage,
  Problem,
  WrittenToken,
} from '../bindings';
import type { Fanned, Playground } from '../document/playground.svelte';
import type { Sampling } from '../sampling/sampling.svelte';
import { DEFAULT_FORM, draftOf, formOf, type ChatForm, type Spoken, type Template } from './form';
import { tokensOfContext } from './prompt';
import { isUnanswered, turnsOf, versionsOf, type Turn } from './turns';

/** Room for an answer in a new chat, in tokens, where the context is large enough for four. */
const ANSWER_TOKENS = 512;

export class Chat {
  form = $state.raw<ChatForm>(DEFAULT_FORM);
  /** What the user is about to say. */
  draft = $state('');
  #prompt = $state.raw<ChatPrompt | null>(null);
  #problem = $state.raw<Problem | null>(null);
  /** While an answer is written: the turns before it, and what there is of it. */
  #before = $state.raw<readonly Passage[] | null>(null);
  #growing = $state<string | null>(null);
  /** What the model spoke when it was last known. */
  #spoken: Template = 'auto';
  #counting = false;
  #recount = false;
  readonly turns: readonly Turn[] = $derived.by(() =>
    turnsOf(this.#before ?? this.playground.passages),
  );
  readonly versions = $derived.by(() => versionsOf(this.turns, this.playground.branches));

  constructor(
    private readonly playground: Playground,
    private readonly sampling: Sampling,
  ) {}

  /** The exact prompt of the next answer; null until the engine has said it. */
  get prompt(): ChatPrompt | null {
    return this.#prompt;
  }
  /** Why there is none. */
  get problem(): Problem | null {
    return this.#problem;
  }
  /** The answer that is being written. */
  get growing(): string | null {
    return this.#growing;
  }
  /** What is being written goes on from the last turn. */
  get continuing(): boolean {
    return this.#growing !== null && this.turns.at(-1)?.role === 'assistant';
  }
  /** The last turn that has other versions, for who goes through them by keyboard. */
  get siblings() {
    const turn = this.turns.findLast(({ key }) => this.versions.has(key));
    return turn ? this.versions.get(turn.key) : undefined;
  }
  /** The template that is spoken, where the form leaves it to the model. */
  get spoken(): Spoken | null {
    const template = this.#prompt?.template ?? this.#spoken;
    return template === 'auto' ? null : template;
  }
  /** Of the attached text that questions are about. */
  get contextTokens(): number | null {
    return this.#prompt && tokensOfContext(this.#prompt.parts);
  }
  /** Something was written, or set, that is no turn. */
  get begun(): boolean {
    return this.draft.trim() !== '' || JSON.stringify(this.form) !== JSON.stringify(DEFAULT_FORM);
  }
  get unanswered(): boolean {
    return isUnanswered(this.turns);
  }

  /** What a session was left with. */
  restore(settings: unknown, context: number | null): void {
    this.form = formOf(settings);
    this.draft = draftOf(settings);
    this.#prompt = this.#problem = null;
    if (settings === null && this.playground.kind === 'chat' && context !== null) {
      this.sampling.maxTokens = Math.min(ANSWER_TOKENS, Math.floor(context / 4));
    }
  }
  /** What a session is left with. */
  get kept(): unknown {
    return { ...(this.sampling.snapshot() as object), chat: this.form, draft: this.draft };
  }

  /** Says something and has it answered; without a text, what is unanswered. False: it was not said. */
  async send(text: string): Promise<boolean> {
    if (text.trim() === '' && !this.unanswered) return false;
    if (text.trim() !== '' && !(await this.playground.alter((session) => api.say(session, text)))) {
      return false;
    }
    void this.#answer();
    return true;
  }
  /** Answers a turn of the user anew, or the one before an answer: on a branch beside it. */
  async regenerate(turn: Turn): Promise<void> {
    const at = this.turns.findIndex(({ key }) => key === turn.key);
    const question = turn.role === 'user' ? turn : this.turns[at - 1];
    if (question) await this.#answer({ after: question.node });
  }
  /** Writes on where the last answer ends; answers what has no answer. */
  goOn(): Promise<void> {
    return this.#answer();
  }
  /** Writes on from a token that somebody has chosen. */
  goOnWith(token: WrittenToken): Promise<void> {
    return this.#answer({ token });
  }
  /** Writes an answer anew from one of its bytes on, from a chosen token if there is one. */
  forkAt(at: number, token: WrittenToken | null): Promise<void> {
    return this.#answer({ at, token });
  }
  /** Has what was said last answered several times at once, beside the answer there may be. */
  async fan(fan: Fanned): Promise<void> {
    const asked = this.turns.findLast(({ role }) => role === 'user');
    if (asked) await this.#answer({ after: this.unanswered ? null : asked.node }, fan);
  }
  /** Regenerates the last answer. */
  async retry(): Promise<void> {
    const last = this.turns.findLast(({ role }) => role === 'assistant');
    if (last) await this.regenerate(last);
    else if (this.unanswered) await this.goOn();
  }
  /** A turn of the user with another text is answered. False: it could not be changed. */
  async edit(turn: Turn, text: string): Promise<boolean> {
    const changed = await this.playground.alter((session) => {
      const [node, own] = this.#changed(turn, text);
      return api.editTurn(session, node, own);
    });
    if (changed && turn.role === 'user') void this.#answer();
    return changed;
  }
  /** Begins a completion with the prompt as it is. */
  asCompletion(session: string): Promise<OpenSession> {
    return api.openAsCompletion(session, this.form, this.sampling.maxTokens);
  }
  remove(turn: Turn): Promise<void> {
    return this.playground.prune(turn.first);
  }

  /** Asks for the prompt; the latest one wins. */
  async count(): Promise<void> {
    this.#recount = true;
    if (this.#counting) return;
    this.#counting = true;
    while (this.#recount && this.playground.session !== null) {
      this.#recount = false;
      await this.#count(this.playground.session);
    }
    this.#counting = false;
  }

  async #count(session: string): Promise<void> {
    try {
      await this.playground.settled();
      const draft = this.unanswered && this.draft === '' ? null : this.draft;
      this.#prompt = await api.chatPrompt(session, this.form, draft, this.sampling.maxTokens);
      this.#spoken = this.#prompt.template;
      this.#problem = null;
    } catch (error) {
      this.#prompt = null;
      this.#problem = api.asProblem(error);
    }
  }

  async #answer(start: Partial<AnswerStart> = {}, fan?: Fanned): Promise<void> {
    const [form, from] = [this.form, { after: null, at: null, token: null, ...start }];
    await this.playground.answer(
      (session, request, ...listen) => api.answer(session, from, form, request, ...listen),
      {
        begun: ({ run, prompt }: Begun) => {
          fan?.begun(run);
          this.#before = prompt;
          this.#growing = '';
        },
        piece: ({ text }) => (this.#growing = (this.#growing ?? '') + text),
        events: fan?.events,
      },
      fan?.variants,
    );
    this.#before = this.#growing = null;
  }

  /** Which node of a turn gets which text: nodes whose text stays keep their tokens. */
  #changed(turn: Turn, text: string): [string, string] {
    const nodes = this.playground.passages.filter(({ role }) => role === turn.role);
    const from = nodes.findIndex(({ node }) => node === turn.first);
    const until = nodes.findIndex(({ node }) => node === turn.node);
    const before = nodes.slice(from, until).map((passage) => passage.text);
    const kept = turn.first === turn.node ? '' : before.join('');
    return text.startsWith(kept) ? [turn.node, text.slice(kept.length)] : [turn.first, text];
  }
}
