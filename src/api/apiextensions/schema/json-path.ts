import { isMap, rawDigits } from "../../../schema/index.ts";
import { type PathNode, readPath } from "./json-path.read.ts";

export { JsonPathError } from "./json-path.read.ts";

/** A path through JSON, as columns use it; finds any number of values, or nothing where it can't be followed. */
export interface JsonPath {
  find(value: unknown): unknown[];
}

/** One byte of a text, which the original takes apart like a list. */
export class TextByte {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** Reads `.spec.list[0].name`, `.status.conditions[?(@.type=="Ready")].status`, `.spec.*`, `..name`, `['a','b']` and slices. */
export function parseJsonPath(text: string): JsonPath {
  const nodes = readPath(text);
  return {
    find(value) {
      const { values, failed } = followAll([value], nodes);
      return failed ? [] : values;
    },
  };
}

/** What following a path gives. Where it fails, what it had before counts for who only asks whether there is something. */
interface Found {
  readonly values: unknown[];
  readonly failed: boolean;
}

const found = (values: unknown[]): Found => ({ values, failed: false });
const failed = (values: unknown[]): Found => ({ values, failed: true });

function followAll(values: unknown[], nodes: readonly PathNode[]): Found {
  let now = values;
  for (const node of nodes) {
    const next = follow(now, node);
    if (next.failed) return next;
    now = next.values;
  }
  return found(now);
}

function follow(values: unknown[], node: PathNode): Found {
  switch (node.kind) {
    case "literal":
      return found(typeof node.value === "string" ? [node.value] : values.map(() => node.value));
    case "word":
      return failed(values);
    case "field":
      return found(values.flatMap((value) => fieldOf(value, node.name)));
    case "children":
      return found(values.flatMap(childrenOf));
    case "descend":
      return found(values.flatMap(everything));
    case "slice":
      return sliceAll(values, node);
    case "union": {
      const all = node.paths.map((path) => followAll(values, path));
      return all.some((one) => one.failed) ? failed(values) : found(all.flatMap((one) => one.values));
    }
    case "filter":
      return filterAll(values, node);
    default:
      return node satisfies never;
  }
}

function fieldOf(value: unknown, name: string): unknown[] {
  return isMap(value) && Object.hasOwn(value, name) ? [value[name]] : [];
}

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [...Buffer.from(value)].map((byte) => new TextByte(byte));
  if (!isMap(value) || value instanceof TextByte) return [];
  return Object.keys(value)
    .sort()
    .map((key) => value[key]);
}

/** A value and all below it, as far as they have something in them. */
function everything(value: unknown): unknown[] {
  const children = childrenOf(value);
  return children.length === 0 ? [] : [value, ...children.flatMap(everything)];
}

type Slice = Extract<PathNode, { kind: "slice" }>;

function sliceAll(values: unknown[], slice: Slice): Found {
  const result: unknown[] = [];
  for (const value of values) {
    if (value === null) continue;
    const range = Array.isArray(value) ? rangeOf(slice, value.length) : undefined;
    if (!range) return failed(values);
    const { from, to, by } = range;
    // Who asks for nothing gets no more.
    if (from === to) return found(result);
    for (let index = from; index < to; index += by) result.push((value as unknown[])[index]);
  }
  return found(result);
}

/** Which elements of a list are meant; undefined where it hasn't that many. */
function rangeOf({ from, to, by = 1 }: Slice, length: number): { from: number; to: number; by: number } | undefined {
  const start = from === undefined ? 0 : from < 0 ? from + length : from;
  const isSingle = to === "next";
  const wanted = isSingle ? (from ?? 0) + 1 : (to ?? length);
  const end = wanted < 0 || (wanted === 0 && isSingle) ? wanted + length : wanted;
  if (start !== end && (start >= length || start < 0 || end > length || end < 0 || start > end || by <= 0))
    return undefined;
  return { from: start, to: end, by };
}

type Filter = Extract<PathNode, { kind: "filter" }>;

function filterAll(values: unknown[], { left, operator, right }: Filter): Found {
  const result: unknown[] = [];
  for (const value of values) {
    if (!Array.isArray(value)) return failed(values);
    for (const element of value) {
      const one = followAll([element], left);
      if (operator === "exists") {
        if (one.values.length > 0) result.push(element);
        continue;
      }
      if (one.failed || one.values.length > 1) return failed(values);
      if (one.values.length === 0) continue;
      const other = followAll([element], right);
      if (other.failed || other.values.length > 1) return failed(values);
      if (other.values.length === 0) continue;
      const holds = compare(one.values[0], other.values[0], operator);
      if (holds === undefined) return failed(result);
      if (holds) result.push(element);
    }
  }
  return found(result);
}

/** Whether a comparison holds; undefined between values of different sorts, and for those that have no order. */
function compare(left: unknown, right: unknown, operator: string): boolean | undefined {
  const [a, b] = [comparable(left), comparable(right)];
  if (!a || !b || a.sort !== b.sort) return undefined;
  const isEqual = a.value === b.value;
  if (operator === "==") return isEqual;
  if (operator === "!=") return !isEqual;
  if (a.sort === "boolean") return undefined;
  const isLess = a.value < b.value;
  switch (operator) {
    case "<":
      return isLess;
    case "<=":
      return isLess || isEqual;
    case ">":
      return !isLess && !isEqual;
    case ">=":
      return !isLess;
    default:
      return undefined;
  }
}

interface Comparable {
  readonly sort: "string" | "boolean" | "integer" | "fraction" | "byte";
  readonly value: string | boolean | number;
}

function comparable(value: unknown): Comparable | undefined {
  if (typeof value === "string") return { sort: "string", value };
  if (typeof value === "boolean") return { sort: "boolean", value };
  if (value instanceof TextByte) return { sort: "byte", value: value.value };
  const number = typeof value === "number" ? value : Number(rawDigits(value) ?? Number.NaN);
  if (Number.isNaN(number)) return undefined;
  return { sort: Number.isInteger(number) && Math.abs(number) < 2 ** 63 ? "integer" : "fraction", value: number };
}
