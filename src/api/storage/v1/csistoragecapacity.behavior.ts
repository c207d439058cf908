import { compareQuantities } from "../../quantity.ts";
import type { KindBehavior } from "../../kind.ts";
import {
  dnsSubdomainProblems,
  immutableField,
  invalidValue,
  problemsAt,
  validateLabelSelector,
} from "../../validation/index.ts";
import type { CSIStorageCapacity } from "./csistoragecapacity.ts";

export const csiStorageCapacityBehavior: KindBehavior<CSIStorageCapacity> = {
  requiresVersion: true,
  validate: ({ nodeTopology, storageClassName, capacity }) => [
    ...validateLabelSelector("nodeTopology", nodeTopology),
    ...problemsAt("storageClassName", storageClassName, dnsSubdomainProblems(storageClassName)),
    ...(capacity !== undefined && compareQuantities(capacity, "0") < 0
      ? [invalidValue("capacity", capacity, "must be greater than or equal to 0")]
      : []),
  ],
  validateUpdate: ({ nodeTopology, storageClassName }, old) => [
    ...immutableField("nodeTopology", nodeTopology, old.nodeTopology),
    ...immutableField("storageClassName", storageClassName, old.storageClassName),
  ],
};
