/**
 * Loaded ahead of a program (`node --import`), sets its clock back or forth by CLOCK_SHIFT_MS: `Date` alone, since
 * timers and performance.now() run by a clock that has no day.
 */
const shiftMs = Number(process.env.CLOCK_SHIFT_MS);
const realNow = Date.now;
const now = () => realNow() + shiftMs;

class ShiftedDate extends Date {
  constructor(...args: []) {
    super(...(args.length === 0 ? ([now()] as unknown as []) : args));
  }

  static override now(): number {
    return now();
  }
}

if (shiftMs !== 0) globalThis.Date = ShiftedDate as DateConstructor;
