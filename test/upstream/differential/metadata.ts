import type { Random } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { filled } from "./corpus.ts";
import type { Answer } from "./exchange.ts";
import { type Life, lives } from "./lives.ts";
import { pick } from "./mutate.ts";
import { kindAt } from "./shape.ts";
import { isObjectPath, makeNamespace } from "./update.ts";

type Json = Readonly<Record<string, unknown>>;

/** What is done to an object while it lives, and while it goes. */
const CHANGES = 8;
const LAST_CHANGES = 4;
const REQUESTS = 22;
const MERGE = "application/merge-patch+json";
const OLD = "2020-01-01T00:00:00Z";

/** Objects of every kind whose metadata are changed in ways that are allowed and others, also while they are being deleted. */
export function metadata({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return lives({
    name: "metadata",
    doing: "metadata",
    seed,
    count,
    requestsPerLife: REQUESTS,
    // Of those whose definitions are going the original takes seconds to tell.
    isFit: ({ path }) =>
      isObjectPath(path) && !path.endsWith("/customresourcedefinitions") && kindAt(path)!.verbs.includes("update"),
    live,
  });
}

async function live({ ask, base, id, options: { random } }: Life): Promise<void> {
  const namespace = `n-${id}`;
  const { path, body } = filled(base, { namespace, id });
  if (path.includes(namespace)) await makeNamespace(ask, namespace);
  const name = String(body.metadata?.name ?? "nope");
  await updateAbsent({ ask, path, name, body, random });
  // The original looks at the beginning of a name that is to be an address, and not at what it makes of it.
  if (!path.endsWith("/ipaddresses"))
    await ask({ do: `POST ${path}?dryRun=All`, body: { ...body, metadata: generatedName(body.metadata, random) } });
  await ask({ do: `POST ${path}?dryRun=All`, body: { ...body, metadata: { ...body.metadata, ...some(random) } } });
  const made = await ask({ do: `POST ${path}`, body });
  if (made.status !== 201) return;
  const place = { ask, path, name: String(made.body.metadata.name), body: made.body, random };
  for (let index = 0; index < CHANGES; index++) await change(place);
  await ask({
    do: `PATCH ${path}/${place.name}`,
    type: MERGE,
    body: { metadata: { finalizers: pick([["a.b/c"], ["a.b/c", "d.e/f"], ["a.b/c", "orphan"]], random) } },
  });
  const gone = await ask({ do: `DELETE ${path}/${place.name}?gracePeriodSeconds=0` });
  if (gone.status < 300) for (let index = 0; index < LAST_CHANGES; index++) await changeFinalizers(place);
  await ask({ do: `PATCH ${path}/${place.name}`, type: MERGE, body: { metadata: { finalizers: null } } });
}

interface Place {
  readonly ask: Life["ask"];
  readonly path: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind
  readonly body: any;
  readonly random: Random;
}

/** An update of what isn't there, which makes some kinds. */
async function updateAbsent({ ask, path, name, body, random }: Place): Promise<void> {
  const versions = pick([{}, {}, { resourceVersion: "" }, { resourceVersion: "0" }, { resourceVersion: "5" }], random);
  const metadata = { ...body.metadata, name, ...versions, ...(random.float() < 0.2 && { uid: "u" }) };
  const dryRun = random.float() < 0.8 ? "?dryRun=All" : "";
  const made = await ask({ do: `PUT ${path}/${name}${dryRun}`, body: { ...body, metadata } });
  if (made.status === 201 && !dryRun) await ask({ do: `DELETE ${path}/${name}?gracePeriodSeconds=0` });
}

function generatedName(metadata: Json, random: Random): Json {
  const { name: _, ...rest } = metadata;
  return { ...rest, generateName: pick(["a-", "a.", "A", "x".repeat(70), "-", "a_b", "1", "a/b", ""], random) };
}

const MANAGED: readonly unknown[] = [
  [],
  null,
  [{}],
  [{ manager: "m" }],
  [entry({})],
  [entry({ operation: "Apply" })],
  [entry({ operation: "Nope" })],
  [entry({ operation: "" })],
  [entry({ apiVersion: "nope/v1" })],
  [entry({ apiVersion: "" })],
  [entry({ fieldsType: "FieldsV2" })],
  [entry({ fieldsType: "" })],
  [entry({ fieldsV1: { "x:y": {} } })],
  [entry({ fieldsV1: { "f:metadata": { "k:{": {} } } })],
  [entry({ fieldsV1: { "f:spec": 1 } })],
  [entry({ fieldsV1: { "f:metadata": { "v:x": {} } } })],
  [entry({ fieldsV1: { "f:metadata": { "i:x": {} } } })],
  [entry({ fieldsV1: null })],
  [entry({ fieldsV1: [] })],
  [entry({ fieldsV1: "x" })],
  [entry({ time: "yesterday" })],
  [entry({ time: null })],
  [entry({ subresource: "status" })],
  [entry({ manager: "" })],
  [entry({ manager: "x".repeat(129) })],
  [entry({ bogus: 1 })],
  [entry({}), entry({})],
  [entry({}), entry({ time: OLD, fieldsV1: { "f:metadata": { "f:annotations": {} } } })],
  [entry({}), {}],
  "x",
  {},
  [1],
];

function entry(more: Json): Json {
  const fieldsV1 = { "f:metadata": { "f:labels": { "f:l": {} } } };
  return { manager: "m", operation: "Update", apiVersion: "v1", time: OLD, fieldsType: "FieldsV1", fieldsV1, ...more };
}

const owner = (more: Json) => ({ apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "u", ...more });

const FIELDS: Readonly<Record<string, readonly unknown[]>> = {
  name: ["other", "", null, 5],
  generateName: ["g-", "", "G", null, "x".repeat(300)],
  namespace: ["other", "", null, "default"],
  selfLink: ["/x", "", null],
  uid: ["x", "", null],
  resourceVersion: ["", "0", "1", "x", null, "99999999999999999999"],
  generation: [0, 7, -1, null, "x", 1.5],
  creationTimestamp: [null, OLD, "x", "", "2020-01-01T00:00:00.5Z", "2020-01-01T01:00:00+01:00"],
  deletionTimestamp: [null, OLD, "x"],
  deletionGracePeriodSeconds: [null, 0, 5, -1],
  labels: [
    { l: "on" },
    { l: null },
    null,
    {},
    { "a/b/c": "d" },
    { l: "not so" },
    { "": "" },
    { l: 1 },
    { L: "x".repeat(64) },
  ],
  annotations: [{ a: "b" }, { a: null }, null, {}, { "-": "d" }, { A: "x".repeat(100) }, { "a.b/C": "" }, { a: true }],
  finalizers: [
    [],
    null,
    ["a.b/c"],
    ["nope"],
    ["a/b/c"],
    ["a.b/c", "a.b/c"],
    [""],
    ["orphan"],
    ["foregroundDeletion", "orphan"],
  ],
  ownerReferences: [
    [],
    null,
    [owner({})],
    [owner({}), owner({})],
    [owner({ uid: "" })],
    [owner({ name: "" })],
    [owner({ kind: "" })],
    [owner({ apiVersion: "" })],
    [owner({ apiVersion: "a/b/c" })],
    [owner({ controller: true }), owner({ uid: "v", controller: true })],
    [owner({ controller: true, blockOwnerDeletion: true })],
    [owner({ kind: "Event" })],
    [owner({ apiVersion: "events.k8s.io/v1", kind: "Event" })],
  ],
  managedFields: MANAGED,
  clusterName: ["x"],
  zzz: [1],
};

/** One field mostly, sometimes two. */
function some(random: Random): Json {
  const one = () => {
    const name = random.float() < 0.3 ? "managedFields" : pick(Object.keys(FIELDS), random);
    return { [name]: pick(FIELDS[name]!, random) };
  };
  return random.float() < 0.7 ? one() : { ...one(), ...one() };
}

async function change({ ask, path, name, random, body }: Place): Promise<void> {
  const more = some(random);
  const isDry = random.float() < 0.7;
  const query = isDry ? "?dryRun=All" : "";
  const below =
    random.float() < 0.2 && kindAt(path)!.subresources.some(({ name }) => name === "status") ? "/status" : "";
  if (random.float() < 0.4) {
    await ask({ do: `PATCH ${path}/${name}${below}${query}`, type: MERGE, body: { metadata: more } });
    return;
  }
  const current: Answer = await ask({ do: `GET ${path}/${name}` });
  const { resourceVersion, ...metadata } = (current.body?.metadata ?? body.metadata) as Json;
  const version = random.float() < 0.5 ? { resourceVersion } : {};
  const sent = { ...current.body, metadata: { ...metadata, ...version, ...more } };
  await ask({ do: `PUT ${path}/${name}${below}${query}`, body: sent });
}

async function changeFinalizers({ ask, path, name, random }: Place): Promise<void> {
  const finalizers = pick<unknown>(
    [
      ["a.b/c"],
      ["d.e/f"],
      ["a.b/c", "new.b/c"],
      ["new.b/c"],
      [],
      ["a.b/c", "a.b/c"],
      ["orphan"],
      ["a.b/c", "foregroundDeletion"],
    ],
    random,
  );
  const metadata =
    random.float() < 0.6 ? { finalizers } : { ...some(random), ...(random.float() < 0.5 && { finalizers }) };
  const query = random.float() < 0.5 ? "?dryRun=All" : "";
  const draw = random.float();
  if (draw < 0.15) await ask({ do: `DELETE ${path}/${name}${query}` });
  else await ask({ do: `PATCH ${path}/${name}${query}`, type: MERGE, body: { metadata } });
}
