import { jsonEqual } from "../../../base/index.ts";
import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column, FieldError, KindBehavior, Mutable } from "../../kind.ts";
import { duplicateValue, forbiddenField, invalidValue, oneOf, required, problemsAt } from "../../validation/errors.ts";
import { internalValue } from "../../validation/internal.ts";
import { validateTemplateMetadata } from "../../validation/templatemeta.ts";
import { parseCidr } from "../../validation/ip.ts";
import { validateNodeSelector } from "../../core/v1/pod/index.ts";
import {
  requestNames,
  validateClaimConfiguration,
  validateDeviceClaim,
  validateRequestName,
} from "./devices.validate.ts";
import { validateDriver, validateItems, validateLabel, validatePool, validateSet } from "./names.validate.ts";
import type { ResourceClaim } from "./resourceclaim.ts";
import {
  AllocationResult,
  type AllocatedDeviceStatus,
  type DeviceClaim,
  type DeviceRequestAllocationResult,
  ResourceClaimSpec,
  type ResourceClaimStatus,
} from "./resourceclaim.types.ts";
import type { ResourceClaimTemplate } from "./resourceclaimtemplate.ts";
import { ResourceClaimTemplateSpec } from "./resourceclaimtemplate.types.ts";

const RESULTS_MAX = 32;
const ALLOCATED_CONFIGS_MAX = 64;
const CONSUMERS_MAX = 256;
const DEVICES_MAX = 32;

type Exact = Mutable<NonNullable<NonNullable<DeviceClaim["requests"]>[number]["exactly"]>>;

/** Requests ask for one device unless they say otherwise. */
function setDeviceDefaults(devices: Mutable<DeviceClaim> | undefined): void {
  for (const { exactly, firstAvailable = [] } of devices?.requests ?? [])
    for (const one of [...(exactly ? [exactly] : []), ...firstAvailable] as Exact[]) {
      one.allocationMode ||= "ExactCount";
      if (one.allocationMode === "ExactCount" && !one.count) one.count = 1;
      for (const toleration of one.tolerations ?? []) toleration.operator ||= "Equal";
    }
}

/** What a claim's declaration can't say. */
export const claimBehavior: KindBehavior<ResourceClaim> = {
  metadataLooks: ["whole", "change"],
  generation: false,
  setDefaults: ({ spec }) => setDeviceDefaults(spec.devices),
  validate: ({ spec }) => validateDeviceClaim("spec.devices", spec.devices),
  validateUpdate: ({ spec }, old) => [
    ...(jsonEqual(spec, old.spec)
      ? []
      : [invalidValue("spec", internalValue(ResourceClaimSpec, spec), "field is immutable")]),
    ...validateDeviceClaim("spec.devices", spec.devices).filter(() => jsonEqual(spec, old.spec)),
  ],
  validateStatusUpdate: ({ status, spec }, old) => validateStatus(status, old.status, requestNames(spec.devices)),
};

/** The same of a template. */
export const claimTemplateBehavior: KindBehavior<ResourceClaimTemplate> = {
  metadataLooks: "placed",
  generation: false,
  setDefaults: ({ spec }) => setDeviceDefaults(spec.spec.devices),
  validate: validateTemplate,
  validateUpdate: (template, old, metadata) => {
    const { spec } = template;
    const errors = [...metadata.whole, ...validateTemplate(template), ...metadata.change];
    if (jsonEqual(spec, old.spec)) return errors;
    const shown = internalValue(ResourceClaimTemplateSpec, spec, { [ResourceClaimTemplateSpec.name]: TEMPLATE_SHAPE });
    return [...errors, invalidValue("spec", shown, "field is immutable")];
  },
};

function validateTemplate({ spec }: ResourceClaimTemplate): FieldError[] {
  return [
    ...validateTemplateMetadata("spec.metadata", spec.metadata),
    ...validateDeviceClaim("spec.spec.devices", spec.spec.devices),
  ];
}

/** The unversioned form shows metadata as fields of its own, those that are set. */
const TEMPLATE_SHAPE = { order: ["metadata", "spec"] };

function validateStatus(
  status: ResourceClaimStatus,
  old: ResourceClaimStatus,
  names: ReadonlySet<string>,
): FieldError[] {
  const errors = validateSet("status.reservedFor", status.reservedFor, {
    max: CONSUMERS_MAX,
    key: ({ uid }) => uid,
    check: ({ resource, name, uid }, at) => [
      ...(resource ? [] : [required(`${at}.resource`)]),
      ...(name ? [] : [required(`${at}.name`)]),
      ...(uid ? [] : [required(`${at}.uid`)]),
    ],
  });
  errors.push(...validateDeviceStatuses(status));
  const { allocation } = status;
  if (allocation && !old.allocation) errors.push(...validateAllocation(allocation, names));
  if ((status.reservedFor ?? []).length > 0 && !allocation)
    errors.push(forbiddenField("status.reservedFor", "may not be specified when `allocated` is not set"));
  if (allocation && old.allocation && !jsonEqual(allocation, old.allocation))
    errors.push(invalidValue("status.allocation", internalValue(AllocationResult, allocation), "field is immutable"));
  return errors;
}

function validateAllocation({ devices, nodeSelector }: AllocationResult, names: ReadonlySet<string>): FieldError[] {
  const check = ({ request, driver, pool, device }: DeviceRequestAllocationResult, at: string) => [
    ...validateRequestName(`${at}.request`, request, names),
    ...validateDriver(`${at}.driver`, driver),
    ...validatePool(`${at}.pool`, pool),
    ...validateLabel(`${at}.device`, device),
  ];
  const path = "status.allocation";
  return [
    ...validateItems(`${path}.devices.results`, devices?.results, { max: RESULTS_MAX, check }),
    ...validateItems(`${path}.devices.config`, devices?.config, {
      max: ALLOCATED_CONFIGS_MAX,
      check: (config, at) => [
        ...oneOf(`${at}.source`, config.source, ["FromClaim", "FromClass"]),
        ...validateClaimConfiguration(config, at, names),
      ],
    }),
    ...(nodeSelector ? validateNodeSelector(`${path}.nodeSelector`, nodeSelector) : []),
  ];
}

function validateDeviceStatuses({ devices, allocation }: ResourceClaimStatus): FieldError[] {
  const identity = ({ driver, pool, device, shareID = "" }: Partial<AllocatedDeviceStatus>) =>
    JSON.stringify([driver, pool, device, shareID]);
  const allocated = new Set((allocation?.devices?.results ?? []).map(identity));
  const seen = new Set<string>();
  const check = (one: AllocatedDeviceStatus, at: string) => {
    const errors: FieldError[] = [];
    const { driver, pool, device, shareID = "" } = one;
    const shown = { Driver: driver, Pool: pool, Device: device, ShareID: shareID };
    errors.push(...validateDriver(`${at}.driver`, driver));
    errors.push(...validatePool(`${at}.pool`, pool));
    errors.push(...validateLabel(`${at}.device`, device));
    if (seen.has(identity(one))) errors.push(duplicateValue(at, shown));
    seen.add(identity(one));
    if (!allocated.has(identity(one))) errors.push(invalidValue(at, shown, "must be an allocated device in the claim"));
    (one.networkData?.ips ?? []).forEach((ip, index) => {
      errors.push(...problemsAt(`${at}.networkData.ips[${index}]`, ip, interfaceProblems(ip)));
    });
    return errors;
  };
  return validateItems("status.devices", devices, { max: DEVICES_MAX, check });
}

/** An address of an interface, with the length of its network. */
function interfaceProblems(text: string): string[] {
  return parseCidr(text) ? [] : ["must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)"];
}

/** Name, state and age. */
export const claimColumns: readonly Column<ResourceClaim>[] = [
  nameColumn,
  textColumn("State", ({ metadata, status }) => stateOf(metadata.deletionTimestamp !== undefined, status)),
  ageColumn,
];

function stateOf(isDeleted: boolean, { allocation, reservedFor = [] }: ResourceClaimStatus): string {
  const states = [
    ...(isDeleted ? ["deleted"] : []),
    ...(allocation ? ["allocated"] : isDeleted ? [] : ["pending"]),
    ...(reservedFor.length > 0 ? ["reserved"] : []),
  ];
  return states.join(",");
}
