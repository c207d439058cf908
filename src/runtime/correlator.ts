import type { Event } from "../api/index.ts";
import { type Clock, formatMicroTime, parseTime } from "../base/index.ts";

/** An event as it will be written, and the one on the server that it counts up. */
export interface Correlated {
  readonly event: Event;
  readonly known: Event | undefined;
}

interface Group {
  /** Different messages seen. */
  readonly messages: Set<string>;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

const CACHE_MAX = 4096;
/** More different messages of one kind than this within the interval become one event. */
const SIMILAR_MAX = 10;
const SIMILAR_INTERVAL_MS = 600_000;
const SPAM_BURST = 25;
const SPAM_PER_MS = 1 / 300_000;
const SERIES_MS = 6 * 60_000;

/** Turns a stream of events into few: counts repeats, joins similar ones, and drops floods. */
export function createCorrelator(clock: Clock) {
  const written = new Map<string, Event>();
  const groups = new Map<string, Group>();
  const buckets = new Map<string, Bucket>();

  const aggregate = (event: Event): { event: Event; key: string } => {
    const key = groupKey(event);
    const nowMs = clock.now();
    let group = groups.get(key);
    if (!group || nowMs - group.lastMs > SIMILAR_INTERVAL_MS) group = { messages: new Set(), lastMs: nowMs };
    group.lastMs = nowMs;
    remember(groups, key, group);
    const message = event.message ?? "";
    group.messages.add(message);
    if (group.messages.size < SIMILAR_MAX) return { event, key: `${key}\u0000${message}` };
    // Keeps the size bounded: any one message may go, the count stays at the limit.
    group.messages.delete(group.messages.values().next().value!);
    return { event: { ...event, message: `(combined from similar events): ${message}` }, key };
  };

  const flooded = (event: Event): boolean => {
    const key = sourceKey(event);
    const nowMs = clock.monotonicMs();
    const bucket = buckets.get(key) ?? { tokens: SPAM_BURST, atMs: nowMs };
    bucket.tokens = Math.min(SPAM_BURST, bucket.tokens + (nowMs - bucket.atMs) * SPAM_PER_MS);
    bucket.atMs = nowMs;
    remember(buckets, key, bucket);
    if (bucket.tokens < 1) return true;
    bucket.tokens--;
    return false;
  };

  return {
    /** What to write for this event; undefined for nothing. */
    correlate(made: Event): Correlated | undefined {
      if (made.action) return correlateSeries(written, made, clock);
      const { event, key } = aggregate(made);
      const known = written.get(key);
      if (flooded(made)) return undefined;
      if (!known) return { event, known };
      const count = (known.count ?? 1) + 1;
      return { event: { ...event, count, firstTimestamp: known.firstTimestamp }, known };
    },
    /** The server's answer, to count up later. */
    saved(made: Event, saved: Event): void {
      remember(written, made.action ? seriesKey(made) : countKey(made, saved), saved);
    },
  };
}

function correlateSeries(written: Map<string, Event>, made: Event, clock: Clock): Correlated {
  const known = written.get(seriesKey(made));
  const last = known?.series?.lastObservedTime ?? known?.eventTime;
  if (!known || last === undefined || clock.now() - parseTime(last) > SERIES_MS)
    return { event: made, known: undefined };
  const series = { count: (known.series?.count ?? 1) + 1, lastObservedTime: formatMicroTime(clock.now()) };
  return { event: { ...made, series }, known };
}

function seriesKey(event: Event): string {
  return `series\u0000${groupKey(event)}\u0000${event.action}`;
}

function sourceKey({ source, involvedObject: of }: Event): string {
  return [source.component, source.host, of.kind, of.namespace, of.name, of.uid, of.apiVersion].join("\u0000");
}

function groupKey(event: Event): string {
  const { type, reason, reportingComponent, reportingInstance } = event;
  return [sourceKey(event), event.involvedObject.fieldPath, type, reason, reportingComponent, reportingInstance].join(
    "\u0000",
  );
}

function countKey(made: Event, saved: Event): string {
  const combined = saved.message?.startsWith("(combined from similar events): ");
  return combined ? groupKey(made) : `${groupKey(made)}\u0000${made.message}`;
}

/** Most recently used last; the oldest go first. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > CACHE_MAX) map.delete(map.keys().next().value!);
}
