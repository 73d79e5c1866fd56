/** Who asks Hugging Face for models, and how much room there is for them. */
import { account, asProblem, checkAccount, forgetToken, keepToken, openTokenPage } from '../api';
import type { Account, Problem, TokenPlace } from '../bindings';

const PLACES: Readonly<Record<TokenPlace, string>> = {
  variable: 'The token is the one in HF_TOKEN.',
  hugging_face_file: 'The token is the one that Hugging Face’s own tools keep.',
  keyring: 'The token is in this system’s keyring.',
  own_file: 'The token is in a file that only you can read, because this system has no keyring.',
};

export class HuggingFace {
  #account = $state.raw<Account | null>(null);
  /** The account's name, once it was asked for. */
  #name = $state('');
  #busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  get name(): string {
    return this.#name;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get freeBytes(): number | null {
    return this.#account?.free_bytes ?? null;
  }
  /** The only place that is asked, without its `https://`. */
  get host(): string {
    return (this.#account?.endpoint ?? '').replace(/^https?:\/\//, '');
  }
  get offline(): boolean {
    return this.#account?.offline ?? false;
  }
  get hasToken(): boolean {
    return !!this.#account?.place;
  }
  /** It was pasted here, and can be forgotten here. */
  get isOwn(): boolean {
    return ['keyring', 'own_file'].includes(this.#account?.place ?? '');
  }
  get place(): string {
    const place = this.#account?.place;
    return place ? PLACES[place] : 'There is no token. Models that are not gated need none.';
  }

  load(): Promise<boolean> {
    return this.#attempt(async () => (this.#account = await account()));
  }
  /** Asks whose token it is. */
  check(): Promise<boolean> {
    return this.#attempt(async () => (this.#name = await checkAccount()));
  }
  /** Keeps a token that was pasted, if Hugging Face knows it. */
  async keep(token: string): Promise<boolean> {
    return (await this.#attempt(async () => (this.#name = await keepToken(token)))) && this.load();
  }
  async forget(): Promise<void> {
    this.#name = '';
    await this.#attempt(forgetToken);
    await this.load();
  }
  openPage(): void {
    void this.#attempt(openTokenPage);
  }

  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    this.problem = null;
    this.#busy = true;
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
