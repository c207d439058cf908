import { operationOptions } from "../operation-options.ts";
import { kindName, resourceName } from "../versions.ts";
import { groupVersion, type KindDefinition } from "../../../api/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import type { Webhook } from "./webhook.ts";

type Json = Record<string, unknown>;

const API_VERSION = "admission.k8s.io/v1";
const KIND = "AdmissionReview";
/** What a webhook said. */
export interface ReviewAnswer {
  readonly allowed: boolean;
  readonly result: Json | undefined;
  readonly warnings: readonly string[];
  /** JSON patch in base64; of mutating webhooks only. */
  readonly patch: string | undefined;
  /** What it wants noted, by key. */
  readonly notes: Json;
}

interface ReviewOptions {
  readonly uid: string;
  /** The version in which the client asked. */
  readonly made: KindDefinition;
  readonly webhook: Webhook;
  readonly isMutating: boolean;
}

/** What a webhook is asked; undefined when it takes no version that this server speaks. */
export function reviewOf(
  request: AdmissionRequest,
  { uid, made, isMutating, webhook: { admissionReviewVersions } }: ReviewOptions,
): Json | undefined {
  if (!admissionReviewVersions?.includes("v1")) return undefined;
  const { kind, objectKind, subresource, name, namespace, operation, user, object, oldObject, dryRun } = request;
  return {
    kind: KIND,
    apiVersion: API_VERSION,
    request: {
      uid,
      kind: kindName(objectKind ?? kind),
      resource: resourceName(kind),
      ...(subresource && { subResource: subresource }),
      requestKind: kindName(objectKind ?? made),
      requestResource: resourceName(made),
      ...(subresource && { requestSubResource: subresource }),
      ...(name && { name }),
      ...(namespace && { namespace }),
      operation,
      userInfo: {
        username: user.name,
        ...(user.uid && { uid: user.uid }),
        groups: user.groups,
        ...(user.extra && { extra: user.extra }),
      },
      object: typed(request, isMutating ? unmade(request) : withVersion(object, oldObject)),
      oldObject: typed(request, oldObject),
      dryRun,
      options: operationOptions(operation, request.query),
    },
  };
}

/** What only the server says of a new object it says once nobody changes it any more. */
function unmade({ operation, object }: AdmissionRequest): Json | undefined {
  if (operation !== "CREATE" || !object?.metadata) return object;
  const { uid: _, creationTimestamp: __, generation: ___, ...metadata } = object.metadata as Json;
  return { ...object, metadata };
}

/** What is to be stored has the version that it takes the place of, whether or not the client named it. */
function withVersion(object: Json | undefined, oldObject: unknown): Json | undefined {
  const { resourceVersion } = ((oldObject ?? {}) as { metadata?: Json }).metadata ?? {};
  const metadata = object?.metadata as Json | undefined;
  if (!object || resourceVersion === undefined || metadata?.resourceVersion !== undefined) return object;
  return { ...object, metadata: { ...metadata, resourceVersion } };
}

function typed({ kind, objectKind = kind }: AdmissionRequest, object: unknown): unknown {
  return object ? { kind: objectKind.kind, apiVersion: groupVersion(objectKind), ...(object as Json) } : null;
}

/** Reads an answer; a text says what is wrong with it. */
export function answerFrom(
  review: unknown,
  { uid, isMutating }: { readonly uid: string; readonly isMutating: boolean },
): ReviewAnswer | string {
  if (!isObject(review)) return "expected an AdmissionReview";
  const { kind, apiVersion, response } = review;
  if (kind !== KIND || apiVersion !== API_VERSION)
    return `expected webhook response of ${API_VERSION}, Kind=${KIND}, got ${String(apiVersion ?? "")}, Kind=${String(kind ?? "")}`;
  if (!isObject(response)) return "webhook response was absent";
  if (response.uid !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`;
  const { patch, patchType } = response;
  const problem = patchProblem({ patch, patchType, isMutating });
  if (problem !== undefined) return problem;
  return {
    allowed: response.allowed === true,
    result: isObject(response.status) ? response.status : undefined,
    warnings: Array.isArray(response.warnings) ? response.warnings.filter((one) => typeof one === "string") : [],
    patch: typeof patch === "string" && patch !== "" ? patch : undefined,
    notes: isObject(response.auditAnnotations) ? response.auditAnnotations : {},
  };
}

function patchProblem({
  patch,
  patchType,
  isMutating,
}: {
  readonly patch: unknown;
  readonly patchType: unknown;
  readonly isMutating: boolean;
}): string | undefined {
  const hasPatch = typeof patch === "string" && patch !== "";
  const hasType = patchType !== undefined && patchType !== null;
  if (!isMutating) {
    if (hasPatch) return "validating webhook may not return response.patch";
    return hasType ? "validating webhook may not return response.patchType" : undefined;
  }
  if (hasPatch && !hasType) return "webhook returned response.patch but not response.patchType";
  if (!hasPatch && hasType) return "webhook returned response.patchType but not response.patch";
  return hasType && patchType !== "JSONPatch"
    ? `webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`
    : undefined;
}
