/**
 * The schema language: API types declared as data. Every derivation (types, codecs, defaults, validation, patches, OpenAPI,
 * tables) walks these nodes; none of them knows a kind.
 */

/** JSON forms of single values. */
export type ScalarType =
  | "string"
  | "boolean"
  | "int32"
  | "int64"
  | "float64"
  /** base64 in JSON */
  | "bytes"
  /** canonical text such as "100m", protobuf message {1 string} */
  | "quantity"
  /** number or text, protobuf message {1 type, 2 int, 3 string} */
  | "intOrString"
  /** RFC 3339 text with whole seconds, protobuf {1 seconds, 2 nanos} */
  | "time"
  /** RFC 3339 text with microseconds */
  | "microTime"
  /** Go duration text such as "1h30m" */
  | "duration"
  /** any JSON object kept as it is, protobuf {1 raw JSON}: RawExtension, FieldsV1 */
  | "raw"
  /** any JSON value: JSON */
  | "any"
  /** any JSON value of a type that users define: apply merges its objects key by key */
  | "deduced";

export interface ScalarNode<T = unknown> {
  readonly kind: "scalar";
  readonly type: ScalarType;
  /** Of what is deduced: an object in it loses its fields when it is read. */
  readonly bare?: true;
  readonly "~type"?: T;
}

export interface StructNode<F = unknown> {
  readonly kind: "struct";
  /** OpenAPI name, such as io.k8s.api.core.v1.PodSpec. */
  readonly name: string;
  /** Full protobuf message name; undefined for types that exist in JSON only. */
  readonly proto: string | undefined;
  /** Declaration order, which is also the JSON output order. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Server-side apply treats the whole struct as one value. */
  readonly atomic: boolean;
  readonly options: StructOptions;
  readonly "~fields"?: F;
}

export interface ListNode<E = unknown> {
  readonly kind: "list";
  readonly element: Node;
  /** What holds for the elements, where a node says more than its field. */
  readonly options?: FieldOptions;
  readonly "~element"?: E;
}

export interface MapNode<V = unknown> {
  readonly kind: "map";
  readonly value: Node;
  /** What holds for the values, where a node says more than its field. */
  readonly options?: FieldOptions;
  readonly "~value"?: V;
}

export type Node = ScalarNode | StructNode | ListNode | MapNode;

export interface StructOptions {
  /** Protobuf message name, when it isn't the OpenAPI name in its usual protobuf package; null for JSON only. */
  readonly proto?: string | null;
  readonly atomic?: boolean;
  /** Exactly or at most one of these members may be set. */
  readonly unions?: readonly unknown[];
  /** A type that users define: a value of a wrong type stays, for validation to judge, and so does null. */
  readonly custom?: boolean;
  /** Of a custom type: fields that it does not declare are kept. */
  readonly preserve?: boolean;
  /** Of a custom type inside of one that keeps others: an apply may say fields that are then dropped. */
  readonly loose?: boolean;
  /** Its OpenAPI schema, where the fields don't say it all. */
  readonly openApi?: (version: "v2" | "v3") => Readonly<Record<string, unknown>>;
}

/** When a field appears in JSON although it has no value: `always` writes the zero value. */
export interface FieldOptions {
  /** Of a field of any JSON: what an object in it is read as, or what else it may be. */
  readonly holds?: { readonly node: () => StructNode; readonly or: "list" | "boolean" | "texts" };
  /** A Go pointer: absent and zero differ. */
  readonly ptr?: boolean;
  /** Always written, also when zero (no omitempty). */
  readonly always?: boolean;
  /** An absent list or map is written as null (`always` lists without a value). */
  readonly nullable?: boolean;
  /** Of a custom type: null is a value of its own. */
  readonly acceptsNull?: boolean;
  /** Rules tell an empty list from none, so that reading keeps it. */
  readonly keepsEmpty?: boolean;
  /** A zero time or struct is left out although it is no pointer. */
  readonly omitZero?: boolean;
  /** Required by OpenAPI. */
  readonly required?: boolean;
  /** Filled in when absent (the declared default, as OpenAPI publishes it). */
  readonly default?: unknown;
  /** The default that OpenAPI publishes although nothing fills it in. */
  readonly documented?: unknown;
  /** The closed set of values. */
  readonly enum?: readonly string[];
  /** Type and merging of a list. */
  readonly list?: "atomic" | "set" | "map";
  /** Keys of the elements of a `map` list. */
  readonly keys?: readonly string[];
  /** A map or struct that apply treats as one value. */
  readonly atomic?: boolean;
  /** Strategic merge: the key that pairs list elements; "" merges a list of scalars. */
  readonly mergeKey?: string;
  /** Strategic merge strategies, such as ["merge", "retainKeys"]. */
  readonly patch?: readonly ("merge" | "replace" | "retainKeys")[];
  readonly format?: string;
  /** The OpenAPI name of a value with a form of its own, where it isn't the usual one of its form. */
  readonly typeName?: string;
  /** Attributes of the elements of a list or the values of a map. */
  readonly element?: {
    /** As that of a field. */
    readonly typeName?: string;
    readonly default?: unknown;
    readonly enum?: readonly string[];
    readonly ptr?: boolean;
    readonly nullable?: boolean;
  };
  /** The embedded struct's fields appear at this level in JSON, but as a nested message in protobuf. */
  readonly inline?: boolean;
  /** A list that protobuf has as one message of its elements, since its Go type has a name. */
  readonly boxed?: boolean;
  readonly gates?: readonly string[];
  /** Declared validation rules as recorded, such as "maxItems=32". */
  readonly rules?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly immutable?: boolean;
}

export interface Field<T = unknown, O extends FieldOptions = FieldOptions> {
  /** Protobuf number; 0 for JSON only. */
  readonly number: number;
  readonly node: Node;
  readonly options: O;
  readonly "~type"?: T;
}

/** Fields by JSON name; an inline one by the name of its protobuf field. */
export type Fields = Readonly<Record<string, Field>>;

/** A struct is always written in JSON unless it is a pointer or left out when zero; anything `always` is too. */
type Present<F> = F extends { options: infer O; node: infer N }
  ? O extends { always: true }
    ? true
    : O extends { ptr: true } | { omitZero: true }
      ? false
      : N extends StructNode
        ? true
        : false
  : false;

type Flat<T> = { [K in keyof T]: T[K] };

type ValueOf<F> = F extends { "~type"?: infer T } ? Exclude<T, undefined> : never;

type IsInline<F> = F extends { options: { inline: true } } ? true : false;

type InlineKeys<F> = { [K in keyof F]: IsInline<F[K]> extends true ? K : never }[keyof F];

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void
  ? I
  : never;

type OwnFields<F> = {
  readonly [K in keyof F as IsInline<F[K]> extends true ? never : Present<F[K]> extends true ? K : never]: ValueOf<
    F[K]
  >;
} & {
  readonly [K in keyof F as IsInline<F[K]> extends true ? never : Present<F[K]> extends true ? never : K]?: ValueOf<
    F[K]
  >;
};

/** The TypeScript type of a struct's fields; an inline struct's appear beside its own. */
export type InferFields<F> = [InlineKeys<F>] extends [never]
  ? Flat<OwnFields<F>>
  : Flat<OwnFields<F> & UnionToIntersection<ValueOf<F[InlineKeys<F>]>>>;

/** The TypeScript type of a node's JSON values, as the server writes them: readonly, shared. */
export type Infer<N> =
  N extends StructNode<infer F>
    ? InferFields<F>
    : N extends ScalarNode<infer T>
      ? Exclude<T, undefined>
      : N extends ListNode<infer E>
        ? readonly Infer<E>[]
        : N extends MapNode<infer V>
          ? Readonly<Record<string, Infer<V>>>
          : never;

/** Declares a struct. The fields are made on first use, so that files may refer to each other in any order. */
export function struct<F extends Fields>(name: string, fields: () => F, options: StructOptions = {}): StructNode<F> {
  let made: ReadonlyMap<string, Field> | undefined;
  return {
    kind: "struct",
    name,
    proto: options.proto === null ? undefined : (options.proto ?? protoName(name)),
    get fields() {
      made ??= new Map(Object.entries(fields()));
      return made;
    },
    atomic: options.atomic ?? false,
    options,
  };
}

function protoName(openApiName: string): string {
  return openApiName.replace(/^io\.k8s\./, "k8s.io.").replaceAll("-", "_");
}

function scalarNode<T>(type: ScalarType): ScalarNode<T> {
  return { kind: "scalar", type };
}

/** The nodes of single values, as elements of lists and maps. */
export const scalar = {
  string: scalarNode<string>("string"),
  boolean: scalarNode<boolean>("boolean"),
  int32: scalarNode<number>("int32"),
  int64: scalarNode<number>("int64"),
  float64: scalarNode<number>("float64"),
  bytes: scalarNode<string>("bytes"),
  quantity: scalarNode<string>("quantity"),
  intOrString: scalarNode<number | string>("intOrString"),
  time: scalarNode<string>("time"),
  microTime: scalarNode<string>("microTime"),
  duration: scalarNode<string>("duration"),
  raw: scalarNode<Readonly<Record<string, unknown>>>("raw"),
  any: scalarNode<unknown>("any"),
  deduced: scalarNode<unknown>("deduced"),
  bare: { ...scalarNode<unknown>("deduced"), bare: true },
} as const;

function scalarField<T>(node: ScalarNode<T>) {
  return <const O extends FieldOptions = Record<never, never>>(
    number: number,
    options?: O,
  ): Field<T, O> & { readonly node: ScalarNode<T> } => ({
    number,
    node,
    options: options ?? ({} as O),
  });
}

export const string = scalarField(scalar.string);
export const boolean = scalarField(scalar.boolean);
export const int32 = scalarField(scalar.int32);
export const int64 = scalarField(scalar.int64);
export const float64 = scalarField(scalar.float64);
export const bytes = scalarField(scalar.bytes);
export const quantity = scalarField(scalar.quantity);
export const intOrString = scalarField(scalar.intOrString);
export const time = scalarField(scalar.time);
export const microTime = scalarField(scalar.microTime);
export const raw = scalarField(scalar.raw);
export const any = scalarField(scalar.any);

/** A field that holds another struct. */
export function ref<F, const O extends FieldOptions = Record<never, never>>(
  number: number,
  node: StructNode<F>,
  options?: O,
): Field<Infer<StructNode<F>>, O> & { readonly node: StructNode<F> } {
  return { number, node, options: options ?? ({} as O) };
}

/** A field that holds a list of nodes. */
export function list<N extends Node, const O extends FieldOptions = Record<never, never>>(
  number: number,
  element: N,
  options?: O,
): Field<readonly Infer<N>[], O> & { readonly node: ListNode<N> } {
  return { number, node: { kind: "list", element }, options: options ?? ({} as O) };
}

/** A field that holds a map from text to nodes. */
export function map<N extends Node, const O extends FieldOptions = Record<never, never>>(
  number: number,
  value: N,
  options?: O,
): Field<Readonly<Record<string, Infer<N>>>, O> & { readonly node: MapNode<N> } {
  return { number, node: { kind: "map", value }, options: options ?? ({} as O) };
}

/** A list as the value of a map. */
export function listOf<N extends Node>(element: N): ListNode<N> {
  return { kind: "list", element };
}

/** A type to write an object with: everything optional, at every depth; the server says what is missing. */
export type Draft<T> = T extends readonly (infer E)[]
  ? readonly Draft<E>[]
  : T extends object
    ? { readonly [K in keyof T]?: Draft<T[K]> }
    : T;
