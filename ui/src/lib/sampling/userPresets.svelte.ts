/** The user's own presets, kept by Rust. One thing at a time: a second press meanwhile is lost. */
import {
  addPreset,
  asProblem,
  changePreset,
  deletePreset,
  exportPresets,
  importPresets,
  presets,
} from '../api';
import type { Preset as Stored, Problem } from '../bindings';
import { inWords, readDifference } from './difference';
import { PRESETS, type Difference, type Preset } from './presets';

export interface UserPreset extends Preset {
  readonly id: string;
  /** What of it this version does not know or could not set. */
  readonly ignored: readonly string[];
  /** As it is kept, with what is ignored. */
  readonly stored: unknown;
}

export class UserPresets {
  #all = $state.raw<readonly UserPreset[]>([]);
  #deleted = $state.raw<UserPreset | null>(null);
  #note = $state('');
  problem = $state.raw<Problem | null>(null);
  #busy = false;

  get all(): readonly UserPreset[] {
    return this.#all;
  }
  /** What was deleted last, as long as nothing else was done. */
  get deleted(): UserPreset | null {
    return this.#deleted;
  }
  /** How an import or export went. */
  get note(): string {
    return this.#note;
  }
  /** Whether a preset has this name, other than the one to be renamed. */
  taken(name: string, except: string | null): boolean {
    const plain = (text: string) => text.trim().toLowerCase();
    const others: readonly Preset[] = this.#all.filter(({ id }) => id !== except);
    return [...PRESETS, ...others].some((preset) => plain(preset.name) === plain(name));
  }

  async load(): Promise<void> {
    await this.#do(() => Promise.resolve());
  }
  /** The new preset; null if it could not be kept. */
  async add(name: string, difference: unknown): Promise<UserPreset | null> {
    const id = await this.#do(() => addPreset(name, difference));
    return this.#all.find((preset) => preset.id === id) ?? null;
  }
  async change({ id, name }: UserPreset, difference: Difference): Promise<boolean> {
    return (await this.#do(() => changePreset(id, name, difference))) !== undefined;
  }
  async rename({ id, stored }: UserPreset, name: string): Promise<boolean> {
    return (await this.#do(() => changePreset(id, name, stored))) !== undefined;
  }
  async delete(preset: UserPreset): Promise<void> {
    const done = await this.#do(() => deletePreset(preset.id));
    if (done !== undefined) this.#deleted = preset;
  }
  /** Brings the deleted preset back, behind the others. */
  async undo(): Promise<void> {
    const deleted = this.#deleted;
    if (!deleted) return;
    await this.add(deleted.name, deleted.stored);
    // Until it is back it can be brought back.
    if (this.problem) this.#deleted = deleted;
  }
  async import(): Promise<void> {
    const count = await this.#do(importPresets);
    if (typeof count !== 'number') return;
    if (count === 0) this.#note = 'Nothing new in that file.';
    else this.#note = count === 1 ? '1 preset added.' : `${count} presets added.`;
  }
  async export(): Promise<void> {
    if (await this.#do(exportPresets)) this.#note = 'Exported.';
  }

  /** Does something and reads the list again; undefined: it did not come to that. */
  async #do<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#busy) return undefined;
    this.#busy = true;
    this.#note = '';
    this.#deleted = this.problem = null;
    try {
      const result = await work();
      this.#all = (await presets()).map(read);
      return result;
    } catch (error) {
      this.problem = asProblem(error);
      return undefined;
    } finally {
      this.#busy = false;
    }
  }
}

function read({ id, name, difference: stored }: Stored): UserPreset {
  const { difference, ignored } = readDifference(stored);
  return { id, name, difference, ignored, stored, what: inWords(difference) };
}
