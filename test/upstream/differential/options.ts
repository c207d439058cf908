import type { Random } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { defineWidgets } from "./custom.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";
import { makeNamespace } from "./update.ts";

type Json = Readonly<Record<string, unknown>>;

const STEPS = 24;
const LONG = "x".repeat(129);
const NUMBERS = ["", "0", "1", "-1", "+3", "1.5", "x", "0x1", "99999999999999999999", "9223372036854775807", " 1"];
const FLAGS = ["", "true", "false", "0", "1", "x", "False"];
const VERSIONS = ["", "0", "1", "x", "-1", "1.5", "99999999999999999999", "$NOW"];
const POLICIES = ["", "Orphan", "Foreground", "Background", "orphan"];
const MANAGERS = ["", "a", LONG, "x".repeat(128), "a\nb", "é", " ", "a/b"];

/** Parameters that some verb reads, and values that may stand there. */
const PARAMETERS: readonly (readonly [string, readonly string[]])[] = [
  ["dryRun", ["", "All", "All", "x", "all"]],
  ["fieldManager", MANAGERS],
  ["fieldValidation", ["", "Strict", "Ignore", "Warn", "strict", "x"]],
  ["force", FLAGS],
  ["gracePeriodSeconds", NUMBERS],
  ["propagationPolicy", POLICIES],
  ["orphanDependents", FLAGS],
  ["uid", ["", "x", "$UID"]],
  ["resourceVersion", VERSIONS],
  ["resourceVersionMatch", ["", "Exact", "NotOlderThan", "x"]],
  ["limit", NUMBERS],
  ["continue", ["", "x"]],
  ["timeoutSeconds", ["", "0", "-1", "x", "99999999999999999999"]],
  ["labelSelector", ["", "l=on", "l in (", "!l"]],
  ["fieldSelector", ["", "metadata.name=o1", "nope=1", "metadata.name"]],
  ["ignoreStoreReadErrorWithClusterBreakingPotential", FLAGS],
  ["pretty", FLAGS],
  ["kind", ["x"]],
  ["bogus", ["1"]],
];

interface Resource {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly content: Json;
  readonly change: Json;
}

const CORE: readonly Resource[] = [
  {
    path: "/api/v1/namespaces/$NS/configmaps",
    apiVersion: "v1",
    kind: "ConfigMap",
    content: { data: { a: "b" } },
    change: { data: { a: "c" } },
  },
  {
    path: "/api/v1/namespaces/$NS/pods",
    apiVersion: "v1",
    kind: "Pod",
    content: { spec: { containers: [{ name: "a", image: "a" }], terminationGracePeriodSeconds: 5 } },
    change: { spec: { activeDeadlineSeconds: 60 } },
  },
  {
    path: "/apis/batch/v1/namespaces/$NS/jobs",
    apiVersion: "batch/v1",
    kind: "Job",
    content: { spec: { template: { spec: { containers: [{ name: "a", image: "a" }], restartPolicy: "Never" } } } },
    change: { spec: { suspend: true } },
  },
  {
    path: "/apis/coordination.k8s.io/v1/namespaces/$NS/leases",
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    content: { spec: { holderIdentity: "a" } },
    change: { spec: { holderIdentity: "b" } },
  },
];

/** Objects that are written and deleted with options that are odd, wrong, or say two things. */
export function oddOptions({ count }: { readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / STEPS) }, (_, index) => ({
    title: `options ${index}`,
    group: index % 5 === 0 ? "custom options" : "options",
    run: async (ask, random, id) => {
      const namespace = `n-${id}`;
      await makeNamespace(ask, namespace);
      const resource = index % 5 === 0 ? await widgets(ask, id) : pick(CORE, random);
      const place = { ask, random, resource, path: resource.path.replace("$NS", namespace), names: 0 };
      for (let step = 0; step < STEPS; step++) await pick(MOVES, random)(place);
    },
  }));
}

async function widgets(ask: Ask, id: string): Promise<Resource> {
  const { base, apiVersion, kind, plural } = await defineWidgets(ask, id);
  const content = { spec: { maybe: "x" } };
  return { path: `${base}/namespaces/$NS/${plural}`, apiVersion, kind, content, change: { spec: { maybe: "y" } } };
}

interface Place {
  readonly ask: Ask;
  readonly random: Random;
  readonly resource: Resource;
  readonly path: string;
  names: number;
}

interface Made {
  readonly name: string;
  /** What odd values may name. */
  readonly known: ReadonlyMap<string, string>;
}

function objectOf({ resource, random }: Place, name: string, isFree = false): Json {
  const { apiVersion, kind, content } = resource;
  const labels = random.float() < 0.5 ? { labels: { l: "on" } } : {};
  const finalizers = !isFree && random.float() < 0.5 ? { finalizers: ["a.b/c"] } : {};
  return { apiVersion, kind, metadata: { name, ...labels, ...finalizers }, ...content };
}

async function made(place: Place): Promise<Made> {
  const name = `o${place.names++}`;
  const { body } = await place.ask({ do: `POST ${place.path}`, body: objectOf(place, name) });
  const { uid = "", resourceVersion = "" } = body?.metadata ?? {};
  return { name, known: new Map([...Object.entries({ $UID: uid, $NOW: resourceVersion })]) };
}

const NOBODY: ReadonlyMap<string, string> = new Map();

/** One to three parameters, mostly of those that the verb reads. */
function query({ random }: Place, names: readonly string[], known = NOBODY): string {
  const query = new URLSearchParams();
  const count = pick([1, 1, 2, 3], random);
  for (let index = 0; index < count; index++) {
    const [name, values] = pick(
      random.float() < 0.85 ? PARAMETERS.filter(([name]) => names.includes(name)) : PARAMETERS,
      random,
    );
    const value = pick(values, random);
    query.append(name, known.get(value) ?? value);
  }
  return `?${query}`;
}

const WRITE = ["dryRun", "fieldManager", "fieldValidation"];
const DELETE = ["dryRun", "gracePeriodSeconds", "propagationPolicy", "orphanDependents", "uid", "resourceVersion"];
const LIST = ["labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch"];

type Move = (place: Place) => Promise<unknown>;

async function creates(place: Place): Promise<void> {
  const { ask, random, path } = place;
  const object = objectOf(place, `c${place.names++}`, true);
  const metadata: Json = {
    ...(object.metadata as Json),
    ...(random.float() < 0.3 && { resourceVersion: pick(VERSIONS, random) }),
    ...(random.float() < 0.1 && { uid: "u", generation: 7, creationTimestamp: "2020-01-01T00:00:00Z" }),
    ...(random.float() < 0.1 && { deletionTimestamp: "2020-01-01T00:00:00Z", selfLink: "/x" }),
  };
  const body = { ...object, metadata, ...(random.float() < 0.3 && { bogus: 1 }) };
  await ask({ do: `POST ${path}${query(place, WRITE)}`, body });
}

async function updates(place: Place): Promise<void> {
  const { ask, random, path, resource } = place;
  const { name, known } = await made(place);
  const { apiVersion, kind } = resource;
  const { body: current } = await ask({ do: `GET ${path}/${name}` });
  const resourceVersion = pick(VERSIONS, random);
  const uid = pick(["", "x", "$UID"], random);
  const metadata = {
    ...current?.metadata,
    ...(random.float() < 0.5 && { resourceVersion: known.get(resourceVersion) ?? resourceVersion }),
    ...(random.float() < 0.3 && { uid: known.get(uid) ?? uid }),
    ...(random.float() < 0.05 && { name: "other" }),
  };
  const object = { ...current, apiVersion, kind, ...(random.float() < 0.3 && { bogus: 1 }), metadata };
  const target = random.float() < 0.1 ? "nope" : name;
  await ask({ do: `PUT ${path}/${target}${query(place, WRITE, known)}`, body: object });
}

async function patches(place: Place): Promise<void> {
  const { ask, random, path, resource } = place;
  const { name, known } = await made(place);
  const [type, body] = pick<readonly [string, unknown]>(
    [
      ["application/merge-patch+json", resource.change],
      ["application/strategic-merge-patch+json", resource.change],
      ["application/json-patch+json", [{ op: "add", path: "/metadata/labels", value: { x: "y" } }]],
      ["application/apply-patch+yaml", { ...resource, path: undefined, content: undefined, metadata: { name } }],
      ["application/merge-patch+json", { metadata: { resourceVersion: pick(VERSIONS, random), uid: "x" } }],
    ],
    random,
  );
  const { change: _, ...rest } = body as Json;
  const target = random.float() < 0.1 ? "nope" : name;
  const where = `${path}/${target}${query(place, [...WRITE, "force"], known)}`;
  await ask({ do: `PATCH ${where}`, type, body: Array.isArray(body) ? body : { ...rest, ...resource.change } });
}

function deleteBody({ random }: Place, known: ReadonlyMap<string, string>): Json | undefined {
  if (random.float() < 0.4) return undefined;
  const some = <T>(name: string, values: readonly T[]) =>
    random.float() < 0.25 ? { [name]: known.get(String(pick(values, random))) ?? pick(values, random) } : {};
  const uid = pick([undefined, "", "x", "$UID", null, 5], random);
  const resourceVersion = pick([undefined, ...VERSIONS, null], random);
  return {
    ...some("gracePeriodSeconds", [0, 3, -1, null, "3", 1.5]),
    ...some("propagationPolicy", [...POLICIES, null, 1]),
    ...some("orphanDependents", [true, false, null, "true"]),
    ...some("dryRun", [["All"], [], ["x"], ["All", "All"], null, "All", [""]]),
    ...some("ignoreStoreReadErrorWithClusterBreakingPotential", [true, false, null, "x"]),
    ...some("kind", ["DeleteOptions", "Status", "ListOptions", "", "Pod"]),
    ...some("apiVersion", ["v1", "meta.k8s.io/v1", "apps/v1", "", "x/v1", "a/b/c"]),
    ...some("bogus", [1]),
    ...(random.float() < 0.3 && {
      preconditions: pick<unknown>(
        [
          {
            uid: known.get(String(uid)) ?? uid,
            resourceVersion: known.get(String(resourceVersion)) ?? resourceVersion,
          },
          { uid: known.get(String(uid)) ?? uid },
          null,
          {},
          { bogus: 1 },
        ],
        random,
      ),
    }),
  };
}

async function deletes(place: Place): Promise<void> {
  const { ask, random, path } = place;
  const { name, known } = await made(place);
  for (let again = 0; again < pick([1, 1, 2], random); again++) {
    const body = deleteBody(place, known);
    const target = random.float() < 0.05 ? "nope" : name;
    const asked = random.float() < 0.6 ? query(place, DELETE, known) : "";
    await ask({ do: `DELETE ${path}/${target}${asked}`, ...(body && { body }) });
  }
}

async function deletesAll(place: Place): Promise<void> {
  const { ask, random, path } = place;
  const { known } = await made(place);
  const body = deleteBody(place, known);
  const asked = random.float() < 0.8 ? query(place, [...DELETE, ...LIST], known) : "";
  await ask({ do: `DELETE ${path}${asked}`, ...(body && { body }) });
}

async function reads(place: Place): Promise<void> {
  const { ask, random, path } = place;
  const { name, known } = await made(place);
  const target = random.float() < 0.5 ? `${path}/${name}` : path;
  await ask({ do: `GET ${target}${query(place, [...LIST, "timeoutSeconds"], known)}` });
}

const MOVES: readonly Move[] = [
  creates,
  creates,
  updates,
  updates,
  patches,
  deletes,
  deletes,
  deletes,
  deletesAll,
  reads,
];
