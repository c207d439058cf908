import { badRequest } from "../../api/index.ts";
import type { ApiRequest, UserInfo } from "../../net/message.ts";
import type { Attributes, Authorizer } from "../contracts.ts";
import { authorize } from "../pipeline.ts";

const EXTRA = "impersonate-extra-";
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** Lets a caller act as someone else, if it may impersonate each part of who that is. */
export function impersonation(
  authorizers: readonly Authorizer[],
): (request: ApiRequest, user: UserInfo) => Promise<UserInfo> {
  return async ({ headers }, caller) => {
    const wanted = wantedUser(headers);
    if (!wanted) return caller;
    const may = (part: Partial<Attributes>) => authorize({ ...BASE, ...part, user: caller }, authorizers);
    const account = ACCOUNT.exec(wanted.name);
    if (account) await may({ resource: "serviceaccounts", namespace: account[1]!, name: account[2]! });
    else await may({ resource: "users", name: wanted.name });
    for (const group of wanted.groups) await may({ resource: "groups", name: group });
    if (wanted.uid) await may({ group: "authentication.k8s.io", resource: "uids", name: wanted.uid });
    for (const [key, values] of Object.entries(wanted.extra ?? {})) {
      for (const value of values)
        await may({ group: "authentication.k8s.io", resource: "userextras", subresource: key, name: value });
    }
    return { ...wanted, groups: withImpliedGroups(wanted, account) };
  };
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

/** The user that the headers name; 400 when they name groups or extras of nobody. */
function wantedUser(headers: Readonly<Record<string, string>>): UserInfo | undefined {
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
  throw badRequest(`requested ${JSON.stringify({ groups, uid, extra })} without impersonating a user name`);
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
  if (name === "system:anonymous") return [...new Set([...own, "system:unauthenticated"])];
  return [...new Set([...own, "system:authenticated"])];
}
