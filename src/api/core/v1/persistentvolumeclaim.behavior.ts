import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { compareQuantities, parseQuantity, roundAmounts } from "../../quantity.ts";
import {
  changedField,
  forbiddenField,
  IMMUTABLE,
  immutableField,
  internalValue,
  invalidValue,
  isNativeResource,
  notSupported,
  problemsAt,
  qualifiedNameProblems,
  required,
  sortedEntries,
} from "../../validation/index.ts";
import { claimSpecWarnings, validatePersistentVolumeClaimSpec } from "./claimspec.validate.ts";
import type { PersistentVolumeClaim } from "./persistentvolumeclaim.ts";
import { PersistentVolumeClaimSpec } from "./volume.ts";
import { CLASS_ANNOTATION } from "./volumetext.ts";

type Spec = PersistentVolumeClaim["spec"];

const SNAPSHOT_GROUP = "snapshot.storage.k8s.io";
const RESIZE_STATUSES = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
];

export const persistentVolumeClaimBehavior: KindBehavior<PersistentVolumeClaim> = {
  metadataLooks: ["change", "whole"],
  generation: false,
  // Its phase.
  isCompletedByReading: () => true,
  prepareCreate(claim) {
    claim.status = { phase: "Pending" } as Mutable<PersistentVolumeClaim>["status"];
    prepareSources(claim.spec, undefined);
  },
  prepareUpdate(claim, old) {
    claim.status = structuredClone(old.status) as Mutable<PersistentVolumeClaim>["status"];
    prepareSources(claim.spec, old.spec);
  },
  setDefaults({ spec, status }) {
    status.phase ||= "Pending";
    spec.volumeMode ??= "Filesystem";
    const { limits, requests } = spec.resources ?? {};
    for (const amounts of [limits, requests, status.capacity, status.allocatedResources]) roundAmounts(amounts);
  },
  validate: (claim) => validateClaim(claim),
  validateUpdate: (claim, old) => [...validateClaim(claim, old), ...validateChange(claim, old)],
  validateStatusUpdate: validateStatus,
  warnings: claimWarnings,
};

/**
 * What a claim is filled from is said in one of two fields; the other follows. The older one is for claims and snapshots
 * only: anything else in it is dropped, unless the claim had it before or has the newer one too. Sources in other namespaces need a gate that is off.
 */
function prepareSources(spec: Mutable<Spec>, old: Spec | undefined): void {
  if (spec.dataSourceRef?.namespace && !old?.dataSourceRef) delete (spec as { dataSourceRef?: unknown }).dataSourceRef;
  if (!old?.dataSource && !spec.dataSourceRef && spec.dataSource && !isClaimOrSnapshot(spec.dataSource))
    delete (spec as { dataSource?: unknown }).dataSource;
  if (spec.dataSourceRef?.namespace) return;
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (spec.dataSourceRef && !spec.dataSource) {
    const { apiGroup, kind, name } = spec.dataSourceRef;
    spec.dataSource = { apiGroup, kind, name } as NonNullable<Mutable<Spec>["dataSource"]>;
  }
}

function isClaimOrSnapshot({ apiGroup, kind }: NonNullable<Spec["dataSource"]>): boolean {
  return kind === "PersistentVolumeClaim" ? !apiGroup : kind === "VolumeSnapshot" && apiGroup === SNAPSHOT_GROUP;
}

function validateClaim({ spec }: PersistentVolumeClaim, old?: PersistentVolumeClaim): FieldError[] {
  // The original asks no more of the groups of sources once there is one.
  const hadGroup = old?.spec.dataSource?.apiGroup !== undefined || old?.spec.dataSourceRef?.apiGroup !== undefined;
  const errors = validatePersistentVolumeClaimSpec("spec", spec, { anyGroup: hadGroup });
  const { dataSource: source, dataSourceRef: reference } = spec;
  if (!source || !reference) return errors;
  const differ = (["apiGroup", "kind", "name"] as const).some(
    (field) => (source[field] ?? "") !== (reference[field] ?? ""),
  );
  if (reference.namespace)
    errors.push(invalidValue("spec", {}, "may not be specified when dataSourceRef.namespace is specified"));
  else if (differ) errors.push(invalidValue("spec", {}, "must match dataSourceRef"));
  return errors;
}

function validateChange(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const { spec } = claim;
  const [before, after] = comparable(claim, old);
  const errors = validateClassAnnotation(claim, old);
  if (!jsonEqual(before, after)) {
    const what =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    const shown = (one: Spec) => internalValue(PersistentVolumeClaimSpec, one);
    errors.push(changedField("spec", { path: "spec", what, before: shown(before), after: shown(after) }));
  }
  return [
    ...errors,
    ...validateSize(claim, old),
    ...immutableField("volumeMode", spec.volumeMode, old.spec.volumeMode),
  ];
}

/** Both specs without what may change. */
function comparable(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): [Spec, Spec] {
  const before = structuredClone(old.spec) as Mutable<Spec>;
  const after = structuredClone(claim.spec) as Mutable<Spec>;
  // A volume is found once.
  if (!old.spec.volumeName) copyOrDelete(before, after, "volumeName");
  if (isUpgradeFromAnnotation(claim, old)) delete (after as { storageClassName?: unknown }).storageClassName;
  else if (isUpgradeFromNone(claim, old)) copyOrDelete(after, before, "storageClassName");
  if (claim.status.phase === "Bound") {
    const size = before.resources?.requests?.storage;
    if (after.resources?.requests && size !== undefined)
      after.resources.requests = { ...after.resources.requests, storage: size };
    copyOrDelete(after, before, "volumeAttributesClassName");
  }
  return [before as Spec, after as Spec];
}

function copyOrDelete<T, K extends keyof T>(to: T, from: T, key: K): void {
  if (from[key] === undefined) delete to[key];
  else to[key] = from[key];
}

/** The class of a claim that named it by annotation may move to the field. */
function isUpgradeFromAnnotation(
  { spec }: PersistentVolumeClaim,
  { metadata, spec: old }: PersistentVolumeClaim,
): boolean {
  const named = metadata.annotations?.[CLASS_ANNOTATION];
  return named !== undefined && old.storageClassName === undefined && spec.storageClassName === named;
}

/** A claim that never named a class may get one. */
function isUpgradeFromNone({ spec }: PersistentVolumeClaim, { metadata, spec: old }: PersistentVolumeClaim): boolean {
  return (
    old.storageClassName === undefined &&
    metadata.annotations?.[CLASS_ANNOTATION] === undefined &&
    spec.storageClassName !== undefined
  );
}

function validateClassAnnotation(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  if (isUpgradeFromAnnotation(claim, old)) return [];
  const before = old.metadata.annotations?.[CLASS_ANNOTATION] ?? "";
  const now = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? "";
  return before === now ? [] : [invalidValue(`metadata.annotations[${CLASS_ANNOTATION}]`, now, IMMUTABLE)];
}

/** A claim may ask for less again, but for more than it has got. */
function validateSize({ spec }: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const size = spec.resources?.requests?.storage ?? "0";
  if (compareQuantities(size, old.spec.resources?.requests?.storage ?? "0") >= 0) return [];
  if (compareQuantities(size, old.status.capacity?.storage ?? "0") > 0) return [];
  return [forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity")];
}

function validateStatus({ spec, status }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = spec.accessModes?.length ? [] : [required("Spec.accessModes")];
  for (const [name, amount] of sortedEntries(status.capacity))
    errors.push(...validateAmount(`status.capacity[${name}]`, amount));
  for (const [name, value] of sortedEntries(status.allocatedResourceStatuses)) {
    const path = "status.allocatedResourceStatuses";
    errors.push(...validateStorageKey(path, name));
    if (!RESIZE_STATUSES.includes(value)) errors.push(notSupported(path, name, RESIZE_STATUSES));
  }
  for (const [name, amount] of sortedEntries(status.allocatedResources)) {
    errors.push(...validateStorageKey("status.allocatedResources", name));
    errors.push(...validateAmount(`status.allocatedResources[${name}]`, amount));
  }
  return errors;
}

function validateAmount(path: string, amount: string): FieldError[] {
  const { nanos } = parseQuantity(amount);
  return nanos < 0n ? [invalidValue(path, Number(nanos / 1_000_000_000n), "must be a valid resource quantity")] : [];
}

/** Of what Kubernetes itself knows, only storage is allocated to claims. */
function validateStorageKey(path: string, name: string): FieldError[] {
  const errors = problemsAt(path, name, qualifiedNameProblems(name));
  if (errors.length > 0 || !isNativeResource(name) || name === "storage") return errors;
  return [notSupported(path, name, ["storage"])];
}

function claimWarnings({ metadata, spec }: PersistentVolumeClaim): string[] {
  const warnings: string[] = [];
  if (metadata.annotations?.[CLASS_ANNOTATION] !== undefined)
    warnings.push(
      `metadata.annotations[${CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`,
    );
  return [...warnings, ...claimSpecWarnings("spec", spec)];
}
