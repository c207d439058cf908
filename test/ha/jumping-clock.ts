/**
 * Loaded before a process of ours (`node --import`): its wall clock jumps when it hears SIGUSR2, an hour ahead and then to
 * where it was, an hour back and then to where it was, and so on. As on a real machine timers and the monotonic clock know
 * nothing of it.
 */
const HOUR_MS = 3_600_000;
const Real = globalThis.Date;
const PLACES_MS = [0, HOUR_MS, 0, -HOUR_MS];
let jumps = 0;

class Jumping extends Real {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(Jumping.now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return Real.now() + PLACES_MS[jumps % PLACES_MS.length]!;
  }
}

globalThis.Date = Jumping as DateConstructor;
process.on("SIGUSR2", () => {
  jumps++;
});
