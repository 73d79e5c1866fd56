/** What can be accepted, what was, and the way through the gate. */
import {
  acceptLicence,
  asProblem,
  chooseLicenceCopy,
  licenceChoices,
  licences,
  openLicenceText,
  withdrawLicence,
} from '../api';
import type { LicenceChoice, LicenceCopy, LicenceRecord, Problem } from '../bindings';

export class Licences {
  #choices = $state.raw<readonly LicenceChoice[]>([]);
  #records = $state.raw<readonly LicenceRecord[]>([]);
  #model = $state('');
  /** Of which models the text was opened. */
  #opened = $state.raw<readonly string[]>([]);
  #copy = $state.raw<LicenceCopy | null>(null);
  /** The box that says so is ticked; another model is another licence. */
  agreed = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** The models whose licence can be accepted. */
  get choices(): readonly LicenceChoice[] {
    return this.#choices;
  }
  get records(): readonly LicenceRecord[] {
    return this.#records;
  }
  get choice(): LicenceChoice | undefined {
    return this.#choices.find(({ model }) => model === this.#model) ?? this.#choices[0];
  }
  get copy(): LicenceCopy | null {
    return this.#copy;
  }
  /** Whether the text was there to be read. */
  get opened(): boolean {
    return this.#copy !== null || this.#opened.includes(this.choice?.model ?? '');
  }
  get ready(): boolean {
    return this.opened && this.agreed;
  }

  choose(model: string): void {
    this.#model = model;
    this.#copy = null;
    this.agreed = false;
  }

  /** Begins anew: nothing is read and nothing agreed to. */
  async load(model = ''): Promise<void> {
    this.#opened = [];
    this.choose(model);
    await this.#attempt(async () => {
      [this.#choices, this.#records] = await Promise.all([
        licenceChoices(model || null),
        licences(),
      ]);
    });
  }

  /** Shows the text in the browser. Where there is none, the link is there to be copied. */
  async open(): Promise<void> {
    const model = this.choice?.model;
    if (!model) return;
    if (await this.#attempt(() => openLicenceText(model))) this.read();
  }
  /** The link was taken elsewhere. */
  read(): void {
    const model = this.choice?.model;
    if (model) this.#opened = [...this.#opened, model];
  }
  async chooseCopy(): Promise<void> {
    await this.#attempt(async () => (this.#copy = (await chooseLicenceCopy()) ?? this.#copy));
  }

  async accept(): Promise<boolean> {
    const model = this.choice?.model;
    if (!model || !this.ready) return false;
    return this.#attempt(() => acceptLicence(model, this.#copy?.path ?? null));
  }

  async withdraw(model: string): Promise<void> {
    await this.#attempt(async () => {
      await withdrawLicence(model);
      this.#records = await licences();
    });
  }

  async #attempt(work: () => Promise<unknown>): Promise<boolean> {
    this.problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    }
  }
}
