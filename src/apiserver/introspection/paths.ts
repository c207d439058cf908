import { createHash } from "node:crypto";
import {
  APIGroup,
  APIGroupList,
  APIResourceList,
  APIVersions,
  type KindDefinition,
  noSuchPath,
} from "../../api/index.ts";
import { type ApiResponse, OBJECT_MEDIA_TYPE } from "../../net/message.ts";
import { encodeProtoObject, type StructNode } from "../../schema/index.ts";
import type { Aggregation } from "../aggregation/aggregator.ts";
import type { RequestContext, SubresourceHandler } from "../contracts.ts";
import { type Discovery, discoveryOf, type DiscoverySource } from "../discovery/discovery.ts";
import { health, type HealthOptions, healthPaths } from "./health.ts";
import { contentType, negotiate, wantsPretty } from "../http/negotiate.ts";
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
  readonly methodNotAllowed: () => Error;
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
    if (context.request.method !== "GET" && context.request.method !== "HEAD") {
      if (!isThere(path, discovery())) return NOT_FOUND;
      throw options.methodNotAllowed();
    }
    switch (path) {
      case "/version":
      case "/version/":
        return respondVersion(context);
      case "/metrics":
        return respondText(200, metrics.text(options.objects(), options.flowMetrics()));
      case "/":
        return respond(200, { paths: rootPaths(discovery().paths, listed) }, PRETTY);
    }
    return discovered(context, discovery(), options.isOwnGroup) ?? NOT_FOUND;
  };
}

/** Whether there is anything at a path that isn't asked for in the way that it answers. */
function isThere(path: string, discovery: Discovery): boolean {
  const [root = "", group] = path.split("/").slice(1);
  if (root === "apis") return !group || discovery.group(group) !== undefined;
  return ["", "api", "version", "metrics"].includes(root);
}

/** Only as JSON. */
function respondVersion({ request }: RequestContext): ApiResponse {
  const { encoding } = negotiate(request.headers.accept, { watch: false, views: false, jsonOnly: true }, true);
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

/** /api, /apis and what lies below them; undefined for a group that nobody serves. */
function discovered(
  context: RequestContext,
  discovery: Discovery,
  isOwnGroup: PathOptions["isOwnGroup"],
): ApiResponse | undefined {
  const [root = "", group = "", version = "", ...rest] = context.info.path.replace(/\/$/, "").split("/").slice(1);
  if (root !== "api" && root !== "apis") return undefined;
  if (rest.length > 0) {
    if (root === "apis" && !discovery.group(group)) return undefined;
    throw noSuchPath();
  }
  if (group === "") return discoveryRoot(context, discovery, root === "apis");
  if (root === "api") {
    const resources = version === "" ? discovery.resources("", group) : undefined;
    if (!resources) throw noSuchPath();
    return respondDiscovery(context, { name: "APIResourceList", struct: APIResourceList, value: resources });
  }
  const resources = version === "" ? undefined : discovery.resources(group, version);
  if (resources)
    return respondDiscovery(context, { name: "APIResourceList", struct: APIResourceList, value: resources });
  const found = discovery.group(group);
  if (!found) return undefined;
  if (version === "") return respondDiscovery(context, { name: "APIGroup", struct: APIGroup, value: found });
  if (!isOwnGroup(group)) return undefined;
  throw noSuchPath();
}

interface Answer {
  readonly name: string;
  readonly struct: StructNode;
  readonly value: Record<string, unknown>;
}

function respondDiscovery({ request, query }: RequestContext, { name, struct, value }: Answer): ApiResponse {
  const pretty = wantsPretty(request, query);
  const format = negotiate(request.headers.accept, { watch: false, views: false }, pretty);
  if (format.encoding !== "protobuf") return respond(200, value, format);
  const bytes = encodeProtoObject(struct, { ...value, kind: name, apiVersion: "v1" });
  return respondBytes(200, bytes, contentType(format, false));
}

const AGGREGATED =
  /^application\/(?:json|vnd\.navarch\.object);(?:g=apidiscovery\.k8s\.io|v=(?:v2|v2beta1)|as=APIGroupDiscoveryList)/;

interface AggregatedForm {
  readonly version: "v2" | "v2beta1";
  readonly encoding: "json" | "object";
}

/** The form of aggregated discovery that a client takes first; undefined when it takes the plain one before. */
function aggregatedForm(accept: string): AggregatedForm | undefined {
  for (const clause of accept.split(",").map((one) => one.replaceAll(" ", ""))) {
    if (
      !AGGREGATED.test(clause) ||
      !/g=apidiscovery\.k8s\.io/.test(clause) ||
      !/as=APIGroupDiscoveryList/.test(clause)
    ) {
      if (/^(?:application\/json|application\/\*|\*\/\*)(?:;q=[\d.]+)?$/.test(clause)) return undefined;
      continue;
    }
    const version = /v=(v2beta1|v2)(?:;|$)/.exec(clause)?.[1];
    if (version)
      return {
        version: version as AggregatedForm["version"],
        encoding: clause.startsWith(OBJECT_MEDIA_TYPE) ? "object" : "json",
      };
  }
  return undefined;
}

function discoveryRoot(context: RequestContext, discovery: Discovery, isGroups: boolean): ApiResponse {
  const form = aggregatedForm(context.request.headers.accept ?? "");
  if (form) return aggregated(context, discovery.aggregated(!isGroups), form);
  const response = isGroups
    ? respondDiscovery(context, { name: "APIGroupList", struct: APIGroupList, value: discovery.groups })
    : respondDiscovery(context, { name: "APIVersions", struct: APIVersions, value: discovery.coreVersions });
  return { ...response, headers: { ...response.headers, vary: "Accept" } };
}

function aggregated(
  { request }: RequestContext,
  groups: Record<string, unknown>,
  { version, encoding }: AggregatedForm,
): ApiResponse {
  const value = { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${version}`, ...groups };
  const response = respond(200, value, { encoding, as: "object", pretty: false });
  if (encoding === "object") return response;
  const { bytes } = response.body as { bytes: Uint8Array };
  const etag = `"${createHash("sha512").update(bytes).digest("hex").toUpperCase()}"`;
  const headers = { etag, vary: "Accept", "cache-control": "public" };
  if (request.headers["if-none-match"] === etag) return { status: 304, headers, body: { type: "none" } };
  const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return { ...response, headers: { ...response.headers, ...headers, "content-type": type } };
}

function rootPaths(groups: readonly string[], others: readonly string[]): string[] {
  const own = ["/api", "/api/v1", "/apis", "/apis/", "/metrics", "/metrics/slis", "/version"];
  return [...new Set([...own, ...healthPaths(), ...groups, ...others])].sort();
}
