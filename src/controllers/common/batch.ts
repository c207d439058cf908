/**
 * Runs `count` calls in batches that double while all goes well, and stops after a batch with a failure: so a full quota
 * costs one refused request, not thousands.
 */
export async function slowStart(
  count: number,
  run: (index: number) => Promise<void>,
): Promise<{ readonly succeeded: number; readonly error: unknown }> {
  let succeeded = 0;
  let done = 0;
  for (let size = Math.min(1, count); size > 0; size = Math.min(2 * size, count - done)) {
    const first = done;
    const results = await Promise.allSettled(Array.from({ length: size }, (_, index) => run(first + index)));
    done += size;
    const failure = results.find((result) => result.status === "rejected");
    succeeded += results.filter((result) => result.status === "fulfilled").length;
    if (failure) return { succeeded, error: failure.reason };
  }
  return { succeeded, error: undefined };
}

/** Runs all at once, waits for all, and throws the first failure. */
export async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(items.map(run));
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
}
