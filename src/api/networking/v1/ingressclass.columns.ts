import { ageColumn, nameColumn, textColumn } from "../../columns.ts";
import type { Column } from "../../kind.ts";
import type { IngressClass } from "./ingressclass.ts";

export const ingressClassColumns: readonly Column<IngressClass>[] = [
  nameColumn,
  textColumn("Controller", ({ spec }) => spec.controller ?? ""),
  textColumn("Parameters", ({ spec: { parameters } }) => {
    if (!parameters) return "<none>";
    const { kind, apiGroup, name } = parameters;
    return `${apiGroup === undefined || apiGroup === null ? kind : `${kind}.${apiGroup}`}/${name}`;
  }),
  ageColumn,
];
