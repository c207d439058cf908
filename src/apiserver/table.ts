import type { Column, KindDefinition, KubeObject } from "../api/index.ts";
import { parseTime } from "../base/index.ts";
import type { StoredObject } from "./registry/stored.ts";

const NAME_AND_AGE: readonly Column<KubeObject>[] = [
  { name: "Name", type: "string", format: "name", priority: 0, cell: (object) => object.metadata.name },
  {
    name: "Age",
    type: "string",
    format: "",
    priority: 0,
    cell: (object, now) => age(object.metadata.creationTimestamp, now),
  },
];

/** Rows as `kubectl get` prints them. */
export function tableOf(
  kind: KindDefinition,
  items: readonly StoredObject[],
  { nowMs, includeObject }: { nowMs: number; includeObject: string },
) {
  const columns = (kind.columns ?? NAME_AND_AGE) as readonly Column<KubeObject>[];
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
        object: includeObject === "Object" ? stored.object : partialMetadata(stored.object),
      }),
    })),
  };
}

/** Column definitions without rows. */
export function partialMetadata(object: KubeObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

/** How long ago, as people read it: "5s", "3m20s", "2d4h". */
export function age(timestamp: string | undefined, nowMs: number): string {
  if (!timestamp) return "<unknown>";
  return humanDuration(nowMs - parseTime(timestamp));
}

/** A duration in at most two units, precise enough for its length. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  if (years < 8) return days % 365 === 0 ? `${years}y` : `${years}y${days % 365}d`;
  return `${years}y`;
}
