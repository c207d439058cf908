import { type KindDefinition, methodNotAllowed, methodNotSupported, noSuchPath } from "../../api/index.ts";
import type { RequestContext, RequestInfo } from "../contracts.ts";
import { refuseUnwritable } from "./negotiate.ts";

const READS = ["list", "watch"];
const OF_ALL = ["create", "list", "watch", "deletecollection"];
const OF_ONE = ["get", "update", "patch", "delete", "watch"];
const OLD_WATCH = /^\/(?:api|apis\/[^/]+)\/[^/]+\/watch\//;

/**
 * What the original's router says of a request before the kind has a say: 404 for a path that leads nowhere, 405 for a
 * method that nobody answers there, 406 for who takes nothing that could be written.
 */
export function checkRoute(kind: KindDefinition, { info, request }: RequestContext): void {
  if (!isPath(kind, info)) throw noSuchPath();
  // Asked what it takes, a proxy asks the other end.
  const isProxied = info.subresource === "proxy" && (request.method === "OPTIONS" || request.method === "HEAD");
  if (!isProxied) checkMethod(kind, { info, request });
  refuseUnwritable(request.headers.accept, { streams: READS.includes(info.verb) });
}

function checkMethod(kind: KindDefinition, { info, request }: Pick<RequestContext, "info" | "request">): void {
  if (request.method === "HEAD") throw methodNotAllowed();
  if (info.verb === "watch" && request.method !== "GET") throw methodNotAllowed();
  if (isUnwatchable(kind, info)) return;
  if (!verbsAt(kind, info).includes(info.verb)) throw methodNotAllowed();
}

/** Whether a list is asked for as a watch which there is none of: what refuses it isn't the router. */
function isUnwatchable(kind: KindDefinition, { verb }: RequestInfo): boolean {
  return verb === "watch" && !kind.verbs.includes("watch") && kind.verbs.includes("list");
}

/** 405 for a watch of what can only be listed. */
export function checkWatchable(kind: KindDefinition, info: RequestInfo): void {
  if (isUnwatchable(kind, info)) throw methodNotSupported(kind, "watch");
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
  return verbsAt(kind, info).length > 0;
}

/** What is answered at a path. */
function verbsAt(kind: KindDefinition, { namespace, name, subresource }: RequestInfo): readonly string[] {
  if (subresource !== "") return kind.subresources.find((one) => one.name === subresource)!.verbs;
  const isOfAllNamespaces = kind.scope === "Namespaced" && namespace === "";
  return (name !== "" ? OF_ONE : isOfAllNamespaces ? READS : OF_ALL).filter((verb) => kind.verbs.includes(verb));
}
