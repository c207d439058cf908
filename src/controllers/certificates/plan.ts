import type { CertificateSigningRequest } from "../../api/index.ts";
import { parseTime } from "../../base/index.ts";
import type { CertificateRequest } from "../../pki/index.ts";

export const CLIENT = "kubernetes.io/kube-apiserver-client";
export const CLIENT_KUBELET = "kubernetes.io/kube-apiserver-client-kubelet";
export const SERVING = "kubernetes.io/kubelet-serving";
export const LEGACY = "kubernetes.io/legacy-unknown";

type Asked = Pick<CertificateRequest, "subject" | "extensions">;
type Usages = readonly string[];

const NODES = "system:nodes";
const NODE_PREFIX = "system:node:";

/** Why the signer of this name turns a request down; undefined when it signs. */
export function problemOf(signerName: string, asked: Asked, usages: Usages): string | undefined {
  switch (signerName) {
    case CLIENT:
      return clientUsageProblem(usages);
    case CLIENT_KUBELET:
      return kubeletClientProblem(asked, usages);
    case SERVING:
      return kubeletServingProblem(asked, usages);
    default:
      return undefined;
  }
}

function clientUsageProblem(usages: Usages): string | undefined {
  const allowed = ["digital signature", "key encipherment", "client auth"];
  const odd = usages.find((usage) => !allowed.includes(usage));
  if (odd !== undefined) return `invalid usage for client certificate: ${odd}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}

function kubeletClientProblem({ subject, extensions }: Asked, usages: Usages): string | undefined {
  if (!isOfNodes(subject)) return "subject organization is not system:nodes";
  const { dns = [], email = [], ip = [], uri = [] } = namesOf(extensions);
  if (dns.length > 0) return "DNS subjectAltNames are not allowed";
  if (email.length > 0) return "Email subjectAltNames are not allowed";
  if (ip.length > 0) return "IP subjectAltNames are not allowed";
  if (uri.length > 0) return "URI subjectAltNames are not allowed";
  if (!subject.commonName?.startsWith(NODE_PREFIX)) return "subject common name does not begin with system:node:";
  return usageProblem(usages, "client auth");
}

function kubeletServingProblem({ subject, extensions }: Asked, usages: Usages): string | undefined {
  if (!isOfNodes(subject)) return "subject organization is not system:nodes";
  const { dns = [], email = [], ip = [], uri = [] } = namesOf(extensions);
  if (dns.length === 0 && ip.length === 0) return "DNS or IP subjectAltName is required";
  if (email.length > 0) return "Email subjectAltNames are not allowed";
  if (uri.length > 0) return "URI subjectAltNames are not allowed";
  const problem = usageProblem(usages, "server auth");
  if (problem) return problem;
  return subject.commonName?.startsWith(NODE_PREFIX)
    ? undefined
    : "subject common name does not begin with system:node:";
}

interface Names {
  readonly dns?: readonly unknown[];
  readonly email?: readonly unknown[];
  readonly ip?: readonly unknown[];
  readonly uri?: readonly unknown[];
}

function namesOf({ sans }: Asked["extensions"]): Names {
  return (sans ?? {}) as Names;
}

function isOfNodes({ organizations = [] }: Asked["subject"]): boolean {
  return organizations.length === 1 && organizations[0] === NODES;
}

/** Keys of some kinds don't encipher: either list is right. */
function usageProblem(usages: Usages, purpose: string): string | undefined {
  const wanted = [purpose, "digital signature", "key encipherment"].sort();
  const given = [...new Set(usages)].sort().join();
  const isRight = given === wanted.join() || given === wanted.filter((usage) => usage !== "key encipherment").join();
  return isRight ? undefined : `usages did not match [${wanted.join(" ")}]`;
}

/** What somebody has to be allowed for a kubelet's request to be approved by itself. */
export interface Recognized {
  readonly subresource: "nodeclient" | "selfnodeclient";
  readonly message: string;
}

/** The kinds of request that are approved without a human, most specific first. */
export function recognize({ spec }: CertificateSigningRequest, asked: Asked): readonly Recognized[] {
  if (spec.signerName !== CLIENT_KUBELET || kubeletClientProblem(asked, spec.usages ?? [])) return [];
  const self: Recognized = {
    subresource: "selfnodeclient",
    message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
  };
  const any: Recognized = {
    subresource: "nodeclient",
    message: "Auto approving kubelet client certificate after SubjectAccessReview.",
  };
  return asked.subject.commonName === spec.username ? [self, any] : [any];
}

/** Whether a request has a condition. */
export function has({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type) ?? false;
}

const HOUR_MS = 3_600_000;
const ISSUED_MS = HOUR_MS;
const DENIED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/** Whether a request has been of no use for long enough. */
export function isStale(
  request: CertificateSigningRequest,
  { nowMs, notAfterMs }: { readonly nowMs: number; readonly notAfterMs: number | undefined },
): boolean {
  const { status, metadata } = request;
  const isOld = (type: string, ageMs: number) =>
    status?.conditions?.some(
      (condition) => condition.type === type && nowMs - parseTime(condition.lastUpdateTime ?? "") > ageMs,
    ) ?? false;
  if (status?.certificate) return isOld("Approved", ISSUED_MS) || (notAfterMs !== undefined && notAfterMs < nowMs);
  if (has(request, "Denied")) return isOld("Denied", DENIED_MS);
  if (has(request, "Failed")) return isOld("Failed", DENIED_MS);
  if (has(request, "Approved")) return false;
  return nowMs - parseTime(metadata.creationTimestamp) > PENDING_MS;
}
