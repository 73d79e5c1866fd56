/** The models this app knows: which are on this disk, reading one through, and getting one. */
import {
  asProblem,
  cancelDownload,
  checkModel,
  checkUpdate,
  deleteModel,
  listModels,
  openKnownModel,
  openModelPage,
  pauseDownload,
  revealModel,
  startDownload,
  stopCheck,
  watchDownloads,
} from '../api';
import type { DownloadState, LoadProgress, ModelEntry, Problem } from '../bindings';

/** What is not in the catalogue stands at the end. */
const OTHERS = 'Others';

export type Update = 'asking' | 'newer' | 'newest';

export class Models {
  #entries = $state.raw<readonly ModelEntry[]>([]);
  #downloads = $state.raw<readonly DownloadState[]>([]);
  #checking = $state<string | null>(null);
  #progress = $state.raw<LoadProgress>({ bytes_done: 0, bytes_total: 0 });
  /** What looking for an update came to, by name. */
  #updates = $state.raw<Readonly<Record<string, Update | null>>>({});
  problem = $state.raw<Problem | null>(null);

  /** By family, in the order of the catalogue. */
  get families(): readonly [string, readonly ModelEntry[]][] {
    const names = [...this.#entries.map(({ family }) => family), OTHERS];
    const once = names.filter((name, at) => names.indexOf(name) === at);
    const all = once.map((name): [string, readonly ModelEntry[]] => [
      name,
      this.#entries.filter((it) => it.family === name),
    ]);
    return all.filter(([, entries]) => entries.length > 0);
  }
  /** Downloads of repositories that are in no list yet. */
  get strangers(): readonly DownloadState[] {
    return this.#downloads.filter(({ model }) => !this.#entries.some((it) => it.name === model));
  }
  /** The name of the model that is being read through. */
  get checking(): string | null {
    return this.#checking;
  }
  get progress(): LoadProgress {
    return this.#progress;
  }
  download(name: string): DownloadState | undefined {
    return this.#downloads.find(({ model }) => model === name);
  }
  update(name: string): Update | null {
    return this.#updates[name] ?? null;
  }
  /** Of all that is being fetched, from 0 to 1; null: nothing is. */
  get fetched(): number | null {
    const going = this.#downloads.filter(({ stage }) => stage.is === 'fetching');
    const sum = (of: (state: DownloadState) => number) =>
      going.reduce((all, state) => all + of(state), 0);
    return going.length > 0 ? sum(({ bytes }) => bytes) / (sum(({ total }) => total) || 1) : null;
  }

  /** Follows the downloads from now on. */
  watch(): void {
    void this.#attempt(() =>
      watchDownloads((downloads) => {
        const ended = this.#downloads.length > downloads.length;
        this.#downloads = downloads;
        if (ended) void this.#reload();
      }),
    );
  }
  load(): Promise<boolean> {
    this.problem = null;
    return this.#reload();
  }

  /** Reads every byte of a model; true: it is whole. */
  async check(name: string): Promise<boolean> {
    if (this.#checking !== null) return false;
    this.problem = null;
    this.#checking = name;
    this.#progress = { bytes_done: 0, bytes_total: 0 };
    const done = await this.#attempt(() =>
      checkModel(name, (progress) => (this.#progress = progress)),
    );
    this.#checking = null;
    return (await this.#reload()) && done;
  }
  stop(): void {
    void stopCheck();
  }

  open(name: string): Promise<boolean> {
    return this.#attempt(() => openKnownModel(name));
  }
  openPage(name: string): Promise<boolean> {
    return this.#attempt(() => openModelPage(name));
  }
  reveal(name: string): Promise<boolean> {
    return this.#attempt(() => revealModel(name));
  }
  async delete(name: string): Promise<void> {
    await this.#attempt(() => deleteModel(name));
    await this.#reload();
  }
  async lookForUpdate(name: string): Promise<void> {
    const said = (update: Update | null) => (this.#updates = { ...this.#updates, [name]: update });
    said('asking');
    const done = await this.#attempt(async () =>
      said((await checkUpdate(name)) ? 'newer' : 'newest'),
    );
    if (!done) said(null);
  }

  get(name: string): Promise<boolean> {
    this.problem = null;
    return this.#attempt(() => startDownload(name));
  }
  pause(name: string): Promise<boolean> {
    return this.#attempt(() => pauseDownload(name));
  }
  cancel(name: string): Promise<boolean> {
    return this.#attempt(() => cancelDownload(name));
  }

  #reload(): Promise<boolean> {
    return this.#attempt(async () => (this.#entries = await listModels()));
  }
  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.kind !== 'cancelled') this.problem = problem;
      return false;
    }
  }
}
