import { DEPTH_OF_CALLS, rawDigits, setOwn } from "./json/parse.ts";

/** A deep copy of JSON data. What it saves: a structured clone takes ten times as long for objects of a usual size. */
export function copyJson<T>(value: T): T {
  const deeper: Deeper[] = [];
  const copy = copied(value, DEPTH_OF_CALLS, deeper) as T;
  for (let next = deeper.pop(); next; next = deeper.pop()) fill(next, DEPTH_OF_CALLS, deeper);
  return copy;
}

/** A list or object whose copy is there, and empty yet. */
interface Deeper {
  readonly value: object;
  readonly copy: unknown[] | Record<string, unknown>;
}

function copied(value: unknown, levels: number, deeper: Deeper[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  // A number as it was written never changes.
  if (rawDigits(value) !== undefined) return value;
  const one: Deeper = { value, copy: Array.isArray(value) ? [] : {} };
  if (levels === 0) deeper.push(one);
  else fill(one, levels - 1, deeper);
  return one.copy;
}

function fill({ value, copy }: Deeper, levels: number, deeper: Deeper[]): void {
  if (Array.isArray(value)) {
    for (const element of value) (copy as unknown[]).push(copied(element, levels, deeper));
    return;
  }
  for (const key of Object.keys(value))
    setOwn(copy as Record<string, unknown>, key, copied((value as Record<string, unknown>)[key], levels, deeper));
}
