import { ConfigurationError } from "../configuration.ts";
import type { Attributes, Authorizer } from "../contracts.ts";

/** One line of a policy file: who may do what. */
export interface AbacPolicy {
  readonly user?: string;
  readonly group?: string;
  readonly readonly?: boolean;
  readonly apiGroup?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly nonResourcePath?: string;
}

const API_VERSION = "abac.authorization.kubernetes.io/v1beta1";
const READING = new Set(["get", "list", "watch"]);
const FIELDS: Readonly<Record<keyof AbacPolicy, "string" | "boolean">> = {
  user: "string",
  group: "string",
  readonly: "boolean",
  apiGroup: "string",
  resource: "string",
  namespace: "string",
  nonResourcePath: "string",
};

/** Reads a policy file: an object of abac.authorization.kubernetes.io/v1beta1 Policy a line. */
export function parseAbacPolicy(text: string): AbacPolicy[] {
  return text
    .split("\n")
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"))
    .map(({ line, number }) => readPolicy(line, number));
}

function readPolicy(line: string, number: number): AbacPolicy {
  const wrong = (problem: string, cause?: unknown) =>
    new ConfigurationError(`read policy file: line ${number} ${problem}`, { cause });
  let value: { apiVersion?: unknown; kind?: unknown; spec?: Record<string, unknown> };
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw wrong("is no JSON", cause);
  }
  if (value.apiVersion !== API_VERSION || value.kind !== "Policy")
    throw wrong(`is a ${String(value.kind)} of ${String(value.apiVersion)}, wanted Policy of ${API_VERSION}`);
  for (const [field, one] of Object.entries(value.spec ?? {}))
    if (!Object.hasOwn(FIELDS, field) || typeof one !== FIELDS[field as keyof AbacPolicy])
      throw wrong(`has ${field}: ${JSON.stringify(one)}, wanted some of ${Object.keys(FIELDS).join(", ")}`);
  return value.spec ?? {};
}

/** Allows what one of the policies allows. */
export function abac(policies: readonly AbacPolicy[]): Authorizer {
  return async (attributes) =>
    policies.some((policy) => isAbout(policy, attributes) && allows(policy, attributes))
      ? { decision: "allow", reason: "" }
      : { decision: "noOpinion", reason: "No policy matched." };
}

function isAbout({ user = "", group = "" }: AbacPolicy, { user: caller }: Attributes): boolean {
  if (user === "" && group === "") return false;
  const isUser = user === "" || user === "*" || user === caller.name;
  return isUser && (group === "" || group === "*" || caller.groups.includes(group));
}

function allows(policy: AbacPolicy, { isResource, verb, group, resource, namespace, path }: Attributes): boolean {
  const { apiGroup = "", resource: resources = "", namespace: home = "", nonResourcePath = "" } = policy;
  if (policy.readonly && !READING.has(verb)) return false;
  if (!isResource)
    return nonResourcePath.endsWith("*") ? path.startsWith(nonResourcePath.slice(0, -1)) : nonResourcePath === path;
  const is = (wanted: string, value: string) => wanted === "*" || wanted === value;
  return is(home, namespace) && is(resources, resource) && is(apiGroup, group);
}
