import type { Random } from "../../../../src/base/index.ts";
import type { Answer, Ask } from "../exchange.ts";
import { pick } from "../mutate.ts";
import type { Json, Watched } from "./kinds.ts";

/** Where objects of a kind live while they are watched, and what is known of them. */
export interface Place {
  readonly ask: Ask;
  readonly random: Random;
  readonly kind: Watched;
  readonly id: string;
  /** The first is the one that most happens in. */
  readonly namespaces: readonly [string, string];
  /** Versions that answers had, oldest first. */
  readonly versions: string[];
}

const OBJECTS = 4;
const MERGE = "application/merge-patch+json";

/** Every object has it, so that those of other scripts can be left out. */
export const ownLabel = (id: string) => `s=${id}`;

/** Names of objects; of those without a namespace no two scripts have the same. */
const nameOf = ({ kind, id }: Place, index: number) => (kind.isNamespaced ? `o${index}` : `o${index}-${id}`);
export const someName = (place: Place) => nameOf(place, place.random.int(OBJECTS));

export async function makeSome(place: Place): Promise<void> {
  for (let index = 0; index < OBJECTS - 1; index++) note(place, await make(place, nameOf(place, index)));
}

function note({ versions }: Place, { status, body }: Answer): Answer {
  const version = body?.metadata?.resourceVersion;
  if (status < 300 && version) versions.push(version);
  return { status, body, headers: {} };
}

function make(place: Place, name: string, query = ""): Promise<Answer> {
  const { ask, random, kind, id } = place;
  const namespace = namespaceOf(place);
  const labels = { s: id, ...pick<Json>([{ l: "on" }, { l: "off", n: "2" }, {}], random) };
  const finalizers = random.float() < 0.15 ? ["a.b/c"] : undefined;
  const metadata = { name, labels, ...(finalizers && { finalizers }) };
  const body = { apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...kind.content };
  return ask({ do: `POST ${kind.path(namespace)}${query}`, body });
}

const namespaceOf = ({ random, namespaces: [own, other] }: Place) => (random.float() < 0.85 ? own : other);

type Write = (place: Place) => Promise<Answer>;

const target = (place: Place) =>
  `${place.kind.path(namespaceOf(place), pick(place.kind.versions, place.random))}/${someName(place)}`;

const relabelled: Write = (place) => {
  const { random } = place;
  const labels = { l: pick(["on", "off", null], random), n: pick(["1", "3", null], random) };
  return place.ask({ do: `PATCH ${target(place)}`, type: MERGE, body: { metadata: { labels } } });
};

const changed: Write = (place) => {
  const { ask, random, kind, namespaces } = place;
  return ask({
    do: `PATCH ${kind.path(namespaces[0])}/${someName(place)}`,
    type: MERGE,
    body: pick(kind.changes, random),
  });
};

const statusChanged: Write = (place) => {
  const { ask, random, kind, namespaces } = place;
  if (kind.statusChanges.length === 0) return changed(place);
  const body = pick(kind.statusChanges, random);
  return ask({ do: `PATCH ${kind.path(namespaces[0])}/${someName(place)}/status`, type: MERGE, body });
};

/** What is there, written as it is or with another annotation. */
const written: Write = async (place) => {
  const { ask, random } = place;
  const own = target(place);
  const { status, body } = await ask({ do: `GET ${own}` });
  if (status !== 200) return { status, body, headers: {} };
  const { resourceVersion: _, ...unversioned } = body.metadata;
  const metadata = random.float() < 0.5 ? body.metadata : unversioned;
  const annotations = random.float() < 0.4 ? metadata.annotations : { at: String(random.int(5)) };
  const query = random.float() < 0.15 ? "?dryRun=All" : "";
  return ask({ do: `PUT ${own}${query}`, body: { ...body, metadata: { ...metadata, annotations } } });
};

const finalizersChanged: Write = (place) => {
  const finalizers = pick<unknown>([null, ["a.b/c"], ["a.b/c", "d.e/f"]], place.random);
  return place.ask({ do: `PATCH ${target(place)}`, type: MERGE, body: { metadata: { finalizers } } });
};

const applied: Write = (place) => {
  const { ask, random, kind, namespaces } = place;
  const name = someName(place);
  const metadata = { name, labels: { s: place.id, l: pick(["on", "off"], random) } };
  return ask({
    do: `PATCH ${kind.path(namespaces[0])}/${name}?fieldManager=m&force=true`,
    type: "application/apply-patch+yaml",
    body: { apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...kind.content },
  });
};

const jsonPatched: Write = (place) => {
  const operations = pick<unknown>(
    [
      [{ op: "add", path: "/metadata/annotations", value: { p: "q" } }],
      [
        { op: "test", path: "/metadata/labels/l", value: "on" },
        { op: "remove", path: "/metadata/labels/l" },
      ],
      [{ op: "replace", path: "/metadata/labels/l", value: "on" }],
    ],
    place.random,
  );
  return place.ask({ do: `PATCH ${target(place)}`, type: "application/json-patch+json", body: operations });
};

const made: Write = (place) => make(place, someName(place), place.random.float() < 0.1 ? "?dryRun=All" : "");

const bound: Write = async (place) => {
  const { ask, kind, namespaces } = place;
  if (kind.kind !== "Pod") return relabelled(place);
  const name = someName(place);
  const body = { target: { kind: "Node", name: "n1" } };
  return ask({ do: `POST ${kind.path(namespaces[0])}/${name}/binding`, body });
};

const removed: Write = (place) => {
  const { random } = place;
  const query = pick(
    [
      "",
      "",
      "?dryRun=All",
      "?gracePeriodSeconds=0",
      "?gracePeriodSeconds=3",
      "?propagationPolicy=Orphan",
      "?propagationPolicy=Foreground",
    ],
    random,
  );
  return place.ask({ do: `DELETE ${target(place)}${query}` });
};

const removedSome: Write = (place) => {
  const { ask, random, kind, id, namespaces } = place;
  const selector = pick([ownLabel(id), `${ownLabel(id)},l=on`, `${ownLabel(id)},!l`], random);
  const query = new URLSearchParams({ labelSelector: selector });
  if (random.float() < 0.2) query.set("dryRun", "All");
  if (random.float() < 0.2) query.set("gracePeriodSeconds", "0");
  return ask({ do: `DELETE ${kind.path(namespaces[0])}?${query}` });
};

const WRITES: readonly Write[] = [
  ...[relabelled, relabelled, relabelled, changed, changed, statusChanged, statusChanged, written, written],
  ...[finalizersChanged, applied, jsonPatched, made, made, made, bound, removed, removed, removedSome],
];

/** Writes one after the other. */
export async function writeSome(place: Place, count: number): Promise<void> {
  for (let index = 0; index < count; index++) note(place, await pick(WRITES, place.random)(place));
}
