import { isObject, jsonTypeName } from "../../schema/index.ts";

/** What the original calls the type of a JSON value. */
export function goType(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (isObject(value)) return "map[string]interface {}";
  const name = jsonTypeName(value);
  if (name !== "number") return name;
  return Number.isInteger(Number(value)) ? "int64" : "float64";
}
