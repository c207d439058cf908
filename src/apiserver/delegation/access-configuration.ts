import {
  BUDGET,
  celTypes,
  compileExpression,
  environment,
  EvaluationError,
  fromJson,
  kubernetesLibraries,
} from "../../cel/index.ts";
import type { Clock } from "../../base/index.ts";
import { durationMs } from "../../api/index.ts";
import { type ConfigObject, ConfigReader } from "../configuration.ts";
import type { Attributes, Authorizer } from "../contracts.ts";
import { accessSpec, accessWebhook } from "./access-webhook.ts";
import type { WebhookServer } from "./review-webhook.ts";

const API_VERSIONS = ["v1", "v1beta1", "v1alpha1"].map((version) => `apiserver.config.k8s.io/${version}`);
const FAILURES: Readonly<Record<string, "deny" | "noOpinion">> = { Deny: "deny", NoOpinion: "noOpinion" };
const WEBHOOK_FIELDS = [
  "authorizedTTL",
  "cacheAuthorizedRequests",
  "unauthorizedTTL",
  "cacheUnauthorizedRequests",
  "timeout",
  "subjectAccessReviewVersion",
  "matchConditionSubjectAccessReviewVersion",
  "failurePolicy",
  "connectionInfo",
  "matchConditions",
];
const TIMEOUT_MS_MAX = 30_000;

export interface AccessParts<Mode extends string> {
  readonly clock: Clock;
  /** Finds the server that a kubeconfig file names. */
  readonly connect: (kubeconfig: string) => WebhookServer;
  /** What there is beside webhooks. */
  readonly modes: readonly Mode[];
}

/** The authorizers of an AuthorizationConfiguration, in their order: webhooks, and the names of others. */
export function authorizersFrom<Mode extends string>(
  configuration: ConfigObject,
  parts: AccessParts<Mode>,
): readonly (Authorizer | Mode)[] {
  const reader = new ConfigReader("authorization configuration", configuration);
  reader.mustBe("AuthorizationConfiguration", API_VERSIONS);
  reader.allow(["authorizers"]);
  const authorizers = reader.objects("authorizers");
  if (authorizers.length === 0) throw reader.wrong("authorizers", "is empty, wanted at least one");
  const seen = new Set<string>();
  return authorizers.map((one) => {
    one.allow(["type", "name", "webhook"]);
    const [type, name, webhook] = [one.text("type"), one.text("name"), one.object("webhook")];
    if (!name) throw one.wrong("name", "is missing");
    if (seen.has(name)) throw one.wrong("name", `is ${name} a second time`);
    seen.add(name);
    if (type === "Webhook") {
      if (!webhook) throw one.wrong("webhook", "is missing");
      return readWebhook(webhook, parts);
    }
    if (webhook) throw one.wrong("webhook", "is given for another type than Webhook");
    const mode = parts.modes.find((known) => known === type);
    if (!mode) throw one.wrong("type", `is ${type}, wanted Webhook or one of ${parts.modes.join(", ")}`);
    if (authorizers.filter((other) => other.text("type") === type).length > 1)
      throw one.wrong("type", `is ${type} more than once`);
    return mode;
  });
}

function readWebhook<Mode extends string>(reader: ConfigReader, { clock, connect }: AccessParts<Mode>): Authorizer {
  reader.allow(WEBHOOK_FIELDS);
  const conditions = reader.objects("matchConditions");
  const ask = accessWebhook({
    server: connect(kubeconfigOf(reader)),
    clock,
    version: versionOf(reader, "subjectAccessReviewVersion"),
    timeoutMs: timeoutOf(reader),
    allowedTtlMs: ttlOf(reader, { field: "authorizedTTL", flag: "cacheAuthorizedRequests", byDefaultMs: 300_000 }),
    deniedTtlMs: ttlOf(reader, { field: "unauthorizedTTL", flag: "cacheUnauthorizedRequests", byDefaultMs: 30_000 }),
    onFailure: failureOf(reader),
  });
  if (conditions.length === 0) return ask;
  const version = versionOf(reader, "matchConditionSubjectAccessReviewVersion");
  const matches = matcherOf(conditions, version);
  const onFailure = failureOf(reader);
  const decide: Authorizer = async (attributes) => {
    const { isMatch, error } = matches(attributes);
    if (error !== undefined) return { decision: onFailure, reason: "", error };
    return isMatch ? ask(attributes) : { decision: "noOpinion", reason: "" };
  };
  return Object.assign(decide, { unresolved: ask.unresolved });
}

function kubeconfigOf(reader: ConfigReader): string {
  const connection = reader.object("connectionInfo");
  if (!connection) throw reader.wrong("connectionInfo", "is missing");
  connection.allow(["type", "kubeConfigFile"]);
  const [type, file] = [connection.text("type"), connection.text("kubeConfigFile")];
  if (type !== "KubeConfigFile") throw connection.wrong("type", `is ${type}, wanted KubeConfigFile`);
  if (!file) throw connection.wrong("kubeConfigFile", "is missing");
  return file;
}

function versionOf(reader: ConfigReader, field: string): "v1" | "v1beta1" {
  const version = reader.text(field);
  if (version === "v1" || (version === "v1beta1" && field === "subjectAccessReviewVersion")) return version;
  throw reader.wrong(field, `is ${version}, wanted v1`);
}

function failureOf(reader: ConfigReader): "deny" | "noOpinion" {
  const policy = reader.text("failurePolicy");
  const found = policy !== undefined && Object.hasOwn(FAILURES, policy) ? FAILURES[policy] : undefined;
  if (!found) throw reader.wrong("failurePolicy", `is ${policy}, wanted NoOpinion or Deny`);
  return found;
}

function timeoutOf(reader: ConfigReader): number {
  const text = reader.text("timeout");
  const timeoutMs = text === undefined ? undefined : durationMs(text);
  if (typeof timeoutMs !== "number" || timeoutMs <= 0 || timeoutMs > TIMEOUT_MS_MAX)
    throw reader.wrong("timeout", `is ${text}, wanted more than 0s and at most 30s`);
  return timeoutMs;
}

interface Ttl {
  readonly field: string;
  /** Says whether anything is kept. */
  readonly flag: string;
  readonly byDefaultMs: number;
}

function ttlOf(reader: ConfigReader, { field, flag, byDefaultMs }: Ttl): number {
  if (reader.flag(flag) === false) return 0;
  const text = reader.text(field);
  if (text === undefined) return byDefaultMs;
  const ttlMs = durationMs(text);
  if (typeof ttlMs !== "number" || ttlMs < 0) throw reader.wrong(field, `is ${text}, wanted a duration such as 30s`);
  return ttlMs;
}

type Matcher = (attributes: Attributes) => { readonly isMatch: boolean; readonly error?: string };

const { DYN, STRING, listOf, mapOf, structFrom } = celTypes;
const requirementType = structFrom("kubernetes.SelectorRequirement", {
  key: STRING,
  operator: STRING,
  values: listOf(STRING),
});
const selectorType = (name: string) => structFrom(name, { rawSelector: STRING, requirements: listOf(requirementType) });
const REQUEST = structFrom("kubernetes.SubjectAccessReviewSpec", {
  resourceAttributes: structFrom("kubernetes.ResourceAttributes", {
    namespace: STRING,
    verb: STRING,
    group: STRING,
    version: STRING,
    resource: STRING,
    subresource: STRING,
    name: STRING,
    fieldSelector: selectorType("kubernetes.FieldSelectorAttributes"),
    labelSelector: selectorType("kubernetes.LabelSelectorAttributes"),
  }),
  nonResourceAttributes: structFrom("kubernetes.NonResourceAttributes", { path: STRING, verb: STRING }),
  user: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
  uid: STRING,
});

/** Whether all conditions hold of a request; one that doesn't decides, whatever is wrong with others. */
function matcherOf(conditions: readonly ConfigReader[], version: "v1" | "v1beta1"): Matcher {
  const place = environment({ variables: { request: REQUEST }, libraries: kubernetesLibraries, hasBindings: true });
  const programs = conditions.map((condition) => {
    condition.allow(["expression"]);
    const source = condition.text("expression") ?? "";
    const compiled = compileExpression(source, place);
    if ("problem" in compiled) throw condition.wrong("expression", `can't be compiled: ${compiled.problem}`);
    if (compiled.type !== celTypes.BOOL && compiled.type !== DYN)
      throw condition.wrong("expression", "is not true or false");
    return { source, program: compiled.program };
  });
  return (attributes) => {
    const request = fromJson(asWhole(accessSpec(attributes, version)));
    const errors: string[] = [];
    for (const { source, program } of programs) {
      try {
        if (program.run(() => request, BUDGET).value !== true) return { isMatch: false };
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        errors.push(`cel evaluation error: expression '${source}' resulted in error: ${error.message}`);
      }
    }
    return errors.length > 0 ? { isMatch: false, error: errors.join(", ") } : { isMatch: true };
  };
}

/** A question in which what is empty is there, too, as expressions see it. */
function asWhole({ resourceAttributes, ...rest }: Readonly<Record<string, unknown>>): unknown {
  const empty = { namespace: "", group: "", version: "", resource: "", subresource: "", name: "" };
  return {
    user: "",
    uid: "",
    groups: [],
    extra: {},
    ...rest,
    ...(resourceAttributes !== undefined && { resourceAttributes: { ...empty, ...resourceAttributes } }),
  };
}
