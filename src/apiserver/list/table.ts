import {
  badRequest,
  type Column,
  createdAtColumn,
  kindFor,
  type KindDefinition,
  type KubeObject,
  nameColumn,
  PartialObjectMetadata,
  PartialObjectMetadataList,
  PartialObjectMetadataListV1beta1,
  behaviorOf,
  columnsOf,
} from "../../api/index.ts";
import type { ApiResponse } from "../../net/message.ts";
import { encodeProto, encodeProtoObject, type StructNode } from "../../schema/index.ts";
import { listProtoOf } from "./body.ts";
import type { LongCall, LongText } from "./long.ts";
import type { Format } from "../http/negotiate.ts";
import type { StoredObject } from "../stored/stored.ts";

const NAME_AND_CREATION: readonly Column<KubeObject>[] = [nameColumn, createdAtColumn];

/** What a request says about tables. */
export interface TableOptions {
  readonly includeObject: "None" | "Metadata" | "Object";
}

/** Reads the options of a table from the query; 400 for those that make no sense. */
export function tableOptions(query: URLSearchParams): TableOptions {
  const includeObject = query.get("includeObject") || "Metadata";
  if (includeObject === "None" || includeObject === "Metadata" || includeObject === "Object") return { includeObject };
  const value = JSON.stringify(includeObject);
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${value}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

export interface TableCall extends TableOptions {
  readonly metadata: unknown;
  readonly nowMs: number;
  readonly format: Format;
  /** Later events of a watch say their columns no more. */
  readonly withoutColumns?: boolean;
}

/** Rows as `kubectl get` prints them. */
export function tableOf(
  kind: KindDefinition,
  items: readonly { readonly object: KubeObject }[],
  call: TableCall,
): unknown {
  const rows = items.map(({ object }) => rowOf(kind, object, call));
  return { ...tableHead(kind, call), rows: rows.length === 0 && hasPlainColumns(kind) ? null : rows };
}

/** What stands before the rows. */
function tableHead(kind: KindDefinition, { metadata, format, withoutColumns }: TableCall) {
  return {
    kind: "Table",
    apiVersion: format.viewVersion ?? "meta.k8s.io/v1",
    metadata,
    columnDefinitions: withoutColumns ? null : shownColumns(kind).map(columnDefinition),
  };
}

function shownColumns(kind: KindDefinition): readonly Column<KubeObject>[] {
  return (columnsOf(kind) ?? NAME_AND_CREATION) as readonly Column<KubeObject>[];
}

/** Whether a kind's table has but the columns that every kind has; then no rows are null. */
function hasPlainColumns(kind: KindDefinition): boolean {
  const shown = shownColumns(kind);
  return shown.length === 2 && shown[1]!.name === createdAtColumn.name;
}

function rowOf(kind: KindDefinition, object: KubeObject, { nowMs, format, includeObject }: TableCall) {
  return {
    cells: shownColumns(kind).map(
      (column) => column.cell(object, nowMs) ?? (kind.custom && column.format !== "name" ? null : ""),
    ),
    object:
      includeObject === "None"
        ? null
        : includeObject === "Object"
          ? object
          : partialMetadata(object, format.viewVersion),
  };
}

/** The text of {@link tableOf} for many rows. */
export function longTable(kind: KindDefinition, call: TableCall): LongText {
  return { head: tableHead(kind, call), at: "rows", make: (object) => rowOf(kind, object, call) };
}

/** The text of a list of many objects' metadata. */
export function longMetadataList(head: {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: unknown;
}): LongText {
  return { head, at: "items", make: (object) => partialMetadata(object, head.apiVersion) };
}

/** How a list of metadata is written in protobuf. */
export function metadataListStruct({ viewVersion }: Pick<Format, "viewVersion">): StructNode {
  return viewVersion === "meta.k8s.io/v1beta1" ? PartialObjectMetadataListV1beta1 : PartialObjectMetadataList;
}

/** The protobuf of a list of many objects' metadata. */
export function longMetadataListProto(
  head: { readonly kind: string; readonly apiVersion: string },
  call: Pick<LongCall, "items" | "clock"> & { readonly metadata: unknown },
): Promise<ApiResponse> {
  return listProtoOf(metadataListStruct({ viewVersion: head.apiVersion }), { ...call, head }, (stored) =>
    encodeProto(PartialObjectMetadata, partialMetadata(stored.parsed(), head.apiVersion)),
  );
}

function columnDefinition({ name, type, format = "", priority, description = "" }: Column<KubeObject>): unknown {
  return { name, type, format, description, priority };
}

/** The metadata alone. It is that of the unversioned form, in which some annotations are fields. */
export function partialMetadata(object: KubeObject, apiVersion = "meta.k8s.io/v1") {
  const [version = "", group = ""] = object.apiVersion.split("/").reverse();
  const kind = kindFor({ group, version, kind: object.kind });
  const { fieldAnnotations = [] } = kind ? behaviorOf(kind) : {};
  return { kind: "PartialObjectMetadata", apiVersion, metadata: withoutAnnotations(object.metadata, fieldAnnotations) };
}

function withoutAnnotations(metadata: KubeObject["metadata"], names: readonly string[]): KubeObject["metadata"] {
  if (!metadata.annotations || names.length === 0) return metadata;
  const { annotations, ...rest } = metadata;
  const others = Object.entries(annotations).filter(([name]) => !names.includes(name));
  return others.length > 0 ? { ...rest, annotations: Object.fromEntries(others) } : rest;
}

/** The metadata alone, as a protobuf message in its envelope. */
export function protoMetadata(stored: StoredObject, apiVersion = "meta.k8s.io/v1"): Uint8Array {
  return stored.form(`protobuf ${apiVersion}`, ({ object }) =>
    encodeProtoObject(PartialObjectMetadata, partialMetadata(object, apiVersion)),
  );
}
