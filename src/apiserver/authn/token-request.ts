import { admitReview } from "../admission/admit.ts";
import {
  badRequest,
  conflict,
  type FieldError,
  invalid,
  type KindDefinition,
  type KubeObject,
  Node,
  notFound,
  Pod,
  Secret,
  ServiceAccount,
  TokenRequest,
} from "../../api/index.ts";
import { type Clock, formatTime } from "../../base/index.ts";
import type { AdmissionPlugin, Reads, RequestInfo, SubresourceHandler } from "../contracts.ts";
import { type Json, respondObject } from "../http/object.ts";
import { readPosted } from "../http/posted.ts";
import { managedBySender } from "../subresources/managed.ts";
import type { BoundObject, ServiceAccountTokens } from "./service-accounts.ts";

const TYPE = { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", struct: TokenRequest };
const SECONDS_DEFAULT = 3600;
const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;

interface Spec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: {
    readonly kind?: string;
    readonly apiVersion?: string;
    readonly name?: string;
    readonly uid?: string;
  };
}

/** A TokenRequest on its way, whose metadata others may have changed. */
type Sent = Json & { metadata: Json };

export interface TokenMaker {
  readonly tokens: ServiceAccountTokens;
  readonly reads: Reads;
  readonly clock: Clock;
  readonly admission: readonly AdmissionPlugin[];
}

/** serviceaccounts/token: a token for the account, for a time, bound to a pod, a secret or a node if asked. */
export function tokenRequests({ tokens, reads, clock, admission }: TokenMaker): SubresourceHandler {
  return async (context) => {
    const { namespace, name } = context.info;
    const sent = await readPosted(context, TYPE, { scope: "Namespaced" });
    const given = (sent.spec ?? {}) as Spec;
    const expirationSeconds = given.expirationSeconds ?? SECONDS_DEFAULT;
    const request: Sent = { ...sent, spec: { ...given, expirationSeconds } };
    request.metadata = managedBySender(context, request, { type: TYPE, clock });
    const kind = ServiceAccount as unknown as KindDefinition;
    const { validate } = await admitReview(context, { kind, object: request, objectKind: TYPE }, { admission, reads });
    checkPlace(request.metadata, context.info);
    const account = await reads.get(ServiceAccount, { namespace, name });
    if (!account) throw notFound({ group: "", plural: "serviceaccounts" }, name);
    const spec = (request.spec ?? {}) as Spec;
    const seconds = spec.expirationSeconds ?? SECONDS_DEFAULT;
    checkSeconds(seconds);
    const { uid } = account.metadata;
    Object.assign(request.metadata, { name, namespace, uid, creationTimestamp: formatTime(clock.now()) });
    const audiences = spec.audiences?.length ? spec.audiences : tokens.audiences;
    request.spec = { ...spec, audiences };
    await validate();
    const { bound, node } = await boundTo(reads, spec, account);
    const { token, expiresMs, id } = tokens.issue({ account, audiences, seconds, bound, node });
    context.audited?.annotate("authentication.kubernetes.io/issued-credential-id", `JTI=${id}`);
    const { managedFields, ...metadata } = request.metadata;
    const answer = {
      metadata: {
        ...metadata,
        name,
        namespace,
        uid,
        creationTimestamp: formatTime(expiresMs - seconds * 1000),
        ...(managedFields !== undefined && { managedFields }),
      },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
      status: { token, expirationTimestamp: formatTime(expiresMs) },
    };
    return respondObject(context, 201, answer, TYPE);
  };
}

/** A request may repeat what its path says. */
function checkPlace(sent: Json | undefined, { namespace, name }: RequestInfo): void {
  const errors = [
    mismatch("metadata.name", sent?.name, { wanted: name, what: "name" }),
    mismatch("metadata.namespace", sent?.namespace, { wanted: namespace, what: "namespace" }),
  ].filter((error) => error !== undefined);
  if (errors.length > 0) throw invalid(TYPE, name, errors);
}

function mismatch(
  path: string,
  value: unknown,
  { wanted, what }: { readonly wanted: string; readonly what: string },
): FieldError | undefined {
  if (!value || value === wanted) return undefined;
  return { path, type: "Invalid", value, detail: `must match the service account ${what} if specified` };
}

function checkSeconds(seconds: number): void {
  const wrong =
    seconds < SECONDS_MIN
      ? "may not specify a duration less than 10 minutes"
      : seconds > SECONDS_MAX
        ? "may not specify a duration larger than 2^32 seconds"
        : undefined;
  if (wrong)
    throw invalid(TYPE, "", [{ path: "spec.expirationSeconds", type: "Invalid", value: seconds, detail: wrong }]);
}

async function boundTo(reads: Reads, { boundObjectRef: ref }: Spec, account: ServiceAccount) {
  if (!ref) return { bound: undefined, node: undefined };
  const { namespace = "" } = account.metadata;
  const kind = { Pod, Secret, Node }[ref.kind ?? ""];
  const [version = "", group = ""] = (ref.apiVersion ?? "").split("/").reverse();
  // The version is nobody's concern.
  if (!kind || group !== "")
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${ref.kind ?? ""}`);
  if (!ref.name) throw badRequest("Name parameter required.");
  const found = (await reads.get(kind as typeof Pod, {
    ...(ref.kind !== "Node" && { namespace }),
    name: ref.name ?? "",
  })) as (KubeObject & Pod) | undefined;
  if (!found) throw notFound({ group: "", plural: kind.plural }, ref.name ?? "");
  if (ref.kind === "Pod" && found.spec.serviceAccountName !== account.metadata.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account.metadata.name)} to pod running with different serviceaccount name.`,
    );
  }
  if (ref.uid && ref.uid !== found.metadata.uid) {
    throw conflict(
      { group: "", plural: kind.kind },
      found.metadata.name,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  const bound: BoundObject = {
    kind: ref.kind as BoundObject["kind"],
    name: found.metadata.name,
    uid: found.metadata.uid,
  };
  if (ref.kind !== "Pod") return { bound, node: undefined };
  const nodeName = found.spec.nodeName;
  if (!nodeName) return { bound, node: undefined };
  const home = await reads.get(Node, { name: nodeName });
  return { bound, node: { name: nodeName, ...(home && { uid: home.metadata.uid }) } };
}
