import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { sometimes } from "./definition-schema.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";

type Json = Record<string, unknown>;

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const MERGE = "application/merge-patch+json";
const STEPS = 18;

/** Definitions that change while there are objects: of what is stored some doesn't fit any more, and stays as long as it isn't touched. */
export function definitionLives({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: count }, (_, index) => ({
    title: `${index % 2 === 0 ? "tightened" : "versions"} ${index}`,
    group: "lives",
    run: (ask, _own, id) => {
      const life = { ask, id, random: seededRandom(`${seed}/definition-lives/${index}`) };
      return index % 2 === 0 ? tighten(life) : versions(life);
    },
  }));
}

interface Life {
  readonly ask: Ask;
  readonly id: string;
  readonly random: Random;
}

const text = { type: "string" };

/** A schema that takes anything of the right types. */
const LOOSE: Json = {
  word: text,
  count: { type: "integer" },
  list: { type: "array", items: text },
  set: { type: "array", items: text, "x-kubernetes-list-type": "set" },
  keyed: {
    type: "array",
    items: { type: "object", properties: { name: text, value: { type: "integer" }, tag: text }, required: ["name"] },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
  },
  plain: { type: "array", items: { type: "object", properties: { a: text, b: { type: "integer" } } } },
  map: { type: "object", additionalProperties: { type: "integer" } },
  inner: { type: "object", properties: { x: text, y: { type: "integer" } } },
  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
};

const rules = (...all: readonly (string | Json)[]): Json => ({
  "x-kubernetes-validations": all.map((rule) => (typeof rule === "string" ? { rule } : rule)),
});

const VALUE_RULES = [
  "self.value < 3",
  "has(self.tag)",
  "self.name != 'b'",
  "!has(oldSelf.value) || self.value >= oldSelf.value",
  { rule: "!oldSelf.hasValue() || self == oldSelf.value()", optionalOldSelf: true, message: "never changes" },
  { rule: "self.value < 5", messageExpression: "'was ' + string(self.value)" },
  { rule: "self.value < 2", reason: "FieldValueForbidden", fieldPath: ".value" },
];

/** The same fields, each of which may be wanted otherwise. */
function tightened(random: Random): Json {
  const maybe = (schema: Json, ...changes: readonly Json[]): Json => {
    const made = { ...schema };
    for (const change of changes) if (sometimes(random, 0.3)) Object.assign(made, change);
    return made;
  };
  const field = (name: string) => LOOSE[name] as Json;
  const item = maybe(
    (field("keyed") as { items: Json }).items,
    { required: ["name", "value"] },
    rules(...[0, 1].map(() => pick<string | Json>(VALUE_RULES, random))),
  );
  return {
    word: maybe(
      field("word"),
      { maxLength: 2 },
      { enum: ["a", "bb"] },
      { pattern: "^[a-b]+$" },
      rules("self != 'ccc'"),
      rules("self.size() >= oldSelf.size()"),
    ),
    count: maybe(field("count"), { maximum: 5 }, { multipleOf: 2 }, rules("self > 1", { rule: "self == oldSelf" })),
    list: maybe(field("list"), { maxItems: 1 }, { items: { ...text, maxLength: 1 } }, rules("self.all(x, x != 'bb')"), {
      items: { ...text, ...rules("self != 'bb'") },
    }),
    set: maybe(field("set"), { minItems: 2 }, rules("self.exists(x, x == 'a')", "self == oldSelf")),
    keyed: maybe({ ...field("keyed"), items: item }, { maxItems: 1 }, rules("self.map(x, x.name).isSorted()")),
    plain: maybe(
      field("plain"),
      {
        items: {
          type: "object",
          properties: { a: { ...text, maxLength: 1 }, b: { type: "integer", maximum: 3 } },
          ...rules("has(self.a)"),
        },
      },
      { minItems: 1 },
    ),
    map: maybe(
      field("map"),
      { maxProperties: 1 },
      { additionalProperties: { type: "integer", maximum: 3, ...rules("self != 2") } },
      rules("'a' in self"),
    ),
    inner: maybe(field("inner"), { required: ["x"] }, rules("has(self.y)", "self == oldSelf"), {
      properties: { x: { ...text, minLength: 2 }, y: { type: "integer", ...rules("self >= oldSelf") } },
    }),
    free: maybe(field("free"), { required: ["z"] }, { properties: { z: { type: "integer", ...rules("self > 0") } } }),
  };
}

const WORDS = ["a", "bb", "ccc", ""];
const COUNTS = [0, 1, 2, 3, 7];

function value(name: string, random: Random): unknown {
  const some = <T>(make: () => T): T[] => Array.from({ length: random.int(4) }, make);
  const word = () => pick(WORDS, random);
  const count = () => pick(COUNTS, random);
  const maybe = (part: Json): Json => Object.fromEntries(Object.entries(part).filter(() => sometimes(random, 0.7)));
  switch (name) {
    case "word":
      return word();
    case "count":
      return count();
    case "list":
      return some(word);
    case "set":
      return [...new Set(some(word))];
    case "keyed":
      return [...new Set(some(word))].map((one) => ({ name: one, ...maybe({ value: count(), tag: word() }) }));
    case "plain":
      return some(() => maybe({ a: word(), b: count() }));
    case "map":
      return Object.fromEntries(some(() => [pick(["a", "b", "c"], random), count()]));
    case "inner":
      return maybe({ x: word(), y: count() });
    default:
      return maybe({ z: count(), w: [word()] });
  }
}

const someFields = (random: Random, share: number): Json =>
  Object.fromEntries(
    Object.keys(LOOSE)
      .filter(() => sometimes(random, share))
      .map((name) => [name, value(name, random)]),
  );

const schemaOf = (properties: Json): Json => ({
  openAPIV3Schema: {
    type: "object",
    properties: { spec: { type: "object", properties }, status: { type: "object", properties } },
  },
});

async function tighten({ ask, id, random }: Life): Promise<void> {
  const group = `${id}.example.com`;
  const name = `gadgets.${group}`;
  const hasStatus = sometimes(random, 0.5);
  const version = { name: "v1", served: true, storage: true, ...(hasStatus && { subresources: { status: {} } }) };
  const made = await ask({
    do: `POST ${DEFINITIONS}`,
    body: {
      metadata: { name },
      spec: {
        group,
        scope: "Cluster",
        names: { plural: "gadgets", kind: "Gadget" },
        versions: [{ ...version, schema: schemaOf(LOOSE) }],
      },
    },
  });
  if (made.status !== 201) return;
  const list = `/apis/${group}/v1/gadgets`;
  for (const one of ["one", "two"])
    await ask({
      do: `POST ${list}`,
      body: {
        apiVersion: `${group}/v1`,
        kind: "Gadget",
        metadata: { name: one },
        spec: someFields(random, 0.8),
        status: someFields(random, 0.4),
      },
    });
  const body = { spec: { versions: [{ ...version, schema: schemaOf(tightened(random)) }] } };
  await ask({ do: `PATCH ${DEFINITIONS}/${name}`, type: MERGE, body });
  for (let step = 0; step < STEPS; step++) await touch({ ask, id, random }, list, hasStatus);
  await ask({ do: `DELETE ${DEFINITIONS}/${name}` });
}

async function touch({ ask, random, id }: Life, list: string, hasStatus: boolean): Promise<void> {
  const own = `${list}/${pick(["one", "two"], random)}`;
  const part = sometimes(random, 0.8) ? "spec" : "status";
  const where = part === "status" && hasStatus ? "/status" : "";
  switch (random.int(6)) {
    case 0: {
      const { status, body } = await ask({ do: `GET ${own}` });
      const next = { ...body, [part]: { ...body[part], ...someFields(random, 0.25) } };
      if (status === 200) await ask({ do: `PUT ${own}${where}`, body: next });
      return;
    }
    case 1:
      await ask({
        do: `PATCH ${own}${where}?fieldManager=${pick(["x", "y"], random)}&force=true`,
        type: "application/apply-patch+yaml",
        body: {
          apiVersion: `${id}.example.com/v1`,
          kind: "Gadget",
          metadata: { name: own.split("/").at(-1) },
          [part]: someFields(random, 0.3),
        },
      });
      return;
    case 2:
      await ask({
        do: `PATCH ${own}`,
        type: MERGE,
        body: { metadata: { labels: { step: pick(WORDS.slice(0, 3), random) } } },
      });
      return;
    case 3:
      await ask({
        do: `PATCH ${own}${where}`,
        type: MERGE,
        body: {
          [part]: Object.fromEntries(
            Object.keys(LOOSE)
              .filter(() => sometimes(random, 0.2))
              .map((key) => [key, null]),
          ),
        },
      });
      return;
    default:
      await ask({ do: `PATCH ${own}${where}`, type: MERGE, body: { [part]: someFields(random, 0.2) } });
  }
}

/** Versions that come, go, are served or stored and no longer, while there are objects. */
async function versions(life: Life): Promise<void> {
  const { ask, id, random } = life;
  const group = `${id}.example.com`;
  const name = `gadgets.${group}`;
  const all = ["v1", "v2", "v1beta1"].slice(0, 1 + random.int(3));
  const version = (one: string, stored: string): Json => ({
    name: one,
    served: sometimes(random, 0.85),
    storage: one === stored,
    schema: schemaOf(sometimes(random, 0.7) ? LOOSE : tightened(random)),
    ...(sometimes(random, 0.2) && { deprecated: true }),
    ...(sometimes(random, 0.3) && { subresources: { status: {} } }),
  });
  const names = () => ({
    plural: "gadgets",
    kind: "Gadget",
    ...(sometimes(random, 0.4) && { shortNames: [pick(["gd", "po", `g${id}`], random)] }),
    ...(sometimes(random, 0.3) && { singular: pick(["gadget", "thing"], random) }),
    ...(sometimes(random, 0.3) && { categories: ["all"] }),
    ...(sometimes(random, 0.2) && { listKind: pick(["GadgetList", "Gadgets"], random) }),
  });
  const stored = pick(all, random);
  const made = await ask({
    do: `POST ${DEFINITIONS}`,
    body: {
      metadata: { name },
      spec: { group, scope: "Cluster", names: names(), versions: all.map((one) => version(one, stored)) },
    },
  });
  if (made.status !== 201) return;
  const listOf = () => `/apis/${group}/${pick(["v1", "v2", "v1beta1"], random)}/gadgets`;
  for (let step = 0; step < STEPS; step++) await happen({ ...life, group, all, listOf, version, names });
  await ask({ do: `PATCH ${listOf()}/one`, type: MERGE, body: { metadata: { finalizers: null } } });
  await ask({ do: `PATCH ${listOf()}/two`, type: MERGE, body: { metadata: { finalizers: null } } });
  await ask({ do: `DELETE ${DEFINITIONS}/${name}` });
}

interface Versions extends Life {
  readonly group: string;
  readonly all: readonly string[];
  readonly listOf: () => string;
  readonly version: (name: string, stored: string) => Json;
  readonly names: () => Json;
}

async function happen({ ask, random, group, all, listOf, version, names }: Versions): Promise<void> {
  const name = `gadgets.${group}`;
  const list = listOf();
  const apiVersion = list.split("/").slice(2, 4).join("/");
  const one = pick(["one", "two"], random);
  switch (random.int(8)) {
    case 0:
    case 1:
      await ask({
        do: `POST ${list}`,
        body: {
          apiVersion,
          kind: "Gadget",
          metadata: { name: one, ...(sometimes(random, 0.15) && { finalizers: ["example.com/x"] }) },
          spec: someFields(random, 0.4),
        },
      });
      break;
    case 2:
      await ask({ do: `PATCH ${list}/${one}`, type: MERGE, body: { spec: someFields(random, 0.3) } });
      break;
    case 3: {
      const next = pick(["v1", "v2", "v1beta1"], random);
      const kept = [...new Set([...all, next])].filter((each) => each === next || sometimes(random, 0.8));
      await ask({
        do: `PATCH ${DEFINITIONS}/${name}`,
        type: MERGE,
        body: { spec: { versions: kept.map((each) => version(each, next)) } },
      });
      break;
    }
    case 4:
      await ask({ do: `PATCH ${DEFINITIONS}/${name}`, type: MERGE, body: { spec: { names: names() } } });
      break;
    case 5:
      await ask({
        do: `PATCH ${DEFINITIONS}/${name}/status`,
        type: MERGE,
        body: { status: { storedVersions: pick([["v1"], ["v2"], ["v1", "v2"], [], ["v1beta1"], all], random) } },
      });
      break;
    case 6:
      await ask({
        do: `GET ${pick([`/apis/${group}`, `/apis/${group}/v1`, list, `${list}/${one}`, `${DEFINITIONS}/${name}`], random)}`,
      });
      break;
    default:
      await ask({ do: `DELETE ${list}/${one}` });
  }
}
