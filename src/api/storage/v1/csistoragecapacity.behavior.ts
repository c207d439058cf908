import { compareQuantities } from "../../quantity.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  dnsSubdomainProblems,
  immutableField,
  invalidValue,
  problemsAt,
  validateLabelSelector,
} from "../../validation/index.ts";
import type { CSIStorageCapacity } from "./csistoragecapacity.ts";

export const csiStorageCapacityBehavior: KindBehavior<CSIStorageCapacity> = {
  metadataLooks: "placed",
  requiresVersion: true,
  validate: validateCapacity,
  validateUpdate: (object, old, metadata) => [
    ...metadata.whole,
    ...validateCapacity(object),
    ...metadata.change,
    ...immutableField("nodeTopology", object.nodeTopology, old.nodeTopology),
    ...immutableField("storageClassName", object.storageClassName, old.storageClassName),
  ],
};

function validateCapacity({ nodeTopology, storageClassName, capacity }: CSIStorageCapacity): FieldError[] {
  return [
    ...validateLabelSelector("nodeTopology", nodeTopology),
    ...problemsAt("storageClassName", storageClassName, dnsSubdomainProblems(storageClassName)),
    ...(capacity !== undefined && compareQuantities(capacity, "0") < 0
      ? [invalidValue("capacity", capacity, "must be greater than or equal to 0")]
      : []),
  ];
}
