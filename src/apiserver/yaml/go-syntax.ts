import { quote } from "../../api/index.ts";
import { showFloat } from "../../schema/index.ts";
import { INT64_MAX, type Scalar } from "./resolve.ts";

/** A value as the original's language writes it. */
export function goScalar(value: Scalar): string {
  if (value === null) return "interface {}(nil)";
  if (typeof value === "bigint" && value > INT64_MAX) return `0x${value.toString(16)}`;
  if (typeof value === "string") return quote(value);
  return typeof value === "number" ? showFloat(value) : String(value);
}

export function goList(texts: readonly unknown[]): string {
  return `[]interface {}{${texts.join(", ")}}`;
}

export function goMap(entries: ReadonlyMap<Scalar, unknown>): string {
  const texts = [...entries].map(([key, text]) => `${goScalar(key)}:${text}`);
  return `map[interface {}]interface {}{${texts.sort().join(", ")}}`;
}

/** A number of 32 bits in its shortest form. */
export function floatName(value: number): string {
  const nearest = Math.fround(value);
  if (Number.isNaN(nearest)) return ".nan";
  if (!Number.isFinite(nearest)) return nearest > 0 ? ".inf" : "-.inf";
  let precision = 1;
  while (Math.fround(Number(nearest.toPrecision(precision))) !== nearest) precision++;
  return showFloat(Number(nearest.toPrecision(precision)));
}
