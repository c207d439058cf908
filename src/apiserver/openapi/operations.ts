import { own } from "../../base/index.ts";
import {
  Binding,
  DeleteOptions,
  Eviction,
  type KindDefinition,
  listKindOf,
  Scale,
  Status,
  type Subresource,
  TokenRequest,
  WatchEvent,
} from "../../api/index.ts";
import type { StructNode } from "../../schema/index.ts";
import { documentName } from "./schemas.ts";

/** One call, as both versions of the documents describe it. */
export interface Operation {
  readonly id: string;
  readonly tag: string;
  readonly action?: string;
  readonly gvk?: { readonly group: string; readonly kind: string; readonly version: string };
  readonly query: readonly QueryParameter[];
  readonly body?: StructNode | "patch";
  readonly isBodyRequired?: boolean;
  /** Without it the answer is text. */
  readonly answer?: StructNode;
  readonly codes: readonly number[];
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
}

export type QueryParameter = readonly [name: string, type: "string" | "boolean" | "integer"];

/** What can be done at a path, by HTTP method in lower case. */
export interface PathOperations {
  readonly path: string;
  readonly pathParameters: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
}

const parameters = (type: QueryParameter[1], ...names: string[]) => names.map((name): QueryParameter => [name, type]);
const sorted = (...all: (readonly QueryParameter[])[]) => all.flat().sort(([a], [b]) => (a < b ? -1 : 1));
const PRETTY = parameters("string", "pretty");
const VERSIONED = parameters("string", "resourceVersion");
const WRITE = sorted(parameters("string", "dryRun", "fieldManager", "fieldValidation"), PRETTY);
const PATCH = sorted(WRITE, parameters("boolean", "force"));
const DELETE = sorted(
  parameters("string", "dryRun", "pretty", "propagationPolicy"),
  parameters("integer", "gracePeriodSeconds"),
  parameters("boolean", "ignoreStoreReadErrorWithClusterBreakingPotential", "orphanDependents"),
);
const SELECT = sorted(
  parameters("string", "continue", "fieldSelector", "labelSelector", "resourceVersion", "resourceVersionMatch"),
  parameters("string", "shardSelector"),
  parameters("integer", "limit", "timeoutSeconds"),
  parameters("boolean", "sendInitialEvents"),
);
const WATCH = sorted(SELECT, parameters("boolean", "allowWatchBookmarks", "watch"));
const LIST = sorted(WATCH, PRETTY);
const DELETE_MANY = sorted(SELECT, DELETE);
const LOG = sorted(
  parameters("string", "container", "pretty", "stream"),
  parameters("integer", "limitBytes", "sinceSeconds", "tailLines"),
  parameters("boolean", "follow", "insecureSkipTLSVerifyBackend", "previous", "timestamps"),
);
const TERMINAL = sorted(parameters("string", "container"), parameters("boolean", "stderr", "stdin", "stdout", "tty"));
const CONNECT: Readonly<Record<string, readonly QueryParameter[]>> = {
  attach: TERMINAL,
  exec: sorted(parameters("string", "command"), TERMINAL),
  portforward: parameters("integer", "ports"),
  proxy: parameters("string", "path"),
};

export const ANSWERS = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const STREAMS = [...ANSWERS, "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
const ANY = ["*/*"];
const PATCHES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];
/** Bodies of subresources that are of another kind than their resource. */
const BODIES: Readonly<Record<string, StructNode>> = { Binding: Binding.struct, Eviction, Scale, TokenRequest };
const METHODS: Readonly<Record<string, string>> = {
  create: "post",
  delete: "delete",
  get: "get",
  patch: "patch",
  update: "put",
};

/** All that can be done with a kind. */
export function operationsOf(kind: KindDefinition): PathOperations[] {
  const base = `/${documentName(kind)}`;
  const namespaced = kind.scope === "Namespaced";
  const scope = namespaced ? ["namespace"] : [];
  const place = (root: string) => `${root}${namespaced ? "/namespaces/{namespace}" : ""}/${kind.plural}`;
  const calls = new Calls(kind);
  const item = `${place(base)}/{name}`;
  const named = ["name", ...scope];
  const everywhere = namespaced
    ? [{ path: `${base}/${kind.plural}`, pathParameters: [], operations: calls.everywhere() }]
    : [];
  const watches = watchPaths(kind, calls, { place, base, scope });
  return [
    ...everywhere,
    { path: place(base), pathParameters: scope, operations: calls.collection() },
    { path: item, pathParameters: named, operations: calls.item() },
    ...kind.subresources.flatMap((sub) => subresourcePaths(calls, sub, { path: `${item}/${sub.name}`, named })),
    ...watches,
  ]
    .filter(({ operations }) => Object.keys(operations).length > 0)
    .map((one) => (kind.custom ? ofCustomKind(one) : one));
}

/** What users define is described in another way: any answer can be indented, and what to delete be told in few types. */
function ofCustomKind({ operations, ...path }: PathOperations): PathOperations {
  const plain = Object.entries(operations).map(([method, call]) => {
    const query = sorted(
      call.query.filter(([name]) => name !== "pretty"),
      PRETTY,
    );
    return [method, { ...call, query, ...(call.body === DeleteOptions && { consumes: call.produces }) }] as const;
  });
  return { ...path, operations: Object.fromEntries(plain) };
}

interface Places {
  readonly place: (root: string) => string;
  readonly base: string;
  readonly scope: readonly string[];
}

/** The old form of watches; definitions of users don't have it. */
function watchPaths(kind: KindDefinition, calls: Calls, { place, base, scope }: Places): PathOperations[] {
  if (!kind.verbs.includes("watch") || kind.custom) return [];
  const space = scope.length > 0 ? "Namespaced" : "";
  const path = place(`${base}/watch`);
  const one = {
    path: `${path}/{name}`,
    pathParameters: ["name", ...scope],
    operations: { get: calls.watch("watch", space, "") },
  };
  return [
    ...(space
      ? [
          {
            path: `${base}/watch/${kind.plural}`,
            pathParameters: [],
            operations: { get: calls.watch("watchlist", "", "ListForAllNamespaces") },
          },
        ]
      : []),
    { path, pathParameters: scope, operations: { get: calls.watch("watchlist", space, "List") } },
    ...(kind.verbs.includes("get") ? [one] : []),
  ];
}

function subresourcePaths(
  calls: Calls,
  sub: Subresource,
  { path, named }: { readonly path: string; readonly named: readonly string[] },
): PathOperations[] {
  const query = own(CONNECT, sub.name);
  if (!query) return [{ path, pathParameters: named, operations: calls.subresource(sub) }];
  const whole = { path, pathParameters: named, operations: calls.connect(sub, query, "") };
  if (sub.name !== "proxy") return [whole];
  const below = { path: `${path}/{path}`, pathParameters: [...named, "path"] };
  return [whole, { ...below, operations: calls.connect(sub, query, "WithPath") }];
}

/** The operations of one kind. */
class Calls {
  readonly #kind: KindDefinition;
  readonly #prefix: string;
  readonly #space: string;
  readonly #common: Pick<Operation, "tag" | "consumes" | "produces" | "codes">;

  constructor(kind: KindDefinition) {
    this.#kind = kind;
    this.#prefix = capital(camel(kind.group)) + capital(kind.version);
    this.#space = kind.scope === "Namespaced" ? "Namespaced" : "";
    const produces = kind.custom ? ANSWERS.slice(0, 2) : ANSWERS;
    this.#common = { tag: `${camel(kind.group)}_${kind.version}`, consumes: ANY, produces, codes: [200] };
  }

  everywhere(): Record<string, Operation> {
    const { kind, list, verbs } = this.#kind;
    if (!verbs.includes("list")) return {};
    return {
      get: this.#call({
        action: "list",
        id: `list${this.#prefix}${kind}ForAllNamespaces`,
        query: LIST,
        answer: list,
        produces: this.#streams,
      }),
    };
  }

  collection(): Record<string, Operation> {
    const { kind, list, struct, verbs } = this.#kind;
    const name = `${this.#space}${kind}`;
    const remove = this.#kind.custom
      ? { action: "deletecollection", query: WATCH, answer: Status }
      : { action: "deletecollection", query: DELETE_MANY, body: DeleteOptions, answer: Status };
    return {
      ...(verbs.includes("list") && {
        get: this.#call({
          action: "list",
          id: `list${this.#prefix}${name}`,
          query: LIST,
          answer: list,
          produces: this.#streams,
        }),
      }),
      ...(verbs.includes("create") && { post: this.#create(`create${this.#prefix}${name}`, struct) }),
      ...(verbs.includes("deletecollection") && {
        delete: this.#call({ ...remove, id: `delete${this.#prefix}Collection${name}` }),
      }),
    };
  }

  item(): Record<string, Operation> {
    const { kind, struct, verbs, rules } = this.#kind;
    const name = `${this.#prefix}${this.#space}${kind}`;
    const answer = rules.returnsDeleted === true ? struct : Status;
    const remove = {
      action: "delete",
      id: `delete${name}`,
      query: DELETE,
      body: DeleteOptions,
      answer,
      codes: [200, 202],
    };
    return { ...this.#changing(name, verbs, struct), ...(verbs.includes("delete") && { delete: this.#call(remove) }) };
  }

  subresource(sub: Subresource): Record<string, Operation> {
    const { kind, group, version, struct: whole } = this.#kind;
    const name = `${this.#prefix}${this.#space}${kind}${capital(sub.name)}`;
    const { name: bodyKind = kind } = { name: sub.kind ?? (sub.name === "scale" ? "Scale" : undefined) };
    const struct = own(BODIES, bodyKind) ?? whole;
    const [bodyGroup = group, bodyVersion = version] = groupVersionOf(sub) ?? [];
    const gvk = this.#kind.custom ? this.#gvk : { group: bodyGroup, kind: bodyKind, version: bodyVersion };
    if (sub.name === "log") {
      const text = { action: "get", id: `read${name}`, query: LOG, produces: ["text/plain", ...ANSWERS] };
      return { get: this.#call(text) };
    }
    return {
      ...this.#changing(name, sub.verbs, struct, gvk),
      ...(sub.verbs.includes("create") && { post: { ...this.#create(`create${name}`, struct), gvk } }),
    };
  }

  /** Streams and proxies: what goes over them is no object. */
  connect(sub: Subresource, query: readonly QueryParameter[], suffix: string): Record<string, Operation> {
    const { group, version, kind } = this.#kind;
    const methods = sub.verbs.map((verb) => own(METHODS, verb)!);
    if (sub.name === "proxy") methods.push("head", "options");
    const gvk = { group, kind: sub.kind ?? kind, version };
    const name = `${this.#space}${kind}${capital(sub.name)}${suffix}`;
    const call = (method: string) =>
      this.#call({
        action: "connect",
        id: `connect${this.#prefix}${capital(method)}${name}`,
        query,
        produces: ANY,
        gvk,
      });
    return Object.fromEntries(methods.map((method) => [method, call(method)]));
  }

  watch(action: "watch" | "watchlist", space: string, suffix: string): Operation {
    const id = `watch${this.#prefix}${space}${this.#kind.kind}${suffix}`;
    return this.#call({ action, id, query: LIST, answer: WatchEvent as StructNode, produces: STREAMS });
  }

  get #streams(): readonly string[] {
    return this.#kind.custom ? this.#common.produces : STREAMS;
  }

  #changing(name: string, verbs: readonly string[], struct: StructNode, gvk = this.#gvk): Record<string, Operation> {
    const isCustom = this.#kind.custom !== undefined;
    const consumes = isCustom ? this.#common.produces : this.#common.consumes;
    const written = { answer: struct, isBodyRequired: true, codes: [200, 201], gvk, consumes };
    const patches = isCustom ? PATCHES.filter((type) => !type.includes("strategic")) : PATCHES;
    const patch = {
      ...written,
      action: "patch",
      query: PATCH,
      body: "patch",
      consumes: patches,
      ...(isCustom && { codes: [200] }),
    } as const;
    const read = isCustom ? VERSIONED : PRETTY;
    return {
      ...(verbs.includes("get") && {
        get: this.#call({ action: "get", id: `read${name}`, query: read, answer: struct, gvk }),
      }),
      ...(verbs.includes("update") && {
        put: this.#call({ ...written, action: "put", id: `replace${name}`, query: WRITE, body: struct }),
      }),
      ...(verbs.includes("patch") && { patch: this.#call({ ...patch, id: `patch${name}` }) }),
    };
  }

  #create(id: string, struct: StructNode): Operation {
    const codes = [200, 201, 202];
    const consumes = this.#kind.custom ? this.#common.produces : this.#common.consumes;
    const written = { query: WRITE, body: struct, isBodyRequired: true, answer: struct, codes, consumes };
    return this.#call({ action: "post", id, ...written });
  }

  get #gvk(): NonNullable<Operation["gvk"]> {
    const { group, kind, version } = this.#kind;
    return { group, kind, version };
  }

  #call(call: Partial<Operation> & Pick<Operation, "id" | "query">): Operation {
    return { ...this.#common, gvk: this.#gvk, ...call };
  }
}

function groupVersionOf({ name, groupVersion }: Subresource): readonly [string, string] | undefined {
  const text = groupVersion ?? (name === "scale" ? "autoscaling/v1" : undefined);
  if (text === undefined) return undefined;
  const [group, version] = text.includes("/") ? text.split("/") : ["", text];
  return [group!, version!];
}

/** Kinds whose schemas documents have for their subresources, with what they are of. */
export function bodyKindsOf(
  kind: KindDefinition,
): { readonly struct: StructNode; readonly gvk: NonNullable<Operation["gvk"]> }[] {
  const all = [
    { struct: kind.struct, gvk: { group: kind.group, version: kind.version, kind: kind.kind } },
    ...(kind.verbs.includes("list")
      ? [{ struct: kind.list, gvk: { group: kind.group, version: kind.version, kind: listKindOf(kind) } }]
      : []),
  ];
  const calls = new Calls(kind);
  const bodies = kind.subresources.flatMap((sub) =>
    Object.values(own(CONNECT, sub.name) ? {} : calls.subresource(sub)),
  );
  for (const { body, gvk } of bodies)
    if (body && body !== "patch" && gvk && gvk.kind !== kind.kind) all.push({ struct: body, gvk });
  return all;
}

/** How the operations that discover a group, or a version of it, are called. */
export function discoveryPath(group: string, version = ""): { readonly id: string; readonly tag: string } {
  const name = camel(group);
  return { id: `get${capital(name)}${capital(version)}`, tag: version ? `${name}_${version}` : name };
}

function camel(group: string): string {
  const first = group.replace(/\.k8s\.io$/, "").split(".");
  return group === "" ? "core" : first.map((part, index) => (index === 0 ? part : capital(part))).join("");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
