import { isConflict, isNotFound } from "../api/index.ts";
import { onAbort } from "../base/index.ts";
import type { ComponentContext } from "./context.ts";
import type { WorkQueue } from "./queue.ts";

export interface ReconcilerOptions<Key> {
  readonly name: string;
  readonly context: Pick<ComponentContext, "log" | "scope">;
  readonly queue: WorkQueue<Key>;
  /** How many keys are worked on at once. */
  readonly workers: number;
  /** Brings one key to where it should be. Throwing means to try again later, slower each time. */
  readonly reconcile: (key: Key, signal: AbortSignal) => Promise<{ readonly requeueAfterMs?: number } | void>;
  /** Tries after which a failing key is dropped. Default no limit. */
  readonly retriesMax?: number;
}

/** Works on the queue's keys until the scope closes. */
export function runReconciler<Key>(options: ReconcilerOptions<Key>): void {
  const { context, queue, workers, name } = options;
  context.scope.defer(() => queue.close());
  // Closing aborts first and waits for the workers, which only an ended queue releases.
  onAbort(context.scope.signal, () => queue.close());
  for (let worker = 0; worker < workers; worker++) {
    context.scope.spawn(`${name} worker`, async (signal) => {
      for (;;) {
        const key = await queue.next();
        if (key === undefined || signal.aborted) return;
        await workOn(options, key, signal);
      }
    });
  }
}

async function workOn<Key>(options: ReconcilerOptions<Key>, key: Key, signal: AbortSignal): Promise<void> {
  const { queue, reconcile } = options;
  try {
    const result = await reconcile(key, signal);
    queue.forget(key);
    if (result?.requeueAfterMs !== undefined) queue.addAfter(key, result.requeueAfterMs);
  } catch (error) {
    if (signal.aborted) return;
    failed(options, key, error);
  } finally {
    queue.done(key);
  }
}

function failed<Key>({ name, context, queue, retriesMax }: ReconcilerOptions<Key>, key: Key, error: unknown): void {
  if (retriesMax !== undefined && queue.failures(key) >= retriesMax) {
    queue.forget(key);
    context.log.error("Reconciling given up", { controller: name, key, error });
    return;
  }
  // Someone else was faster: common, and the next look settles it.
  const level = isConflict(error) || isNotFound(error) ? "debug" : "warn";
  context.log[level]("Reconciling failed", { controller: name, key, error });
  queue.addRateLimited(key);
}
