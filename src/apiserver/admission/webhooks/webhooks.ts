import { inVersion, requestVersions, takeBack } from "../versions.ts";
import { Rounds } from "../rounds.ts";
import { overwrite } from "../overwrite.ts";
import { jsonEqual } from "../../../base/index.ts";
import {
  badRequest,
  compilePolicy,
  forbidden,
  internal,
  type KindDefinition,
  Namespace,
  type PolicySource,
  StatusError,
} from "../../../api/index.ts";
import { isObject, JsonError, parseJson } from "../../../schema/index.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../contracts.ts";
import { applyJsonPatch, JsonPatchError } from "../../verbs/json-patch.ts";
import { Budget } from "../policies/evaluate.ts";
import type { NamespaceLabels } from "../policies/match.ts";
import { type Policy, type PolicyOptions, valuesFor } from "../policies/policies.ts";
import { conditionsHold } from "../policies/validating.ts";
import { CallError, type WebhookCaller } from "./caller.ts";
import { answerFrom, type ReviewAnswer, reviewOf, reviewVersion } from "./review.ts";
import { MUTATING, VALIDATING, type Wanted, type Webhook, webhooksFor } from "./webhook.ts";

type Json = Record<string, unknown>;

/** Changes requests as webhooks say, one after the other. */
export function mutatingWebhooks(caller: WebhookCaller, options: PolicyOptions): AdmissionPlugin {
  const rounds = new Rounds();
  const changers = async (request: AdmissionRequest) =>
    (await wantedFor(request, MUTATING, options)).map((wanted) => ({
      key: wanted.key,
      isAskedAgain: wanted.webhook.reinvocationPolicy === "IfNeeded",
      change: () => mutate(wanted, request, { caller, options }),
    }));
  return {
    name: "MutatingAdmissionWebhook",
    seesConnections: true,
    isIdle: (reads) => reads.isEmpty(MUTATING),
    admit: async (request) => rounds.ask(request, await changers(request)),
    admitAgain: (request) => rounds.askAgain(request, () => changers(request)),
  };
}

/** Refuses what webhooks say no to; they are asked at the same time. */
export function validatingWebhooks(caller: WebhookCaller, options: PolicyOptions): AdmissionPlugin {
  return {
    name: "ValidatingAdmissionWebhook",
    seesConnections: true,
    isIdle: (reads) => reads.isEmpty(VALIDATING),
    async validate(request) {
      const all = await wantedFor(request, VALIDATING, options);
      if (all.length === 0) return;
      const outcomes = await Promise.allSettled(
        all.map(async ({ webhook, version }) =>
          judge(webhook, await inVersion(request, version), { caller, options, isMutating: false }),
        ),
      );
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    },
  };
}

function wantedFor(request: AdmissionRequest, configurations: KindDefinition, { versionsOf }: PolicyOptions) {
  return webhooksFor(request, { configurations, labelsOf: () => namespaceLabels(request), versionsOf });
}

interface Asking {
  readonly caller: WebhookCaller;
  readonly options: PolicyOptions;
  readonly isMutating: boolean;
}

/** Whether the webhook changed the object. */
async function mutate(
  { webhook, version }: Wanted,
  request: AdmissionRequest,
  asking: Omit<Asking, "isMutating">,
): Promise<boolean> {
  const view = await inVersion(request, version);
  const answer = await judge(webhook, view, { ...asking, isMutating: true });
  const { object } = view;
  if (answer?.patch === undefined || !object) return false;
  const made = patched(object, answer.patch);
  if (jsonEqual(made, object)) return false;
  overwrite(object, made);
  await takeBack(request, view);
  return true;
}

function patched(object: Json, patch: string): Json {
  try {
    const operations = parseJson(Buffer.from(patch, "base64").toString()).value;
    if (!Array.isArray(operations)) throw new JsonPatchError("the patch is no list of operations");
    const made = applyJsonPatch(structuredClone(object), operations);
    if (!isObject(made)) throw new JsonPatchError("the patch leaves no object");
    return made;
  } catch (error) {
    if (error instanceof JsonPatchError || error instanceof JsonError) throw internal(error.message, { cause: error });
    throw error;
  }
}

/** What a webhook says of a request; nothing when it isn't to be asked, or can't and that is to be ignored. */
async function judge(webhook: Webhook, request: AdmissionRequest, asking: Asking): Promise<ReviewAnswer | undefined> {
  if (!(await isWanted(webhook, request, asking))) return undefined;
  const { name, sideEffects } = webhook;
  if (request.dryRun && sideEffects !== "None" && sideEffects !== "NoneOnDryRun")
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  try {
    const answer = await ask(webhook, request, asking);
    request.warnings.push(...answer.warnings);
    for (const [key, value] of Object.entries(answer.notes))
      if (typeof value === "string") request.audited?.annotate(`${name}/${key}`, value);
    if (!answer.allowed) throw refused(name, answer.result);
    return answer;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (webhook.failurePolicy === "Ignore") return undefined;
    throw internal(`failed calling webhook ${JSON.stringify(name)}: ${error.message}`, { cause: error });
  }
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
  const review = reviewOf(request, { uid, made, version, isMutating });
  const value = await caller.call(webhook, review, request.reads).catch((error) => {
    throw error instanceof CallError
      ? new CallError(`failed to call webhook: ${error.message}`, { cause: error })
      : error;
  });
  const answer = answerFrom(value, { uid, version, isMutating });
  if (typeof answer === "string") throw new CallError(`received invalid webhook response: ${answer}`);
  return answer;
}

/** Whether the webhook's conditions hold; 403 when that can't be told and failures count. */
async function isWanted(webhook: Webhook, request: AdmissionRequest, { options }: Asking): Promise<boolean> {
  const { matchConditions = [], failurePolicy, name } = webhook;
  if (matchConditions.length === 0) return true;
  const values = await valuesFor(request, options);
  const policy: Policy = { metadata: { name }, spec: { matchConditions } };
  const compiled = compilePolicy(webhook as PolicySource);
  const holds = await values.settle(() =>
    conditionsHold(policy, compiled, { budget: new Budget(), lookup: (variable) => values.value(variable) }),
  );
  if (typeof holds !== "string") return holds;
  if (failurePolicy === "Ignore") return false;
  throw forbidden(request.kind, request.name, holds);
}

/** The webhook's own status, made to be a refusal. */
function refused(name: string, result: Json = {}): StatusError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const { code, message, reason } = result as { code?: number; message?: string; reason?: string };
  const why = message || reason;
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    ...result,
    status: "Failure",
    message: why ? `${by}: ${why}` : `${by} without explanation`,
    code: typeof code === "number" && code >= 400 ? code : 400,
  };
  return new StatusError(status as unknown as ConstructorParameters<typeof StatusError>[0]);
}

/** Labels of the namespace that a request is in, or is about; undefined outside of namespaces. */
async function namespaceLabels({
  kind,
  namespace,
  object,
  oldObject,
  reads,
}: AdmissionRequest): Promise<NamespaceLabels> {
  const isNamespace = kind.group === "" && kind.plural === "namespaces";
  if (!isNamespace && namespace === "") return undefined;
  const holder = isNamespace
    ? (object ?? oldObject)
    : await reads.get(Namespace as unknown as KindDefinition, { name: namespace });
  return (holder as { metadata?: { labels?: Record<string, string> } } | undefined)?.metadata?.labels ?? {};
}
