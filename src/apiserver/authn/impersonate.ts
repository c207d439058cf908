import { badRequest, type PolicyRule } from "../../api/index.ts";
import { type ApiRequest, headerLines, type UserInfo } from "../../net/message.ts";
import { rulesFor } from "../authz/rbac.ts";
import type { Attributes, Authorizer, Impersonate, Reads } from "../contracts.ts";
import { authorize, forbiddenTo } from "../pipeline.ts";
import { type Check, MODES, type Wanted } from "./impersonation-modes.ts";

const EXTRA = "impersonate-extra-";
/** Callers of whom is remembered how they acted as others. */
const CALLERS_MAX = 4096;

/**
 * Lets a caller act as someone else, if it may in one of the ways that there are. The way that a caller went last is tried
 * first, unless roles that opened it are gone; refused, it is told why the first way that fits is closed to it.
 */
export function impersonation(authorizers: readonly Authorizer[], reads: Reads): Impersonate {
  const lastModes = new Map<string, number>();
  return async (request, caller, info) => {
    const wanted = wantedUser(request);
    if (!wanted) return { user: caller };
    const last = mayImpersonate(rulesFor(reads, caller, "")) ? lastModes.get(caller.name) : undefined;
    const order = [...MODES.keys()].sort((a, b) => Number(b === last) - Number(a === last) || a - b);
    let refusal: unknown;
    for (const index of order) {
      const way = MODES[index]!(wanted, caller, info);
      if (!way) continue;
      try {
        for (const check of way.checks) await mustPass({ ...BASE, ...check, user: caller }, authorizers);
      } catch (error) {
        refusal ??= error;
        continue;
      }
      remember(lastModes, caller.name, index);
      const user = { ...way.user, groups: withImpliedGroup(way.user) };
      return { user, ...(way.constraint && { constraint: way.constraint }) };
    }
    throw refusal;
  };
}

function mayImpersonate(rules: readonly PolicyRule[]): boolean {
  return rules.some(({ verbs }) => verbs?.some((verb) => verb.startsWith("impersonate") || verb === "*"));
}

async function mustPass(check: Attributes & Check, authorizers: readonly Authorizer[]): Promise<void> {
  if (check.refusal !== undefined) throw forbiddenTo(check, check.refusal);
  await authorize(check, authorizers);
}

function remember(modes: Map<string, number>, name: string, mode: number): void {
  modes.delete(name);
  const [oldest] = modes.size >= CALLERS_MAX ? modes.keys() : [];
  if (oldest !== undefined) modes.delete(oldest);
  modes.set(name, mode);
}

const BASE = {
  isResource: true,
  path: "",
  verb: "",
  group: "",
  version: "v1",
  resource: "",
  subresource: "",
  rest: "",
  namespace: "",
  name: "",
};

/** Hardly any request does, and all pass here. */
function asksForAnother(headers: Readonly<Record<string, string>>): boolean {
  for (const name in headers) if (name.startsWith("impersonate-")) return true;
  return false;
}

/** The user that the headers name; 400 when they name groups or extras of nobody. */
function wantedUser(request: ApiRequest): Wanted | undefined {
  const { headers } = request;
  if (!asksForAnother(headers)) return undefined;
  const name = headers["impersonate-user"];
  const groups = headerLines(request, "impersonate-group");
  const uid = headers["impersonate-uid"];
  const extra = Object.fromEntries(
    Object.keys(headers)
      .filter((key) => key.startsWith(EXTRA))
      .map((key) => [unescapedKey(key.slice(EXTRA.length)), headerLines(request, key)]),
  );
  if (name) return { name, groups, ...(uid && { uid }), ...(Object.keys(extra).length > 0 && { extra }) };
  if (groups.length === 0 && !uid && Object.keys(extra).length === 0) return undefined;
  const shown = `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid ?? "")}, Groups:${goStrings(groups)}, Extra:${goExtra(extra)}}`;
  throw badRequest(`requested ${shown} without impersonating a user name`);
}

/** A key of a user's extras off the name of a header; what isn't percent-encoded as it should be is taken as it is. */
export function unescapedKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** A list as the original's source would write it. */
function goStrings(list: readonly string[]): string {
  return list.length === 0 ? "[]string(nil)" : `[]string{${list.map((one) => JSON.stringify(one)).join(", ")}}`;
}

function goExtra(extra: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(extra).map(([key, values]) => `${JSON.stringify(key)}:${goStrings(values)}`);
  return entries.length === 0 ? "map[string][]string(nil)" : `map[string][]string{${entries.join(", ")}}`;
}

/** Everybody is in one of these groups, whoever acts as them. */
function withImpliedGroup({ name, groups }: UserInfo): readonly string[] {
  const implied =
    name === "system:anonymous" || groups.includes("system:unauthenticated")
      ? "system:unauthenticated"
      : "system:authenticated";
  return groups.includes(implied) ? groups : [...groups, implied];
}
