import { ageColumn, firstThree, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { EndpointSlice } from "./endpointslice.ts";

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  textColumn("AddressType", ({ addressType }) => addressType),
  textColumn("Ports", ({ ports }) => firstThree((ports ?? []).map(({ port }) => String(port ?? "*"))) || "<unset>"),
  textColumn(
    "Endpoints",
    ({ endpoints }) => firstThree((endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])) || "<unset>",
  ),
  ageColumn,
];
