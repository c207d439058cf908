import { own } from "../base/index.ts";

/** A type as the checker knows it. `parameter` stands for any one type in a signature. */
export interface Type {
  readonly kind:
    | "simple"
    | "dyn"
    | "error"
    | "null"
    | "list"
    | "map"
    | "optional"
    | "type"
    | "struct"
    | "opaque"
    | "parameter";
  readonly name: string;
  readonly parts: readonly Type[];
  /** Of structs only; asked for late, since types may hold themselves. */
  readonly fields?: () => ReadonlyMap<string, Type>;
  /** What the schema says about sizes; for cost estimates and the forms of texts. */
  readonly sizeMax?: number;
}

const simple = (name: string): Type => ({ kind: "simple", name, parts: [] });

export const BOOL = simple("bool");
export const INT = simple("int");
export const UINT = simple("uint");
export const DOUBLE = simple("double");
export const STRING = simple("string");
export const BYTES = simple("bytes");
export const TIMESTAMP: Type = { ...simple("google.protobuf.Timestamp") };
export const DURATION: Type = { ...simple("google.protobuf.Duration") };
export const NULL: Type = { kind: "null", name: "null_type", parts: [] };
export const DYN: Type = { kind: "dyn", name: "dyn", parts: [] };
export const ERROR: Type = { kind: "error", name: "!error!", parts: [] };

export const listOf = (element: Type): Type => ({ kind: "list", name: "list", parts: [element] });
export const mapOf = (key: Type, value: Type): Type => ({ kind: "map", name: "map", parts: [key, value] });
export const optionalOf = (inner: Type): Type => ({ kind: "optional", name: "optional_type", parts: [inner] });
export const typeOf = (inner: Type): Type => ({ kind: "type", name: "type", parts: [inner] });
export const opaque = (name: string): Type => ({ kind: "opaque", name, parts: [] });
export const parameter = (name: string): Type => ({ kind: "parameter", name, parts: [] });

/** A type with named fields; each struct type has a name of its own. */
export function structOf(name: string, fields: () => ReadonlyMap<string, Type>): Type {
  let known: ReadonlyMap<string, Type> | undefined;
  return { kind: "struct", name, parts: [], fields: () => (known ??= fields()) };
}

/** A struct's type from a plain table. */
export function structFrom(name: string, fields: Readonly<Record<string, Type>>): Type {
  return structOf(name, () => new Map(Object.entries(fields)));
}

const SHOWN: Readonly<Record<string, string>> = {
  "google.protobuf.Timestamp": "timestamp",
  "google.protobuf.Duration": "duration",
  null_type: "null",
};

/** A type as error texts show it. */
export function showType(type: Type): string {
  if (type.kind === "parameter") return "dyn";
  const name = own(SHOWN, type.name) ?? type.name;
  return type.parts.length === 0 ? name : `${name}(${type.parts.map(showType).join(", ")})`;
}

/** A type by its own name, as what an expression evaluates to is told. */
export function nameOfType(type: Type): string {
  return type.parts.length === 0 ? type.name : `${type.name}(${type.parts.map(nameOfType).join(", ")})`;
}

/** What parameters of signatures stand for so far. */
export type Bindings = ReadonlyMap<string, Type>;

/** A type with what its parameters stand for; those that stand for nothing stay. */
export function substitute(type: Type, bindings: Bindings): Type {
  if (type.kind === "parameter") {
    const bound = bindings.get(type.name);
    return bound ? substitute(bound, bindings) : type;
  }
  if (type.parts.length === 0) return type;
  return { ...type, parts: type.parts.map((part) => substitute(part, bindings)) };
}

const NULLABLE = new Set(["struct", "opaque"]);

function takesNull({ kind, name }: Type): boolean {
  return NULLABLE.has(kind) || name === TIMESTAMP.name || name === DURATION.name;
}

/** Whether one type can stand where another is wanted: the bindings that make it so, or undefined. */
export function assign(from: Type, to: Type, bindings: Bindings): Bindings | undefined {
  const [a, b] = [resolve(from, bindings), resolve(to, bindings)];
  if (a.kind === "parameter" && a.name === b.name) return bindings;
  if (b.kind === "parameter") return bind(b, a, bindings);
  if (a.kind === "parameter") return bind(a, b, bindings);
  if (isLoose(a) || isLoose(b)) return loosen({ from, to, bindings });
  if (a.kind === "null" && takesNull(b)) return bindings;
  if (b.kind === "null" && takesNull(a)) return bindings;
  if (a.kind !== b.kind || a.name !== b.name || a.parts.length !== b.parts.length) return undefined;
  if (a.kind === "type") return bindings;
  let now: Bindings | undefined = bindings;
  for (const [index, part] of a.parts.entries()) {
    now = assign(part, b.parts[index] as Type, now);
    if (!now) return undefined;
  }
  return now;
}

export const isLoose = ({ kind }: Type): boolean => kind === "dyn" || kind === "error";

/** Follows a parameter to what it stands for; its parts stay as they are. */
function resolve(type: Type, bindings: Bindings): Type {
  let now = type;
  while (now.kind === "parameter") {
    const bound = bindings.get(now.name);
    if (!bound) return now;
    now = bound;
  }
  return now;
}

function bind(name: Type, type: Type, bindings: Bindings): Bindings | undefined {
  if (holds(substitute(type, bindings), name)) return undefined;
  return new Map(bindings).set(name.name, type);
}

function holds(type: Type, name: Type): boolean {
  return type.kind === "parameter" ? type.name === name.name : type.parts.some((part) => holds(part, name));
}

/** A parameter that has met dyn stands for dyn from then on. */
function loosen({ from, to, bindings }: { from: Type; to: Type; bindings: Bindings }): Bindings {
  const loose = isLoose(resolve(from, bindings)) ? to : from;
  if (loose.kind !== "parameter") return bindings;
  let name = loose;
  for (let next = bindings.get(name.name); next?.kind === "parameter"; next = bindings.get(name.name)) name = next;
  return new Map(bindings).set(name.name, DYN);
}

export function sameType(a: Type, b: Type): boolean {
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, index) => sameType(part, b.parts[index] as Type))
  );
}

/** What asks whether somebody may do something, and what asks it of one resource. */
export const AUTHORIZER = opaque("kubernetes.authorization.Authorizer");
export const RESOURCE_CHECK = opaque("kubernetes.authorization.ResourceCheck");
