import type { Clock } from "../../../base/index.ts";
import { tooManyRequests } from "../../../api/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { type ConfigObject, ConfigReader } from "../../configuration.ts";

const NAME = "EventRateLimit";
const API_VERSION = "eventratelimit.admission.k8s.io/v1alpha1";
const CACHE_SIZE = 4096;

interface Event {
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly involvedObject?: Readonly<Record<string, string>>;
}

/** By type of limit, what shares one bucket. */
const KEYS = {
  Server: () => "",
  Namespace: ({ namespace }: AdmissionRequest) => namespace,
  User: ({ user }: AdmissionRequest) => user.name,
  SourceAndObject({ object }: AdmissionRequest) {
    const { source = {}, involvedObject: of = {} } = object as Event;
    return [source.component, source.host, of.kind, of.namespace, of.name, of.uid, of.apiVersion].join("");
  },
} as const;

type LimitType = keyof typeof KEYS;

interface Limit {
  readonly type: LimitType;
  readonly qps: number;
  readonly burst: number;
  readonly keysMax: number;
}

/** Refuses events that come faster than the configuration's limits allow. */
export function eventRateLimit(configuration: ConfigObject | undefined, clock: Clock): AdmissionPlugin {
  const limits = limitsOf(configuration).map((limit) => ({ limit, buckets: new Buckets(limit, clock) }));
  return {
    name: NAME,
    resources: ["/events", "events.k8s.io/events"],
    async validate(request) {
      const { operation, apiVersion, dryRun } = request;
      if ((operation !== "CREATE" && operation !== "UPDATE") || apiVersion !== "v1" || dryRun) return;
      // Each limit counts the event, also when another one refuses it.
      const reached = limits.flatMap(({ limit: { type }, buckets }) => {
        const key = KEYS[type](request);
        return buckets.take(key) ? [] : [`limit reached on type ${type} for key ${key}`];
      });
      if (reached.length > 0) throw tooManyRequests(`Too many requests: ${listed(reached)}`, 0);
    },
  };
}

const listed = (texts: readonly string[]) => (texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`);

/** Token buckets by key; those that were used longest ago are forgotten. */
class Buckets {
  readonly #limit: Limit;
  readonly #clock: Clock;
  readonly #byKey = new Map<string, { tokens: number; atMs: number }>();

  constructor(limit: Limit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Whether there was one more. */
  take(key: string): boolean {
    const { burst, qps, keysMax } = this.#limit;
    const atMs = this.#clock.monotonicMs();
    const last = this.#byKey.get(key) ?? { tokens: burst, atMs };
    const tokens = Math.min(burst, last.tokens + ((atMs - last.atMs) / 1000) * qps);
    const isThere = tokens >= 1;
    this.#byKey.delete(key);
    this.#byKey.set(key, { tokens: isThere ? tokens - 1 : tokens, atMs });
    if (this.#byKey.size > keysMax) this.#byKey.delete(this.#byKey.keys().next().value!);
    return isThere;
  }
}

function limitsOf(configuration: ConfigObject | undefined): Limit[] {
  const reader = new ConfigReader(`configuration of ${NAME}`, configuration ?? {});
  if (!configuration) throw reader.wrong("limits", "is missing, wanted at least one");
  reader.mustBe("Configuration", [API_VERSION]);
  reader.allow(["limits"]);
  const limits = reader.objects("limits");
  if (limits.length === 0) throw reader.wrong("limits", "is missing, wanted at least one");
  return limits.map(readLimit);
}

function readLimit(reader: ConfigReader): Limit {
  reader.allow(["type", "qps", "burst", "cacheSize"]);
  const type = (Object.keys(KEYS) as LimitType[]).find((one) => one === reader.text("type"));
  if (!type) throw reader.wrong("type", `is ${reader.text("type")}, wanted ${Object.keys(KEYS).join(", ")}`);
  const positive = (field: string): number => {
    const value = reader.whole(field) ?? 0;
    if (value <= 0) throw reader.wrong(field, `is ${value}, wanted more than 0`);
    return value;
  };
  const keysMax = reader.whole("cacheSize") ?? 0;
  if (keysMax < 0) throw reader.wrong("cacheSize", `is ${keysMax}, wanted 0 or more`);
  return { type, qps: positive("qps"), burst: positive("burst"), keysMax: keysMax || CACHE_SIZE };
}
