import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column, FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { forbiddenField, invalidValue, notSupported, problemsAt, required, tooLong } from "../../validation/errors.ts";
import { dnsSubdomainProblems, labelValueProblems, qualifiedNameProblems } from "../../validation/names.ts";
import { sortedEntries } from "../../validation/labels.ts";
import {
  validateDriver,
  validateItems,
  validateLabel,
  validatePool,
  validateQualified,
  validateSet,
} from "./names.validate.ts";
import {
  validateBindingConditions,
  validateCounterSets,
  validateOwnNodes,
  validateSliceSelector,
} from "./device.validate.ts";
import type { ResourceSlice } from "./resourceslice.ts";
import type { Device, DeviceAttribute, DeviceTaint, ResourceSliceSpec } from "./resourceslice.types.ts";

const DEVICES_MAX = 128;
/** Where a device says more: with taints, or taking from counters. */
const LARGE_DEVICES_MAX = 64;
const TAINTS_MAX = 16;
const ATTRIBUTES_MAX = 32;
const TEXT_BYTES_MAX = 64;
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;

/** What a slice's declaration can't say. */
export const sliceBehavior: KindBehavior<ResourceSlice> = {
  generation: true,
  prepareCreate(slice, now) {
    dateTaints(slice, now);
    dropLists(slice);
  },
  prepareUpdate(slice, old, now) {
    dateTaints(slice, now);
    if (!hasLists(old)) dropLists(slice);
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => validateSpec(spec, validateFixed(spec, old.spec)),
  unselectableField: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  selectableFields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "spec.driver": ({ spec }) => spec.driver,
  },
};

/** A taint tells when it came. */
function dateTaints({ spec }: Mutable<ResourceSlice>, now: string): void {
  for (const { taints } of spec.devices ?? []) for (const taint of taints ?? []) taint.timeAdded ??= now;
}

const LISTS = ["ints", "bools", "strings", "versions"] as const;

/** Attributes with many values need a gate that is off. */
function dropLists({ spec }: Mutable<ResourceSlice>): void {
  for (const { attributes } of spec.devices ?? [])
    for (const attribute of Object.values(attributes ?? {})) for (const list of LISTS) delete attribute[list];
}

function hasLists({ spec }: ResourceSlice): boolean {
  return (spec.devices ?? []).some(({ attributes }) =>
    Object.values(attributes ?? {}).some((attribute) => LISTS.some((list) => attribute[list] !== undefined)),
  );
}

function validateFixed(spec: ResourceSliceSpec, old: ResourceSliceSpec): FieldError[] {
  const fields: [string, unknown, unknown][] = [
    ["pool.name", spec.pool.name, old.pool.name],
    ["driver", spec.driver, old.driver],
    ["nodeName", spec.nodeName, old.nodeName],
  ];
  return fields
    .filter(([, now, then]) => now !== then)
    .map(([name, now]) => invalidValue(`spec.${name}`, now, "field is immutable"));
}

function devicesMax(devices: readonly Device[]): number {
  const isLarge = devices.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  return isLarge ? LARGE_DEVICES_MAX : DEVICES_MAX;
}

/** Those of what may not change stand in the middle, as in the original. */
function validateSpec(spec: ResourceSliceSpec, fixed: readonly FieldError[] = []): FieldError[] {
  const { driver, pool, devices = [], sharedCounters = [] } = spec;
  return [
    ...validateDriver("spec.driver", driver),
    ...validatePool("spec.pool.name", pool.name),
    ...(pool.resourceSliceCount > 0
      ? []
      : [invalidValue("spec.pool.resourceSliceCount", pool.resourceSliceCount, "must be greater than zero")]),
    ...(pool.generation < 0
      ? [invalidValue("spec.pool.generation", pool.generation, "must be greater than or equal to zero")]
      : []),
    ...fixed,
    ...validateNodes(spec),
    ...(devices.length > 0 && sharedCounters.length > 0
      ? [invalidValue("spec", "", "only one of `sharedCounters` or `devices` is allowed")]
      : []),
    ...validateSet("spec.devices", devices, {
      max: devicesMax(devices),
      key: ({ name }) => name,
      check: (device, path) => validateDevice(device, path, spec),
    }),
    ...validateCounterSets("spec.sharedCounters", sharedCounters),
  ];
}

/** A slice says in exactly one way which nodes reach its devices. */
function validateNodes({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: ResourceSliceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const set: string[] = [];
  if (nodeName === "")
    errors.push(invalidValue("spec.nodeName", "", "must be either unset or set to a non-empty string"));
  else if (nodeName !== undefined) {
    set.push("`nodeName`");
    errors.push(...problemsAt("spec.nodeName", nodeName, dnsSubdomainProblems(nodeName)));
  }
  if (nodeSelector) {
    set.push("`nodeSelector`");
    errors.push(...validateSliceSelector("spec.nodeSelector", nodeSelector));
  }
  const flags = { allNodes, perDeviceNodeSelection };
  for (const [name, value] of Object.entries(flags)) {
    if (value) set.push(`\`${name}\``);
    else if (value === false) errors.push(invalidValue(`spec.${name}`, false, "must be either unset or set to true"));
  }
  const rule = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (set.length === 0) errors.push(required("spec", rule));
  else if (set.length > 1)
    errors.push(invalidValue("spec", `{${set.join(", ")}}`, `${rule}, but multiple fields are set`));
  return errors;
}

function validateDevice(device: Device, path: string, slice: ResourceSliceSpec): FieldError[] {
  const { name, attributes = {}, capacity = {}, taints } = device;
  const errors = validateLabel(`${path}.name`, name);
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > ATTRIBUTES_MAX) {
    const detail = `the total number of attributes and capacities must not exceed ${ATTRIBUTES_MAX}`;
    errors.push(invalidValue(path, count, detail));
  }
  for (const [key, value] of sortedEntries(attributes))
    errors.push(
      ...validateQualified(`${path}.attributes`, key),
      ...validateAttribute(value, `${path}.attributes[${key}]`),
    );
  for (const [key, { requestPolicy }] of sortedEntries(capacity)) {
    errors.push(...validateQualified(`${path}.capacity`, key));
    if (requestPolicy && !device.allowMultipleAllocations)
      errors.push(forbiddenField(`${path}.capacity[${key}].requestPolicy`, "allowMultipleAllocations must be true"));
  }
  return [
    ...errors,
    ...validateItems(`${path}.taints`, taints, { max: TAINTS_MAX, check: validateTaint }),
    ...validateOwnNodes(path, device, slice),
    ...validateBindingConditions(path, device),
  ];
}

function validateAttribute(attribute: DeviceAttribute, path: string): FieldError[] {
  const { int, bool, string, version, ints, bools, strings, versions } = attribute;
  const errors: FieldError[] = [];
  if (string !== undefined && Buffer.byteLength(string) > TEXT_BYTES_MAX)
    errors.push(tooLong(`${path}.string`, TEXT_BYTES_MAX));
  if (version !== undefined) {
    if (Buffer.byteLength(version) > TEXT_BYTES_MAX) errors.push(tooLong(`${path}.version`, TEXT_BYTES_MAX));
    if (!SEMVER.test(version))
      errors.push(invalidValue(`${path}.version`, version, "must be a string compatible with semver.org spec 2.0.0"));
  }
  const values = [int, bool, string, version, ints, bools, strings, versions];
  const count = values.filter((value) => value !== undefined).length;
  if (count === 0) errors.push(invalidValue(path, "", "exactly one value must be specified"));
  if (count > 1) {
    const names = ["Int", "Bool", "String", "Version", "Ints", "Bools", "Strings", "Versions"];
    const shown = names.map((name, index) => [
      index < 4 ? `${name}Value` : `${name.slice(0, -1)}Values`,
      values[index] ?? null,
    ]);
    errors.push(invalidValue(path, Object.fromEntries(shown), "exactly one value must be specified"));
  }
  return errors;
}

function validateTaint({ key, value, effect }: DeviceTaint, path: string): FieldError[] {
  const errors = key ? problemsAt(`${path}.key`, key, qualifiedNameProblems(key)) : [required(`${path}.key`)];
  if (value) errors.push(...problemsAt(`${path}.value`, value, labelValueProblems(value)));
  if (!effect) errors.push(required(`${path}.effect`));
  else if (!["NoExecute", "NoSchedule", "None"].includes(effect))
    errors.push(notSupported(`${path}.effect`, effect, ["NoExecute", "NoSchedule", "None"]));
  return errors;
}

/** Where a slice's devices are, and whose they are. */
export const sliceColumns: readonly Column<ResourceSlice>[] = [
  nameColumn,
  textColumn("Node", ({ spec }) => spec.nodeName ?? ""),
  textColumn("Driver", ({ spec }) => spec.driver),
  textColumn("Pool", ({ spec }) => spec.pool.name),
  ageColumn,
];
