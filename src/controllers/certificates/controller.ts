import { CertificateSigningRequest, isNotFound, SubjectAccessReview } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import {
  type Authority,
  type CertificateRequest,
  certificateToPem,
  issueCertificate,
  parseCertificateRequest,
  parseCertificates,
} from "../../pki/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import { has, isStale, problemOf, recognize, CLIENT, CLIENT_KUBELET, LEGACY, SERVING } from "./plan.ts";

const SIGNERS = new Set([CLIENT, CLIENT_KUBELET, SERVING, LEGACY]);
const BACKOFF = { baseMs: 200, maxMs: 1_000_000 };
const CLEAN_PERIOD_MS = 3_600_000;
const VALID_MS = 365 * 24 * 3_600_000;
const VALID_MIN_SECONDS = 600;
const BACKDATE_MS = 5 * 60_000;

type Condition = { readonly type: string; readonly reason: string; readonly message: string };

/** Approves the requests of kubelets that are allowed to make them. */
export async function startCertificateApprovingController(environment: ControllerEnvironment): Promise<void> {
  const { client } = environment;
  watchRequests(environment, "certificatesigningrequest-approving", async (request, signal) => {
    if (has(request, "Approved") || has(request, "Denied")) return;
    const recognized = recognize(request, read(request));
    for (const { subresource, message } of recognized) {
      if (!(await isAllowed(environment, request, { subresource, signal }))) continue;
      const changed = withCondition(environment, request, { type: "Approved", reason: "AutoApproved", message });
      const { name } = request.metadata;
      const patch = { metadata: { uid: request.metadata.uid }, status: { conditions: changed.status.conditions } };
      await client.patch(CertificateSigningRequest, { name }, patch, {
        type: "merge",
        subresource: "approval",
        signal,
      });
      return;
    }
    if (recognized.length > 0)
      throw new Error(`approve ${request.metadata.name}: its maker may not make requests for nodes`);
  });
}

/** Signs approved requests that ask for one of the cluster's own signers. */
export async function startCertificateSigningController(environment: ControllerEnvironment): Promise<void> {
  const { options } = environment;
  const authority = options.clusterSigning;
  if (!authority) return;
  watchRequests(environment, "certificatesigningrequest-signing", async (request, signal) => {
    if (!SIGNERS.has(request.spec.signerName) || request.status?.certificate) return;
    if (!has(request, "Approved") || has(request, "Denied") || has(request, "Failed")) return;
    const asked = read(request);
    const message = problemOf(request.spec.signerName, asked, request.spec.usages ?? []);
    const changed = message
      ? withCondition(environment, request, { type: "Failed", reason: "SignerValidationFailure", message })
      : { ...request, status: { ...request.status, certificate: sign(environment, { authority, request, asked }) } };
    await environment.client.updateStatus(CertificateSigningRequest, changed as never, { signal });
  });
}

/** Deletes requests that are over, or that nobody answered. */
export async function startCertificateCleaningController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, clock, scope, log } = environment;
  const requests = informers.for(CertificateSigningRequest);
  scope.spawn("clean certificate requests", async (signal) => {
    await requests.synced;
    while (!signal.aborted) {
      for (const request of requests.list()) {
        const notAfterMs = request.status?.certificate ? expiryOf(request.status.certificate) : undefined;
        if (!isStale(request, { nowMs: clock.now(), notAfterMs })) continue;
        const { name, uid } = request.metadata;
        try {
          await client.delete(CertificateSigningRequest, { name }, { preconditions: { uid }, signal });
        } catch (error) {
          if (!isNotFound(error)) log.warn("Certificate request not deleted", { name, error });
        }
      }
      await clock.sleep(CLEAN_PERIOD_MS, signal);
    }
  });
}

function watchRequests(
  environment: ControllerEnvironment,
  name: string,
  work: (request: CertificateSigningRequest, signal: AbortSignal) => Promise<void>,
): void {
  const requests = environment.informers.for(CertificateSigningRequest);
  const queue = reconcileKeys(environment, {
    name,
    workers: 5,
    synced: [requests.synced],
    backoff: BACKOFF,
    async reconcile(key, signal) {
      const request = requests.get({ name: key });
      if (request) await work(request, signal);
      return undefined;
    },
  });
  requests.subscribe({ apply: ({ metadata }) => queue.add(metadata.name), delete: () => {} });
}

function read({ spec }: CertificateSigningRequest): CertificateRequest {
  return parseCertificateRequest(atob(spec.request));
}

function expiryOf(certificate: string): number | undefined {
  return parseCertificates(atob(certificate))[0]?.notAfterMs;
}

async function isAllowed(
  { client }: ControllerEnvironment,
  { spec }: CertificateSigningRequest,
  { subresource, signal }: { readonly subresource: string; readonly signal: AbortSignal },
): Promise<boolean> {
  const review = {
    spec: {
      user: spec.username,
      uid: spec.uid,
      groups: spec.groups,
      extra: spec.extra,
      resourceAttributes: {
        group: "certificates.k8s.io",
        resource: "certificatesigningrequests",
        verb: "create",
        subresource,
        version: "*",
      },
    },
  };
  const { status } = await client.create(SubjectAccessReview, review as never, { signal });
  return status.allowed === true;
}

function withCondition(
  { clock }: ControllerEnvironment,
  request: CertificateSigningRequest,
  condition: Condition,
): CertificateSigningRequest {
  const now = formatTime(clock.now());
  const added = { ...condition, status: "True", lastUpdateTime: now, lastTransitionTime: now };
  const conditions = [...(request.status?.conditions ?? []), added];
  return { ...request, status: { ...request.status, conditions } } as CertificateSigningRequest;
}

/** The certificate as its request holds it: PEM in base64. */
function sign(
  { clock, random }: ControllerEnvironment,
  {
    authority,
    request: { spec },
    asked,
  }: {
    readonly authority: Authority;
    readonly request: CertificateSigningRequest;
    readonly asked: CertificateRequest;
  },
): string {
  const seconds = spec.expirationSeconds;
  const validForMs = seconds === undefined ? VALID_MS : Math.min(VALID_MS, Math.max(VALID_MIN_SECONDS, seconds) * 1000);
  const nowMs = clock.now();
  const certificate = issueCertificate(authority, {
    clock,
    random,
    subject: asked.subject,
    publicKey: asked.publicKey,
    usages: (spec.usages ?? []) as never,
    notBeforeMs: nowMs - BACKDATE_MS,
    notAfterMs: nowMs - BACKDATE_MS + validForMs,
    ...(asked.extensions.sans && { sans: asked.extensions.sans }),
  });
  return btoa(certificateToPem(certificate));
}
