import {
  APIService,
  conditionOf,
  EndpointSlice,
  type KindDefinition,
  type KubeObject,
  LOCAL_AVAILABLE,
  Service,
} from "../../api/index.ts";
import { messageOf } from "../../base/index.ts";
import { keepCondition, type Verdict } from "../upkeep/conditions.ts";
import type { Reads } from "../contracts.ts";
import type { ServerCore } from "../core.ts";
import { keep, type KeepOptions } from "../upkeep/keep.ts";
import type { Json } from "../registry/generic.ts";
import { REFERENCE_PORT, resolveCached } from "../services/endpoints.ts";
import { type Aggregator, referenceOf } from "./aggregator.ts";
import { checkServer } from "./check.ts";

const SERVICES = APIService as unknown as KindDefinition;
/** What an API service's condition depends on. */
const WATCHED = [SERVICES, Service, EndpointSlice] as unknown as readonly KindDefinition[];
const WRITE = { dryRun: false, fieldManager: "kube-apiserver", isApply: false };
/** How long a server counts as it was when it answered. */
const RECHECK_MS = 30_000;
const RETRY_MS = 1_000;
const PASSED: Verdict = { type: "Available", status: "True", reason: "Passed", message: "all checks passed" };

const unavailable = (reason: string, message: string): Verdict => ({
  type: "Available",
  status: "False",
  reason,
  message,
});

/** What is missing on the way to the server behind an API service; undefined when it can be asked. */
export function missingOf({ spec }: APIService, reads: Pick<Reads, "cached">): Verdict | undefined {
  const reference = referenceOf(spec);
  const { namespace, name, port = REFERENCE_PORT } = reference;
  const what = `service/${name} in ${JSON.stringify(namespace)}`;
  const resolved = resolveCached(reads, reference);
  if ("endpoints" in resolved) return undefined;
  const { missing, portName } = resolved;
  switch (missing) {
    case "service":
      return unavailable("ServiceNotFound", `${what} is not present`);
    case "port":
      return unavailable("ServicePortError", `${what} is not listening on port ${port}`);
    case "slices":
      return unavailable("EndpointsNotFound", `cannot find endpointslices for ${what}`);
    case "endpoints":
      return unavailable(
        "MissingEndpoints",
        `endpointslices for ${what} have no addresses with port name ${JSON.stringify(portName)}`,
      );
    default:
      return missing satisfies never;
  }
}

export interface AvailabilityOptions extends KeepOptions {
  readonly aggregator: Aggregator;
}

/** Keeps the conditions of API services true, and what is known of the servers behind them; runs until the signal. */
export function keepAvailability(core: ServerCore, options: AvailabilityOptions): Promise<void> {
  return new Keeper(core, options).run();
}

/** What is known of one server. */
interface Watched {
  /** What it was checked with: another one counts for nothing. */
  readonly of: string;
  /** By the monotonic clock; undefined while it is being asked. */
  dueMs: number | undefined;
  failures: number;
}

class Keeper {
  readonly #core: ServerCore;
  readonly #options: AvailabilityOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #running = new Set<Promise<void>>();
  /** Ends the present wait. */
  #wake: () => void = () => undefined;

  constructor(core: ServerCore, options: AvailabilityOptions) {
    this.#core = core;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { aggregator } = this.#options;
    // Services and their endpoints are looked at only while somebody asks about them.
    const isAsked = () => aggregator.services.length > 0;
    const kinds = () => (isAsked() ? WATCHED : [SERVICES]);
    const look = async (again: () => void) => {
      this.#wake = again;
      const wasAsked = isAsked();
      await this.#look();
      return isAsked() === wasAsked ? this.#dueInMs() : 0;
    };
    await keep(this.#core, { what: "conditions of API services", kinds, look }, this.#options);
    await Promise.all(this.#running);
  }

  /** When the next server has to be asked again; undefined while there is none. */
  #dueInMs(): number | undefined {
    const dues = [...this.#watched.values()].flatMap(({ dueMs }) => dueMs ?? []);
    return dues.length === 0 ? undefined : Math.max(0, Math.min(...dues) - this.#options.clock.monotonicMs());
  }

  async #look(): Promise<void> {
    const { aggregator } = this.#options;
    const { reads } = this.#core;
    const remote = aggregator.services;
    const names = new Set(remote.map(({ metadata }) => metadata.name));
    for (const name of this.#watched.keys()) if (!names.has(name)) this.#watched.delete(name);
    for (const service of remote) {
      const missing = missingOf(service, reads);
      if (missing) {
        this.#watched.delete(service.metadata.name);
        await this.#say(service, missing);
      } else this.#checkIfDue(service);
    }
    for (const service of reads.cached(APIService))
      if (!service.spec.service && conditionOf(service.status?.conditions, "Available")?.reason !== "Local")
        await this.#say(service, LOCAL_AVAILABLE);
  }

  #checkIfDue(service: APIService): void {
    const { clock } = this.#options;
    const { uid, name } = service.metadata;
    const of = JSON.stringify([uid, service.spec, resolveCached(this.#core.reads, referenceOf(service.spec))]);
    const known = this.#watched.get(name);
    const isSame = known?.of === of;
    if (isSame && (known.dueMs === undefined || known.dueMs > clock.monotonicMs())) return;
    const watched: Watched = { of, dueMs: undefined, failures: isSame ? known.failures : 0 };
    this.#watched.set(name, watched);
    // Beside the others: one that doesn't answer must not hold them up.
    const check = this.#check(service, watched).finally(() => this.#running.delete(check));
    this.#running.add(check);
  }

  async #check(service: APIService, watched: Watched): Promise<void> {
    const { aggregator, clock, log, signal } = this.#options;
    const { name } = service.metadata;
    try {
      const target = await aggregator.targetOf(service);
      const checked = target && (await checkServer(service, target, this.#options));
      // Another look is on its way for whatever has changed meanwhile.
      if (!checked || this.#watched.get(name) !== watched) return;
      if ("learned" in checked) aggregator.learn(name, checked.learned);
      watched.failures = "learned" in checked ? 0 : watched.failures + 1;
      const verdict = "learned" in checked ? PASSED : unavailable("FailedDiscoveryCheck", checked.problem);
      const current = aggregator.services.find(({ metadata }) => metadata.name === name);
      if (current) await this.#say(current, verdict);
    } catch (error) {
      if (signal.aborted) return;
      watched.failures++;
      log.warn("Checking an API service failed", { name, error: messageOf(error) });
    } finally {
      const { failures } = watched;
      const waitMs = failures === 0 ? RECHECK_MS : Math.min(RETRY_MS * 2 ** (failures - 1), RECHECK_MS);
      watched.dueMs = clock.monotonicMs() + waitMs;
      this.#wake();
    }
  }

  #say(object: APIService, wanted: Verdict): Promise<void> {
    const { clock } = this.#options;
    return keepCondition(this.#core, { kind: SERVICES, object, wanted, write: WRITE, clock, change: withStatus });
  }
}

function withStatus(current: KubeObject | undefined, status: Json): Json {
  return { ...(structuredClone(current) as unknown as Json), status };
}
