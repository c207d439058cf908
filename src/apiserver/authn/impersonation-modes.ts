import { dnsLabelProblems, dnsSubdomainProblems, domainPathErrors, messageOf } from "../../api/index.ts";
import type { UserInfo } from "../../net/message.ts";
import type { Attributes, RequestInfo } from "../contracts.ts";

/** Whom a caller wants to act as, as headers say it. */
export type Wanted = UserInfo;

/** What a caller must be allowed to; never with `refusal`, which says why. */
export type Check = Partial<Attributes> & { readonly refusal?: string };

/** A way to act as somebody. */
interface Way {
  readonly checks: readonly Check[];
  /** The verb that a narrow mode goes by. */
  readonly constraint?: string;
  /** Who that is then. */
  readonly user: UserInfo;
}

/** A kind of impersonation; undefined when it isn't for this user. */
type Mode = (wanted: Wanted, caller: UserInfo, info: RequestInfo) => Way | undefined;

const GROUP = "authentication.k8s.io";
const NODE = "system:node:";
const NODE_OF_CALLER = "authentication.kubernetes.io/node-name";
const MASTERS = "system:masters";

/** All of them, in the order in which they are tried. The last is how it once was, for one verb and any request. */
export const MODES: readonly Mode[] = [associatedNode, arbitraryNode, serviceAccount, userInfo, anything];

/** What a narrow mode asks for: to do this one thing as others of its kind, and to act as this one. */
function narrow(mode: string, info: RequestInfo, parts: readonly Check[]): Pick<Way, "checks" | "constraint"> {
  const constraint = `impersonate:${mode}`;
  const on = { ...info, verb: `impersonate-on:${mode}:${info.verb}` };
  return { constraint, checks: [on, ...parts.map((part) => ({ ...part, group: GROUP, verb: constraint }))] };
}

/** Pods act as the node that they run on. */
function associatedNode(wanted: Wanted, caller: UserInfo, info: RequestInfo): Way | undefined {
  const node = nodeNamed(wanted);
  if (node === undefined || accountNamed(caller.name) === undefined) return undefined;
  const [home, ...others] = caller.extra?.[NODE_OF_CALLER] ?? [];
  if (home !== node || others.length > 0) return undefined;
  return { ...narrow("associated-node", info, [{ resource: "nodes", name: "*" }]), user: asNode(wanted) };
}

function arbitraryNode(wanted: Wanted, _: UserInfo, info: RequestInfo): Way | undefined {
  const node = nodeNamed(wanted);
  if (node === undefined) return undefined;
  return { ...narrow("arbitrary-node", info, [{ resource: "nodes", name: node }]), user: asNode(wanted) };
}

const asNode = ({ name }: Wanted): UserInfo => ({ name, groups: ["system:nodes"] });

function serviceAccount(wanted: Wanted, _: UserInfo, info: RequestInfo): Way | undefined {
  const account = accountNamed(wanted.name);
  if (!account || !isPlain(wanted)) return undefined;
  const way = narrow("serviceaccount", info, [{ resource: "serviceaccounts", ...account }]);
  return { ...way, user: { name: wanted.name, groups: groupsOf(account) } };
}

/** Anybody but service accounts and nodes, each part of whom is asked about. */
function userInfo(wanted: Wanted, _: UserInfo, info: RequestInfo): Way | undefined {
  if (accountNamed(wanted.name) || isNodeName(wanted.name)) return undefined;
  const parts: Check[] = [
    { resource: "users", name: wanted.name },
    ...(wanted.groups.includes("")
      ? [{ resource: "groups", refusal: "impersonating the empty string group is not allowed" }]
      : []),
    ...(wanted.uid ? [{ resource: "uids", name: wanted.uid }] : []),
    ...wanted.groups.map((name) => ({
      ...{ resource: "groups", name },
      ...(name === MASTERS && { refusal: "impersonating the system:masters group is not allowed" }),
    })),
    ...Object.entries(wanted.extra ?? {}).flatMap(([key, values]) => extraParts(key, values)),
  ];
  return { ...narrow("user-info", info, parts), user: wanted };
}

function extraParts(key: string, values: readonly string[]): Check[] {
  const errors = domainPathErrors("extra.key", key).map((error) => `${error.path}: ${messageOf(error)}`);
  if (errors.length > 0) {
    const all = errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]`;
    return [{ resource: "userextras", refusal: `impersonating an invalid key in extra is not allowed: ${all}` }];
  }
  return values.map((name) => ({ resource: "userextras", subresource: key, name }));
}

function anything(wanted: Wanted): Way {
  const account = accountNamed(wanted.name);
  const checks: Check[] = [
    account ? { resource: "serviceaccounts", ...account } : { resource: "users", name: wanted.name },
    ...wanted.groups.map((name) => ({ resource: "groups", name })),
    ...(wanted.uid ? [{ group: GROUP, resource: "uids", name: wanted.uid }] : []),
    ...Object.entries(wanted.extra ?? {}).flatMap(([key, values]) =>
      values.map((name) => ({ group: GROUP, resource: "userextras", subresource: key, name })),
    ),
  ];
  const groups = account && wanted.groups.length === 0 ? groupsOf(account) : wanted.groups;
  return { checks: checks.map((check) => ({ ...check, verb: "impersonate" })), user: { ...wanted, groups } };
}

interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** The service account that goes by this name, if it is one that may exist. */
function accountNamed(user: string): Account | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]*):([^:]*)$/.exec(user) ?? [];
  if (namespace === undefined || name === undefined) return undefined;
  if (dnsLabelProblems(namespace).length > 0 || dnsSubdomainProblems(name).length > 0) return undefined;
  return { namespace, name };
}

const groupsOf = ({ namespace }: Account) => ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];

const isNodeName = (name: string) => name.startsWith(NODE) && name.length > NODE.length;

/** The node that is wanted with nothing beside its name. */
function nodeNamed(wanted: Wanted): string | undefined {
  return isNodeName(wanted.name) && isPlain(wanted) ? wanted.name.slice(NODE.length) : undefined;
}

const isPlain = ({ groups, uid, extra }: Wanted) => groups.length === 0 && !uid && !extra;
