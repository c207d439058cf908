import {
  age,
  ageColumn,
  type Column,
  type CustomResourceColumnDefinition,
  type JsonPath,
  nameColumn,
  parseJsonPath,
} from "../../api/index.ts";
import { rawDigits } from "../../schema/index.ts";

/** The columns of a version as its definition wants them; name and age when it says nothing. */
export function customColumns(
  columns: readonly CustomResourceColumnDefinition[] | undefined,
): readonly Column<unknown>[] {
  if (!columns || columns.length === 0)
    return [nameColumn, { ...ageColumn, type: "date" }] as readonly Column<unknown>[];
  return [nameColumn, ...columns.map(customColumn)] as readonly Column<unknown>[];
}

function customColumn({ name, type, format, priority, description, jsonPath }: CustomResourceColumnDefinition) {
  const path = readable(jsonPath);
  return {
    name,
    type: type as Column<unknown>["type"],
    ...(format && { format }),
    ...(description && { description }),
    priority: priority ?? 0,
    cell: (object: unknown, now: number) => {
      const [first] = path?.find(object) ?? [];
      return first === undefined || first === null ? null : cellOf(type, first, now);
    },
  };
}

/** A path that nobody can read finds nothing. */
function readable(path: string): JsonPath | undefined {
  try {
    return parseJsonPath(path);
  } catch {
    return undefined;
  }
}

/** A value as its column's type shows it; null when it isn't of that type. */
function cellOf(type: string, value: unknown, now: number): unknown {
  const number =
    typeof value === "number" || rawDigits(value) !== undefined ? Number(rawDigits(value) ?? value) : undefined;
  switch (type) {
    case "integer":
      return number === undefined ? null : Math.trunc(number);
    case "number":
      return number ?? null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value !== "string" ? null : Number.isNaN(Date.parse(value)) ? "<invalid>" : age(value, now);
    default:
      return typeof value === "string" ? value : JSON.stringify(sorted(value));
  }
}

/** Objects with their keys in order, as Kubernetes prints them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || rawDigits(value) !== undefined) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
