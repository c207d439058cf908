import type { Random } from "../../../../src/base/index.ts";
import type { Script } from "../compare.ts";
import type { Answer, Ask, Course, Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { WATCHED, watchedWidgets } from "./kinds.ts";
import { makeSome, ownLabel, type Place, someName, writeSome } from "./writes.ts";

/** Watches that are open at a time, and how many more begin while changes are under way. */
const WATCHES = 5;
const LATER = 2;
const WRITES = 7;
/** About how many requests a script makes. */
const REQUESTS = 32;
const VIEW = (as: string, version = "v1", type = "application/json") => `${type};as=${as};v=${version};g=meta.k8s.io`;
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const ACCEPTS = [
  ...[
    "application/json",
    "application/json;stream=watch",
    "application/yaml",
    "*/*",
    PROTOBUF,
    `${PROTOBUF};stream=watch`,
  ],
  ...[VIEW("Table"), VIEW("Table", "v1beta1"), VIEW("PartialObjectMetadata"), VIEW("PartialObjectMetadata", "v1beta1")],
  ...[VIEW("PartialObjectMetadataList"), VIEW("PartialObjectMetadata", "v1", PROTOBUF), VIEW("Table", "v1", PROTOBUF)],
];
const LABELS = ["l=on", "l!=on", "l in (on,off)", "!l", "n", "n>1", "l=on,n"];
const ODD_VERSIONS = [
  "-1",
  "abc",
  "00",
  "1.5",
  " 1",
  "0x1",
  "18446744073709551616",
  "9223372036854775808",
  "999999999999",
];

/** Objects that are watched in all sorts of ways while they change. */
export function watches({ count }: { readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS) }, (_, index) => ({
    title: `watches ${index}`,
    group: index % 5 === 0 ? "custom" : "watches",
    run: async (ask, random, id) => {
      const namespaces = [`n-${id}`, `m-${id}`] as const;
      for (const namespace of namespaces) await makeNamespace(ask, namespace);
      const kind = index % 5 === 0 ? await watchedWidgets(ask, id) : pick(WATCHED, random);
      await watchAll({ ask, random, kind, id, namespaces, versions: [] });
    },
  }));
}

async function watchAll(place: Place): Promise<void> {
  await makeSome(place);
  await writeSome(place, 2);
  const over = Promise.withResolvers<void>();
  const open = await beginSome(place, WATCHES, over.promise);
  await writeSome(place, WRITES);
  open.push(...(await beginSome(place, LATER, over.promise)));
  await writeSome(place, WRITES);
  over.resolve();
  await Promise.all(open.map(({ end }) => end));
}

interface Open {
  readonly end: Promise<Answer>;
}

/** Begins watches one after the other; each has begun when this comes true. */
async function beginSome(place: Place, count: number, until: Promise<void>): Promise<Open[]> {
  // What was written so far is known to whoever answers from now on.
  const { ask, kind, id, namespaces, versions } = place;
  const { body } = await ask({ do: `GET ${kind.path(namespaces[0])}?labelSelector=${ownLabel(id)}` });
  if (body?.metadata?.resourceVersion) versions.push(body.metadata.resourceVersion);
  const open: Open[] = [];
  for (let index = 0; index < count; index++) open.push(await begun(ask, someWatch(place), until));
  return open;
}

async function begun(ask: Ask, request: Request, until: Promise<void>): Promise<Open> {
  const began = Promise.withResolvers<void>();
  const course: Course = { begun: began.resolve, until };
  const end = ask(request, course);
  await Promise.race([began.promise, end]);
  return { end };
}

function someWatch(place: Place): Request {
  const { random } = place;
  const accept = random.float() < 0.4 ? { accept: pick(ACCEPTS, random) } : {};
  if (random.float() < 0.9) return { do: `GET ${someTarget(place)}`, ...accept };
  const origin = pick(["https://localhost", "https://localhost", "/", "x"], random);
  return { do: `SOCKET ${someTarget(place)}`, ...accept, headers: { origin } };
}

function someTarget(place: Place): string {
  const { random, kind, namespaces, id } = place;
  const [own, other] = namespaces;
  const query = new URLSearchParams();
  const namespace = pick([own, own, own, own, other, ""], random);
  const isShared = !kind.isNamespaced || namespace === "";
  const labels = [...(isShared ? [ownLabel(id)] : []), ...(random.float() < 0.4 ? [pick(LABELS, random)] : [])];
  if (labels.length > 0) query.set("labelSelector", labels.join(","));
  if (random.float() < 0.3) query.set("fieldSelector", pick(kind.fields, random).replace("$NS", own));
  addVersion(query, place);
  addOptions(query, random);
  const path = kind.path(namespace, pick(kind.versions, random));
  const name = !isShared && random.float() < 0.15 ? `/${someName(place)}` : "";
  if (random.float() < 0.1) return `${path.replace(/(\/v[^/]*)\//, "$1/watch/")}${name}?${query}`;
  query.set("watch", pick(["true", "1"], random));
  return `${path}${name}?${query}`;
}

function addVersion(query: URLSearchParams, { random, versions }: Place): void {
  const draw = random.float();
  if (draw < 0.2) return;
  if (draw < 0.4) query.set("resourceVersion", "0");
  else if (draw < 0.46) query.set("resourceVersion", pick(ODD_VERSIONS, random));
  else if (draw < 0.7) query.set("resourceVersion", versions.at(-1) ?? "0");
  else query.set("resourceVersion", pick(versions, random));
}

function addOptions(query: URLSearchParams, random: Random): void {
  const draw = random.float();
  if (draw < 0.25) {
    query.set("sendInitialEvents", "true");
    query.set("resourceVersionMatch", "NotOlderThan");
    if (random.float() < 0.8) query.set("allowWatchBookmarks", "true");
  } else if (draw < 0.35) {
    query.set("sendInitialEvents", "false");
    query.set("resourceVersionMatch", "NotOlderThan");
  } else if (draw < 0.45) {
    query.set("resourceVersionMatch", pick(["NotOlderThan", "Exact", "Nope", ""], random));
    if (random.float() < 0.5) query.set("sendInitialEvents", pick(["true", "false", "", "x"], random));
  }
  if (random.float() < 0.15) query.set("allowWatchBookmarks", pick(["true", "false", "", "x"], random));
  if (random.float() < 0.05) query.set("limit", pick(["1", "0", "x", "-1"], random));
  if (random.float() < 0.04) query.set("continue", pick(["", "abc"], random));
  if (random.float() < 0.08) query.set("timeoutSeconds", pick(["60", "x", "-1", "0"], random));
}
