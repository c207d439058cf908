import {
  age,
  ageColumn,
  type Column,
  type CustomResourceColumnDefinition,
  type JsonPath,
  JsonPathError,
  nameColumn,
  parseJsonPath,
  TextByte,
} from "../../api/index.ts";
import { canonicalTime, DecodeError, goJson, goText, rawDigits, rawNumber, showFloat } from "../../schema/index.ts";

/** The columns of a version as its definition wants them; name and age when it says nothing. */
export function customColumns(
  columns: readonly CustomResourceColumnDefinition[] | undefined,
): readonly Column<unknown>[] {
  if (!columns || columns.length === 0)
    return [nameColumn, { ...ageColumn, type: "date" }] as readonly Column<unknown>[];
  const made: ReturnType<typeof customColumn>[] = [];
  for (const column of columns) {
    const path = readable(column.jsonPath);
    // From a path that nobody can read on there are no columns.
    if (!path) break;
    made.push(customColumn(column, path));
  }
  return [nameColumn, ...made] as readonly Column<unknown>[];
}

function customColumn({ name, type, format, priority, description }: CustomResourceColumnDefinition, path: JsonPath) {
  return {
    name,
    type: type as Column<unknown>["type"],
    ...(format && { format }),
    ...(description && { description }),
    priority: priority ?? 0,
    cell: (object: unknown, now: number) => {
      const [first] = path.find(object);
      return first === undefined ? null : cellOf(type, first, now);
    },
  };
}

function readable(path: string): JsonPath | undefined {
  try {
    return parseJsonPath(path);
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return undefined;
  }
}

/** A value as its column's type shows it; null when it isn't of that type. */
function cellOf(type: string, value: unknown, now: number): unknown {
  const number =
    typeof value === "number" || rawDigits(value) !== undefined ? Number(rawDigits(value) ?? value) : undefined;
  switch (type) {
    case "integer":
      return number === undefined ? null : wholeOf(number);
    case "number":
      return number ?? null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? dateOf(value, now) : null;
    default:
      return textOf(value);
  }
}

/** A fraction without what is behind its point; of what 64 bits can't hold, their smallest number. */
function wholeOf(number: number): unknown {
  return Math.abs(number) < 2 ** 63 ? Math.trunc(number) : rawNumber(String(-(2n ** 63n)));
}

function dateOf(text: string, now: number): string {
  if (text === "" || text === "null") return "<unknown>";
  try {
    return age(canonicalTime(text), now);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return "<invalid>";
  }
}

/** A value as the original prints it: what holds others as JSON. */
function textOf(value: unknown): string {
  if (value === null) return "<no value>";
  if (value instanceof TextByte) return String(value.value);
  if (typeof value === "string") return value;
  if (typeof value === "number" && !Number.isSafeInteger(value)) return showFloat(value);
  return rawDigits(value) === undefined ? goJson(sorted(value)) : goText(value);
}

/** Objects with their keys in order, as Kubernetes prints them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || rawDigits(value) !== undefined) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
