/** The user's own presets, kept by Rust. One thing at a time: a second press meanwhile is lost. */
import {
  addPreset,
  asProblem,
  changePreset,
  deletePreset,
  exportPresets,
  importPresets,
  orderPresets,
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
  #place = 0;
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
  /** Puts a preset so many places further down, or up if negative; at the ends nothing happens. */
  async move({ id }: UserPreset, by: number): Promise<void> {
    const order = this.#all.map((preset) => preset.id);
    const at = order.indexOf(id);
    const to = at + by;
    if (to < 0 || to >= order.length) return;
    order.splice(to, 0, ...order.splice(at, 1));
    await this.#do(() => orderPresets(order));
  }
  async delete(preset: UserPreset): Promise<void> {
    const place = this.#all.indexOf(preset);
    const done = await this.#do(() => deletePreset(preset.id));
    if (done !== undefined) [this.#deleted, this.#place] = [preset, place];
  }
  /** Brings the deleted preset back to where it was. */
  async undo(): Promise<UserPreset | null> {
    const [deleted, place] = [this.#deleted, this.#place];
    if (!deleted) return null;
    const back = await this.add(deleted.name, deleted.stored);
    // Until it is back it can be brought back.
    if (!back) this.#deleted = deleted;
    else await this.move(back, place - this.#all.indexOf(back));
    return back;
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
