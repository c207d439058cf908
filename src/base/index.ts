/**
 * What every part stands on: time, randomness, lifetimes, log lines.
 * Knows nothing of Kubernetes and does no I/O. Start at {@link Clock} and {@link Scope}.
 */
export { onAbort, whenAborted } from "./aborted.ts";
export { type Clock, formatMicroTime, formatTime, parseTime, realClock, type Timer } from "./clock.ts";
export { jsonAlike, jsonEqual } from "./equal.ts";
export { type Log, type LogFields, type LogLevel, logTo, silentLog } from "./log.ts";
export { own } from "./own.ts";
export { cryptoRandom, type Random, seededRandom } from "./random.ts";
export { Scope, ScopeClosed } from "./scope.ts";
export { compareSemver, parseSemver, type SemanticVersion } from "./semver.ts";
export { asError, messageOf, unless } from "./thrown.ts";
export { isTimeZone, wallTime, type WallTime } from "./time-zone.ts";
export { VirtualClock } from "./virtual-clock.ts";
