/** What the window looks like by the user's choice: its theme and the size of its text. */
import { asProblem, changeSettings, settings } from '../api';
import type { Problem, Theme } from '../bindings';

/** In per cent. */
const NORMAL = 100;
const STEPS: readonly number[] = [67, 75, 80, 90, NORMAL, 110, 125, 150, 175, 200];
const FIRST = STEPS[0] ?? NORMAL;
const LAST = STEPS.at(-1) ?? NORMAL;

export class Preferences {
  #theme = $state<Theme>('system');
  #zoom = $state(NORMAL);
  #problem = $state.raw<Problem | null>(null);
  #changed = false;
  #saving = false;

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#change(theme, this.#zoom);
  }
  get zoom(): number {
    return this.#zoom;
  }
  get smallest(): boolean {
    return this.#zoom <= FIRST;
  }
  get largest(): boolean {
    return this.#zoom >= LAST;
  }
  /** Why the last change will not be there next time. */
  get problem(): Problem | null {
    return this.#problem;
  }

  /** Takes over what is kept, once, when the window opens; a change made meanwhile holds. */
  async load(): Promise<void> {
    try {
      const { theme, zoom } = await settings();
      if (!this.#changed && !this.#saving) this.#show(theme, nearest(zoom));
    } catch (error) {
      this.#problem = asProblem(error);
    }
  }

  larger(): void {
    this.#change(this.#theme, STEPS.find((step) => step > this.#zoom) ?? LAST);
  }
  smaller(): void {
    this.#change(this.#theme, STEPS.findLast((step) => step < this.#zoom) ?? FIRST);
  }
  normal(): void {
    this.#change(this.#theme, NORMAL);
  }

  #change(theme: Theme, zoom: number): void {
    if (theme === this.#theme && zoom === this.#zoom) return;
    this.#show(theme, zoom);
    this.#changed = true;
    if (!this.#saving) void this.#save();
  }

  /**
   * The style sheet's colours follow the theme. The zoom is that of the body, dialogs included:
   * in it shares of the window (100 %) stay right everywhere, while web views differ about vh, so
   * nothing here has a height in vh. In WebKit lengths in rem do not grow, and the rectangles of
   * elements are in zoomed pixels, but pointer, innerWidth and media queries in the window's.
   */
  #show(theme: Theme, zoom: number): void {
    [this.#theme, this.#zoom] = [theme, zoom];
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
    document.body.style.zoom = zoom === NORMAL ? '' : `${zoom}%`;
  }

  /** One call at a time, until the latest change is kept. */
  async #save(): Promise<void> {
    this.#saving = true;
    while (this.#changed) {
      this.#changed = false;
      try {
        // Asked for again: the app itself notes there which session and model were last.
        const kept = await settings();
        await changeSettings({ ...kept, theme: this.#theme, zoom: this.#zoom });
        this.#problem = null;
      } catch (error) {
        this.#problem = asProblem(error);
      }
    }
    this.#saving = false;
  }
}

/** The file may have been written by hand. */
function nearest(zoom: number): number {
  const distance = (step: number) => Math.abs(step - zoom);
  return STEPS.reduce((best, step) => (distance(step) < distance(best) ? step : best), NORMAL);
}
