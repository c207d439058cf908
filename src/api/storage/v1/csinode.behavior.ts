import { jsonEqual } from "../../../base/index.ts";
import { validateCsiDriverName } from "../../core/v1/pod/index.ts";
import type { FieldError, KindBehavior } from "../../kind.ts";
import {
  duplicateValue,
  IMMUTABLE,
  invalidValue,
  nonNegative,
  problemsAt,
  qualifiedNameProblems,
  required,
  repeats,
} from "../../validation/index.ts";
import type { CSINode, CSINodeDriver } from "./csinode.ts";

const NODE_ID_MAX = 256;

export const csiNodeBehavior: KindBehavior<CSINode> = {
  metadataLooks: ["whole"],
  requiresVersion: true,
  validate: validateDrivers,
  validateUpdate: (node, old) => [...validateDrivers(node), ...validateSameDrivers(node, old)],
};

function validateDrivers({ spec }: CSINode): FieldError[] {
  const drivers = spec.drivers ?? [];
  const repeated = repeats(drivers, ({ name }) => name);
  return drivers.flatMap((driver, index) => {
    const path = `spec.drivers[${index}]`;
    const again = repeated.has(index);
    return [
      ...validateCsiDriverName(`${path}.name`, driver.name),
      ...validateNodeId(`${path}.nodeID`, driver.nodeID),
      ...nonNegative(`${path}.allocatable.count`, driver.allocatable?.count),
      ...(again ? [duplicateValue(`${path}.name`, driver.name)] : []),
      ...validateTopologyKeys(path, driver.topologyKeys ?? []),
    ];
  });
}

function validateNodeId(path: string, id: string): FieldError[] {
  if (id === "") return [required(path)];
  return id.length > NODE_ID_MAX ? [invalidValue(path, id, `must be ${NODE_ID_MAX} characters or less`)] : [];
}

function validateTopologyKeys(path: string, keys: readonly string[]): FieldError[] {
  return keys.flatMap((key, index) => [
    ...(key === "" ? [required(path)] : []),
    ...(keys.indexOf(key) < index ? [duplicateValue(path, key)] : []),
    ...problemsAt(path, key, qualifiedNameProblems(key)),
  ]);
}

/** A driver's entry may come and go; of one that stays only how much it can take may change. */
function validateSameDrivers({ spec }: CSINode, old: CSINode): FieldError[] {
  return (old.spec.drivers ?? []).flatMap((before) =>
    (spec.drivers ?? []).flatMap((driver, index) =>
      driver.name !== before.name || jsonEqual(fixedPart(driver), fixedPart(before))
        ? []
        : [
            {
              ...invalidValue("spec.drivers", fixedPart(driver), IMMUTABLE),
              valuePath: `spec.drivers[${index}]`,
            },
          ],
    ),
  );
}

/** As messages show it. */
function fixedPart({ name, nodeID, topologyKeys }: CSINodeDriver) {
  return { Name: name, NodeID: nodeID, TopologyKeys: topologyKeys ?? null, Allocatable: null };
}
