import { ageColumn, booleanColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { CSIDriver } from "./csidriver.ts";

export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn,
  booleanColumn("AttachRequired", ({ spec }) => spec.attachRequired ?? true),
  booleanColumn("PodInfoOnMount", ({ spec }) => spec.podInfoOnMount ?? false),
  booleanColumn("StorageCapacity", ({ spec }) => spec.storageCapacity ?? false),
  textColumn("TokenRequests", ({ spec: { tokenRequests } }) =>
    tokenRequests ? tokenRequests.map(({ audience }) => audience).join(",") : "<unset>",
  ),
  booleanColumn("RequiresRepublish", ({ spec }) => spec.requiresRepublish ?? false),
  textColumn("Modes", ({ spec }) => (spec.volumeLifecycleModes ?? []).join(",") || "<none>"),
  ageColumn,
];
