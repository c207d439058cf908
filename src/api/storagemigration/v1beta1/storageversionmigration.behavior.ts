import { jsonEqual } from "../../../base/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  dnsLabel1035Problems,
  dnsSubdomainProblems,
  IMMUTABLE,
  invalidValue,
  problemsAt,
  required,
  validateConditions,
} from "../../validation/index.ts";
import type { StorageVersionMigration } from "./storageversionmigration.ts";

/** What a migration's declaration can't say. */
export const storageVersionMigrationBehavior: KindBehavior<StorageVersionMigration> = {
  requiresVersion: true,
  metadataLooks: ["change", "whole"],
  generation: false,
  prepareCreate: (migration) => {
    migration.status = {};
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }, old) => {
    const { group = "", resource = "" } = spec.resource ?? {};
    const changed = jsonEqual(spec, old.spec)
      ? []
      : [invalidValue("spec", { Resource: { group, resource } }, IMMUTABLE)];
    return [...validateSpec(spec), ...changed];
  },
  validateStatusUpdate,
};

function validateSpec(spec: StorageVersionMigration["spec"]): FieldError[] {
  const { group = "", resource = "" } = spec.resource ?? {};
  const path = "spec.resource";
  return [
    ...(group ? problemsAt(`${path}.group`, group, dnsSubdomainProblems(group)) : []),
    ...(resource
      ? problemsAt(`${path}.resource`, resource, dnsLabel1035Problems(resource))
      : [required(`${path}.resource`, "resource is required to be set")]),
  ];
}

function validateStatusUpdate({ status }: StorageVersionMigration): FieldError[] {
  const { conditions = [], resourceVersion } = status;
  const path = "status.conditions";
  const errors = validateConditions(path, conditions);
  if (resourceVersion && !/^\d+$/.test(resourceVersion)) {
    const detail = `resource version is not well formed: ${resourceVersion}`;
    errors.push(invalidValue("status.resourceVersion", resourceVersion, detail));
  }
  const holds = (type: string) => conditions.some((one) => one.type === type && one.status === "True");
  if (holds("Succeeded") && holds("Failed"))
    errors.push(invalidValue(path, conditions, "Both success and failed conditions cannot be true at the same time"));
  return errors;
}
