import { parse } from "yaml";
import { dnsSubdomainProblems, type FieldError, messageOf } from "../../api/index.ts";
import { type AuditPolicy, type GroupResources, LEVELS, type PolicyRule, STAGES } from "./policy.ts";

/** Something is wrong with a Policy; its text is the original's. */
export class AuditPolicyError extends Error {
  override readonly name = "AuditPolicyError";
}

type Json = Readonly<Record<string, unknown>>;

const API_VERSION = "audit.k8s.io/v1";
const SCHEME = 'in scheme "pkg/runtime/scheme.go:111"';

/** Reads a Policy (audit.k8s.io/v1) in YAML or JSON. Fields that nobody knows are passed over, as the original does. */
export function parseAuditPolicy(text: string): AuditPolicy {
  const policy = asPolicy(text);
  const rules = policy.rules ?? [];
  if (rules.length === 0) throw new AuditPolicyError("loaded illegal policy with 0 rules");
  const errors = [
    ...stageErrors("omitStages", policy.omitStages),
    ...rules.flatMap((rule, index) => ruleErrors(`rules[${index}]`, rule)),
  ].map((error) => `${error.path}: ${messageOf(error)}`);
  if (errors.length > 0) throw new AuditPolicyError(errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]`);
  return { ...policy, rules };
}

function asPolicy(text: string): AuditPolicy {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new AuditPolicyError(`failed decoding: yaml: ${(cause as Error).message.split("\n")[0]}`, { cause });
  }
  const policy = (typeof value === "object" && value !== null ? value : {}) as Json;
  const { kind, apiVersion } = policy;
  if (!kind || !apiVersion)
    throw new AuditPolicyError("unknown group version field audit.k8s.io/__internal, Kind=Policy in policy");
  if (apiVersion !== API_VERSION || kind !== "Policy")
    throw new AuditPolicyError(
      `failed decoding: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} ${SCHEME}`,
    );
  checkTypes(policy, "", POLICY);
  return policy as unknown as AuditPolicy;
}

/** What values are: a text, a truth, a list of texts, or a list of objects with fields of their own. */
type Shape = "string" | "bool" | "strings" | Fields;
interface Fields {
  readonly [field: string]: Shape;
}

const RULE: Fields = {
  level: "string",
  ...{ users: "strings", userGroups: "strings", verbs: "strings", namespaces: "strings", nonResourceURLs: "strings" },
  omitStages: "strings",
  omitManagedFields: "bool",
  resources: { group: "string", resources: "strings", resourceNames: "strings" },
};
const POLICY: Fields = { omitStages: "strings", omitManagedFields: "bool", rules: RULE };

function checkTypes(value: unknown, path: string, shape: Fields): void {
  const fail = (given: unknown, at: string, wanted: string): never => {
    const found = Array.isArray(given) ? "array" : typeof given === "boolean" ? "bool" : typeof given;
    throw new AuditPolicyError(`failed decoding: json: cannot unmarshal ${found} into field ${at} of type ${wanted}`);
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(value, path, "object");
  for (const [field, wanted] of Object.entries(shape)) {
    const given = (value as Json)[field];
    const at = path ? `${path}.${field}` : field;
    if (given === undefined || given === null) continue;
    if (wanted === "string" || wanted === "bool") {
      if (typeof given !== (wanted === "bool" ? "boolean" : "string")) fail(given, at, wanted);
      continue;
    }
    if (!Array.isArray(given)) return fail(given, at, "list");
    for (const one of given)
      if (wanted !== "strings") checkTypes(one, at, wanted);
      else if (typeof one !== "string") fail(one, at, "string");
  }
}

function ruleErrors(path: string, rule: PolicyRule): FieldError[] {
  const { level, nonResourceURLs = [], resources = [], namespaces = [], omitStages } = rule;
  return [
    ...levelErrors(`${path}.level`, level),
    ...nonResourceURLs.flatMap((url, index) => urlErrors(`${path}.nonResourceURLs[${index}]`, url)),
    ...resources.flatMap((one) => resourceErrors(`${path}.resources`, one)),
    ...stageErrors(`${path}.omitStages`, omitStages),
    ...(nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)
      ? [
          invalid(
            `${path}.nonResourceURLs`,
            nonResourceURLs,
            "rules cannot apply to both regular resources and non-resource URLs",
          ),
        ]
      : []),
  ];
}

const invalid = (path: string, value: unknown, detail: string): FieldError => ({
  path,
  type: "Invalid",
  value,
  detail,
});

function levelErrors(path: string, level: string | undefined): FieldError[] {
  if (!level) return [{ path, type: "Required", detail: "" }];
  if ((LEVELS as readonly string[]).includes(level)) return [];
  const detail = `supported values: ${[...LEVELS]
    .sort()
    .map((one) => JSON.stringify(one))
    .join(", ")}`;
  return [{ path, type: "NotSupported", value: level, detail }];
}

function urlErrors(path: string, url: string): FieldError[] {
  if (url === "*") return [];
  const errors = url.startsWith("/")
    ? []
    : [invalid(path, url, "non-resource URL rules must begin with a '/' character")];
  if (url.slice(0, -1).includes("*"))
    errors.push(invalid(path, url, "non-resource URL wildcards '*' must be the final character of the rule"));
  return errors;
}

function resourceErrors(
  path: string,
  { group = "", resources = [], resourceNames = [] }: GroupResources,
): FieldError[] {
  const problems = group ? dnsSubdomainProblems(group) : [];
  return [
    ...(problems.length > 0 ? [invalid(`${path}.group`, group, problems.join(","))] : []),
    ...(resourceNames.length > 0 && resources.length === 0
      ? [invalid(`${path}.resourceNames`, resourceNames, "using resourceNames requires at least one resource")]
      : []),
  ];
}

function stageErrors(path: string, stages: readonly string[] = []): FieldError[] {
  return stages.flatMap((stage, index) =>
    (STAGES as readonly string[]).includes(stage)
      ? []
      : [invalid(`${path}[${index}]`, stage, `allowed stages are ${STAGES.join(",")}`)],
  );
}
