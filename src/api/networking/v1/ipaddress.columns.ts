import { nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { IPAddress } from "./ipaddress.ts";

export const ipAddressColumns: readonly Column<IPAddress>[] = [
  nameColumn,
  textColumn("ParentRef", ({ spec: { parentRef } }) => {
    if (!parentRef) return "<none>";
    const { group, resource = "", namespace, name } = parentRef;
    const place = namespace ? `${namespace}/${name}` : name;
    return `${group ? `${resource}.${group}` : resource}/${place}`.toLowerCase();
  }),
];
