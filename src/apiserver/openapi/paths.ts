import { DeleteOptions, type KindDefinition, Scale, Status, type Subresource } from "../../api/index.ts";
import type { StructNode } from "../../schema/index.ts";
import { documentName, type Schemas } from "./schemas.ts";

type Json = Record<string, unknown>;

/** What custom kinds take. Clients such as kubectl look here to see whether they may send a strategic merge. */
const CUSTOM_PATCHES = ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
const PATCHES = [...CUSTOM_PATCHES, "application/strategic-merge-patch+json"];
const ANSWERS = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const STREAMS = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

const parameter = (name: string, type: string) => ({ name, in: "query", schema: { type, uniqueItems: true } });
const strings = (...names: string[]) => names.map((name) => parameter(name, "string"));
const PRETTY = strings("pretty");
const WRITE = strings("dryRun", "fieldManager", "fieldValidation");
const FORCE = [parameter("force", "boolean")];
const DELETE = [
  ...strings("dryRun"),
  parameter("gracePeriodSeconds", "integer"),
  parameter("orphanDependents", "boolean"),
  ...strings("propagationPolicy"),
];
const LIST = [
  parameter("allowWatchBookmarks", "boolean"),
  ...strings("continue", "fieldSelector", "labelSelector"),
  parameter("limit", "integer"),
  ...strings("resourceVersion", "resourceVersionMatch"),
  parameter("sendInitialEvents", "boolean"),
  parameter("timeoutSeconds", "integer"),
  parameter("watch", "boolean"),
];

interface Call {
  readonly action: string;
  readonly id: string;
  readonly parameters: readonly unknown[];
  readonly answer: StructNode;
  readonly code?: number;
  readonly body?: StructNode;
  readonly patch?: boolean;
  readonly streams?: boolean;
}

interface PlainCall {
  readonly id: string;
  readonly tag: string;
  readonly answer?: StructNode;
  readonly types?: readonly string[];
}

/** How the operations that discover a group, or a version of it, are called. */
export function discoveryPath(group: string, version = ""): { readonly id: string; readonly tag: string } {
  const name = camel(group);
  return { id: `get${capital(name)}${capital(version)}`, tag: version ? `${name}_${version}` : name };
}

/** The operations on kinds, by path, as version 3 describes them. */
export class Paths {
  readonly #schemas: Schemas;

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  /** A path that is read and is no resource. */
  plain({ id, tag, answer, types = ANSWERS }: PlainCall): Json {
    const schema = answer ? this.#schemas.ref(answer) : { type: "string" };
    return {
      get: {
        tags: [tag],
        operationId: id,
        responses: {
          200: { description: "OK", content: content(types, schema) },
          401: { description: "Unauthorized" },
        },
      },
    };
  }

  of(kind: KindDefinition): Json {
    const base = `/${documentName(kind)}`;
    const namespaced = kind.scope === "Namespaced";
    const collection = namespaced ? `${base}/namespaces/{namespace}/${kind.plural}` : `${base}/${kind.plural}`;
    const item = `${collection}/{name}`;
    const scope = namespaced ? [pathParameter("namespace")] : [];
    const named = [pathParameter("name"), ...scope];
    const paths: Json = {
      [collection]: this.#collection(kind, scope),
      [item]: this.#item(kind, named),
    };
    if (namespaced && kind.verbs.includes("list"))
      paths[`${base}/${kind.plural}`] = {
        get: this.#call(kind, listCall(kind, "ForAllNamespaces")),
        parameters: PRETTY,
      };
    for (const sub of kind.subresources) paths[`${item}/${sub.name}`] = this.#subresource(kind, sub, named);
    return Object.fromEntries(Object.entries(paths).filter(([, path]) => Object.keys(path as Json).length > 1));
  }

  #collection(kind: KindDefinition, scope: readonly unknown[]): Json {
    const { verbs } = kind;
    const space = kind.scope === "Namespaced" ? "Namespaced" : "";
    const create = {
      action: "post",
      id: `create${space}`,
      parameters: WRITE,
      answer: kind.struct,
      code: 201,
      body: kind.struct,
    };
    const remove = {
      action: "deletecollection",
      id: `deleteCollection${space}`,
      parameters: [...LIST, ...DELETE],
      answer: Status,
      body: DeleteOptions,
    };
    return {
      ...(verbs.includes("list") && { get: this.#call(kind, listCall(kind, space)) }),
      ...(verbs.includes("create") && { post: this.#call(kind, create) }),
      ...(verbs.includes("deletecollection") && { delete: this.#call(kind, remove) }),
      parameters: [...scope, ...PRETTY],
    };
  }

  #item(kind: KindDefinition, named: readonly unknown[]): Json {
    const { verbs, struct } = kind;
    const space = kind.scope === "Namespaced" ? "Namespaced" : "";
    const calls = this.#reading(kind, { verbs, struct, space, suffix: "" });
    const remove = { action: "delete", id: `delete${space}`, parameters: DELETE, answer: Status, body: DeleteOptions };
    return {
      ...calls,
      ...(verbs.includes("delete") && { delete: this.#call(kind, remove) }),
      parameters: [...named, ...PRETTY],
    };
  }

  #subresource(kind: KindDefinition, sub: Subresource, named: readonly unknown[]): Json {
    const struct = sub.name === "scale" ? Scale : kind.struct;
    const space = kind.scope === "Namespaced" ? "Namespaced" : "";
    // Streams and proxies have no schema of their own.
    if (sub.kind && sub.name !== "scale") return { parameters: named };
    return {
      ...this.#reading(kind, { verbs: sub.verbs, struct, space, suffix: capital(sub.name) }),
      parameters: [...named, ...PRETTY],
    };
  }

  #reading(kind: KindDefinition, { verbs, struct, space, suffix }: Reading): Json {
    const call = (verb: string, of: Omit<Call, "answer" | "id">) =>
      verbs.includes(verb === "read" ? "get" : verb === "replace" ? "update" : verb)
        ? this.#call(kind, { ...of, id: `${verb}${space}`, answer: struct }, suffix)
        : undefined;
    const calls = {
      get: call("read", { action: "get", parameters: [] }),
      put: call("replace", { action: "put", parameters: WRITE, body: struct }),
      patch: call("patch", { action: "patch", parameters: [...WRITE, ...FORCE], patch: true }),
    };
    return Object.fromEntries(Object.entries(calls).filter(([, value]) => value));
  }

  #call(kind: KindDefinition, call: Call, suffix = ""): Json {
    const { group, version } = kind;
    const tag = `${camel(group)}_${version}`;
    const types = call.streams ? [...ANSWERS, ...STREAMS] : ANSWERS;
    const patches = kind.custom ? CUSTOM_PATCHES : PATCHES;
    const answer = { description: "OK", content: content(types, this.#schemas.ref(call.answer)) };
    const action = call.id.replace("Namespaced", "").replace("ForAllNamespaces", "");
    return {
      tags: [tag],
      operationId: `${action}${capital(camel(group))}${capital(version)}${call.id.slice(action.length)}${kind.kind}${suffix}`,
      parameters: call.parameters,
      ...(call.body && { requestBody: { content: content(["*/*"], this.#schemas.ref(call.body)) } }),
      ...(call.patch && { requestBody: { content: content(patches, { type: "object" }), required: true } }),
      responses: { [String(call.code ?? 200)]: answer, 401: { description: "Unauthorized" } },
      "x-kubernetes-action": call.action,
      "x-kubernetes-group-version-kind": { group, kind: kind.kind, version },
    };
  }
}

interface Reading {
  readonly verbs: readonly string[];
  readonly struct: StructNode;
  readonly space: string;
  readonly suffix: string;
}

function listCall(kind: KindDefinition, space: string): Call {
  return { action: "list", id: `list${space}`, parameters: LIST, answer: kind.list, streams: true };
}

function content(types: readonly string[], schema: Json): Json {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function pathParameter(name: string): Json {
  return { name, in: "path", required: true, schema: { type: "string", uniqueItems: true } };
}

function camel(group: string): string {
  const first = group.replace(/\.k8s\.io$/, "").split(".");
  return group === "" ? "core" : first.map((part, index) => (index === 0 ? part : capital(part))).join("");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
