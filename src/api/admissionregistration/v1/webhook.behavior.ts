import { ageColumn, integerColumn, nameColumn } from "../../columns.ts";
import type { Column, FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { duplicateValue, invalidValue, notSupported, problemsAt, required } from "../../validation/errors.ts";
import { repeats } from "../../validation/repeats.ts";
import { validateLabelSelector } from "../../validation/labels.ts";
import { dnsLabel1035Problems, dnsSubdomainProblems } from "../../validation/names.ts";
import { validateWebhookService, validateWebhookUrl } from "../../validation/webhook.ts";
import type { MutatingWebhookConfiguration } from "./mutatingwebhookconfiguration.ts";
import type { MutatingWebhook, WebhookClientConfig } from "./mutatingwebhookconfiguration.types.ts";
import { conditionExpressionErrors } from "./policy.expressions.ts";
import { validateFailurePolicy, validateMatchConditions, validateRule } from "./rules.validate.ts";
import type { ValidatingWebhookConfiguration } from "./validatingwebhookconfiguration.ts";

const TIMEOUT_SECONDS_DEFAULT = 10;
const TIMEOUT_SECONDS_MAX = 30;
const PORT = 443;
const SIDE_EFFECTS = ["None", "NoneOnDryRun"];
const REVIEW_VERSIONS = ["v1", "v1beta1"];

/** What both kinds of webhooks have; only mutating ones may be called again. */
type Webhook = MutatingWebhook;

const common = {
  generation: true,
  exactGeneration: "webhooks",
  requiresVersion: true,
  looseFinalizers: true,
  metadataLooks: ["whole"],
} as const;

/** What the declaration of validating webhooks can't say. */
export const validatingWebhookBehavior: KindBehavior<ValidatingWebhookConfiguration> = {
  ...common,
  setDefaults: ({ webhooks = [] }) => {
    for (const webhook of webhooks as Mutable<Webhook>[]) setWebhookDefaults(webhook);
  },
  validate: ({ webhooks }) => validateWebhooks(webhooks),
};

/** What the declaration of mutating webhooks can't say. */
export const mutatingWebhookBehavior: KindBehavior<MutatingWebhookConfiguration> = {
  ...common,
  setDefaults: ({ webhooks = [] }) => {
    for (const webhook of webhooks as Mutable<Webhook>[]) {
      setWebhookDefaults(webhook);
      webhook.reinvocationPolicy ??= "Never";
    }
  },
  validate: ({ webhooks }) => validateWebhooks(webhooks),
};

function setWebhookDefaults(webhook: Mutable<Webhook>): void {
  webhook.failurePolicy ??= "Fail";
  webhook.matchPolicy ??= "Equivalent";
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= TIMEOUT_SECONDS_DEFAULT;
  for (const rule of webhook.rules ?? []) rule.scope ??= "*";
  if (webhook.clientConfig.service) webhook.clientConfig.service.port ??= PORT;
}

function validateWebhooks(webhooks: readonly Partial<Webhook>[] | undefined): FieldError[] {
  const all = (webhooks ?? []) as readonly Webhook[];
  const again = repeats(all, ({ name }) => name);
  return all.flatMap((webhook, index) => {
    const path = `webhooks[${index}]`;
    const twice = webhook.name !== "" && again.has(index);
    return [
      ...validateWebhook(webhook, path),
      ...validateReviewVersions(`${path}.admissionReviewVersions`, webhook.admissionReviewVersions),
      ...(twice ? [duplicateValue(`${path}.name`, webhook.name)] : []),
    ];
  });
}

function validateWebhook(webhook: Webhook, path: string): FieldError[] {
  const { matchPolicy, sideEffects, timeoutSeconds, reinvocationPolicy, namespaceSelector, objectSelector } = webhook;
  const errors = validateName(`${path}.name`, webhook.name);
  (webhook.rules ?? []).forEach((rule, index) => errors.push(...validateRule(rule, `${path}.rules[${index}]`)));
  errors.push(...validateFailurePolicy(`${path}.failurePolicy`, webhook.failurePolicy));
  if (matchPolicy !== undefined && !["Equivalent", "Exact"].includes(matchPolicy))
    errors.push(notSupported(`${path}.matchPolicy`, matchPolicy, ["Equivalent", "Exact"]));
  if ((sideEffects ?? undefined) === undefined)
    errors.push(required(`${path}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(", ")}`));
  else if (!SIDE_EFFECTS.includes(sideEffects))
    errors.push(notSupported(`${path}.sideEffects`, sideEffects, SIDE_EFFECTS));
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX)) {
    const detail = `the timeout value must be between 1 and ${TIMEOUT_SECONDS_MAX} seconds`;
    errors.push(invalidValue(`${path}.timeoutSeconds`, timeoutSeconds, detail));
  }
  if (namespaceSelector) errors.push(...validateLabelSelector(`${path}.namespaceSelector`, namespaceSelector));
  if (objectSelector) errors.push(...validateLabelSelector(`${path}.objectSelector`, objectSelector));
  if (reinvocationPolicy !== undefined && !["IfNeeded", "Never"].includes(reinvocationPolicy))
    errors.push(notSupported(`${path}.reinvocationPolicy`, reinvocationPolicy, ["IfNeeded", "Never"]));
  errors.push(...validateClient(`${path}.clientConfig`, webhook.clientConfig));
  const { matchConditions = [] } = webhook;
  return [...errors, ...validateConditions(`${path}.matchConditions`, matchConditions)];
}

/** What is wrong with one condition stands together, that of its expression first. */
function validateConditions(path: string, matchConditions: NonNullable<Webhook["matchConditions"]>): FieldError[] {
  const errors = [
    ...validateMatchConditions(path, matchConditions),
    ...conditionExpressionErrors(path, { matchConditions }),
  ];
  const placeOf = ({ path: at }: FieldError) =>
    2 * Number(/^\[(\d+)\]/.exec(at.slice(path.length))?.[1] ?? -1) + Number(!at.endsWith(".expression"));
  return errors.sort((one, other) => placeOf(one) - placeOf(other));
}

/** A domain with a name in it. */
function validateName(path: string, name: string): FieldError[] {
  if (name === "") return [required(path)];
  const problems = dnsSubdomainProblems(name);
  if (problems.length > 0) return problemsAt(path, name, problems);
  return name.split(".").length >= 3
    ? []
    : [invalidValue(path, name, "should be a domain with at least three segments separated by dots")];
}

function validateClient(path: string, { url, service }: WebhookClientConfig): FieldError[] {
  if ((url === undefined) === (service === undefined))
    return [required(path, "exactly one of url or service is required")];
  if (url !== undefined) return validateWebhookUrl(`${path}.url`, url);
  // Kubernetes tells of a missing name as of a missing namespace here, and the other way round.
  const { name, namespace } = service!;
  return validateWebhookService(`${path}.service`, { ...service, name: namespace!, namespace: name! });
}

function validateReviewVersions(path: string, versions: readonly string[] | null | undefined): FieldError[] {
  const all = versions ?? [];
  if (all.length === 0) return [required(path, `must specify one of ${REVIEW_VERSIONS.join(", ")}`)];
  const errors = all.flatMap((version, index) => {
    const at = `${path}[${index}]`;
    if (all.indexOf(version) < index) return [invalidValue(at, version, "duplicate version")];
    return problemsAt(at, version, dnsLabel1035Problems(version));
  });
  if (!all.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.push(invalidValue(path, all, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
  return errors;
}

/** How many webhooks there are. */
export const webhookColumns: readonly Column<MutatingWebhookConfiguration>[] = [
  nameColumn,
  integerColumn("Webhooks", ({ webhooks }) => webhooks?.length ?? 0),
  ageColumn,
];
