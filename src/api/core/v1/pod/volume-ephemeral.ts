import type { FieldError } from "../../../kind.ts";
import { forbiddenField, required, validateAnnotations, validateLabels } from "../../../validation/index.ts";
import { validatePersistentVolumeClaimSpec } from "../claimspec.validate.ts";
import type { EphemeralVolumeSource } from "../volume.ts";

/** Metadata of a claim's template: what the claim will carry; everything else is the server's. */
const CARRIED = ["labels", "annotations", "creationTimestamp"];

export function validateEphemeralVolume(
  path: string,
  { volumeClaimTemplate: template }: EphemeralVolumeSource,
): FieldError[] {
  const at = `${path}.volumeClaimTemplate`;
  if (!template) return [required(at)];
  const metadata: Readonly<Record<string, unknown>> = template.metadata ?? {};
  return [
    ...validateAnnotations(`${at}.metadata.annotations`, template.metadata?.annotations),
    ...validateLabels(`${at}.metadata.labels`, template.metadata?.labels),
    ...Object.keys(metadata)
      .filter((field) => !CARRIED.includes(field))
      .map((field) => forbiddenField(`${at}.metadata.${field}`, "cannot be set")),
    ...validatePersistentVolumeClaimSpec(`${at}.spec`, template.spec ?? {}),
  ];
}
