import { badRequest, type KindDefinition, methodNotAllowed, methodNotSupported, noSuchPath } from "../../api/index.ts";
import type { RequestContext, RequestInfo } from "../contracts.ts";
import { watchOptions } from "../list/options.ts";
import { selection } from "../list/selection.ts";
import { patchType } from "../verbs/patch.ts";
import { refuseUnwritable } from "./negotiate.ts";

const READS = ["list", "watch"];
const OF_ALL = ["create", "list", "watch", "deletecollection"];
const OF_ONE = ["get", "update", "patch", "delete", "watch"];
const OLD_WATCH = /^\/(?:api|apis\/[^/]+)\/[^/]+\/watch\//;

/**
 * What the original's router says of a request before the kind has a say: 404 for a path that leads nowhere, 405 for a
 * method that nobody answers there, 415 for a patch of no type, 406 for who takes nothing that could be written.
 */
export function checkRoute(kind: KindDefinition, { info, request }: RequestContext): void {
  if (!isPath(kind, info)) throw noSuchPath();
  // Asked what it takes, a proxy asks the other end.
  const isProxied = info.subresource === "proxy" && (request.method === "OPTIONS" || request.method === "HEAD");
  if (!isProxied) checkMethod(kind, { info, request });
  // Of all that is sent, only of patches is it the router that knows the types.
  if (info.verb === "patch" && info.subresource !== "proxy") patchType(request);
  refuseUnwritable(request.headers.accept, { streams: READS.includes(info.verb) });
}

function checkMethod(kind: KindDefinition, { info, request }: Pick<RequestContext, "info" | "request">): void {
  if (request.method === "HEAD") throw methodNotAllowed();
  if (info.verb === "watch" && request.method !== "GET") throw methodNotAllowed();
  if (isUnwatchable(kind, info)) return;
  if (!isAnswered(info.verb, kind, info)) throw methodNotAllowed();
}

/** Whether a list is asked for as a watch which there is none of: what refuses it isn't the router. */
function isUnwatchable(kind: KindDefinition, { verb }: RequestInfo): boolean {
  return verb === "watch" && !kind.verbs.includes("watch") && kind.verbs.includes("list");
}

const CONNECTIONS = new Set(["attach", "exec", "portforward", "proxy"]);

/** 400 for who would only try to connect to something. */
export function checkConnection({ info, query }: RequestContext): void {
  if (CONNECTIONS.has(info.subresource) && query.has("dryRun")) throw badRequest("dryRun is not supported");
}

/** 405 for a watch of what can only be listed, if it is well said. */
export function checkWatchable(kind: KindDefinition, { info, query }: RequestContext): void {
  if (!isUnwatchable(kind, info)) return;
  selection(kind, info.namespace, watchOptions(query));
  throw methodNotSupported(kind, "watch");
}

/** Whether any method is answered at a path. */
function isPath(kind: KindDefinition, info: RequestInfo): boolean {
  const { namespace, name, subresource, rest } = info;
  if (OLD_WATCH.test(info.path) && (!kind.verbs.includes("watch") || subresource !== "")) return false;
  const isInPlace =
    kind.scope === "Namespaced"
      ? namespace !== "" || (name === "" && kind.verbs.includes("list"))
      : namespace === "" || (kind.group === "" && kind.plural === "namespaces" && name === namespace);
  if (!isInPlace || (rest.replaceAll("/", "") !== "" && subresource !== "proxy")) return false;
  if (subresource !== "") return kind.subresources.some((one) => one.name === subresource);
  return verbsAt(info, kind).some((verb) => kind.verbs.includes(verb));
}

function isAnswered(verb: string, kind: KindDefinition, info: RequestInfo): boolean {
  const { subresource } = info;
  if (subresource !== "") return kind.subresources.find((one) => one.name === subresource)!.verbs.includes(verb);
  return kind.verbs.includes(verb) && verbsAt(info, kind).includes(verb);
}

/** What may be answered at the path of an object or of many. */
function verbsAt({ namespace, name }: RequestInfo, { scope }: KindDefinition): readonly string[] {
  if (name !== "") return OF_ONE;
  return scope === "Namespaced" && namespace === "" ? READS : OF_ALL;
}
