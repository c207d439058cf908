import { X509Certificate } from "node:crypto";
import type { FieldError, KindBehavior } from "../../kind.ts";
import { dnsSubdomainProblems, immutableField, invalidValue, tooLong } from "../../validation/index.ts";
import { validateSignerName } from "../v1/signer-name.validate.ts";
import type { ClusterTrustBundle } from "./clustertrustbundle.ts";

const BUNDLE_BYTES_MAX = 1024 * 1024;

/** What a bundle's declaration can't say. */
export const clusterTrustBundleBehavior: KindBehavior<ClusterTrustBundle> = {
  requiresVersion: true,
  metadataLooks: ["change", "whole"],
  nameRule: "own",
  nameProblems,
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName ?? "" },
  validate: validateSpec,
  validateUpdate: (bundle, old) => [
    ...validateSpec(bundle),
    ...immutableField("spec.signerName", bundle.spec.signerName ?? "", old.spec.signerName ?? ""),
  ],
};

/** A bundle for a signer has the signer in front of its name. */
function nameProblems({ spec: { signerName } }: ClusterTrustBundle, name: string): string[] {
  if (!signerName)
    return name.includes(":")
      ? ['ClusterTrustBundle without signer name must not have ":" in its name']
      : dnsSubdomainProblems(name);
  const prefix = `${signerName.replaceAll("/", ":")}:`;
  return name.startsWith(prefix)
    ? dnsSubdomainProblems(name.slice(prefix.length))
    : [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`];
}

function validateSpec({ spec: { signerName, trustBundle = "" } }: ClusterTrustBundle): FieldError[] {
  const errors = signerName ? validateSignerName(signerName) : [];
  const path = "spec.trustBundle";
  if (Buffer.byteLength(trustBundle) > BUNDLE_BYTES_MAX) return [...errors, tooLong(path, BUNDLE_BYTES_MAX)];
  return [...errors, ...anchorProblems(trustBundle).map((problem) => invalidValue(path, "<value omitted>", problem))];
}

/** What is wrong with certificates in PEM; text around them is let be. */
function anchorProblems(bundle: string): string[] {
  const places = new Map<string, number[]>();
  const problems: string[] = [];
  for (const [index, { type, headers, content }] of pemBlocks(bundle).entries()) {
    if (type !== "CERTIFICATE") problems.push(`entry ${index} has bad block type: ${type}`);
    else if (headers) problems.push(`entry ${index} has PEM block headers`);
    else if (!isCertificate(content)) problems.push(`entry ${index} does not parse as X.509`);
    else {
      const key = content.toString("base64");
      places.set(key, [...(places.get(key) ?? []), index]);
    }
  }
  if (problems.length === 0 && places.size === 0) problems.push("at least one trust anchor must be provided");
  for (const indices of places.values())
    if (indices.length > 1) problems.push(`duplicate trust anchor (indices [${indices.join(" ")}])`);
  return problems;
}

interface PemBlock {
  readonly type: string;
  readonly headers: boolean;
  readonly content: Buffer;
}

/** The blocks whose beginning and end say the same. */
function pemBlocks(text: string): PemBlock[] {
  return [...text.matchAll(/^-----BEGIN ([^\n]*)-----\n((?:(?!-----)[^\n]*\n)*)-----END \1-----$/gm)].map(
    ([, type = "", body = ""]) => {
      const end = /^[^\n]*:[^\n]*\n/.test(body) ? body.indexOf("\n\n") : 0;
      return { type, headers: end > 0, content: Buffer.from(body.slice(end), "base64") };
    },
  );
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
}
