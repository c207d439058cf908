import { badRequest } from "../../api/index.ts";
import type { RequestInfo } from "../contracts.ts";

/** A map, since clients say any method, "__proto__" too. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ["POST", "create"],
  ["GET", "get"],
  ["HEAD", "get"],
  ["PUT", "update"],
  ["PATCH", "patch"],
  ["DELETE", "delete"],
]);

/** Reads method, path and query; an undecodable path is kept as it is. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const decoded = decodePart(path);
  const parts = decoded.split("/");
  const isCore = parts[1] === "api";
  const start = isCore ? 3 : 4;
  if ((!isCore && parts[1] !== "apis") || !parts[start - 1] || !parts[start]) return nonResource(method, decoded);
  const group = isCore ? "" : parts[2]!;
  return resourceInfo({ method, path: decoded, group, version: parts[start - 1]!, rest: parts.slice(start), query });
}

function nonResource(method: string, path: string): RequestInfo {
  const verb = method === "POST" ? "post" : method.toLowerCase();
  return {
    isResource: false,
    path,
    verb,
    group: "",
    version: "",
    resource: "",
    subresource: "",
    rest: "",
    namespace: "",
    name: "",
  };
}

interface ResourcePath {
  readonly method: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

function resourceInfo({ method, path, group, version, rest, query }: ResourcePath): RequestInfo {
  // The old form of a watch: /api/v1/watch/…
  const isWatch = rest[0] === "watch" && rest.length > 1;
  let parts = isWatch ? rest.slice(1) : rest;
  let namespace = "";
  if (parts[0] === "namespaces" && parts.length > 1) {
    namespace = parts[1]!;
    // /namespaces/x, also with slashes after it, /namespaces/x/status and /finalize are about the namespace itself.
    const isWithin = parts.length > 2 && !["status", "finalize"].includes(parts[2]!);
    if (isWithin && parts.slice(2).some(Boolean)) parts = parts.slice(2);
  }
  const [resource = "", name = "", subresource = "", ...after] = parts;
  const verb = isWatch ? "watch" : verbOf({ method, name, query });
  return {
    isResource: true,
    path,
    verb,
    group,
    version,
    resource,
    subresource,
    rest: after.length > 0 ? `/${after.join("/")}` : "",
    namespace,
    name,
  };
}

function verbOf({ method, name, query }: { method: string; name: string; query: URLSearchParams }): string {
  // Other methods mean nothing to resources.
  const verb = VERBS.get(method) ?? "";
  if (name !== "") return verb;
  if (verb === "get" && isTrue(query.get("watch"))) return "watch";
  if (verb === "get") return "list";
  return verb === "delete" ? "deletecollection" : verb;
}

/** Booleans of queries: absent, "false" and "0" are false, everything else is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

const INT64_MAX = 2n ** 63n - 1n;

/** A whole number of a query; undefined when it isn't given, 400 for what is none. */
export function queryInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const isNumber = /^[+-]?\d+$/.test(text);
  const digits = text.replace(/^[+-]?0*/, "");
  if (isNumber && (digits.length < 19 || (digits.length === 19 && BigInt(digits) <= INT64_MAX))) return Number(text);
  const why = isNumber ? "value out of range" : "invalid syntax";
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
}

/** A part of a path without percent signs; as it is where they stand for no text. */
export function decodePart(part: string): string {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
