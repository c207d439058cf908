import { createHash } from "node:crypto";
import {
  APIGroup,
  APIGroupDiscoveryList,
  APIGroupList,
  APIResourceList,
  APIVersions,
  type KindDefinition,
  methodNotAllowed,
  noSuchPath,
} from "../../api/index.ts";
import type { ApiRequest, ApiResponse } from "../../net/message.ts";
import { encodeProtoObject, goJson, type StructNode } from "../../schema/index.ts";
import type { Aggregation } from "../aggregation/aggregator.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import { type Discovery, discoveryOf, type DiscoverySource } from "../discovery/discovery.ts";
import { health, type HealthOptions, healthPaths } from "./health.ts";
import {
  AGGREGATED,
  type AggregatedForm,
  aggregatedForm,
  contentType,
  escapingOf,
  negotiate,
  refuseUnwritable,
  wantsPretty,
} from "../http/negotiate.ts";
import { packedWhere } from "../http/compress.ts";
import { respond, respondBytes, respondText } from "../http/respond.ts";
import type { ObjectCount, RequestMetrics } from "./metrics.ts";
import { VERSION } from "./version.ts";

export interface PathOptions extends HealthOptions {
  /** What is served now; another list when that changes. */
  readonly kinds: () => readonly KindDefinition[];
  /** What other servers serve behind this one; another object when that changes. */
  readonly aggregation: () => Aggregation;
  /** Whether a group is served whatever users define; of others nothing is known but what is there. */
  readonly isOwnGroup: (group: string) => boolean;
  readonly serverAddress: string;
  readonly metrics: RequestMetrics;
  /** How many objects there are, of what is known. */
  readonly objects: () => readonly ObjectCount[];
  /** Metrics of priority and fairness. */
  readonly flowMetrics: () => readonly string[];
  /** Further paths; one that ends with a slash stands for all below it. */
  readonly special: ReadonlyMap<string, SubresourceHandler>;
  /** Those of them that the list at the root does not name. */
  readonly unlisted: readonly string[];
}

/** The answer where nothing is. */
export const NOT_FOUND = respondText(404, "404 page not found\n");

const PRETTY = { encoding: "json", as: "object", pretty: true } as const;

/** Answers paths that are no resources: discovery, health, version, metrics and what others add. */
export function pathHandlers(options: PathOptions): SubresourceHandler {
  const { special, metrics } = options;
  const listed = [...special.keys()].filter((path) => !options.unlisted.includes(path));
  const below = [...special].filter(([path]) => path.endsWith("/"));
  const discovery = memoized(options);
  return async (context) => {
    const { path } = context.info;
    const handler = special.get(path) ?? below.find(([prefix]) => path.startsWith(prefix))?.[1];
    if (handler) return handler(context);
    const healthy = await health(context, options);
    if (healthy) return healthy;
    switch (path) {
      case "/metrics":
        return respondMetrics(context, metrics, () => metrics.text(options.objects(), options.flowMetrics()));
      case "/metrics/slis":
        return respondMetrics(context, options.figures, () => options.figures.text());
      case "/":
      case "/index.html":
        return respond(200, { paths: rootPaths(discovery().paths, [...healthPaths(options), ...listed]) }, PRETTY);
    }
    if (/^\/version(?:\/|$)/.test(path)) return respondVersion(context);
    return discovered(context, discovery(), options.isOwnGroup) ?? NOT_FOUND;
  };
}

/** In the only form that there is, whatever the client takes: who reads metrics reads that. A DELETE begins them anew. */
function respondMetrics(
  { request }: RequestContext,
  counted: { reset(): void },
  text: () => string,
): Promise<ApiResponse> {
  const isReset = request.method === "DELETE";
  if (isReset) counted.reset();
  const type = isReset ? "text/plain; charset=utf-8" : METRICS_TYPE + escapingOf(request.headers.accept);
  const response = respondBytes(200, new TextEncoder().encode(isReset ? "metrics reset\n" : text()), type);
  return isReset ? Promise.resolve(response) : packedWhere(request, response, wantsPacked);
}

/** As it is unless packing is wanted more; whatever else is taken is taken to mean the former. */
function wantsPacked(accepted: ReadonlyMap<string, number>): boolean {
  const asItIs = Math.max(accepted.get("identity") ?? 0, accepted.get("*") ?? 0);
  return (accepted.get("gzip") ?? 0) > asItIs;
}

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=";

/** Only as JSON. */
function respondVersion({ request, info }: RequestContext): ApiResponse {
  if (!/^\/version\/*$/.test(info.path)) throw noSuchPath();
  requireGet(request);
  const { encoding } = negotiate(request.headers.accept, { views: false, jsonOnly: true }, true);
  return respond(200, VERSION, { ...PRETTY, encoding });
}

function memoized(options: PathOptions): () => Discovery {
  let made: { readonly source: DiscoverySource; readonly discovery: Discovery } | undefined;
  return () => {
    const [kinds, aggregation] = [options.kinds(), options.aggregation()];
    if (made?.source.kinds !== kinds || made.source.aggregation !== aggregation) {
      const source = { kinds, aggregation, serverAddress: options.serverAddress };
      made = { source, discovery: discoveryOf(source) };
    }
    return made.discovery;
  };
}

/** What the original's router leads to is answered for GET alone. */
function requireGet({ method }: Pick<ApiRequest, "method">): void {
  if (method !== "GET") throw methodNotAllowed();
}

/** /api, /apis and what lies below them; undefined for a group that nobody serves. */
function discovered(
  context: RequestContext,
  discovery: Discovery,
  isOwnGroup: PathOptions["isOwnGroup"],
): ApiResponse | undefined {
  const [root = "", ...parts] = context.info.path.split("/").slice(1);
  if (root !== "api" && root !== "apis") return undefined;
  // One slash at the end is the same without it; who is routed is routed whatever their number.
  const isRouted = root === "api" || (Boolean(parts[0]) && isOwnGroup(parts[0]!));
  while (parts.at(-1) === "" && (isRouted || parts.length <= 3)) {
    parts.pop();
    if (!isRouted) break;
  }
  const [group = "", version = ""] = parts;
  if (root === "api") return coreDiscovered(context, discovery, parts);
  if (parts.length === 0) return groupsDiscovered(context, discovery);
  const found = discovery.group(group);
  if (!found) return undefined;
  if (parts.length === 1) {
    // The way to a group without its versions goes by the router only where more slashes than one follow.
    if (group === "apiregistration.k8s.io" || context.info.path.endsWith("//")) requireGet(context.request);
    return respondDiscovery(context, {
      name: "APIGroup",
      struct: APIGroup,
      value: found,
      unrouted: group !== "apiregistration.k8s.io",
    });
  }
  const resources = parts.length === 2 ? discovery.resources(group, version) : undefined;
  if (resources) {
    if (isOwnGroup(group)) requireGet(context.request);
    return respondDiscovery(context, { ...RESOURCES, value: resources, unrouted: !isOwnGroup(group) });
  }
  if (!isOwnGroup(group)) return undefined;
  throw noSuchPath();
}

const RESOURCES = { name: "APIResourceList", struct: APIResourceList };

/** /api and what lies below it. */
function coreDiscovered(context: RequestContext, discovery: Discovery, parts: readonly string[]): ApiResponse {
  if (parts.length === 0) {
    requireGet(context.request);
    refuseUnwritable(context.request.headers.accept, {});
    const plain = { name: "APIVersions", struct: APIVersions, value: discovery.coreVersions };
    return discoveryRoot(context, plain, discovery.aggregated(true));
  }
  const resources = parts.length === 1 ? discovery.resources("", parts[0]!) : undefined;
  if (!resources) throw noSuchPath();
  requireGet(context.request);
  return respondDiscovery(context, { ...RESOURCES, value: resources });
}

/** /apis; with a slash at its end it is told in the plain form only. */
function groupsDiscovered(context: RequestContext, discovery: Discovery): ApiResponse {
  const plain = { name: "APIGroupList", struct: APIGroupList, value: discovery.groups, unrouted: true };
  if (context.info.path === "/apis/") return respondDiscovery(context, plain);
  return discoveryRoot(context, plain, discovery.aggregated(false));
}

interface Answer {
  readonly name: string;
  readonly struct: StructNode;
  readonly value: Record<string, unknown>;
  /** No router has looked at what the client takes. */
  readonly unrouted?: boolean;
}

function respondDiscovery(
  { request, query }: RequestContext,
  { name, struct, value, unrouted = false }: Answer,
): ApiResponse {
  const format = negotiate(request.headers.accept, { views: false, unrouted }, wantsPretty(request, query));
  if (format.encoding !== "protobuf") return respond(200, value, format);
  // The oldest of these never named a version.
  const apiVersion = typeof value.apiVersion === "string" ? value.apiVersion : "";
  const bytes = encodeProtoObject(struct, { ...value, kind: name, apiVersion });
  return respondBytes(200, bytes, contentType(format, false));
}

function discoveryRoot(context: RequestContext, plain: Answer, groups: Record<string, unknown>): ApiResponse {
  const form = aggregatedForm(context.request.headers.accept);
  return form ? aggregated(context, groups, form) : respondDiscovery(context, plain);
}

/** All at once. Its tag is of what is served, whatever the form in which that is told. */
function aggregated(
  { request, query }: RequestContext,
  groups: Record<string, unknown>,
  { encoding, pretty }: AggregatedForm,
): ApiResponse {
  const { group, version, kind } = AGGREGATED;
  const value = { kind, apiVersion: `${group}/${version}`, ...groups };
  const format = { encoding, as: "object", pretty: pretty || wantsPretty(request, query) } as const;
  if (encoding === "object") return respond(200, value, format);
  const etag = tagOf(groups);
  const headers = { etag, vary: "Accept", "cache-control": "public" };
  if (request.headers["if-none-match"] === etag) return { status: 304, headers, body: { type: "none" } };
  const type = contentType(format, false);
  const response =
    encoding === "protobuf"
      ? respondBytes(200, encodeProtoObject(APIGroupDiscoveryList, value), type)
      : respond(200, value, format);
  const whole = `${type};g=${group};v=${version};as=${kind}`;
  return { ...response, headers: { ...response.headers, ...headers, "content-type": whole } };
}

const tags = new WeakMap<object, string>();

function tagOf(groups: Record<string, unknown>): string {
  let tag = tags.get(groups);
  if (tag === undefined) {
    tag = `"${createHash("sha512").update(goJson(groups)).digest("hex").toUpperCase()}"`;
    tags.set(groups, tag);
  }
  return tag;
}

function rootPaths(groups: readonly string[], others: readonly string[]): string[] {
  const own = ["/api", "/api/v1", "/apis", "/apis/", "/metrics", "/metrics/slis", "/version"];
  return [...new Set([...own, ...groups, ...others])].sort();
}
