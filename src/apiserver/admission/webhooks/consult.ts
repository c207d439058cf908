import {
  badRequest,
  compilePolicy,
  forbidden,
  type KindDefinition,
  Namespace,
  type PolicySource,
  qualifiedNameProblems,
} from "../../../api/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { Budget } from "../policies/evaluate.ts";
import type { Matching, NamespaceLabels } from "../policies/match.ts";
import { type Policy, type PolicyOptions, valuesFor } from "../policies/policies.ts";
import { conditionsHold } from "../policies/validating.ts";
import { requestVersions } from "../versions.ts";
import { CallError, type WebhookCaller } from "./caller.ts";
import { type Looked, Rejection, type WebhookMetrics } from "./metrics.ts";
import { answerFrom, type ReviewAnswer, reviewOf, reviewVersion } from "./review.ts";
import type { Webhook } from "./webhook.ts";

type Json = Record<string, unknown>;

/** What webhooks of both kinds work with. */
export interface WebhookParts {
  readonly caller: WebhookCaller;
  readonly options: PolicyOptions;
  readonly metrics: WebhookMetrics;
}

export interface Asking extends WebhookParts {
  readonly isMutating: boolean;
}

/** What of a request matters for whether webhooks are shown it, beside the object. */
export async function matchingOf(request: AdmissionRequest, { versionsOf }: PolicyOptions) {
  const versions = requestVersions(request, versionsOf);
  const { kind, namespace, name, reads, operation, subresource } = request;
  const isNamespace = kind.group === "" && kind.plural === "namespaces";
  // A namespace goes by the labels that it is to have.
  const isOwn = isNamespace && subresource === "" && (operation === "CREATE" || operation === "UPDATE");
  const holder = isNamespace ? name : namespace;
  const stored = isOwn || holder === "" ? undefined : labelsOf(await reads.get(NAMESPACE, { name: holder }));
  return (shown: AdmissionRequest): Matching => ({
    request: shown,
    labels: isOwn ? labelsOf(shown.object) : stored,
    versions,
  });
}

const NAMESPACE = Namespace as unknown as KindDefinition;

function labelsOf(holder: unknown): NonNullable<NamespaceLabels> {
  return (holder as { metadata?: { labels?: Record<string, string> } } | undefined)?.metadata?.labels ?? {};
}

/** Whether a webhook's conditions hold; 403 when that can't be told and failures count. */
export async function isWanted(
  webhook: Webhook,
  request: AdmissionRequest,
  { options, metrics, isMutating }: Asking,
): Promise<boolean> {
  const { matchConditions = [], failurePolicy, name } = webhook;
  if (matchConditions.length === 0) return true;
  const startedMs = metrics.now();
  const values = await valuesFor(request, options);
  const policy: Policy = { metadata: { name }, spec: { matchConditions } };
  const compiled = compilePolicy(webhook as PolicySource);
  let errors = 0;
  const holds = await values.settle(() => {
    errors = 0;
    const lookup = (variable: string) => values.value(variable);
    return conditionsHold(policy, compiled, { budget: new Budget(), lookup, failed: () => errors++ });
  });
  const isExcluded = holds === false || (typeof holds === "string" && failurePolicy === "Ignore");
  const looked: Looked = { name, isMutating, operation: request.operation };
  if (holds !== true) metrics.conditionsFailed(looked, { startedMs, errors, isExcluded });
  if (typeof holds !== "string" || isExcluded) return !isExcluded;
  const [made = request.kind] = requestVersions(request, options.versionsOf);
  throw forbidden(made, request.name, holds);
}

/** What a webhook says of a request, which it may be against; throws {@link CallError} when it says nothing that makes sense. */
export async function consult(webhook: Webhook, request: AdmissionRequest, asking: Asking): Promise<ReviewAnswer> {
  const { name, sideEffects } = webhook;
  if (request.dryRun && sideEffects !== "None" && sideEffects !== "NoneOnDryRun")
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  const answer = await ask(webhook, request, asking);
  for (const [key, value] of Object.entries(answer.notes)) note(request, `${name}/${key}`, value);
  request.warnings.push(...answer.warnings.filter((text) => text !== ""));
  if (!answer.allowed) throw rejection(name, answer.result);
  return answer;
}

/** Under what is no name nothing is noted. */
function note({ audited }: AdmissionRequest, key: string, value: string): void {
  if (audited && qualifiedNameProblems(key).length === 0) audited.annotate(key, value);
}

async function ask(
  webhook: Webhook,
  request: AdmissionRequest,
  { caller, isMutating, options }: Asking,
): Promise<ReviewAnswer> {
  const uid = caller.newUid();
  const [made = request.kind] = requestVersions(request, options.versionsOf);
  const version = reviewVersion(webhook);
  if (!version) throw new CallError("webhook does not accept known AdmissionReview versions (v1, v1beta1)");
  const review = reviewOf(request, { uid, made, version });
  const value = await caller.call(webhook, review, request.reads).catch((error) => {
    throw error instanceof CallError
      ? new CallError(`failed to call webhook: ${error.message}`, { cause: error, code: error.code })
      : error;
  });
  return answerFrom(value, { uid, version, isMutating });
}

/** A webhook's own status, made to be a refusal. */
function rejection(webhook: string, result: Json = {}): Rejection {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const { code, message, reason, status } = result as {
    code?: number;
    message?: string;
    reason?: string;
    status?: string;
  };
  const why = message || reason;
  const refusal = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    ...result,
    status: status && status !== "Success" ? status : "Failure",
    message: why ? `${by}: ${why}` : `${by} without explanation`,
    code: code !== undefined && code >= 400 ? code : 400,
  };
  return new Rejection(refusal as unknown as ConstructorParameters<typeof Rejection>[0]);
}
