import type { FieldError } from "../../../kind.ts";
import { required } from "../../../validation/index.ts";
import { validateTemplateMetadata } from "../../../validation/templatemeta.ts";
import { validatePersistentVolumeClaimSpec } from "../claimspec.validate.ts";
import type { EphemeralVolumeSource } from "../volume.ts";

export function validateEphemeralVolume(
  path: string,
  { volumeClaimTemplate: template }: EphemeralVolumeSource,
): FieldError[] {
  const at = `${path}.volumeClaimTemplate`;
  if (!template) return [required(at)];
  return [
    ...validateTemplateMetadata(`${at}.metadata`, template.metadata),
    ...validatePersistentVolumeClaimSpec(`${at}.spec`, template.spec ?? {}),
  ];
}
