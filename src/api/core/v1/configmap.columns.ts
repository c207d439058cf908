import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { ConfigMap } from "./configmap.ts";

export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  textColumn("Data", ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length),
  ageColumn,
];
