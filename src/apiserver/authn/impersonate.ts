import { badRequest, type PolicyRule } from "../../api/index.ts";
import type { ApiRequest, UserInfo } from "../../net/message.ts";
import { rulesFor } from "../authz/rbac.ts";
import type { Attributes, Authorizer, Reads, RequestInfo } from "../contracts.ts";
import { authorize } from "../pipeline.ts";

const EXTRA = "impersonate-extra-";
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Lets a caller act as someone else, if it may impersonate each part of who that is. */
export function impersonation(
  authorizers: readonly Authorizer[],
  reads: Reads,
): (request: ApiRequest, user: UserInfo, info: RequestInfo) => Promise<UserInfo> {
  return async ({ headers }, caller, info) => {
    const wanted = wantedUser(headers);
    if (!wanted) return caller;
    const account = ACCOUNT.exec(wanted.name);
    const groups = withImpliedGroups(wanted, account);
    const may = (part: Partial<Attributes>) => authorize({ ...BASE, ...part, user: caller }, authorizers);
    try {
      await checkParts(wanted, account, may);
    } catch (error) {
      // Who may act as somebody is told which part they may not take.
      if (mayImpersonate(rulesFor(reads, caller, ""))) throw error;
      // Who may not act as them at all is told what it takes to do this one thing as them.
      const mode = account ? "serviceaccount" : "user-info";
      await authorize({ ...info, verb: `impersonate-on:${mode}:${info.verb}`, user: caller }, authorizers);
      throw error;
    }
    return { ...wanted, groups };
  };
}

function mayImpersonate(rules: readonly PolicyRule[]): boolean {
  return rules.some(({ verbs }) => verbs?.some((verb) => verb === "impersonate" || verb === "*"));
}

type Ask = (part: Partial<Attributes>) => Promise<void>;

async function checkParts(wanted: UserInfo, account: RegExpExecArray | null, may: Ask): Promise<void> {
  if (account) await may({ resource: "serviceaccounts", namespace: account[1]!, name: account[2]! });
  else await may({ resource: "users", name: wanted.name });
  for (const group of wanted.groups) await may({ resource: "groups", name: group });
  if (wanted.uid) await may({ group: "authentication.k8s.io", resource: "uids", name: wanted.uid });
  for (const [key, values] of Object.entries(wanted.extra ?? {})) {
    for (const value of values)
      await may({ group: "authentication.k8s.io", resource: "userextras", subresource: key, name: value });
  }
}

const BASE = {
  isResource: true,
  path: "",
  verb: "impersonate",
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
function wantedUser(headers: Readonly<Record<string, string>>): UserInfo | undefined {
  if (!asksForAnother(headers)) return undefined;
  const name = headers["impersonate-user"];
  const groups = splitList(headers["impersonate-group"]);
  const uid = headers["impersonate-uid"];
  const extra = Object.fromEntries(
    Object.entries(headers)
      .filter(([key]) => key.startsWith(EXTRA))
      .map(([key, value]) => [decodeURIComponent(key.slice(EXTRA.length)), splitList(value)]),
  );
  if (name) return { name, groups, ...(uid && { uid }), ...(Object.keys(extra).length > 0 && { extra }) };
  if (groups.length === 0 && !uid && Object.keys(extra).length === 0) return undefined;
  const shown = `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid ?? "")}, Groups:${goStrings(groups)}, Extra:${goExtra(extra)}}`;
  throw badRequest(`requested ${shown} without impersonating a user name`);
}

/** A list as the original's source would write it. */
function goStrings(list: readonly string[]): string {
  return list.length === 0 ? "[]string(nil)" : `[]string{${list.map((one) => JSON.stringify(one)).join(", ")}}`;
}

function goExtra(extra: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(extra).map(([key, values]) => `${JSON.stringify(key)}:${goStrings(values)}`);
  return entries.length === 0 ? "map[string][]string(nil)" : `map[string][]string{${entries.join(", ")}}`;
}

/** Repeated headers arrive joined with commas. */
function splitList(value: string | undefined): string[] {
  return value === undefined
    ? []
    : value
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean);
}

function withImpliedGroups({ name, groups }: UserInfo, account: RegExpExecArray | null): string[] {
  const own =
    account && groups.length === 0 ? ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`] : groups;
  if (name === "system:anonymous" || own.includes("system:unauthenticated"))
    return [...new Set([...own, "system:unauthenticated"])];
  return [...new Set([...own, "system:authenticated"])];
}
