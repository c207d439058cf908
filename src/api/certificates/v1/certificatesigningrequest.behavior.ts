import { jsonEqual } from "../../../base/index.ts";
import { ageColumn, humanDuration, nameColumn, textColumn } from "../../columns.ts";
import type { Column, FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { duplicateValue, forbiddenField, invalidValue, notSupported, required } from "../../validation/errors.ts";
import { repeats } from "../../validation/repeats.ts";
import { requestProblem } from "./request-der.ts";
import { validateSignerName } from "./signer-name.validate.ts";
import type { CertificateSigningRequest } from "./certificatesigningrequest.ts";
import type {
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
} from "./certificatesigningrequest.types.ts";

const EXPIRATION_SECONDS_MIN = 600;
const CONDITIONS_KEPT = ["Approved", "Denied", "Failed"];
const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

type Conditions = readonly CertificateSigningRequestCondition[];

/** What a request's declaration can't say; who asks for it is the server's to note. */
export const signingRequestBehavior: KindBehavior<CertificateSigningRequest> = {
  metadataLooks: ["whole", "change"],
  statusMetadataLooks: ["whole", "change"],
  metadataLate: "name",
  generation: false,
  nameRule: "pathSegment",
  prepareCreate(request) {
    request.status = {};
  },
  prepareUpdate(request, old) {
    request.spec = structuredClone(old.spec) as typeof request.spec;
    request.status = structuredClone(old.status) as typeof request.status;
  },
  prepareSubresourceUpdate: (subresource, request, old, now) => prepareStatus(subresource, { request, old, now }),
  validate: ({ spec, status }) => [...validateSpec(spec), ...validateConditions(status.conditions ?? [])],
  validateUpdate: (request, old) => [...validateChangedConditions(request, old), ...validateLost(request, old)],
  validateStatusUpdate: (request, old) => [
    ...validateChangedConditions(request, old),
    ...validateContent(request, old),
    ...validateLost(request, old),
    ...validateUndecided(request, old),
    ...validateIssued(request, old),
  ],
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName },
};

interface StatusChange {
  readonly request: Mutable<CertificateSigningRequest>;
  readonly old: CertificateSigningRequest;
  readonly now: string;
}

/** Approval changes what is decided, status all else. */
function prepareStatus(subresource: string, { request, old, now }: StatusChange): void {
  request.spec = structuredClone(old.spec) as typeof request.spec;
  const before = (old.status.conditions ?? []) as Mutable<Conditions>;
  const given = (request.status.conditions ?? []) as Mutable<Conditions>;
  if (subresource === "approval") {
    if (old.status.certificate === undefined) delete request.status.certificate;
    else request.status.certificate = old.status.certificate;
  } else for (const type of DECISIONS) keepInstances(type, before, given);
  for (const one of (request.status.conditions ?? []) as Mutable<Conditions>) {
    const same = before.find(({ type, status }) => type === one.type && status === one.status);
    one.lastUpdateTime ??= now;
    one.lastTransitionTime ??= same?.lastTransitionTime ?? now;
  }
}

const DECISIONS = ["Approved", "Denied"];

/** Conditions of a type stay as they were, unless there are more or fewer of them: then validation tells of it. */
function keepInstances(type: string, before: Mutable<Conditions>, given: Mutable<Conditions>): void {
  const old = before.filter((one) => one.type === type);
  const places = [...given.keys()].filter((index) => given[index]!.type === type);
  if (old.length !== places.length) return;
  for (const [index, place] of places.entries()) given[place] = { ...old[index]! };
}

/** Why a field holds no request that can be read. */
export function signingRequestProblem(request: string | undefined): string | undefined {
  const text = Buffer.from(request ?? "", "base64").toString("latin1");
  const inner = /-----BEGIN CERTIFICATE REQUEST-----([\s\S]*)-----END CERTIFICATE REQUEST-----/.exec(text)?.[1];
  if (inner === undefined) return "PEM block type must be CERTIFICATE REQUEST";
  return requestProblem(Buffer.from(inner.replace(/^.*:.*$/gm, ""), "base64"));
}

function validateSpec({ request, signerName, usages, expirationSeconds }: CertificateSigningRequestSpec): FieldError[] {
  const errors: FieldError[] = [];
  const problem = signingRequestProblem(request);
  if (problem !== undefined) errors.push(invalidValue("spec.request", request || null, problem));
  if (!usages || usages.length === 0) errors.push(required("spec.usages"));
  const placed = (usages ?? []).map((usage, index) => ({ usage, path: `spec.usages[${index}]` }));
  for (const { usage, path } of placed) if (!USAGES.includes(usage)) errors.push(notSupported(path, usage, USAGES));
  for (const [index, { usage, path }] of placed.entries())
    if (usages!.indexOf(usage) < index) errors.push(duplicateValue(path, usage));
  if (signerName === "kubernetes.io/legacy-unknown")
    errors.push(
      invalidValue("spec.signerName", signerName, "the legacy signerName is not allowed via this API version"),
    );
  else errors.push(...validateSignerName(signerName));
  if (expirationSeconds !== undefined && expirationSeconds < EXPIRATION_SECONDS_MIN) {
    const detail = "may not specify a duration less than 600 seconds (10 minutes)";
    errors.push(invalidValue("spec.expirationSeconds", expirationSeconds, detail));
  }
  return errors;
}

function validateConditions(conditions: Conditions): FieldError[] {
  const path = "status.conditions";
  const errors: FieldError[] = [];
  const again = repeats(conditions, ({ type }) => type);
  conditions.forEach(({ type, status }, index) => {
    const at = `${path}[${index}]`;
    if (!type) errors.push(required(`${at}.type`));
    const mustBeTrue = CONDITIONS_KEPT.includes(type);
    if (!status) errors.push(required(`${at}.status`));
    else if (mustBeTrue && status !== "True") errors.push(notSupported(`${at}.status`, status, ["True"]));
    else if (!["True", "False", "Unknown"].includes(status))
      errors.push(notSupported(`${at}.status`, status, ["False", "True", "Unknown"]));
    if (again.has(index)) errors.push(duplicateValue(`${at}.type`, type));
  });
  const decisions = conditions.map(({ type }) => type).filter((type) => type === "Approved" || type === "Denied");
  if (new Set(decisions).size > 1)
    errors.push(invalidValue(path, decisions[1], "Approved and Denied conditions are mutually exclusive"));
  return errors;
}

function validateChangedConditions(now: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const conditions = now.status.conditions ?? [];
  return jsonEqual(conditions, old.status.conditions ?? []) ? [] : validateConditions(conditions);
}

/** What is decided stays decided. */
function validateLost({ status }: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const now = status.conditions ?? [];
  const before = old.status.conditions ?? [];
  const lost = CONDITIONS_KEPT.filter(
    (type) => before.some((one) => one.type === type) && !now.some((one) => one.type === type),
  );
  return lost.map((type) =>
    forbiddenField("status.conditions", `updates may not remove a condition of type ${JSON.stringify(type)}`),
  );
}

/** Only an approval decides. */
function validateUndecided({ status }: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const count = (conditions: Conditions | undefined, wanted: string) =>
    (conditions ?? []).filter(({ type }) => type === wanted).length;
  return DECISIONS.filter((type) => count(status.conditions, type) > count(old.status.conditions, type)).map((type) =>
    forbiddenField("status.conditions", `updates may not add a condition of type ${JSON.stringify(type)}`),
  );
}

function validateIssued({ status }: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const before = old.status.certificate;
  if (!before || before === status.certificate) return [];
  return [forbiddenField("status.certificate", "updates may not modify existing certificate content")];
}

function validateContent({ status }: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  const { certificate } = status;
  if (!certificate || certificate === old.status.certificate) return [];
  const problem = pemProblem(Buffer.from(certificate, "base64").toString("latin1"));
  return problem === undefined ? [] : [invalidValue("status.certificate", "<certificate data>", problem)];
}

/** The first thing that is wrong with a text that is to hold certificates; text around blocks is ignored. */
function pemProblem(text: string): string | undefined {
  const blocks = [...text.matchAll(/-----BEGIN ([^\n-]*)-----\r?\n([\s\S]*?)-----END \1-----/g)];
  if (blocks.length === 0) return "must contain at least one CERTIFICATE PEM block";
  for (const [, label, body] of blocks) {
    if (label !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`;
    if (body!.includes(":")) return "no PEM block headers are permitted";
    if (requestProblem(Buffer.from(body!, "base64")) !== undefined) return "x509: malformed certificate";
  }
  return undefined;
}

/** Who asks whom for what, and what came of it. */
export const signingRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  textColumn("SignerName", ({ spec }) => spec.signerName),
  textColumn("Requestor", ({ spec }) => spec.username ?? ""),
  textColumn("RequestedDuration", ({ spec }) =>
    spec.expirationSeconds === undefined ? "<none>" : humanDuration(spec.expirationSeconds * 1000),
  ),
  textColumn("Condition", ({ status }) => stateOf(status.conditions ?? [], status.certificate)),
];

function stateOf(conditions: Conditions, certificate: string | undefined): string {
  const has = (wanted: string) => conditions.some(({ type }) => type === wanted);
  const states = has("Denied") ? ["Denied"] : has("Approved") ? ["Approved"] : ["Pending"];
  if (has("Failed")) states.push("Failed");
  if (certificate) states.push("Issued");
  return states.join(",");
}
