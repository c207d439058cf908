/**
 * How long and from which seed the fuzzers run: a few seconds from one seed unless told otherwise.
 * NAVARCH_FUZZ_TIMES=100 runs a hundred times as many cases, NAVARCH_FUZZ_SEED=N others.
 */
const TIMES = Number(process.env.NAVARCH_FUZZ_TIMES ?? 1);
const SEED = Number(process.env.NAVARCH_FUZZ_SEED ?? 1);

export function runs(count: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: SEED, numRuns: Math.ceil(count * TIMES) };
}

/** What every object inherits from, as it was before anything hostile was read. */
const INHERITED = [Object.prototype, Array.prototype, Function.prototype, Object, Array].map(
  (of) => [of, Reflect.ownKeys(of).length] as const,
);

/** Whether something has written to what all objects share. */
export function isPolluted(): boolean {
  return INHERITED.some(([of, count]) => Reflect.ownKeys(of).length !== count);
}
