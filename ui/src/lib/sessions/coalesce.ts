/**
 * Runs a task as often as it is asked for, but never twice at a time: who asks while it runs waits
 * for one further run, together with everyone else who does. The task must not fail.
 */
export function coalesced(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;

  const start = () =>
    (running = task().finally(() => {
      running = null;
    }));
  return () => {
    if (!running && !waiting) return start();
    waiting ??= Promise.resolve(running).then(() => {
      waiting = null;
      return start();
    });
    return waiting;
  };
}
