import { messageOf, type Clock } from "../../../base/index.ts";
import { CriError } from "../errors.ts";
import type { Image, RuntimeVersion } from "../types.ts";

const WAIT_MS = 60_000;
const CALL_MS = 10_000;
const POLL_MS_MIN = 20;
const POLL_MS_MAX = 500;

/** What is asked of a runtime until it serves. */
export interface Asked {
  version(signal: AbortSignal): Promise<RuntimeVersion>;
  imageStatus(image: string, signal: AbortSignal): Promise<Image | undefined>;
}

export interface Wait {
  readonly clock: Clock;
  /** Where the runtime is, for messages. */
  readonly endpoint: string;
  readonly signal: AbortSignal;
}

/**
 * Resolves once the runtime answers. A runtime's socket is there before the runtime is: until then connections are refused,
 * or calls end with "server is not initialized yet".
 *
 * @throws CriError when it doesn't within a minute, or at once when what listens there is no CRI v1 runtime.
 */
export async function untilServing(runtime: Pick<Asked, "version">, wait: Wait): Promise<void> {
  await poll(wait, `wait for the container runtime on ${wait.endpoint}`, async (signal) => {
    await runtime.version(signal);
    return true;
  });
}

/** Resolves once the runtime knows the image: it learns a moment later of what is added past it. */
export async function untilImageKnown(runtime: Pick<Asked, "imageStatus">, image: string, wait: Wait): Promise<void> {
  await poll(
    wait,
    `wait for image ${image} in the container runtime on ${wait.endpoint}`,
    async (signal) => (await runtime.imageStatus(image, signal)) !== undefined,
  );
}

async function poll(
  { clock, signal }: Wait,
  action: string,
  attempt: (signal: AbortSignal) => Promise<boolean>,
): Promise<void> {
  const untilMs = clock.monotonicMs() + WAIT_MS;
  let last: unknown;
  for (let delayMs = POLL_MS_MIN; ; delayMs = Math.min(delayMs * 2, POLL_MS_MAX)) {
    try {
      if (await withDeadline(clock, signal, attempt)) return;
      last = undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw new CriError(codeOf(error), `${action}: ${messageOf(error)}`, { cause: error });
      last = error;
    }
    if (clock.monotonicMs() >= untilMs) {
      const why = last === undefined ? "it is not there" : messageOf(last);
      throw new CriError("unavailable", `${action}: not within ${WAIT_MS / 1000} s: ${why}`, { cause: last });
    }
    await clock.sleep(delayMs, signal);
  }
}

/** A runtime that takes a call while it starts may never answer that one. */
async function withDeadline<T>(
  clock: Clock,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = clock.timer(CALL_MS, () =>
    late.abort(new CriError("deadline-exceeded", `no answer within ${CALL_MS / 1000} s`)),
  );
  try {
    return await work(AbortSignal.any([signal, late.signal]));
  } finally {
    timer.cancel();
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof CriError && (error.retryable || /not (yet )?initialized|not ready/.test(error.message));
}

function codeOf(error: unknown) {
  return error instanceof CriError ? error.code : "unknown";
}
