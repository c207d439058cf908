import { type Column, createdAtColumn, type KindDefinition, type KubeObject, nameColumn } from "../api/index.ts";
import type { StoredObject } from "./registry/stored.ts";

const NAME_AND_CREATION: readonly Column<KubeObject>[] = [nameColumn, createdAtColumn];

/** Rows as `kubectl get` prints them. */
export function tableOf(
  kind: KindDefinition,
  items: readonly StoredObject[],
  { nowMs, includeObject }: { nowMs: number; includeObject: string },
) {
  const columns = (kind.columns ?? NAME_AND_CREATION) as readonly Column<KubeObject>[];
  return {
    columnDefinitions: columns.map(({ name, type, format = "", priority, description = "" }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
    rows: items.map((stored) => ({
      cells: columns.map((column) => column.cell(stored.object, nowMs)),
      ...(includeObject !== "None" && {
        object: includeObject === "Object" ? stored.object : rowMetadata(kind, stored.object),
      }),
    })),
  };
}

/** Rows are made of the unversioned form, in which some annotations are fields. */
function rowMetadata({ behavior: { fieldAnnotations = [] } }: KindDefinition, object: KubeObject): unknown {
  const { metadata } = object;
  if (fieldAnnotations.length === 0 || !metadata.annotations) return partialMetadata(object);
  const { annotations, ...rest } = metadata;
  const others = Object.entries(annotations).filter(([name]) => !fieldAnnotations.includes(name));
  const kept = others.length > 0 ? { ...rest, annotations: Object.fromEntries(others) } : rest;
  return partialMetadata({ ...object, metadata: kept });
}

/** Column definitions without rows. */
export function partialMetadata(object: KubeObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}
