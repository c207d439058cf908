import { own } from "../../../base/index.ts";
import { rawNumber } from "../../../schema/index.ts";
import type { FieldError } from "../../kind.ts";
import { compareQuantities, parseQuantity } from "../../quantity.ts";
import {
  dnsSubdomainProblems,
  forbiddenField,
  type internalValue,
  invalidValue,
  movedAfter,
  notSupported,
  problemsAt,
  required,
  sortedEntries,
} from "../../validation/index.ts";
import { ACCESS_MODES, VOLUME_MODES } from "./claimspec.validate.ts";
import type { PersistentVolumeSpec } from "./persistentvolume.ts";
import { PersistentVolumeSource } from "./volume.ts";
import { persistentSources, validateNodeSelector } from "./pod/index.ts";

type Source = keyof typeof persistentSources;

const RECLAIM_POLICIES = ["Delete", "Recycle", "Retain"];
const INLINE = "may not be specified in the context of inline volumes";

/** Everything that is wrong with what a volume is. */
export function validateVolumeSpec(path: string, spec: PersistentVolumeSpec, name: string): FieldError[] {
  const { capacity, storageClassName, volumeMode, persistentVolumeReclaimPolicy: reclaim } = spec;
  return [
    ...validateModes(`${path}.accessModes`, spec.accessModes ?? []),
    ...validateCapacity(`${path}.capacity`, capacity ?? {}),
    ...(reclaim && !RECLAIM_POLICIES.includes(reclaim)
      ? [notSupported(`${path}.persistentVolumeReclaimPolicy`, reclaim, RECLAIM_POLICIES)]
      : []),
    ...validateAffinity(`${path}.nodeAffinity`, spec),
    ...validateSource(path, spec, name),
    ...validateRecycling(path, spec),
    ...(storageClassName
      ? problemsAt(`${path}.storageClassName`, storageClassName, dnsSubdomainProblems(storageClassName))
      : []),
    ...(volumeMode !== undefined && !VOLUME_MODES.includes(volumeMode)
      ? [notSupported(`${path}.volumeMode`, volumeMode, VOLUME_MODES)]
      : []),
    ...validateAttributesClass(path, spec),
  ];
}

/** The same for a volume that an attachment holds itself: it has no life of its own. */
export function validateInlineVolumeSpec(path: string, spec: PersistentVolumeSpec): FieldError[] {
  const { persistentVolumeReclaimPolicy: reclaim, volumeMode } = spec;
  const forbidden = (field: string, given: boolean) => (given ? [forbiddenField(`${path}.${field}`, INLINE)] : []);
  return [
    ...forbidden("claimRef", spec.claimRef !== undefined),
    ...forbidden("capacity", Object.keys(spec.capacity ?? {}).length > 0),
    ...(spec.csi ? [] : [required(`${path}.csi`, "has to be specified in the context of inline volumes")]),
    ...validateModes(`${path}.accessModes`, spec.accessModes ?? []),
    ...(reclaim && reclaim !== "Retain"
      ? [forbiddenField(`${path}.persistentVolumeReclaimPolicy`, "may only be Retain in the context of inline volumes")]
      : []),
    ...forbidden("nodeAffinity", spec.nodeAffinity !== undefined),
    ...validateSource(path, spec, ""),
    ...forbidden("storageClassName", Boolean(spec.storageClassName)),
    ...(volumeMode !== undefined && volumeMode !== "Filesystem"
      ? [
          forbiddenField(
            `${path}.volumeMode`,
            "may not specify volumeMode other than Filesystem in the context of inline volumes",
          ),
        ]
      : []),
  ];
}

function validateModes(path: string, modes: readonly string[]): FieldError[] {
  const errors: FieldError[] = modes.length === 0 ? [required(path)] : [];
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(path, mode, ACCESS_MODES));
  if (
    modes.includes("ReadWriteOncePod") &&
    modes.some((mode) => mode !== "ReadWriteOncePod" && ACCESS_MODES.includes(mode))
  )
    errors.push(forbiddenField(path, "may not use ReadWriteOncePod with other access modes"));
  return errors;
}

function validateCapacity(path: string, capacity: Readonly<Record<string, string>>): FieldError[] {
  const entries = sortedEntries(capacity);
  const errors: FieldError[] = entries.length === 0 ? [required(path)] : [];
  if (!Object.hasOwn(capacity, "storage") || entries.length > 1)
    errors.push(notSupported(path, entries.length === 0 ? null : Object.fromEntries(entries), ["storage"]));
  for (const [name, amount] of entries) {
    const value = wholeValue(amount);
    const at = `${path}[${name}]`;
    if (value < 0n) errors.push(invalidValue(at, rawNumber(String(value)), "must be a valid resource quantity"));
    if (compareQuantities(amount, "0") <= 0) errors.push(invalidValue(at, amount, "must be greater than zero"));
  }
  return errors;
}

const INT64_MAX = 2n ** 63n - 1n;

/** An amount as the original counts it in whole units: what takes more than 64 bits loses those that are too many. */
function wholeValue(amount: string): bigint {
  const { nanos } = parseQuantity(amount);
  const milli = nanos / 1_000_000n;
  if (milli > INT64_MAX) return BigInt.asIntN(64, (milli + 999n) / 1000n);
  if (milli >= -INT64_MAX) return nanos / 1_000_000_000n;
  const kept = -BigInt.asIntN(64, -milli);
  return kept / 1000n + (kept % 1000n === 0n ? 0n : 1n);
}

/** The sources of a volume in the order in which messages show them. */
export function sourceShapes(): Parameters<typeof internalValue>[2] {
  const order = movedAfter(PersistentVolumeSource, { quobyte: "rbd", flexVolume: "iscsi" });
  return { [PersistentVolumeSource.name]: { order } };
}

function validateAffinity(path: string, { nodeAffinity }: PersistentVolumeSpec): FieldError[] {
  if (!nodeAffinity) return [];
  if (!nodeAffinity.required) return [required(`${path}.required`, "must specify required node constraints")];
  return validateNodeSelector(`${path}.required`, nodeAffinity.required);
}

const OTHER_NAMES: Readonly<Partial<Record<Source, string>>> = { cephfs: "cephFS" };

/** Exactly one source must be there; each has rules of its own. */
function validateSource(path: string, spec: PersistentVolumeSpec, name: string): FieldError[] {
  const given = (Object.keys(persistentSources) as Source[]).filter((source) => spec[source] !== undefined);
  const [only, ...others] = given;
  if (only === undefined) return [required(path, "must specify a volume type")];
  const { check, label = only } = persistentSources[only] as (typeof persistentSources)["nfs"] & { label?: string };
  return [
    ...check(`${path}.${label}`, spec[only] as never, name),
    ...(only === "local" && !spec.nodeAffinity?.required
      ? [required(`${path}.nodeAffinity`, "Local volume requires node affinity")]
      : []),
    // Of this one more than one are taken, whichever they are.
    ...others
      .filter((other) => other !== "flexVolume")
      .map((other) =>
        forbiddenField(`${path}.${own(OTHER_NAMES, other) ?? other}`, "may not specify more than 1 volume type"),
      ),
  ];
}

/** Recycling deletes what is there: never the root. */
function validateRecycling(
  path: string,
  { hostPath, persistentVolumeReclaimPolicy: reclaim }: PersistentVolumeSpec,
): FieldError[] {
  const isRoot = hostPath && /^\/+(\.?\/*)*$/.test(hostPath.path);
  if (!isRoot || reclaim !== "Recycle") return [];
  const detail = "may not be 'recycle' for a hostPath mount of '/'";
  return [forbiddenField(`${path}.persistentVolumeReclaimPolicy`, detail)];
}

function validateAttributesClass(
  path: string,
  { volumeAttributesClassName: name, csi }: PersistentVolumeSpec,
): FieldError[] {
  if (name === undefined) return [];
  const at = `${path}.volumeAttributesClassName`;
  return [
    ...(name === ""
      ? [required(at, "an empty string is disallowed")]
      : problemsAt(at, name, dnsSubdomainProblems(name))),
    ...(csi ? [] : [required(`${path}.csi`, "has to be specified when using volumeAttributesClassName")]),
  ];
}
