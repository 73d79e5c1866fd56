/** Calls that must reach Rust in the order in which they were made. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when everything before it is over, however that ended. */
  add<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}
