import {
  badRequest,
  type Column,
  createdAtColumn,
  kindFor,
  type KindDefinition,
  type KubeObject,
  nameColumn,
  PartialObjectMetadata,
} from "../api/index.ts";
import { encodeProtoObject } from "../schema/index.ts";
import type { Format } from "./http/negotiate.ts";
import type { StoredObject } from "./registry/stored.ts";

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
  { metadata, nowMs, format, includeObject, withoutColumns }: TableCall,
): unknown {
  const columns = (kind.columns ?? NAME_AND_CREATION) as readonly Column<KubeObject>[];
  const { viewVersion } = format;
  return {
    kind: "Table",
    apiVersion: viewVersion ?? "meta.k8s.io/v1",
    metadata,
    columnDefinitions: withoutColumns ? null : columns.map(columnDefinition),
    rows: items.map(({ object }) => ({
      cells: columns.map((column) => column.cell(object, nowMs) ?? (column.format === "name" ? "" : null)),
      object:
        includeObject === "None" ? null : includeObject === "Object" ? object : partialMetadata(object, viewVersion),
    })),
  };
}

function columnDefinition({ name, type, format = "", priority, description = "" }: Column<KubeObject>): unknown {
  return { name, type, format, description, priority };
}

/** The metadata alone. It is that of the unversioned form, in which some annotations are fields. */
export function partialMetadata(object: KubeObject, apiVersion = "meta.k8s.io/v1") {
  const [version = "", group = ""] = object.apiVersion.split("/").reverse();
  const { fieldAnnotations = [] } = kindFor({ group, version, kind: object.kind })?.behavior ?? {};
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
