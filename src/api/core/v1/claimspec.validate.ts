import type { FieldError } from "../../kind.ts";
import { parseQuantity } from "../../quantity.ts";
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  forbiddenField,
  invalidValue,
  notSupported,
  problemsAt,
  required,
  validateLabelSelector,
} from "../../validation/index.ts";
import type { PersistentVolumeClaimSpec } from "./volume.ts";

export const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
export const VOLUME_MODES = ["Block", "Filesystem"];

/** Everything that is wrong with what a claim asks for, in claims and in templates of them. */
export function validatePersistentVolumeClaimSpec(
  path: string,
  spec: PersistentVolumeClaimSpec,
  { anyGroup = false }: { readonly anyGroup?: boolean } = {},
): FieldError[] {
  const { selector, storageClassName, volumeMode, volumeAttributesClassName, dataSource, dataSourceRef } = spec;
  return [
    ...validateHasAccessMode(`${path}.accessModes`, spec.accessModes ?? []),
    ...validateLabelSelector(`${path}.selector`, selector),
    ...validateKnownAccessModes(`${path}.accessModes`, spec.accessModes ?? []),
    ...validateStorageRequest(`${path}.resources[storage]`, spec.resources?.requests?.storage),
    ...className(`${path}.storageClassName`, storageClassName),
    ...(volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode)
      ? [notSupported(`${path}.volumeMode`, volumeMode, VOLUME_MODES)]
      : []),
    ...(dataSource ? validateSource(`${path}.dataSource`, dataSource, anyGroup) : []),
    ...(dataSourceRef ? validateSource(`${path}.dataSourceRef`, dataSourceRef, anyGroup) : []),
    ...className(`${path}.volumeAttributesClassName`, volumeAttributesClassName),
  ];
}

function validateHasAccessMode(path: string, modes: readonly string[]): FieldError[] {
  return modes.length === 0 ? [required(path, "at least 1 access mode is required")] : [];
}

function validateKnownAccessModes(path: string, modes: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path, mode, ACCESS_MODES));
  if (
    modes.includes("ReadWriteOncePod") &&
    modes.some((mode) => mode !== "ReadWriteOncePod" && ACCESS_MODES.includes(mode))
  )
    errors.push(forbiddenField(path, "may not use ReadWriteOncePod with other access modes"));
  return errors;
}

function validateStorageRequest(path: string, amount: string | undefined): FieldError[] {
  if (amount === undefined) return [required(path)];
  return parseQuantity(amount).nanos > 0n ? [] : [invalidValue(path, amount, "must be greater than zero")];
}

function className(path: string, name: string | undefined): FieldError[] {
  return name ? problemsAt(path, name, dnsSubdomainProblems(name)) : [];
}

function validateSource(
  path: string,
  {
    name,
    kind,
    apiGroup,
    namespace,
  }: {
    readonly name: string;
    readonly kind: string;
    readonly apiGroup?: string | undefined;
    readonly namespace?: string | undefined;
  },
  anyGroup: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${path}.name`));
  if (!kind) errors.push(required(`${path}.kind`));
  if (!apiGroup && kind !== "PersistentVolumeClaim")
    errors.push(invalidValue(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  if (apiGroup && !anyGroup) errors.push(...problemsAt(`${path}.apiGroup`, apiGroup, dnsSubdomainProblems(apiGroup)));
  if (namespace) errors.push(...problemsAt(`${path}.namespace`, namespace, dnsLabelProblems(namespace)));
  return errors;
}

/** Warnings about what a claim asks for: storage comes in whole bytes. */
export function claimSpecWarnings(path: string, { resources }: PersistentVolumeClaimSpec): string[] {
  return (["requests", "limits"] as const).flatMap((field) => {
    const amount = resources?.[field]?.storage;
    if (amount === undefined || parseQuantity(amount).nanos % 1_000_000_000n === 0n) return [];
    const shown = JSON.stringify(amount);
    return [`${path}.resources.${field}[storage]: fractional byte value ${shown} is invalid, must be an integer`];
  });
}
