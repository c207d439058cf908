import { AdmissionReview, canonicalQuantity, type KindDefinition } from "../../../api/index.ts";
import { DecodeError, decodeJson, isObject } from "../../../schema/index.ts";
import type { AdmissionRequest } from "../../contracts.ts";
import { operationOptions } from "../operation-options.ts";
import { kindName, resourceName } from "../versions.ts";
import { CallError } from "./caller.ts";
import type { Webhook } from "./webhook.ts";

type Json = Record<string, unknown>;

const GROUP = "admission.k8s.io";
const KIND = "AdmissionReview";
/** Of the original's reader of reviews, which it names when it meets a type that it doesn't know. */
const SCHEME = "pkg/runtime/scheme.go:110";

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
  /** In base64; of mutating webhooks only. */
  readonly patch: string | undefined;
  readonly patchType: string;
  /** What it wants noted, by key. */
  readonly notes: Readonly<Record<string, string>>;
}

interface ReviewOptions {
  readonly uid: string;
  /** The version in which the client asked. */
  readonly made: KindDefinition;
  readonly version: ReviewVersion;
}

/** What a webhook is asked. */
export function reviewOf(request: AdmissionRequest, { uid, made, version }: ReviewOptions): Json {
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
      object: object ?? null,
      oldObject: oldObject ?? null,
      dryRun,
      options: operationOptions(request),
    },
  };
}

interface Asked extends Pick<ReviewOptions, "uid" | "version"> {
  readonly isMutating: boolean;
}

/** Reads an answer; throws {@link CallError} for what is none. */
export function answerFrom(review: unknown, asked: Asked): ReviewAnswer {
  const { kind, apiVersion, response } = readReview(review, asked.version);
  const problem = responseProblem({ kind, apiVersion, response }, asked);
  if (problem !== undefined) throw new CallError(`received invalid webhook response: ${problem}`);
  const { allowed, status, patch, patchType, warnings, auditAnnotations } = response as Json;
  const isOld = asked.version === "v1beta1";
  return {
    allowed: allowed === true,
    result: status as Json | undefined,
    warnings: (warnings ?? []) as readonly string[],
    patch: asked.isMutating && patch !== "" ? (patch as string | undefined) : undefined,
    // Who answers in the old version didn't have to say of which type a patch is.
    patchType: isOld ? "JSONPatch" : String(patchType ?? ""),
    notes: (auditAnnotations ?? {}) as Readonly<Record<string, string>>,
  };
}

interface Read {
  readonly kind: unknown;
  readonly apiVersion: unknown;
  /** Of the declared types, with what was given empty. */
  readonly response: Json | undefined;
}

function readReview(review: unknown, version: ReviewVersion): Read {
  if (!isObject(review)) throw failed("expected an AdmissionReview");
  const problem = typeProblem(review, version);
  if (problem !== undefined) throw failed(problem);
  const { kind, apiVersion } = review;
  try {
    const { response } = decodeJson(AdmissionReview, review, { quantity: canonicalQuantity }).value;
    const given = review.response;
    if (!isObject(given)) return { kind, apiVersion, response: undefined };
    const { patchType } = given;
    return { kind, apiVersion, response: { ...(response as Json | undefined), patchType } };
  } catch (error) {
    if (error instanceof DecodeError) throw failed(error.message);
    throw error;
  }
}

const failed = (why: string) => new CallError(`failed to call webhook: ${why}`);

/** What is wrong with what an answer calls itself; what it doesn't say counts as what was asked for, at first. */
function typeProblem({ kind, apiVersion }: Json, version: ReviewVersion): string | undefined {
  const wanted = `${GROUP}/${version}`;
  const [ownKind, ownVersion] = [String(kind || KIND), String(apiVersion || wanted)];
  if (ownVersion === "v1" && ownKind === "Status")
    return `converting (v1.Status) to (${version}.${KIND}): unknown conversion`;
  const isReview = ownKind === KIND && VERSIONS.some((one) => ownVersion === `${GROUP}/${one}`);
  if (!isReview)
    return `no kind ${JSON.stringify(ownKind)} is registered for version ${JSON.stringify(ownVersion)} in scheme ${JSON.stringify(SCHEME)}`;
  if (ownVersion !== wanted)
    return `converting (${ownVersion.split("/")[1]}.${KIND}) to (${version}.${KIND}): unknown conversion`;
  return undefined;
}

function responseProblem(
  { kind, apiVersion, response }: Read,
  { uid, version, isMutating }: Asked,
): string | undefined {
  if (!response) return "webhook response was absent";
  // The older version came without such rules.
  if (version === "v1beta1") return undefined;
  if ((response.uid ?? "") !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`;
  const wanted = `${GROUP}/${version}`;
  if (kind !== KIND || apiVersion !== wanted) {
    const [group, own = ""] = String(apiVersion ?? "").split("/");
    return `expected webhook response of ${wanted}, Kind=${KIND}, got ${group ?? ""}/${own}, Kind=${String(kind ?? "")}`;
  }
  return patchProblem(response, isMutating);
}

function patchProblem({ patch, patchType }: Json, isMutating: boolean): string | undefined {
  const hasPatch = patch !== undefined && patch !== "";
  const hasType = patchType !== undefined && patchType !== null;
  if (!isMutating) {
    if (hasPatch) return "validating webhook may not return response.patch";
    return hasType ? "validating webhook may not return response.patchType" : undefined;
  }
  if (hasPatch && !hasType) return "webhook returned response.patch but not response.patchType";
  if (!hasPatch && hasType) return "webhook returned response.patchType but not response.patch";
  return patchType === "" ? `webhook returned invalid response.patchType of ""` : undefined;
}
