/** Whether what was written is on the disk, as the sessions say themselves. */
import { watchSaving } from '../api';
import type { Notice, Problem, SaveState } from '../bindings';

export class SavingState {
  #state = $state.raw<SaveState>({ type: 'saved' });
  #problem = $state.raw<Problem | null>(null);
  #notices = $state.raw<readonly Notice[]>([]);
  #seen = $state(0);

  get state(): SaveState {
    return this.#state;
  }
  /** Why what is written now will not be there next time. */
  get problem(): Problem | null {
    return this.#state.type === 'failing' ? this.#state.problem : this.#problem;
  }
  get words(): string {
    if (this.problem) return 'Not saved';
    return this.#state.type === 'saving' ? 'Saving…' : 'Saved';
  }
  /** What the user has not dismissed yet. */
  get notices(): readonly string[] {
    return this.#notices.slice(this.#seen).map(told);
  }

  /** Calls back whenever everything has been written. */
  watch(onSaved: () => void): void {
    void watchSaving(({ state, notices, problem }) => {
      [this.#state, this.#problem, this.#notices] = [state, problem, notices];
      if (state.type === 'saved') onSaved();
    });
  }

  dismiss(): void {
    this.#seen = this.#notices.length;
  }
}

function told(notice: Notice): string {
  if (notice.type === 'settings_damaged') {
    return `The settings were damaged and have their defaults again. The damaged file is kept: ${notice.kept}`;
  }
  if (notice.type === 'settings_closed') {
    return `The settings have their defaults until the app closes, because their file cannot be opened: ${notice.why}`;
  }
  if (notice.type === 'backed_up') {
    return `The sessions were written by an older version. A copy is kept: ${notice.kept}`;
  }
  const read = notice.complete ? 'Everything in it' : 'What could be read';
  return `The file of sessions was damaged. ${read} is here (${notice.sessions} sessions); the damaged file is kept: ${notice.kept}`;
}
