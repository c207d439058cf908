import { Buffer } from "node:buffer";
import { APIService, conditionOf, type KindDefinition, StatusError, EndpointSlice, Service } from "../../api/index.ts";
import type { Clock, Random, Scope } from "../../base/index.ts";
import { forTheWire } from "../../client/index.ts";
import { type ClientTls, makeRequest } from "../../net/index.ts";
import type { ApiRequest, ApiResponse, Handler, UserInfo } from "../../net/message.ts";
import type { Reads, RequestContext } from "../contracts.ts";
import { respondText } from "../http/respond.ts";
import { resolveCached, type ServiceReference } from "../services/endpoints.ts";
import { Clients } from "../streaming/clients.ts";
import { forward } from "../subresources/proxy/forward.ts";
import { authorityOf } from "../subresources/proxy/proxy.ts";
import type { DialInside, ProxyTarget } from "../subresources/proxy/targets.ts";
import type { DiscoveredResource } from "./discovered.ts";
import { identityHeaders } from "./identity.ts";
import { type Priority, priorityOf } from "./priority.ts";

const KIND = APIService as unknown as KindDefinition;
const CLIENTS_MAX = 200;
const CONNECT_TIMEOUT_MS = 30_000;
/** Whom the server is when it asks another one by itself: whoever may see everything. */
const SELF: UserInfo = { name: "system:kube-aggregator", groups: ["system:masters"] };
const UNAVAILABLE = respondText(503, "service unavailable\n");

export interface AggregatorOptions {
  readonly reads: Reads;
  readonly clock: Clock;
  readonly random: Random;
  readonly scope: Scope;
  /** What this server shows to the others, so that they believe whom it says to call for (PEM). */
  readonly proxyClient?: { readonly cert: string; readonly key: string };
  /** How pods of this process are reached; undefined for the others, which are reached over the network. */
  readonly dial?: DialInside;
}

/** What another server told of a version that it serves, when it was last asked. */
export interface Learned {
  readonly resources: readonly DiscoveredResource[];
  /** Its OpenAPI documents and where they are, by name. */
  readonly documents: ReadonlyMap<string, string>;
}

/** A version of a group that another server answers. */
export interface AggregatedVersion extends Partial<Learned> {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly isFresh: boolean;
}

/** What is to be told of all versions; another object when any of it changes. */
export interface Aggregation {
  readonly versions: readonly AggregatedVersion[];
  /** Where the version of a group stands among all. */
  priority(group: string, version: string): Priority;
}

/** Knows which API services other servers answer, how to reach those and what they said of themselves. */
export class Aggregator {
  readonly #options: AggregatorOptions;
  readonly #clients: Clients;
  readonly #learned = new Map<string, Learned>();
  #services: { readonly of: number; readonly byName: ReadonlyMap<string, APIService> } | undefined;
  #made: { readonly of: ReadonlyMap<string, APIService>; readonly aggregation: Aggregation } | undefined;

  constructor(options: AggregatorOptions) {
    this.#options = options;
    const { clock, scope } = options;
    this.#clients = new Clients({
      clock,
      clientsMax: CLIENTS_MAX,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      upgrades: "tunnel",
    });
    scope.defer(() => this.#clients.close());
  }

  /** The API services that other servers are to answer. */
  get services(): readonly APIService[] {
    return [...this.#byName().values()];
  }

  /** The API service whose server answers at a path; undefined where this server does. */
  serviceAt(path: string): APIService | undefined {
    const services = this.#byName();
    if (services.size === 0) return undefined;
    const [, root, group, version] = path.split("/");
    return root === "apis" && group && version ? services.get(`${version}.${group}`) : undefined;
  }

  get aggregation(): Aggregation {
    const of = this.#byName();
    if (this.#made?.of !== of) this.#made = { of, aggregation: this.#aggregate(of) };
    return this.#made.aggregation;
  }

  /** Keeps what the server behind an API service told, until it tells something else. */
  learn(name: string, learned: Learned): void {
    this.#learned.set(name, learned);
    this.#made = undefined;
  }

  /** Passes a request on to the server behind an API service, and its answer back. */
  async relay(service: APIService, { request, user }: Pick<RequestContext, "request" | "user">): Promise<ApiResponse> {
    const target = isAvailable(service) ? await this.targetOf(service) : undefined;
    if (!target) return UNAVAILABLE;
    const identity = identityHeaders(user);
    const authority = authorityOf(target);
    const headers = { ...identity.headers, host: authority };
    try {
      return await forward(this.#handlerFor(service, target), {
        request: forTheWire(request),
        path: request.path,
        prefix: "",
        authority,
        identity: { ...identity, headers },
      });
    } catch (error) {
      // Nobody answered: what doesn't come from a server isn't told as a Status either.
      if (!(error instanceof StatusError)) throw error;
      return respondText(503, `${error.message}\n`);
    }
  }

  /** Asks the server behind an API service something for this server itself. */
  ask(service: APIService, target: ProxyTarget, parts: Pick<ApiRequest, "path" | "signal">): Promise<ApiResponse> {
    const { headers, repeatedHeaders } = identityHeaders(SELF);
    return this.#handlerFor(
      service,
      target,
    )(makeRequest({ ...parts, headers: { ...headers, accept: "application/json" }, repeatedHeaders }));
  }

  /** One of the endpoints behind an API service; undefined when there is none. */
  async targetOf({ spec }: APIService): Promise<ProxyTarget | undefined> {
    const { reads, random } = this.#options;
    await Promise.all([reads.filled(Service), reads.filled(EndpointSlice)]);
    const resolved = resolveCached(reads, referenceOf(spec));
    if (!("endpoints" in resolved)) return undefined;
    const { host, port } = resolved.endpoints[random.int(resolved.endpoints.length)]!;
    return { scheme: "https", host, port: String(port) };
  }

  #handlerFor(service: APIService, target: ProxyTarget): Handler {
    const { dial } = this.#options;
    const overNetwork = () => this.#clients.of(`https://${authorityOf(target)}`, this.#tlsFor(service)).handle;
    return async (request) => ((await dial?.(target)) ?? overNetwork())(request);
  }

  #tlsFor({ spec: { caBundle, insecureSkipTLSVerify, service } }: APIService): ClientTls {
    return {
      ...this.#options.proxyClient,
      serverName: `${service?.name}.${service?.namespace}.svc`,
      ...(caBundle && { ca: Buffer.from(caBundle, "base64").toString() }),
      ...(insecureSkipTLSVerify && { insecureSkipTlsVerify: true }),
    };
  }

  #byName(): ReadonlyMap<string, APIService> {
    const { reads } = this.#options;
    const of = reads.version(KIND);
    if (this.#services?.of !== of) {
      const remote = reads.cached(APIService).filter(({ spec }) => spec?.service !== undefined);
      this.#services = { of, byName: new Map(remote.map((service) => [service.metadata.name, service])) };
    }
    return this.#services.byName;
  }

  #aggregate(services: ReadonlyMap<string, APIService>): Aggregation {
    for (const name of this.#learned.keys()) if (!services.has(name)) this.#learned.delete(name);
    const versions = [...services].map(([name, service]) => {
      const { group = "", version = "" } = service.spec;
      const learned = this.#learned.get(name);
      return { name, group, version, isFresh: learned !== undefined && isAvailable(service), ...learned };
    });
    const all = new Map(this.#options.reads.cached(APIService).map((one) => [one.metadata.name, one.spec]));
    return { versions, priority: (group, version) => priorityOf(all, { group, version }) };
  }
}

/** The service that an API service names. */
export function referenceOf({ service }: APIService["spec"]): ServiceReference {
  const { namespace = "", name = "", port } = service ?? {};
  return { namespace, name, port };
}

function isAvailable({ status }: APIService): boolean {
  return conditionOf(status?.conditions, "Available")?.status === "True";
}
