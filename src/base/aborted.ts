/** Rejects with the signal's reason once it is aborted, or at once when it is. Never resolves: race it with the work. */
export function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else onAbort(signal, () => reject(signal.reason));
  });
}

const waiting = new WeakMap<AbortSignal, Set<{ readonly run: () => void }>>();

/**
 * Calls `run`, which must not throw, once the signal is aborted; returns what takes it back. Hundreds wait for the signal of
 * a scope, and an event target looks through all of them each time that one comes or goes.
 */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let all = waiting.get(signal);
  if (!all) {
    const added = new Set<{ readonly run: () => void }>();
    const runAll = () => {
      for (const one of added) one.run();
    };
    signal.addEventListener("abort", runAll, { once: true });
    waiting.set(signal, (all = added));
  }
  const one = { run };
  all.add(one);
  return () => void all.delete(one);
}
