import { ageColumn, firstThree, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { Endpoints } from "./endpoints.ts";

export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  textColumn("Endpoints", ({ subsets }) => (subsets?.length ? firstThree(subsets.flatMap(addressTexts)) : "<none>")),
  ageColumn,
];

type Subset = NonNullable<Endpoints["subsets"]>[number];

function addressTexts({ addresses = [], ports = [] }: Subset): string[] {
  if (ports.length === 0) return addresses.map(({ ip }) => ip);
  return ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip.includes(":") ? `[${ip}]` : ip}:${port}`));
}
