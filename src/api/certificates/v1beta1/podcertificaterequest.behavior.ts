import { jsonEqual } from "../../../base/index.ts";
import { requestProblem } from "../v1/request-der.ts";
import { validateSignerName } from "../v1/signer-name.validate.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  dnsSubdomainProblems,
  IMMUTABLE,
  invalidValue,
  invalidWithoutValue,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
  tooLong,
  validateConditions,
} from "../../validation/index.ts";
import type { PodCertificateRequest, PodCertificateRequestSpec } from "./podcertificaterequest.ts";

const UID_BYTES_MAX = 128;
const EXPIRATION_SECONDS_MIN = 3600;
const EXPIRATION_SECONDS_MAX = 91 * 24 * 3600;
const VERDICTS = ["Issued", "Denied", "Failed"];

/** What a pod's request for a certificate can't declare. */
export const podCertificateRequestBehavior: KindBehavior<PodCertificateRequest> = {
  requiresVersion: true,
  generation: false,
  selectsNamespace: false,
  selectableFields: {
    "spec.signerName": ({ spec }) => spec.signerName,
    "spec.podName": ({ spec }) => spec.podName,
    "spec.nodeName": ({ spec }) => spec.nodeName,
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) =>
    jsonEqual(spec, old.spec) ? [] : [invalidValue("spec", internalForm(spec), IMMUTABLE)],
  validateStatusUpdate: validateStatus,
};

function validateSpec(spec: PodCertificateRequestSpec): FieldError[] {
  const { maxExpirationSeconds: seconds, unverifiedUserAnnotations = {} } = spec;
  const name = (field: "podName" | "serviceAccountName" | "nodeName") =>
    problemsAt(`spec.${field}`, spec[field], dnsSubdomainProblems(spec[field]));
  const errors = [
    ...validateSignerName(spec.signerName),
    ...name("podName"),
    ...validateUid("spec.podUID", spec.podUID),
    ...name("serviceAccountName"),
    ...validateUid("spec.serviceAccountUID", spec.serviceAccountUID),
    ...name("nodeName"),
    ...validateUid("spec.nodeUID", spec.nodeUID),
  ];
  if (seconds !== undefined && (seconds < EXPIRATION_SECONDS_MIN || seconds > EXPIRATION_SECONDS_MAX)) {
    const detail = `must be in the range [${EXPIRATION_SECONDS_MIN}, ${EXPIRATION_SECONDS_MAX}]`;
    errors.push(invalidValue("spec.maxExpirationSeconds", seconds, detail));
  }
  errors.push(...validateKey(spec));
  for (const key of Object.keys(unverifiedUserAnnotations)) {
    const path = "spec.unverifiedUserAnnotations";
    errors.push(...problemsAt(path, key.toLowerCase(), qualifiedNameProblems(key.toLowerCase())));
    if (!key.includes("/"))
      errors.push(invalidValue(path, key, 'must be a domain-prefixed key (such as "acme.io/foo")'));
  }
  return errors;
}

function validateUid(path: string, uid: string): FieldError[] {
  if (Buffer.byteLength(uid) > UID_BYTES_MAX) return [tooLong(path, UID_BYTES_MAX)];
  return uid === "" ? [invalidValue(path, "", "must not be empty")] : [];
}

/** The key to certify is in a request that is signed with it; the older two fields may not be given beside it. */
function validateKey({ stubPKCS10Request, pkixPublicKey, proofOfPossession }: PodCertificateRequestSpec): FieldError[] {
  const isOld = Boolean(pkixPublicKey || proofOfPossession);
  if (Boolean(stubPKCS10Request) === isOld) {
    const detail = "exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set";
    return [invalidWithoutValue("spec", detail)];
  }
  return !isOld && requestProblem(Buffer.from(stubPKCS10Request!, "base64")) !== undefined
    ? [invalidWithoutValue("spec.stubPKCS10Request", "must be a valid PKCS#10 CSR")]
    : [];
}

/** The verdict on a request: one condition, which stays, and with it the certificate where one was issued. */
function validateStatus(request: PodCertificateRequest, old: PodCertificateRequest): FieldError[] {
  const { conditions = [], ...rest } = request.status;
  const errors: FieldError[] = [];
  for (const [index, { type, status }] of conditions.entries()) {
    const path = `status.conditions.[${index}]`;
    if (!VERDICTS.includes(type)) errors.push(notSupported(`${path}.type`, type, VERDICTS));
    else if (conditions.findIndex((one) => VERDICTS.includes(one.type)) < index) {
      const detail = 'There may be at most one condition with type "Issued", "Denied", or "Failed"';
      errors.push(invalidValue(`${path}.type`, type, detail));
    }
    if (status !== "True") errors.push(notSupported(`${path}.status`, status, ["True"]));
  }
  errors.push(...validateConditions("status.conditions", conditions));
  if (errors.length > 0 || jsonEqual(request.status, old.status)) return errors;
  const verdict = conditions.find(({ type }) => VERDICTS.includes(type))?.type;
  const before = (old.status.conditions ?? []).some(({ type }) => VERDICTS.includes(type));
  if (before || verdict === undefined) {
    const detail = before
      ? 'immutable after PodCertificateRequest is "Issued", "Denied", or "Failed"'
      : 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"';
    return [invalidWithoutValue("status", detail)];
  }
  if (verdict === "Issued") return validateIssued(rest);
  return Object.values(rest).some((value) => value !== undefined && value !== "")
    ? [
        invalidWithoutValue(
          "status",
          "non-condition status fields must be empty when denying or failing the PodCertificateRequest",
        ),
      ]
    : [];
}

type Issued = Omit<PodCertificateRequest["status"], "conditions">;

function validateIssued({ certificateChain = "" }: Issued): FieldError[] {
  return /-----BEGIN CERTIFICATE-----\n[\s\S]*-----END CERTIFICATE-----/.test(certificateChain)
    ? []
    : [
        invalidValue(
          "status.certificateChain",
          certificateChain,
          "issued certificate chain must contain at least one certificate",
        ),
      ];
}

/** The spec as messages show it: every field, by the name that it has inside the original. */
function internalForm(spec: PodCertificateRequestSpec): object {
  return {
    SignerName: spec.signerName,
    PodName: spec.podName,
    PodUID: spec.podUID,
    ServiceAccountName: spec.serviceAccountName,
    ServiceAccountUID: spec.serviceAccountUID,
    NodeName: spec.nodeName,
    NodeUID: spec.nodeUID,
    MaxExpirationSeconds: spec.maxExpirationSeconds ?? null,
    PKIXPublicKey: spec.pkixPublicKey || null,
    ProofOfPossession: spec.proofOfPossession || null,
    StubPKCS10Request: spec.stubPKCS10Request || null,
    UnverifiedUserAnnotations: spec.unverifiedUserAnnotations ?? null,
  };
}
