/** Requests as nobody should send them. */
import fc, { type Arbitrary } from "fast-check";
import { encodeProtoObject, setOwn } from "../../src/schema/index.ts";
import { groupVersion, type KindDefinition, kinds } from "../../src/api/index.ts";
import { ANY, KEYS, valueOf } from "./values.ts";
import type { Call } from "./server.ts";

type Json = Record<string, unknown>;

const NASTY = fc.constantFrom(
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "..",
  ".",
  "%2e%2e",
  "%00",
  "%zz",
  "%",
  "%F0%9F",
  "a%2Fb",
  "\u0000",
  "\ud800",
  "𝄞",
  "",
  " ",
  "+",
  "-1",
  "0",
  "1e9",
  "9223372036854775808",
  "18446744073709551616",
  "NaN",
  "true",
  "null",
  "[]",
  "{}",
  "a".repeat(300),
);
const TEXT = fc.oneof(NASTY, fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 8 }));

const SELECTOR_PARTS = fc.constantFrom(
  "a",
  "b",
  "app",
  "x.io/a",
  "=",
  "==",
  "!=",
  "!",
  "in",
  "notin",
  "(",
  ")",
  ",",
  " ",
  ">",
  "<",
  "1",
  "-",
  "/",
  ".",
  "metadata.name",
  "status.phase",
  "\\",
  "\\,",
  "é",
);
const SELECTOR = fc.oneof(
  fc.array(SELECTOR_PARTS, { maxLength: 9 }).map((parts) => parts.join("")),
  fc.constantFrom(
    "(",
    "a in (((((",
    "a".repeat(5000),
    "a,".repeat(2000),
    "a in (".repeat(500),
    "!".repeat(3000),
    `a in (${"b,".repeat(3000)}c)`,
  ),
  TEXT,
);

const CONTINUE = fc.oneof(
  TEXT,
  fc
    .tuple(fc.constantFrom("meta.k8s.io/v1", "x"), fc.oneof(fc.integer(), TEXT), TEXT)
    .map(([v, rv, start]) => Buffer.from(JSON.stringify({ v, rv, start })).toString("base64url")),
  ANY.map((value) => Buffer.from(JSON.stringify(value)).toString("base64")),
);
const VERSION = fc.oneof(fc.constantFrom("0", "1", "5", "999999999", "-1", "01", "1.5"), TEXT);

const PARAMETERS: Readonly<Record<string, Arbitrary<string>>> = {
  labelSelector: SELECTOR,
  fieldSelector: SELECTOR,
  continue: CONTINUE,
  limit: fc.oneof(fc.constantFrom("1", "500"), TEXT),
  resourceVersion: VERSION,
  resourceVersionMatch: fc.oneof(fc.constantFrom("Exact", "NotOlderThan"), TEXT),
  watch: fc.oneof(fc.constantFrom("true", "1", "false"), TEXT),
  sendInitialEvents: fc.oneof(fc.constantFrom("true", "false"), TEXT),
  allowWatchBookmarks: fc.oneof(fc.constantFrom("true", "false"), TEXT),
  timeoutSeconds: fc.oneof(fc.constantFrom("1", "0"), TEXT),
  timeout: fc.oneof(fc.constantFrom("1s", "0", "1h1m1.5s", "-1s", "9999999999h", "1µs"), TEXT),
  dryRun: fc.oneof(fc.constantFrom("All"), TEXT),
  fieldManager: TEXT,
  fieldValidation: fc.oneof(fc.constantFrom("Strict", "Warn", "Ignore"), TEXT),
  force: fc.oneof(fc.constantFrom("true", "false"), TEXT),
  pretty: TEXT,
  propagationPolicy: fc.oneof(fc.constantFrom("Orphan", "Background", "Foreground"), TEXT),
  gracePeriodSeconds: TEXT,
  orphanDependents: TEXT,
  includeUninitialized: TEXT,
  __proto__x: TEXT,
};
const QUERY = fc
  .array(
    fc
      .constantFrom(...Object.keys(PARAMETERS))
      .chain((name) => PARAMETERS[name]!.map((value) => [name, value] as const)),
    { maxLength: 4 },
  )
  .chain((pairs) =>
    fc
      .boolean()
      .map((isEncoded) =>
        pairs
          .map(([name, value]) => `${name}=${isEncoded ? encodeURIComponent(value.toWellFormed()) : value}`)
          .join("&"),
      ),
  );

const ACCEPTS = fc.oneof(
  fc.constantFrom(
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
    "*/*",
    "",
    "application/json;as=Table;v=v1;g=meta.k8s.io",
    "application/json;as=Table;g=meta.k8s.io;v=v9",
    "application/json;as=__proto__;g=a;v=v1",
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
    "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
    `${"application/x,".repeat(400)}application/json`,
    "application/json;q=nan",
    ";;;,,,",
    "application/cbor",
    "application/json;stream=watch",
  ),
  TEXT,
);
const BODIES = fc.constantFrom(
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
  "",
  "text/plain",
  "application/json; charset=utf-8",
);
const HEADERS = fc.record({ accept: ACCEPTS, "content-type": BODIES });

/** Texts that parsers trip over. */
const TRAPS = fc.constantFrom(
  "",
  "{",
  "[",
  "[".repeat(50_000),
  '{"a":'.repeat(20_000),
  `${"[".repeat(900)}${"]".repeat(900)}`,
  `{"metadata":{"labels":{"__proto__":"x"}}}`,
  "a: &a [x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nd: &d [*c,*c,*c]\ne: [*d,*d,*d]",
  "&a [*a]",
  "? ? ? ?",
  "!!binary x",
  "!!js/function x",
  "<<: {a: 1}",
  "\ufeff{}",
  "1e99999",
  '"\\ud800"',
  '{"a":1,"a":2}',
  "- ".repeat(3000),
  " ".repeat(100_000),
  `"${"\\n".repeat(50_000)}"`,
  "a: ".repeat(500),
  "{a: ".repeat(2000),
  "[".repeat(3000),
  "k8s\u0000",
  "k8s\u0000\n\u0001",
);

const OBJECTS: readonly KindDefinition[] = kinds;

function pathOf(kind: KindDefinition, name?: string): string {
  const prefix = kind.group === "" ? `/api/${kind.version}` : `/apis/${groupVersion(kind)}`;
  const space = kind.scope === "Namespaced" ? "/namespaces/default" : "";
  return `${prefix}${space}/${kind.plural}${name === undefined ? "" : `/${name}`}`;
}

/** An object of a kind, whole or as the body of a write. */
function objectOf(kind: KindDefinition): Arbitrary<Json> {
  return valueOf(kind.struct).map((value) => {
    const { metadata, ...rest } = value as { metadata?: Json };
    const named = { ...metadata, name: "fuzz", ...(kind.scope === "Namespaced" && { namespace: "default" }) };
    return { ...rest, apiVersion: groupVersion(kind), kind: kind.kind, metadata: named };
  });
}

const PATH = fc.oneof(
  fc
    .constantFrom(...OBJECTS)
    .chain((kind) =>
      fc.constantFrom(
        pathOf(kind),
        pathOf(kind, "fuzz"),
        `${pathOf(kind, "fuzz")}/status`,
        `${pathOf(kind, "fuzz")}/scale`,
        `${pathOf(kind, "fuzz")}/log`,
      ),
    ),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "api",
          "apis",
          "v1",
          "apps",
          "namespaces",
          "default",
          "pods",
          "watch",
          "proxy",
          "openapi",
          "v3",
          "healthz",
          "metrics",
          "version",
          "logs",
        ),
        TEXT,
      ),
      { maxLength: 8 },
    )
    .map((parts) => `/${parts.join("/")}`),
);
const METHODS = fc.constantFrom(
  "GET",
  "GET",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "__proto__",
);

/** A damaged copy: cut off, a byte changed, a piece twice. */
function damaged(bytes: Uint8Array): Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(Math.max(bytes.length - 1, 0)), fc.nat(255), fc.constantFrom("cut", "change", "repeat"))
    .map(([at, byte, how]) => {
      if (how === "cut") return bytes.slice(0, at);
      if (how === "repeat") return Buffer.concat([bytes.slice(0, at), bytes.slice(Math.floor(at / 2))]);
      const copy = bytes.slice();
      copy[at] = byte;
      return copy;
    });
}

const encoder = new TextEncoder();

/** A write of any kind, in JSON or protobuf, sometimes damaged. */
const WRITE: Arbitrary<Call> = fc.constantFrom(...OBJECTS).chain((kind) =>
  objectOf(kind).chain((object) => {
    const isProtobuf = fc.boolean().map((wanted) => wanted && kind.struct.proto !== undefined);
    return fc
      .tuple(isProtobuf, fc.boolean(), fc.constantFrom("POST", "PUT"), ACCEPTS)
      .chain(([protobuf, isDamaged, method, accept]) => {
        const type = protobuf ? "application/vnd.kubernetes.protobuf" : "application/json";
        const bytes = protobuf ? encoded(kind, object) : encoder.encode(JSON.stringify(object));
        const path = method === "POST" ? pathOf(kind) : pathOf(kind, "fuzz");
        const headers = { "content-type": type, accept };
        return (isDamaged ? damaged(bytes) : fc.constant(bytes)).map((body) => ({ method, path, headers, body }));
      });
  }),
);

function encoded(kind: KindDefinition, object: Json): Uint8Array {
  try {
    return encodeProtoObject(kind.struct, object as never);
  } catch {
    // Not in canonical form: some other bytes do as well.
    return encoder.encode(JSON.stringify(object));
  }
}

const WILD: Arbitrary<Call> = fc.record({
  method: METHODS,
  path: PATH,
  query: QUERY,
  headers: HEADERS,
  body: fc.oneof(fc.constant(undefined), TRAPS, ANY, fc.uint8Array({ maxLength: 40 })),
});

const POINTERS = fc.oneof(
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "metadata",
          "spec",
          "labels",
          "template",
          "containers",
          "ports",
          "data",
          "0",
          "1",
          "-",
          "name",
          "~0",
          "~1",
          "~2",
          "01",
          "-1",
          "1e1",
          "99999999",
        ),
        KEYS,
        TEXT,
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.map((part) => `/${part}`).join("")),
  TEXT,
);
const OPERATION = fc.record(
  {
    op: fc.oneof(fc.constantFrom("add", "remove", "replace", "move", "copy", "test"), TEXT),
    path: POINTERS,
    from: POINTERS,
    value: ANY,
  },
  { requiredKeys: ["op"] },
);
/** Operations each of which builds on the one before, down to where only objects that inherit from nothing are safe. */
const CHAIN = fc
  .tuple(
    fc.constantFrom("", "/data", "/spec", "/metadata/labels"),
    fc.array(fc.oneof(fc.constantFrom("__proto__", "constructor", "prototype"), KEYS), { minLength: 3, maxLength: 4 }),
    fc.option(OPERATION, { freq: 1, nil: undefined }),
  )
  .map(([start, keys, last]) => {
    const paths = keys.map(
      (_, index) =>
        start +
        keys
          .slice(0, index + 1)
          .map((key) => `/${key}`)
          .join(""),
    );
    const operations: unknown[] = paths.map((path) => ({ op: "add", path, value: {} }));
    // What can't be decoded is shown in the answer.
    return [...operations, ...(last ? [last] : []), { op: "add", path: "/kind", value: 5 }];
  });
const DIRECTIVES = fc.oneof(
  fc.constantFrom(
    ["$patch", "delete"],
    ["$patch", "replace"],
    ["$patch", "nothing"],
    ["$retainKeys", ["name"]],
    ["$retainKeys", 1],
    ["$setElementOrder/containers", [{ name: "a" }]],
    ["$setElementOrder/ports", [1, null]],
    ["$deleteFromPrimitiveList/finalizers", ["a"]],
    ["$deleteFromPrimitiveList/args", {}],
  ),
  fc.tuple(
    fc.constantFrom("$patch", "$retainKeys", "$setElementOrder/containers", "$deleteFromPrimitiveList/finalizers"),
    ANY,
  ),
);

/** A random part of an object, with holes, wrong types and directives in it. */
function partial(value: unknown): Arbitrary<unknown> {
  if (typeof value !== "object" || value === null)
    return fc.oneof(
      { weight: 6, arbitrary: fc.constant(value) },
      { weight: 1, arbitrary: ANY },
      { weight: 1, arbitrary: fc.constant(null) },
    );
  if (Array.isArray(value))
    return fc.oneof({ weight: 5, arbitrary: fc.tuple(...value.map(partial)) }, { weight: 1, arbitrary: ANY });
  const entries = Object.entries(value);
  return fc
    .tuple(
      fc.subarray(entries),
      fc.option(DIRECTIVES, { freq: 3, nil: undefined }),
      fc.option(fc.tuple(KEYS, ANY), { freq: 4, nil: undefined }),
    )
    .chain(([kept, directive, extra]) =>
      fc.tuple(...kept.map(([key, one]) => partial(one).map((changed) => [key, changed] as const))).map((pairs) => {
        const object: Json = {};
        for (const [key, one] of [...pairs, ...(directive ? [directive] : []), ...(extra ? [extra] : [])])
          setOwn(object, key as string, one);
        return object;
      }),
    );
}

/** A patch of an object that is there. */
export function patchOf(path: string, object: unknown): Arbitrary<Call> {
  const of = (type: string, body: Arbitrary<unknown>): Arbitrary<Call> =>
    fc.tuple(body, QUERY, fc.constantFrom("", "/status", "/scale")).map(([patch, query, sub]) => ({
      method: "PATCH",
      path: path + sub,
      query:
        type.includes("apply") && !query.includes("fieldManager") ? `${query}&fieldManager=fuzz&force=true` : query,
      headers: { "content-type": type },
      body: patch,
    }));
  return fc.oneof(
    of("application/json-patch+json", fc.oneof(fc.array(OPERATION, { maxLength: 5 }), CHAIN, ANY)),
    of("application/merge-patch+json", partial(object)),
    of("application/strategic-merge-patch+json", partial(object)),
    of("application/apply-patch+yaml", partial(object)),
  );
}

/** Any request. */
export const REQUEST: Arbitrary<Call> = fc.oneof(WILD, WRITE);
