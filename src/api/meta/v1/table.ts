import { int32, list, raw, ref, scalar, string, struct, type Infer } from "../../../schema/index.ts";
import { typeMeta } from "../../kind.ts";
import { ListMeta } from "./listmeta.ts";

export const Table = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.Table",
  () => ({
    ...typeMeta(),
    metadata: ref(0, ListMeta),
    columnDefinitions: list(0, TableColumnDefinition, { always: true, required: true, list: "atomic" }),
    rows: list(0, TableRow, { always: true, required: true, list: "atomic" }),
  }),
  { proto: null },
);
export interface Table extends Infer<typeof Table> {}

export const TableRow = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.TableRow",
  () => ({
    cells: list(0, scalar.any, { always: true, required: true, list: "atomic" }),
    conditions: list(0, TableRowCondition, { list: "atomic" }),
    object: raw(0),
  }),
  { proto: null },
);
export interface TableRow extends Infer<typeof TableRow> {}

export const TableRowCondition = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.TableRowCondition",
  () => ({
    type: string(0, { always: true, required: true }),
    status: string(0, { always: true, required: true }),
    reason: string(0),
    message: string(0),
  }),
  { proto: null },
);
export interface TableRowCondition extends Infer<typeof TableRowCondition> {}

export const TableColumnDefinition = struct(
  "io.k8s.apimachinery.pkg.apis.meta.v1.TableColumnDefinition",
  () => ({
    name: string(0, { always: true, required: true }),
    type: string(0, { always: true, required: true }),
    format: string(0, { always: true, required: true }),
    description: string(0, { always: true, required: true }),
    priority: int32(0, { always: true, required: true }),
  }),
  { proto: null },
);
export interface TableColumnDefinition extends Infer<typeof TableColumnDefinition> {}
