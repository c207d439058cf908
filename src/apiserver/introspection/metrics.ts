import type { RequestInfo } from "../contracts.ts";
import { VERSION } from "./version.ts";

/** Upper bounds of the buckets of request durations, in seconds. */
const BUCKETS = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
] as const;

export interface Durations {
  /** Upper bounds of the buckets. */
  readonly bounds: readonly number[];
  readonly counts: number[];
  sumSeconds: number;
  total: number;
}

/** How many objects of a resource there are. */
export interface ObjectCount {
  readonly group: string;
  readonly resource: string;
  readonly count: number;
}

export function noDurations(bounds: readonly number[] = BUCKETS): Durations {
  return { bounds, counts: new Array<number>(bounds.length).fill(0), sumSeconds: 0, total: 0 };
}

export function observe(durations: Durations, seconds: number): void {
  durations.total++;
  durations.sumSeconds += seconds;
  let bucket = 0;
  const { bounds } = durations;
  while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++;
  if (bucket < bounds.length) durations.counts[bucket]!++;
}

/** How requests of one kind were answered. */
interface Answered {
  readonly codes: Map<number, number>;
  /** Absent for watches, which last. */
  durations?: Durations;
}

/** Counts and durations of answered requests, as /metrics shows them. */
export class RequestMetrics {
  readonly #byLabels = new Map<string, Answered>();
  readonly #longRunning = new Map<string, number>();
  /** Requests in work. */
  readonly inflight = { readOnly: 0, mutating: 0 };

  /** An answer was given after this long. */
  count(info: RequestInfo, { code, dryRun, durationMs }: { code: number; dryRun: boolean; durationMs: number }): void {
    const labels = labelsOf(info, dryRun);
    let answered = this.#byLabels.get(labels);
    if (!answered) this.#byLabels.set(labels, (answered = { codes: new Map() }));
    answered.codes.set(code, (answered.codes.get(code) ?? 0) + 1);
    if (info.verb !== "watch") observe((answered.durations ??= noDurations()), durationMs / 1000);
  }

  /** Something that lasts, such as a watch, has begun; call the result when it is over. */
  longRunning(info: RequestInfo): () => void {
    const labels = labelsOf(info, false);
    const add = (change: number) => this.#longRunning.set(labels, (this.#longRunning.get(labels) ?? 0) + change);
    add(1);
    return () => add(-1);
  }

  /** Begins to count anew; what lasts goes on. */
  reset(): void {
    this.#byLabels.clear();
  }

  *#totals(): Generator<[string, number]> {
    for (const [labels, { codes }] of this.#byLabels)
      for (const [code, count] of codes) yield [`code="${code}",${labels}`, count];
  }

  *#durations(): Generator<[string, Durations]> {
    for (const [labels, { durations }] of this.#byLabels) if (durations) yield [labels, durations];
  }

  /** In the text format that Prometheus reads. */
  text(objects: readonly ObjectCount[], others: readonly string[] = []): string {
    const { readOnly, mutating } = this.inflight;
    return [
      ...series("apiserver_request_total", "counter", this.#totals()),
      ...histogram("apiserver_request_duration_seconds", this.#durations()),
      ...series("apiserver_longrunning_requests", "gauge", this.#longRunning),
      ...series("apiserver_current_inflight_requests", "gauge", [
        ['request_kind="mutating"', mutating],
        ['request_kind="readOnly"', readOnly],
      ]),
      ...series("apiserver_resource_objects", "gauge", objects.map(objectSample)),
      ...others,
      ...series("kubernetes_build_info", "gauge", [[BUILD_LABELS, 1]]),
      "",
    ].join("\n");
  }
}

const BUILD_LABELS = Object.entries({
  build_date: VERSION.buildDate,
  compiler: VERSION.compiler,
  git_commit: VERSION.gitCommit,
  git_tree_state: VERSION.gitTreeState,
  git_version: VERSION.gitVersion,
  go_version: VERSION.goVersion,
  major: VERSION.major,
  minor: VERSION.minor,
  platform: VERSION.platform,
})
  .map(([name, value]) => `${name}="${value}"`)
  .join(",");

function objectSample({ group, resource, count }: ObjectCount): [string, number] {
  return [`group="${group}",resource="${resource}"`, count];
}

/** Samples of one metric, by their labels. */
export function series(name: string, type: string, samples: Iterable<readonly [string, number]>): string[] {
  const lines = [...samples].map(([labels, value]) => `${name}{${labels}} ${value}`).sort();
  return lines.length === 0 ? [] : [`# TYPE ${name} ${type}`, ...lines];
}

/** Durations as buckets that count all shorter ones. */
export function histogram(name: string, all: Iterable<readonly [string, Durations]>): string[] {
  const lines = [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([labels, { bounds, counts, sumSeconds, total }]) => {
      let below = 0;
      return [
        ...bounds.map((bound, index) => `${name}_bucket{${labels},le="${bound}"} ${(below += counts[index]!)}`),
        `${name}_bucket{${labels},le="+Inf"} ${total}`,
        `${name}_sum{${labels}} ${sumSeconds}`,
        `${name}_count{${labels}} ${total}`,
      ];
    });
  return lines.length === 0 ? [] : [`# TYPE ${name} histogram`, ...lines];
}

const VERBS: ReadonlyMap<string, string> = new Map([
  ["create", "POST"],
  ["update", "PUT"],
]);

/** Labels by what they are made of: there are far fewer than requests. */
const labelsKnown = new Map<string, string>();
const LABELS_KNOWN_MAX = 5000;

function labelsOf(info: RequestInfo, dryRun: boolean): string {
  const { verb, group, version, resource, subresource, isResource, name, namespace } = info;
  const scope = `${name !== ""}${namespace !== ""}${isResource}${dryRun}`;
  // Parts of a path have no slash in them.
  const key = `${verb}/${group}/${version}/${resource}/${subresource}/${scope}`;
  const known = labelsKnown.get(key);
  if (known !== undefined) return known;
  const labels = madeLabels(info, dryRun);
  if (labelsKnown.size < LABELS_KNOWN_MAX) labelsKnown.set(key, labels);
  return labels;
}

function madeLabels(
  { verb, group, version, resource, subresource, isResource, name, namespace }: RequestInfo,
  dryRun: boolean,
): string {
  const word = VERBS.get(verb) ?? verb.toUpperCase();
  const scope = !isResource ? "" : name !== "" ? "resource" : namespace !== "" ? "namespace" : "cluster";
  const what = isResource
    ? `group="${escaped(group)}",resource="${escaped(resource)}",scope="${scope}",subresource="${escaped(subresource)}"`
    : 'group="",resource="",scope="",subresource=""';
  return `component="apiserver",dry_run="${dryRun ? "All" : ""}",${what},verb="${escaped(word)}",version="${escaped(isResource ? version : "")}"`;
}

/** Paths come from clients: what could end a label is escaped. */
function escaped(text: string): string {
  return /["\\\n]/.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}
