import { parseTime } from "../base/index.ts";
import type { Column, KubeObject } from "./kind.ts";

type AnyObject = Pick<KubeObject, "metadata">;

/** The column that every table starts with. */
export const nameColumn: Column<AnyObject> = {
  name: "Name",
  type: "string",
  format: "name",
  priority: 0,
  cell: (object) => object.metadata.name,
};

/** How long ago an object was made. */
export const ageColumn: Column<AnyObject> = {
  name: "Age",
  type: "string",
  priority: 0,
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** What kinds that declare no columns show after the name. */
export const createdAtColumn: Column<AnyObject> = {
  name: "Created At",
  type: "date",
  priority: 0,
  cell: (object) => object.metadata.creationTimestamp ?? "0001-01-01T00:00:00Z",
};

type Cell<T> = (object: T, now: number) => unknown;

/** A column of text that always shows. */
export function textColumn<T>(name: string, cell: Cell<T>): Column<T> {
  return { name, type: "string", priority: 0, cell };
}

/** A column of whole numbers that always shows. */
export function integerColumn<T>(name: string, cell: Cell<T>): Column<T> {
  return { name, type: "integer", priority: 0, cell };
}

/** A column that says yes or no and always shows. */
export function booleanColumn<T>(name: string, cell: Cell<T>): Column<T> {
  return { name, type: "boolean", priority: 0, cell };
}

/** The same column, shown with -o wide only. */
export function wide<T>(column: Column<T>): Column<T> {
  return { ...column, priority: 1 };
}

/** Labels, sorted. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const texts = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return texts.length === 0 ? "<none>" : texts.sort().join(",");
}

const SHOWN_MAX = 3;

/** The first three of a list, and how many follow. */
export function firstThree(texts: readonly string[]): string {
  const shown = texts.slice(0, SHOWN_MAX).join(",");
  return texts.length > SHOWN_MAX ? `${shown} + ${texts.length - SHOWN_MAX} more...` : shown;
}

/** How long ago, as people read it: "5s", "3m20s", "2d4h". */
export function age(timestamp: string | undefined, nowMs: number): string {
  return timestamp ? humanDuration(nowMs - parseTime(timestamp)) : "<unknown>";
}

/** A duration in at most two units, precise enough for its length. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
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
