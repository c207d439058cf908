import type { Random } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { defineWidgets } from "./custom.ts";
import type { Answer, Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";
import { makeNamespace } from "./update.ts";

type Json = Record<string, unknown>;

const STEPS = 14;
const OBJECTS = 6;
const VIEW = (as: string, version = "v1") => `application/json;as=${as};v=${version};g=meta.k8s.io`;
const ACCEPTS = [
  "application/json",
  VIEW("Table"),
  VIEW("Table", "v1beta1"),
  VIEW("PartialObjectMetadataList"),
  VIEW("PartialObjectMetadata"),
];
const LABELS = ["", "l=on", "l!=on", "l in (on,off)", "l notin (on)", "!l", "n", "n>1"];

/** What is listed, watched and deleted. */
interface Resource {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly content: Json;
  readonly fields: readonly string[];
}

const POD = { spec: { containers: [{ name: "a", image: "a" }], terminationGracePeriodSeconds: 5 } };
const RESOURCES: readonly Resource[] = [
  {
    path: "/api/v1/namespaces/$NS/configmaps",
    apiVersion: "v1",
    kind: "ConfigMap",
    content: { data: { a: "b" } },
    fields: ["metadata.name=o1"],
  },
  {
    path: "/api/v1/namespaces/$NS/pods",
    apiVersion: "v1",
    kind: "Pod",
    content: POD,
    fields: [
      "status.phase=Pending",
      "status.phase!=Pending",
      "spec.nodeName=",
      "spec.restartPolicy=Always",
      "metadata.name!=o2",
    ],
  },
  {
    path: "/api/v1/namespaces/$NS/services",
    apiVersion: "v1",
    kind: "Service",
    content: { spec: { clusterIP: "None", ports: [{ port: 1 }] } },
    fields: ["spec.clusterIP=None", "spec.type=ClusterIP"],
  },
  {
    path: "/api/v1/namespaces/$NS/secrets",
    apiVersion: "v1",
    kind: "Secret",
    content: { type: "a/b" },
    fields: ["type=a/b", "type!=a/b"],
  },
  {
    path: "/apis/apps/v1/namespaces/$NS/replicasets",
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    content: {
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: "b" } },
        template: { metadata: { labels: { a: "b" } }, spec: POD.spec },
      },
    },
    fields: ["status.replicas=0", "metadata.name=o3"],
  },
  {
    path: "/api/v1/namespaces/$NS/events",
    apiVersion: "v1",
    kind: "Event",
    content: { involvedObject: { namespace: "$NS", kind: "Pod", name: "p" }, reason: "R", type: "Normal" },
    fields: ["involvedObject.name=p", "reason=R", "type!=Normal"],
  },
  {
    path: "/apis/coordination.k8s.io/v1/namespaces/$NS/leases",
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    content: { spec: { holderIdentity: "a" } },
    fields: ["metadata.name=o1"],
  },
];

/** A few objects of a kind that are listed in pages, watched and deleted together in all sorts of ways. */
export function collections({ count }: { readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / (STEPS + OBJECTS)) }, (_, index) => ({
    title: `collection ${index}`,
    group: index % 5 === 0 ? "custom collection" : "collection",
    run: async (ask, random, id) => {
      const namespace = `n-${id}`;
      await makeNamespace(ask, namespace);
      const resource = index % 5 === 0 ? await widgets(ask, id) : pick(RESOURCES, random);
      await live({ ask, random, resource, path: resource.path.replace("$NS", namespace), namespace });
    },
  }));
}

async function widgets(ask: Ask, id: string): Promise<Resource> {
  const { base, apiVersion, kind, plural } = await defineWidgets(ask, id);
  const fields = ["spec.replicas=1", "spec.maybe=x", "spec.maybe!=x", "spec.on=true", "metadata.name=o1"];
  return {
    path: `${base}/namespaces/$NS/${plural}`,
    apiVersion,
    kind,
    content: { spec: { maybe: "x", on: true } },
    fields,
  };
}

interface Life {
  readonly ask: Ask;
  readonly random: Random;
  readonly resource: Resource;
  readonly path: string;
  readonly namespace: string;
}

async function live(life: Life): Promise<void> {
  const versions: string[] = [];
  for (let index = 0; index < OBJECTS; index++) {
    const { body } = await make(life, `o${index}`);
    if (body?.metadata?.resourceVersion) versions.push(body.metadata.resourceVersion);
  }
  for (let step = 0; step < STEPS; step++) await pick(MOVES, life.random)(life, versions);
}

function make({ ask, random, resource, path, namespace }: Life, name: string): Promise<Answer> {
  const { apiVersion, kind, content } = resource;
  const labels = pick<Json | undefined>([{ l: "on" }, { l: "off", n: "2" }, undefined], random);
  const finalizers = random.float() < 0.15 ? ["a.b/c"] : undefined;
  const metadata = { name, ...(labels && { labels }), ...(finalizers && { finalizers }) };
  const body = { apiVersion, kind, metadata, ...JSON.parse(JSON.stringify(content).replaceAll("$NS", namespace)) };
  return ask({ do: `POST ${path}`, body });
}

type Move = (life: Life, versions: string[]) => Promise<unknown>;

const MOVES: readonly Move[] = [
  pages,
  pages,
  listed,
  listed,
  listed,
  watched,
  watched,
  watched,
  changed,
  changed,
  removed,
  removedAll,
];

const accepting = (random: Random) => (random.float() < 0.35 ? { accept: pick(ACCEPTS, random) } : {});

function selected(random: Random, fields: readonly string[]): URLSearchParams {
  const query = new URLSearchParams();
  if (random.float() < 0.4) query.set("labelSelector", pick(LABELS, random));
  if (random.float() < 0.3) query.set("fieldSelector", pick(fields, random));
  return query;
}

/** A list in pages; now and then what else is asked changes between them. */
async function pages({ ask, random, path, resource }: Life): Promise<void> {
  const query = selected(random, resource.fields);
  query.set("limit", pick(["1", "2", "3", "5"], random));
  const view = accepting(random);
  for (let page = 0; page < 4; page++) {
    const { status, body } = await ask({ do: `GET ${path}?${query}`, ...view });
    const token: string = body?.metadata?.continue ?? "";
    if (status !== 200 || token === "") return;
    query.set("continue", random.float() < 0.05 ? `!${token}` : token);
    if (random.float() < 0.15) query.set("limit", pick(["0", "2", "100"], random));
    if (random.float() < 0.1) query.set("labelSelector", pick(LABELS, random));
    if (random.float() < 0.1) query.set("resourceVersion", pick(["0", "1", body.metadata.resourceVersion], random));
    if (random.float() < 0.05) query.set("resourceVersionMatch", pick(["Exact", "NotOlderThan"], random));
  }
}

const someVersion = (versions: readonly string[], random: Random) =>
  pick(["0", "", ...versions, ...versions, String(Number(versions.at(-1) ?? 1) + 100_000_000)], random);

async function listed({ ask, random, path, resource }: Life, versions: string[]): Promise<void> {
  const query = selected(random, resource.fields);
  if (random.float() < 0.6) query.set("resourceVersion", pick(["0", "", ...versions], random));
  if (random.float() < 0.5) query.set("resourceVersionMatch", pick(["Exact", "NotOlderThan", "Nope"], random));
  if (random.float() < 0.3) query.set("limit", pick(["1", "3", "0", "-1"], random));
  if (random.float() < 0.1) query.set("includeObject", pick(["None", "Object", "Metadata"], random));
  const { body } = await ask({ do: `GET ${path}?${query}`, ...accepting(random) });
  if (body?.metadata?.resourceVersion && !versions.includes(body.metadata.resourceVersion)) return;
}

/** What a watch that ends by itself has told. */
async function watched({ ask, random, path, resource }: Life, versions: string[]): Promise<void> {
  const query = selected(random, resource.fields);
  query.set("watch", pick(["true", "1", "true"], random));
  query.set("timeoutSeconds", "1");
  if (random.float() < 0.85) query.set("resourceVersion", someVersion(versions, random));
  if (random.float() < 0.3) query.set("sendInitialEvents", pick(["true", "false"], random));
  if (random.float() < 0.3) query.set("resourceVersionMatch", pick(["NotOlderThan", "Exact"], random));
  if (random.float() < 0.4) query.set("allowWatchBookmarks", pick(["true", "false"], random));
  if (random.float() < 0.1) query.set("limit", "1");
  const target = random.float() < 0.2 ? `${path}/o1` : path;
  await ask({ do: `GET ${target}?${query}`, ...accepting(random) });
}

async function changed({ ask, random, path }: Life, versions: string[]): Promise<void> {
  const body = { metadata: { labels: { l: pick(["on", "off", null], random), n: pick(["1", "3"], random) } } };
  const changed = await ask({
    do: `PATCH ${path}/o${Math.floor(random.float() * OBJECTS)}`,
    type: "application/merge-patch+json",
    body,
  });
  if (changed.status === 200) versions.push(changed.body.metadata.resourceVersion);
}

function deletion(random: Random): Json | undefined {
  return pick<Json | undefined>(
    [
      ...[
        undefined,
        undefined,
        {},
        { gracePeriodSeconds: 0 },
        { gracePeriodSeconds: 3 },
        { propagationPolicy: "Orphan" },
      ],
      ...[{ propagationPolicy: "Foreground" }, { propagationPolicy: "Background" }, { propagationPolicy: "Nope" }],
      ...[
        { orphanDependents: true },
        { preconditions: { uid: "x" } },
        { preconditions: { resourceVersion: "1" } },
        { dryRun: ["All"] },
      ],
      ...[
        { kind: "DeleteOptions", apiVersion: "v1" },
        { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", dryRun: ["Nope"] },
        { kind: "Nope" },
      ],
    ],
    random,
  );
}

async function removed({ ask, random, path }: Life, versions: string[]): Promise<void> {
  const body = deletion(random);
  const query = pick(
    ["", "?dryRun=All", "?gracePeriodSeconds=0", "?gracePeriodSeconds=x", "?propagationPolicy=Orphan"],
    random,
  );
  const { body: gone } = await ask({
    do: `DELETE ${path}/o${Math.floor(random.float() * OBJECTS)}${query}`,
    ...(body && { body }),
    ...accepting(random),
  });
  if (gone?.metadata?.resourceVersion) versions.push(gone.metadata.resourceVersion);
}

async function removedAll({ ask, random, path, resource }: Life): Promise<void> {
  const query = selected(random, resource.fields);
  if (random.float() < 0.3) query.set("limit", pick(["1", "2"], random));
  if (random.float() < 0.2) query.set("dryRun", pick(["All", "x"], random));
  if (random.float() < 0.2) query.set("gracePeriodSeconds", pick(["0", "4"], random));
  if (random.float() < 0.2) query.set("propagationPolicy", pick(["Orphan", "Foreground"], random));
  if (random.float() < 0.1) query.set("resourceVersion", "0");
  const body = deletion(random);
  await ask({ do: `DELETE ${path}?${query}`, ...(body && { body }), ...accepting(random) });
}
