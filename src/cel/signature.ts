import { own } from "../base/index.ts";
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  type Type,
  typeOf,
  UINT,
} from "./types.ts";
import { MapValue, Opaque, Optional, TypeValue, typeNameOf, type Value } from "./values.ts";

/** Arguments of a function; a table's own functions say of what types they are. */
// biome-ignore lint/suspicious/noExplicitAny: the signature beside each function says what it gets
export type Implementation = (...args: any[]) => Value;

/** One way to call a function. */
export interface Overload {
  readonly name: string;
  readonly isMember: boolean;
  /** A member's target comes first. */
  readonly params: readonly Type[];
  readonly result: Type;
  readonly call: Implementation;
  /** What a call costs, paid before it runs; default 1. */
  readonly cost?: (args: readonly Value[]) => number;
}

const NAMED: Readonly<Record<string, Type>> = {
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  timestamp: TIMESTAMP,
  duration: DURATION,
  null: NULL,
  dyn: DYN,
};

/** Reads a type as signatures write it: `list(A)`, `map(string, int)`, `optional(A)`, `net.IP`; one letter is any type. */
function typeFrom(text: string): Type {
  const [type, rest] = readType(text.trim());
  if (rest !== "") throw new RangeError(`read type ${JSON.stringify(text)}: ${JSON.stringify(rest)} is left over`);
  return type;
}

function readType(text: string): [Type, string] {
  const name = /^[\w.]+/.exec(text)?.[0] ?? "";
  let rest = text.slice(name.length);
  const parts: Type[] = [];
  if (rest.startsWith("(")) {
    rest = rest.slice(1);
    for (;;) {
      const [part, after] = readType(rest.trimStart());
      parts.push(part);
      rest = after.trimStart();
      const mark = rest[0];
      rest = rest.slice(1);
      if (mark === ")") break;
    }
  }
  return [named(name, parts), rest];
}

function named(name: string, [first = DYN, second = DYN]: readonly Type[]): Type {
  if (/^[A-Z]$/.test(name)) return parameter(name);
  switch (name) {
    case "list":
      return listOf(first);
    case "map":
      return mapOf(first, second);
    case "optional":
      return optionalOf(first);
    case "type":
      return typeOf(first);
    default:
      return own(NAMED, name) ?? opaque(name);
  }
}

/**
 * An overload from its signature: `string.charAt(int): string` is a member of strings, `size(string): int` a function.
 * A name with a dot in it that is no member is written with a colon: `sets:contains(list(A), list(A)): bool`.
 */
export function overload(signature: string, call: Implementation, cost?: Overload["cost"]): Overload {
  const [head, result] = splitResult(signature);
  const open = openingOf(head);
  const path = head.slice(0, open);
  const params = splitTypes(head.slice(open + 1, -1)).map(typeFrom);
  const dot = path.lastIndexOf(".");
  const isMember = dot > 0 && !path.startsWith("_");
  return {
    name: isMember ? path.slice(dot + 1) : path.replace(/^(\w+):/, "$1."),
    isMember,
    params: isMember ? [typeFrom(path.slice(0, dot)), ...params] : params,
    result: typeFrom(result),
    call,
    ...(cost && { cost }),
  };
}

function splitResult(signature: string): [string, string] {
  const end = signature.lastIndexOf("): ");
  if (end < 0) throw new RangeError(`read signature ${signature}: no result`);
  return [signature.slice(0, end + 1), signature.slice(end + 3)];
}

/** The parenthesis that opens the arguments: the partner of the last one. */
function openingOf(head: string): number {
  let depth = 0;
  for (let index = head.length - 1; index >= 0; index--) {
    if (head[index] === ")") depth++;
    if (head[index] === "(" && --depth === 0) return index;
  }
  throw new RangeError(`read signature ${head}: no arguments`);
}

function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "(") depth++;
    if (text[index] === ")") depth--;
    if (text[index] !== "," || depth > 0) continue;
    parts.push(text.slice(start, index));
    start = index + 1;
  }
  return text.trim() === "" ? [] : [...parts, text.slice(start)];
}

/** The first element tells lists apart; into lists in lists nobody looks. */
const holdsSuch = (element: Type, first: Value): boolean => element.kind === "list" || isOfType(first, element);

/** Whether a value is of a type as far as can be seen from outside. */
export function isOfType(value: Value, type: Type): boolean {
  switch (type.kind) {
    case "dyn":
    case "parameter":
    case "error":
      return true;
    case "list":
      return Array.isArray(value) && (value.length === 0 || holdsSuch(type.parts[0] as Type, value[0] as Value));
    case "map":
      return value instanceof MapValue;
    case "optional":
      return value instanceof Optional;
    case "type":
      return value instanceof TypeValue;
    case "opaque":
      return value instanceof Opaque && value.type.name === type.name;
    case "null":
      return value === null;
    case "struct":
      return value instanceof MapValue;
    case "simple":
      return typeNameOf(value) === type.name;
    default:
      return type.kind satisfies never;
  }
}
