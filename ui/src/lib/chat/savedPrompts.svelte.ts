/** System prompts that the user has saved for other chats: a part of the app's settings. */
import { asProblem, changeSettings, settings } from '../api';
import type { Problem, SavedPrompt } from '../bindings';

export class SavedPrompts {
  #all = $state.raw<readonly SavedPrompt[]>([]);
  /** Why the last change was not kept. */
  problem = $state.raw<Problem | null>(null);

  get all(): readonly SavedPrompt[] {
    return this.#all;
  }
  async load(): Promise<void> {
    try {
      this.#all = (await settings()).system_prompts;
    } catch (error) {
      this.problem = asProblem(error);
    }
  }
  /** A name that is taken gets the new text. */
  save(name: string, text: string): Promise<boolean> {
    const id = this.#all.find((saved) => saved.name === name)?.id ?? crypto.randomUUID();
    const others = this.#all.filter((saved) => saved.id !== id);
    return this.#keep([...others, { id, name, text }]);
  }
  remove({ id }: SavedPrompt): Promise<boolean> {
    return this.#keep(this.#all.filter((saved) => saved.id !== id));
  }

  async #keep(prompts: readonly SavedPrompt[]): Promise<boolean> {
    try {
      await changeSettings({ ...(await settings()), system_prompts: [...prompts] });
      [this.#all, this.problem] = [prompts, null];
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    }
  }
}
