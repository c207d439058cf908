import { Event, isAlreadyExists, isForbidden, isNotFound, type KubeObject, StatusError } from "../api/index.ts";
import { formatMicroTime, formatTime } from "../base/index.ts";
import type { ComponentContext } from "./context.ts";
import { createCorrelator } from "./correlator.ts";

/** What happened to an object. With an `action` it is written in the newer form (eventTime and series). */
export interface EventInput {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly action?: string;
  /** The part of the object that it is about, such as spec.containers{app}. */
  readonly fieldPath?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Another object that has to do with it (newer form). */
  readonly related?: KubeObject;
}

/** What an event needs to know of an object. */
export interface EventSubject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}

export interface EventRecorder {
  /** Writes an event, or counts up the one that said the same before. Returns at once. */
  event(object: EventSubject, event: EventInput): void;
}

/** Events that may wait to be written; more are dropped. */
const PENDING_MAX = 1000;
const TRIES_MAX = 12;
const RETRY_MS = 10_000;

/** A recorder that writes as `component` (on `host`). */
export function eventRecorder(
  context: ComponentContext,
  source: { readonly component: string; readonly host?: string },
): EventRecorder {
  const correlator = createCorrelator(context.clock);
  let tail: Promise<void> = Promise.resolve();
  let pending = 0;
  return {
    event(object, input) {
      if (pending >= PENDING_MAX || context.scope.signal.aborted) return;
      const made = makeEvent(context, source, object, input);
      pending++;
      const before = tail;
      const { promise, resolve } = Promise.withResolvers<void>();
      tail = promise;
      context.scope.spawn("write event", async (signal) => {
        try {
          await before;
          if (!signal.aborted) await write(context, correlator, made, signal);
        } finally {
          pending--;
          resolve();
        }
      });
    },
  };
}

function makeEvent(
  { clock, random }: ComponentContext,
  { component, host }: { readonly component: string; readonly host?: string },
  { kind, apiVersion, metadata }: EventSubject,
  { type, reason, message, action, fieldPath, annotations, related }: EventInput,
): Event {
  const nowMs = clock.now();
  const { namespace, name, uid, resourceVersion } = metadata;
  const involvedObject = {
    kind,
    ...(namespace && { namespace }),
    name,
    ...(uid && { uid }),
    apiVersion,
    ...(resourceVersion && { resourceVersion }),
    ...(fieldPath && { fieldPath }),
  };
  const suffix = (BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(random.int(1_000_000))).toString(16);
  const now = formatTime(nowMs);
  const times = action
    ? {
        eventTime: formatMicroTime(nowMs),
        action,
        reportingInstance: host ? `${component}-${host}` : component,
        source: {},
      }
    : { firstTimestamp: now, lastTimestamp: now, count: 1, source: { component, ...(host && { host }) } };
  return {
    kind: "Event",
    apiVersion: "v1",
    metadata: { name: `${name}.${suffix}`, namespace: namespace || "default", ...(annotations && { annotations }) },
    involvedObject,
    reason,
    message,
    type,
    reportingComponent: component,
    reportingInstance: host ?? "",
    ...(related && { related: referenceTo(related) }),
    ...times,
  } as unknown as Event;
}

function referenceTo({ kind, apiVersion, metadata }: KubeObject): Event["involvedObject"] {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { kind, ...(namespace && { namespace }), name, uid, apiVersion, resourceVersion };
}

async function write(
  context: ComponentContext,
  correlator: ReturnType<typeof createCorrelator>,
  made: Event,
  signal: AbortSignal,
): Promise<void> {
  const correlated = correlator.correlate(made);
  if (!correlated) return;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    try {
      const saved = await send(context, correlated, signal);
      correlator.saved(made, saved);
      return;
    } catch (error) {
      if (signal.aborted) return;
      // The server's word is final; only a server that can't be reached is asked again.
      if (error instanceof StatusError && error.code < 500) {
        const level = isNotFound(error) || isForbidden(error) || isAlreadyExists(error) ? "debug" : "warn";
        context.log[level]("Event rejected", { reason: made.reason, error });
        return;
      }
      await context.clock.sleep(RETRY_MS * (tries === 0 ? context.random.float() : 1), signal);
    }
  }
}

async function send(
  { client }: ComponentContext,
  { event, known }: { readonly event: Event; readonly known: Event | undefined },
  signal: AbortSignal,
): Promise<Event> {
  if (known) {
    const { namespace, name } = known.metadata;
    const { count, lastTimestamp, message, series } = event;
    const patch = series ? { series } : { count, lastTimestamp, message };
    try {
      return await client.patch(Event, { namespace, name }, patch, { type: "strategic", signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  return client.create(Event, event, { signal });
}
