import type { Random } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { defineWidgets } from "./custom.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";

type Json = Readonly<Record<string, unknown>>;

const STEPS = 16;
const MERGE = "application/merge-patch+json";
const APPLY = "application/apply-patch+yaml";
const OLD = "2020-01-01T00:00:00Z";

/** Namespaces from their making to their end, and what is made, changed and deleted in them meanwhile. */
export function namespaces({ count }: { readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / (STEPS + 3)) }, (_, index) => ({
    title: `namespace ${index}`,
    group: index % 4 === 0 ? "custom namespaces" : "namespaces",
    run: async (ask, random, id) => {
      const name = `n-${id}`;
      const widgets = index % 4 === 0 ? await defineWidgets(ask, id) : undefined;
      const inside = widgets ? `${widgets.base}/namespaces/${name}/${widgets.plural}` : undefined;
      const place = {
        ask,
        random,
        name,
        inside,
        type: widgets && { apiVersion: widgets.apiVersion, kind: widgets.kind },
      };
      await ask({ do: "POST /api/v1/namespaces", body: newNamespace(place) });
      for (let step = 0; step < STEPS; step++) await pick(step < STEPS / 2 ? EARLY : LATE, random)(place);
      await ask({ do: `PATCH /api/v1/namespaces/${name}`, type: MERGE, body: { metadata: { finalizers: null } } });
      await finalize(place, []);
    },
  }));
}

interface Place {
  readonly ask: Ask;
  readonly random: Random;
  readonly name: string;
  /** Where objects of a custom kind are made in it. */
  readonly inside: string | undefined;
  readonly type: Json | undefined;
}

function newNamespace({ random, name }: Place): Json {
  const finalizers =
    random.float() < 0.4 ? { finalizers: pick([["a.b/c"], ["a.b/c", "d.e/f"], ["orphan"]], random) } : {};
  const spec = pick<Json | undefined>(
    [undefined, undefined, { finalizers: [] }, { finalizers: ["kubernetes", "a.b/c"] }, { finalizers: ["nope"] }, {}],
    random,
  );
  const labels = pick<Json>([{}, {}, { labels: { "kubernetes.io/metadata.name": "other", a: "b" } }], random);
  const status = random.float() < 0.2 ? { status: { phase: "Terminating" } } : {};
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, ...finalizers, ...labels },
    ...(spec && { spec }),
    ...status,
  };
}

type Move = (place: Place) => Promise<unknown>;

const at = ({ name }: Place) => `/api/v1/namespaces/${name}`;

async function looks({ ask, random, ...place }: Place): Promise<void> {
  const target = at({ ask, random, ...place });
  await ask({ do: `GET ${target}${pick(["", "/status", "/finalize"], random)}` });
}

/** Makes something in it, in any way that makes. */
async function makes({ ask, random, name, inside, type }: Place): Promise<void> {
  const dry = random.float() < 0.2 ? "?dryRun=All" : "";
  const object = `o${Math.floor(random.float() * 4)}`;
  const finalizers = random.float() < 0.3 ? { finalizers: ["a.b/c"] } : {};
  const body = { metadata: { name: object, ...finalizers } };
  const core = `/api/v1/namespaces/${name}`;
  const moves: (() => Promise<unknown>)[] = [
    () => ask({ do: `POST ${core}/configmaps${dry}`, body }),
    () => ask({ do: `POST ${core}/configmaps${dry}`, body: { metadata: { generateName: "g-" } } }),
    () => ask({ do: `POST ${core}/secrets${dry}`, body }),
    () => ask({ do: `POST ${core}/serviceaccounts${dry}`, body: { metadata: { name: "default" } } }),
    () => ask({ do: `PUT ${core}/endpoints/${object}${dry}`, body }),
    () =>
      ask({
        do: `POST ${core}/events${dry}`,
        body: { ...body, involvedObject: { namespace: name, kind: "Pod", name: "p" } },
      }),
    () =>
      ask({
        do: `PATCH ${core}/configmaps/${object}?fieldManager=m`,
        type: APPLY,
        body: { apiVersion: "v1", kind: "ConfigMap", ...body, data: { a: "b" } },
      }),
    () =>
      ask({
        do: `POST /apis/authorization.k8s.io/v1/namespaces/${name}/localsubjectaccessreviews`,
        body: { spec: { user: "x", resourceAttributes: { namespace: name, verb: "get", resource: "pods" } } },
      }),
    () => ask({ do: `POST ${core}/serviceaccounts/default/token`, body: { spec: {} } }),
    () => ask({ do: `POST ${core}/bindings`, body: { ...body, target: { kind: "Node", name: "x" } } }),
    () => ask({ do: `POST /apis/coordination.k8s.io/v1/namespaces/${name}/leases${dry}`, body }),
    ...(inside ? [() => ask({ do: `POST ${inside}${dry}`, body: { ...type, ...body } })] : []),
  ];
  await pick(moves, random)();
}

async function changes({ ask, random, name }: Place): Promise<void> {
  const target = `/api/v1/namespaces/${name}/configmaps/o${Math.floor(random.float() * 4)}`;
  const draw = random.float();
  if (draw < 0.4) await ask({ do: `PATCH ${target}`, type: MERGE, body: { data: { a: String(random.float()) } } });
  else if (draw < 0.6) await ask({ do: `PATCH ${target}`, type: MERGE, body: { metadata: { finalizers: null } } });
  else if (draw < 0.8) await ask({ do: `DELETE ${target}` });
  else await ask({ do: `DELETE /api/v1/namespaces/${name}/configmaps` });
}

async function updates(place: Place): Promise<void> {
  const { ask, random } = place;
  const body = pick<Json>(
    [
      { metadata: { labels: { "kubernetes.io/metadata.name": null } } },
      { metadata: { labels: { "kubernetes.io/metadata.name": "x", l: "on" } } },
      { metadata: { finalizers: ["a.b/c"] } },
      { metadata: { finalizers: ["new.b/c"] } },
      { metadata: { finalizers: null } },
      { spec: { finalizers: [] } },
      { spec: { finalizers: ["kubernetes", "x.y/z"] } },
      { status: { phase: "Terminating" } },
      { metadata: { deletionTimestamp: OLD } },
    ],
    random,
  );
  const query = random.float() < 0.3 ? "?dryRun=All" : "";
  if (random.float() < 0.7) await ask({ do: `PATCH ${at(place)}${query}`, type: MERGE, body });
  else
    await ask({
      do: `PUT ${at(place)}${query}`,
      body: { ...body, metadata: { ...(body.metadata as Json), name: place.name } },
    });
}

const CONDITION = {
  type: "NamespaceDeletionContentFailure",
  status: "True",
  reason: "R",
  message: "m",
  lastTransitionTime: OLD,
};

async function updatesStatus(place: Place): Promise<void> {
  const { ask, random } = place;
  const status = pick<Json>(
    [
      { phase: "Terminating" },
      { phase: "Active" },
      { phase: "Nope" },
      { phase: "" },
      { phase: null },
      { conditions: [CONDITION] },
      { conditions: [{ ...CONDITION, type: "" }] },
      { conditions: [CONDITION, CONDITION] },
      { conditions: null },
    ],
    random,
  );
  await ask({ do: `PATCH ${at(place)}/status`, type: MERGE, body: { status, spec: { finalizers: ["x.y/z"] } } });
}

async function finalize({ ask, random, name, ...place }: Place, finalizers: unknown): Promise<void> {
  const target = at({ ask, random, name, ...place });
  const { body } = await ask({ do: `GET ${target}` });
  const metadata = pick<Json>([body?.metadata ?? { name }, { name }, { name }], random);
  await ask({
    do: `PUT ${target}/finalize`,
    body: { apiVersion: "v1", kind: "Namespace", metadata, spec: { finalizers } },
  });
}

async function finalizes(place: Place): Promise<void> {
  const { ask, random } = place;
  const finalizers = pick<unknown>(
    [[], null, ["kubernetes"], ["a.b/c"], ["nope"], ["kubernetes", "kubernetes"], [""]],
    random,
  );
  const draw = random.float();
  if (draw < 0.6) return finalize(place, finalizers);
  if (draw < 0.7) await ask({ do: `PATCH ${at(place)}/finalize`, type: MERGE, body: { spec: { finalizers } } });
  else if (draw < 0.8)
    await ask({ do: `PUT ${at(place)}/finalize`, body: { metadata: { name: "other" }, spec: { finalizers } } });
  else if (draw < 0.9)
    await ask({
      do: `PUT ${at(place)}/finalize?dryRun=All`,
      body: { metadata: { name: place.name }, spec: { finalizers } },
    });
  else
    await ask({
      do: `PUT ${at(place)}/finalize`,
      body: { metadata: { name: place.name, resourceVersion: "1", labels: { l: "on" } } },
    });
}

async function deletes(place: Place): Promise<void> {
  const { ask, random } = place;
  const query = pick(
    ["", "", "?dryRun=All", "?gracePeriodSeconds=0", "?gracePeriodSeconds=9", "?propagationPolicy=Foreground"],
    random,
  );
  const body = pick<Json | undefined>(
    [
      undefined,
      undefined,
      undefined,
      { propagationPolicy: "Background" },
      { propagationPolicy: "Orphan" },
      { orphanDependents: true },
      { preconditions: { uid: "x" } },
    ],
    random,
  );
  await ask({ do: `DELETE ${at(place)}${query}`, ...(body && { body }) });
}

async function deletesAll(place: Place): Promise<void> {
  const { ask, random, name } = place;
  await ask({ do: `DELETE /api/v1/namespaces?fieldSelector=metadata.name=${name}` });
  await ask({
    do: `GET /api/v1/namespaces?fieldSelector=${pick(["status.phase=Terminating", "status.phase!=Active"], random)},metadata.name=${name}`,
  });
}

async function makesAgain(place: Place): Promise<void> {
  await place.ask({ do: `POST /api/v1/namespaces`, body: newNamespace(place) });
}

const EARLY: readonly Move[] = [
  looks,
  makes,
  makes,
  makes,
  changes,
  updates,
  updates,
  updatesStatus,
  finalizes,
  deletes,
];
const LATE: readonly Move[] = [
  makes,
  makes,
  changes,
  updates,
  updatesStatus,
  finalizes,
  deletes,
  deletes,
  deletesAll,
  makesAgain,
];
