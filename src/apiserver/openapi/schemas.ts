import { own } from "../../base/index.ts";
import { groupVersion, type KindDefinition, type StructDoc } from "../../api/index.ts";
import type { Field, Node, ScalarNode, StructNode } from "../../schema/index.ts";

type Json = Record<string, unknown>;

/** Where the references of a document point: v3 keeps schemas below components, v2 below definitions. */
export type RefPrefix = "#/components/schemas/" | "#/definitions/";

const GVK = "x-kubernetes-group-version-kind";
const META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

/** What documents say of a type and its fields, in words. */
export type Describe = (struct: StructNode) => StructDoc | undefined;

/** Types with a form of their own, which documents describe once and refer to. */
const NAMED: Readonly<Partial<Record<ScalarNode["type"], readonly [name: string, schema: Json]>>> = {
  quantity: [
    "io.k8s.apimachinery.pkg.api.resource.Quantity",
    {
      description: "A number with an optional unit: m for thousandths, k, M, G, T, P, E, or Ki, Mi, Gi, Ti, Pi, Ei.",
      oneOf: [{ type: "string" }, { type: "number" }],
    },
  ],
  intOrString: [
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    {
      description: "A whole number, or text such as a percentage or the name of a port.",
      format: "int-or-string",
      oneOf: [{ type: "integer" }, { type: "string" }],
    },
  ],
  time: [`${META}Time`, { description: "A time in RFC 3339 with whole seconds.", type: "string", format: "date-time" }],
  microTime: [
    `${META}MicroTime`,
    { description: "A time in RFC 3339 with microseconds.", type: "string", format: "date-time" },
  ],
  duration: [`${META}Duration`, { description: "A duration such as 1h30m or 500ms.", type: "string" }],
  raw: ["io.k8s.apimachinery.pkg.runtime.RawExtension", { description: "Any JSON object.", type: "object" }],
};

const PLAIN: Readonly<Partial<Record<ScalarNode["type"], Json>>> = {
  string: { type: "string" },
  boolean: { type: "boolean" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  float64: { type: "number", format: "double" },
  bytes: { type: "string", format: "byte" },
  any: {},
};

/** The schemas of some types and of all that they refer to, by name. */
export class Schemas {
  readonly #prefix: RefPrefix;
  readonly #describe: Describe;
  readonly #found = new Map<string, Json>();

  constructor(prefix: RefPrefix, describe: Describe) {
    this.#prefix = prefix;
    this.#describe = describe;
  }

  /** A reference to a type; its schema becomes part of the document. */
  ref(struct: StructNode): Json {
    if (!this.#found.has(struct.name)) {
      this.#found.set(struct.name, {});
      this.#found.set(struct.name, this.#struct(struct));
    }
    return this.#refTo(struct.name);
  }

  /** A reference to a schema that no type has. */
  named(name: string, schema: Json): Json {
    this.#found.set(name, schema);
    return this.#refTo(name);
  }

  /** Whether a type's schema is part of the document. */
  has({ name }: StructNode): boolean {
    return this.#found.has(name);
  }

  /** Whether it is said already which kind a schema is of. */
  isMarked({ name }: StructNode): boolean {
    return GVK in (this.#found.get(name) ?? {});
  }

  /** Says which kind a schema is of. */
  mark(struct: StructNode, kinds: readonly { group: string; version: string; kind: string }[]): void {
    this.ref(struct);
    const schema = this.#found.get(struct.name)!;
    const marked = kinds.map(({ group, version, kind }) => ({ group, kind, version }));
    this.#found.set(struct.name, { ...schema, [GVK]: marked });
  }

  /** All schemas by name. */
  all(): Json {
    return Object.fromEntries([...this.#found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #refTo(name: string): Json {
    return { $ref: this.#prefix + name };
  }

  #struct(struct: StructNode): Json {
    const { openApi } = struct.options;
    const text = this.#describe(struct)?.text;
    const description = text !== undefined && { description: text };
    if (openApi) {
      // What it refers to becomes part of the document too.
      for (const { node } of struct.fields.values()) if (node.kind !== "scalar") this.#node(node);
      return { ...description, ...openApi(this.#prefix === "#/definitions/" ? "v2" : "v3") };
    }
    const properties: Json = {};
    const required: string[] = [];
    this.#fields(struct, properties, required);
    return {
      ...description,
      type: "object",
      ...(struct.options && Object.keys(properties).length > 0 && { properties: sorted(properties) }),
      ...(required.length > 0 && { required }),
      ...(struct.atomic && { "x-kubernetes-map-type": "atomic" }),
      ...(struct.options?.unions && { "x-kubernetes-unions": struct.options.unions }),
    };
  }

  #fields(struct: StructNode, properties: Json, required: string[]): void {
    const texts = this.#describe(struct)?.fields;
    for (const [name, field] of struct.fields) {
      if (field.options.inline && field.node.kind === "struct") {
        this.#fields(field.node, properties, required);
        continue;
      }
      properties[name] = this.#field(field, texts?.[name]);
      if (field.options.required) required.push(name);
    }
  }

  #field({ node, options }: Field, text: string | undefined): Json {
    const description = text !== undefined && { description: text };
    const extras: Json = {
      ...description,
      ...this.#default(node, options),
      ...(options.enum && { enum: options.enum }),
      ...(options.format && { format: options.format }),
      ...(options.list && { "x-kubernetes-list-type": options.list }),
      ...(options.keys && { "x-kubernetes-list-map-keys": options.keys }),
      ...(options.mergeKey && { "x-kubernetes-patch-merge-key": options.mergeKey }),
      ...(options.patch && { "x-kubernetes-patch-strategy": options.patch.join(",") }),
      ...(options.atomic !== undefined && !options.list && { "x-kubernetes-map-type": mapType(options.atomic) }),
    };
    const schema = node.kind === "scalar" ? this.#scalar(node, options.typeName) : this.#node(node, options.element);
    const { $ref, ...rest } = schema;
    if ($ref === undefined) return { ...schema, ...extras };
    if (this.#prefix === "#/definitions/") return { $ref, ...rest, ...besideReference(extras) };
    return Object.keys(extras).length === 0 ? { $ref } : { allOf: [{ $ref }], ...rest, ...extras };
  }

  /** A value that stands in when there is none; v2 has no defaults. */
  #default(node: Node, { documented, default: value = documented, ptr, always }: Field["options"]): Json {
    if (this.#prefix === "#/definitions/") return {};
    if (value !== undefined) return { default: value };
    if (node.kind === "struct" && !ptr) return { default: {} };
    const zero = always && !ptr && node.kind === "scalar" ? own(ZEROS, node.type) : undefined;
    return zero === undefined ? {} : { default: zero };
  }

  #node(node: Node, element?: Element): Json {
    switch (node.kind) {
      case "struct":
        return this.ref(node);
      case "list":
        return { type: "array", items: this.#element(node.element, element) };
      case "map":
        return { type: "object", additionalProperties: this.#element(node.value, element) };
      case "scalar":
        return this.#scalar(node);
    }
  }

  #element(node: Node, element: Element = {}): Json {
    const plain = node.kind === "scalar" ? this.#scalar(node, element.typeName) : this.#node(node);
    const schema = { ...plain, ...(element.enum && { enum: element.enum }) };
    if (this.#prefix === "#/definitions/") return schema;
    const value =
      element.default ?? (node.kind === "struct" ? {} : node.kind === "scalar" ? own(ZEROS, node.type) : undefined);
    if (value === undefined) return schema;
    return "$ref" in schema ? { allOf: [schema], default: value } : { ...schema, default: value };
  }

  #scalar({ type }: ScalarNode, typeName?: string): Json {
    const named = NAMED[type];
    if (!named) return typeName === undefined ? { ...PLAIN[type] } : this.named(typeName, { ...PLAIN[type] });
    const schema = named[1];
    const name = typeName ?? named[0];
    // v2 has no alternatives.
    const { oneOf, ...others } = schema;
    this.#found.set(name, this.#prefix === "#/definitions/" && oneOf ? { ...others, type: "string" } : schema);
    return this.#refTo(name);
  }
}

type Element = NonNullable<Field["options"]["element"]>;

const mapType = (isAtomic: boolean) => (isAtomic ? "atomic" : "granular");

/** Beside a reference, version 2 has what describes and what extends it, and nothing else. */
function besideReference(extras: Json): Json {
  return Object.fromEntries(
    Object.entries(extras).filter(([name]) => name === "description" || name.startsWith("x-kubernetes-")),
  );
}

const ZEROS: Readonly<Record<string, unknown>> = { string: "", boolean: false, int32: 0, int64: 0, float64: 0 };

function sorted(object: Json): Json {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Name of a group version's document: "api/v1", "apis/apps/v1". */
export function documentName(of: Pick<KindDefinition, "group" | "version">): string {
  return of.group === "" ? `api/${of.version}` : `apis/${groupVersion(of)}`;
}
