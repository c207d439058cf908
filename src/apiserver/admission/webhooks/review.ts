import { operationOptions } from "../operation-options.ts";
import { kindName, resourceName } from "../versions.ts";
import { groupVersion, type KindDefinition } from "../../../api/index.ts";
import { isObject } from "../../../schema/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import type { Webhook } from "./webhook.ts";

type Json = Record<string, unknown>;

const GROUP = "admission.k8s.io";
const KIND = "AdmissionReview";

/** Versions in which webhooks can be asked; of an answer in the older one little is checked. */
const VERSIONS = ["v1", "v1beta1"] as const;
export type ReviewVersion = (typeof VERSIONS)[number];

/** The first of the versions that a webhook takes in which it can be asked. */
export function reviewVersion({ admissionReviewVersions = [] }: Webhook): ReviewVersion | undefined {
  for (const version of admissionReviewVersions) if (isKnown(version)) return version;
  return undefined;
}

const isKnown = (version: string): version is ReviewVersion => (VERSIONS as readonly string[]).includes(version);

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
  readonly version: ReviewVersion;
  readonly isMutating: boolean;
}

/** What a webhook is asked. */
export function reviewOf(request: AdmissionRequest, { uid, made, isMutating, version }: ReviewOptions): Json {
  const { kind, objectKind, subresource, name, namespace, operation, user, object, oldObject, dryRun } = request;
  return {
    kind: KIND,
    apiVersion: `${GROUP}/${version}`,
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
  { uid, version, isMutating }: Pick<ReviewOptions, "uid" | "version" | "isMutating">,
): ReviewAnswer | string {
  if (!isObject(review)) return "expected an AdmissionReview";
  const { kind, apiVersion, response } = review;
  const isStrict = version === "v1";
  const wanted = `${GROUP}/${version}`;
  if (isStrict && (kind !== KIND || apiVersion !== wanted))
    return `expected webhook response of ${wanted}, Kind=${KIND}, got ${String(apiVersion ?? "")}, Kind=${String(kind ?? "")}`;
  if (!isObject(response)) return "webhook response was absent";
  if (isStrict && response.uid !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`;
  const { patch, patchType } = response;
  const problem = isStrict ? patchProblem({ patch, patchType, isMutating }) : undefined;
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
