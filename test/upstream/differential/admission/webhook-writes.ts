import type { Random } from "../../../../src/base/index.ts";
import { chance, type Scene } from "../access/scene.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
type Json = any;

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const APPLY = "application/apply-patch+yaml";
const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
const JSON_PATCH = "application/json-patch+json";

/** Two kinds of the script's own, one of them in no namespace, each in three versions that differ in what comes by default. */
export async function defineOwn({ ask, id }: Scene): Promise<void> {
  const group = `${id}.example.com`;
  for (const [plural, kind, scope] of [
    ["things", "Thing", "Namespaced"],
    ["wides", "Wide", "Cluster"],
  ] as const)
    await ask({
      do: `POST ${DEFINITIONS}`,
      body: {
        metadata: { name: `${plural}.${group}` },
        spec: {
          group,
          scope,
          names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
          versions: ["v1", "v2", "v3"].map((name) => ({
            name,
            served: true,
            storage: name === "v2",
            schema: { openAPIV3Schema: schemaOf(name) },
            subresources: {
              status: {},
              scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
            },
          })),
        },
      },
    });
}

function schemaOf(version: string): Json {
  return {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          replicas: { type: "integer", minimum: 0 },
          word: { type: "string", maxLength: 5 },
          [`only${version}`]: { type: "string", default: version },
        },
      },
      status: { type: "object", properties: { replicas: { type: "integer" }, phase: { type: "string" } } },
    },
  };
}

const paths = (namespace: string, id: string) => ({
  core: `/api/v1/namespaces/${namespace}`,
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  things: (version: string) => `/apis/${id}.example.com/${version}/namespaces/${namespace}/things`,
  wides: (version: string) => `/apis/${id}.example.com/${version}/wides`,
  scalers: (version: string) => `/apis/autoscaling/${version}/namespaces/${namespace}/horizontalpodautoscalers`,
});

/** Objects that are there before there are webhooks. */
export async function makeKnown({ ask, namespace, id }: Scene): Promise<void> {
  const { core, deployments, things, wides, scalers } = paths(namespace, id);
  const metadata = { name: "known", labels: { app: "a" } };
  await ask({ do: `POST ${core}/configmaps`, body: { metadata, data: { k: "v" } } });
  await ask({
    do: `POST ${core}/configmaps`,
    body: { metadata: { name: "odd", labels: { app: "b" } }, data: { k: "v" } },
  });
  await ask({ do: `POST ${core}/pods`, body: { metadata, spec: podSpec() } });
  await ask({ do: `POST ${deployments}`, body: { metadata, spec: deploymentSpec(2) } });
  await ask({ do: `POST ${scalers("v2")}`, body: { metadata, spec: scalerSpec() } });
  await ask({
    do: `POST ${things("v1")}`,
    body: own({ id, version: "v1", kind: "Thing", metadata, spec: { replicas: 1 } }),
  });
  await ask({
    do: `POST ${wides("v3")}`,
    body: own({ id, version: "v3", kind: "Wide", metadata: { ...metadata, name: `known-${id}` }, spec: {} }),
  });
}

interface Own {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly metadata: Json;
  readonly spec: Json;
}

const own = ({ id, version, kind, metadata, spec }: Own): Json => ({
  apiVersion: `${id}.example.com/${version}`,
  kind,
  metadata,
  spec,
});

const podSpec = () => ({ containers: [{ name: "c", image: "nginx" }] });
const scalerSpec = () => ({
  scaleTargetRef: { kind: "Deployment", name: "known", apiVersion: "apps/v1" },
  maxReplicas: 3,
  minReplicas: 2,
});

function deploymentSpec(replicas: number): Json {
  const labels = { d: "d" };
  return { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec() } };
}

export interface Attempt {
  readonly write: Request;
  /** What it has written, to be looked at. */
  readonly read?: string;
}

interface Surroundings {
  readonly random: Random;
  readonly id: string;
  readonly namespace: string;
  readonly index: number;
  /** Of what is made. */
  readonly metadata: Json;
  readonly labels: Json;
  /** The path's query. */
  readonly query: (...more: string[]) => string;
}

/** A write of something that webhooks look at. */
export function attempt({ random, namespace, id }: Scene, index: number): Attempt {
  const parts = [
    ...(chance(random, 0.2) ? ["dryRun=All"] : []),
    ...(chance(random, 0.3) ? [`fieldManager=${pick(["m", "n"], random)}`] : []),
    ...(chance(random, 0.1) ? [`fieldValidation=${pick(["Strict", "Ignore", "Warn"], random)}`] : []),
  ];
  const query = (...more: string[]) => {
    const all = [...new Set([...parts, ...more])].filter(
      (one) =>
        !more.some((other) => other !== one && one.startsWith("fieldManager") && other.startsWith("fieldManager")),
    );
    return all.length > 0 ? `?${all.join("&")}` : "";
  };
  const labels = chance(random, 0.8)
    ? { labels: { app: pick(["a", "a", "b"], random), ...(chance(random, 0.2) && { tier: "x" }) } }
    : {};
  const metadata = chance(random, 0.85) ? { name: `o${index}`, ...labels } : { generateName: "gen-", ...labels };
  const given: Surroundings = { random, namespace, id, index, metadata, labels, query };
  return pick(
    [configMaps, configMaps, configMaps, deployments, deployments, pods, pods, things, things, scalers, others],
    random,
  )(given);
}

/** A change of an object that has a name. */
function changed(
  { random, query, labels, id }: Surroundings,
  {
    path,
    type,
    change,
    put,
  }: { readonly path: string; readonly type?: Json; readonly change: Json; readonly put?: Json },
): Attempt {
  const read = path;
  const name = path.split("/").at(-1)!;
  const merged = { metadata: labels, ...change };
  switch (random.int(6)) {
    case 0:
      return {
        write: { do: `PUT ${path}${query()}`, body: { ...type, ...put, ...merged, metadata: { name, ...labels } } },
        read,
      };
    case 1:
      return { write: { do: `PATCH ${path}${query()}`, type: MERGE, body: merged }, read };
    case 2:
      return {
        write: { do: `PATCH ${path}${query()}`, type: type.apiVersion.includes(id) ? MERGE : STRATEGIC, body: merged },
        read,
      };
    case 3: {
      const operations = Object.entries(merged).map(([key, value]) =>
        key === "metadata"
          ? { op: "add", path: "/metadata/labels", value: (value as Json).labels ?? {} }
          : { op: "add", path: `/${key}`, value: { ...put?.[key], ...(value as Json) } },
      );
      return { write: { do: `PATCH ${path}${query()}`, type: JSON_PATCH, body: operations }, read };
    }
    default: {
      const more = [`fieldManager=${pick(["one", "two"], random)}`, ...(chance(random, 0.7) ? ["force=true"] : [])];
      const body = { ...type, ...put, ...merged, metadata: { name, ...labels } };
      return { write: { do: `PATCH ${path}${query(...more)}`, type: APPLY, body }, read };
    }
  }
}

/** A deletion, with options in its query or its body. */
function removed({ random, query }: Surroundings, path: string): Attempt {
  const options = pick<Json>(
    [
      undefined,
      undefined,
      { gracePeriodSeconds: 0 },
      { propagationPolicy: "Foreground" },
      { propagationPolicy: "Background", kind: "DeleteOptions", apiVersion: "v1" },
      { preconditions: { uid: "x" } },
      { dryRun: ["All"] },
    ],
    random,
  );
  const asked = query(
    ...(options === undefined && chance(random, 0.4)
      ? [pick(["gracePeriodSeconds=3", "propagationPolicy=Orphan"], random)]
      : []),
  );
  return { write: { do: `DELETE ${path}${asked}`, ...(options && { body: options }) }, read: path };
}

const nameOf = ({ random, index }: Surroundings) =>
  pick(["known", "known", `o${random.int(index + 1)}`, `o${random.int(index + 1)}`, `o${index}`], random);

function configMaps(given: Surroundings): Attempt {
  const { random, namespace, id, metadata, query } = given;
  const { core } = paths(namespace, id);
  const name = chance(random, 0.3) ? "odd" : nameOf(given);
  const path = `${core}/configmaps/${name}`;
  const data = chance(random, 0.8) ? { data: { k: pick(["v", "abc", ""], random) } } : {};
  if (chance(random, 0.4))
    return {
      write: { do: `POST ${core}/configmaps${query()}`, body: { metadata, ...data } },
      ...(metadata.name && { read: `${core}/configmaps/${metadata.name}` }),
    };
  if (chance(random, 0.2)) return removed(given, path);
  if (chance(random, 0.1))
    return {
      write: { do: `DELETE ${core}/configmaps?labelSelector=app%3D${pick(["a", "b"], random)}` },
      read: `${core}/configmaps`,
    };
  return changed(given, { path, type: { apiVersion: "v1", kind: "ConfigMap" }, change: data });
}

function deployments(given: Surroundings): Attempt {
  const { random, namespace, id, metadata, query } = given;
  const { deployments: list } = paths(namespace, id);
  const name = nameOf(given);
  const own = `${list}/${name}`;
  const type = { apiVersion: "apps/v1", kind: "Deployment" };
  const spec = deploymentSpec(random.int(6));
  const replicas = random.int(6);
  switch (random.int(6)) {
    case 0:
      return {
        write: { do: `POST ${list}${query()}`, body: { metadata, spec } },
        ...(metadata.name && { read: `${list}/${metadata.name}` }),
      };
    case 1:
      return scaled(given, { path: own, replicas });
    case 2:
      return {
        write: {
          do: `PATCH ${own}/status${query()}`,
          type: MERGE,
          body: { status: { replicas }, metadata: { labels: { status: "yes" } } },
        },
        read: own,
      };
    case 3:
      return chance(random, 0.4)
        ? removed(given, own)
        : changed(given, { path: own, type, change: { spec: { replicas } }, put: { spec } });
    default:
      return changed(given, { path: own, type, change: { spec } });
  }
}

function scaled(
  { random, query }: Surroundings,
  { path, replicas }: { readonly path: string; readonly replicas: number },
): Attempt {
  const name = path.split("/").at(-1)!;
  const type = { apiVersion: "autoscaling/v1", kind: "Scale" };
  const body = { ...type, metadata: { name }, spec: { replicas } };
  const where = `${path}/scale`;
  return pick<Attempt>(
    [
      { write: { do: `PUT ${where}${query()}`, body }, read: path },
      { write: { do: `PATCH ${where}${query()}`, type: MERGE, body: { spec: { replicas } } }, read: path },
      { write: { do: `PATCH ${where}${query("fieldManager=scaler", "force=true")}`, type: APPLY, body }, read: path },
    ],
    random,
  );
}

function pods(given: Surroundings): Attempt {
  const { random, namespace, id, metadata, query } = given;
  const { core } = paths(namespace, id);
  const name = nameOf(given);
  const own = `${core}/pods/${name}`;
  const type = { apiVersion: "v1", kind: "Pod" };
  switch (random.int(11)) {
    case 0:
    case 1:
      return {
        write: { do: `POST ${core}/pods${query()}`, body: { metadata, spec: podSpec() } },
        ...(metadata.name && { read: `${core}/pods/${metadata.name}` }),
      };
    case 2:
      return {
        write: { do: `POST ${own}/binding${query()}`, body: { metadata: { name }, target: { name: "n" } } },
        read: own,
      };
    case 3: {
      const apiVersion = pick(["policy/v1", "policy/v1", "policy/v1beta1"], random);
      const more = chance(random, 0.3) ? { deleteOptions: { gracePeriodSeconds: 0 } } : {};
      return {
        write: {
          do: `POST ${own}/eviction${query()}`,
          body: { apiVersion, kind: "Eviction", metadata: { name }, ...more },
        },
        read: own,
      };
    }
    case 4:
      return { write: { do: `${pick(["POST", "GET"], random)} ${own}/exec?command=ls&stdout=true`, body: undefined } };
    case 5:
      return {
        write: {
          do: `PATCH ${own}/status${query()}`,
          type: pick([MERGE, STRATEGIC], random),
          body: { status: { phase: "Running" } },
        },
        read: own,
      };
    case 6:
      return removed(given, own);
    case 7:
      return {
        write: {
          do: `PATCH ${own}/resize${query()}`,
          type: STRATEGIC,
          body: { spec: { containers: [{ name: "c", resources: { requests: { cpu: "1m" } } }] } },
        },
        read: own,
      };
    case 8:
      return {
        write: {
          do: `PATCH ${own}/ephemeralcontainers${query()}`,
          type: STRATEGIC,
          body: { spec: { ephemeralContainers: [{ name: "e", image: "e" }] } },
        },
        read: own,
      };
    default:
      return changed(given, { path: own, type, change: { spec: podSpec() } });
  }
}

function things(given: Surroundings): Attempt {
  const { random, namespace, id, metadata, query } = given;
  const version = pick(["v1", "v2", "v3"], random);
  const isWide = chance(random, 0.3);
  const list = isWide ? paths(namespace, id).wides(version) : paths(namespace, id).things(version);
  const kind = isWide ? "Wide" : "Thing";
  const known = nameOf(given);
  const path = `${list}/${isWide ? `${known}-${id}` : known}`;
  const spec = {
    replicas: random.int(4),
    ...(chance(random, 0.5) && { word: pick(["one", "two", "toolong"], random) }),
  };
  const type = { apiVersion: `${id}.example.com/${version}`, kind };
  switch (random.int(6)) {
    case 0:
    case 1: {
      const name = metadata.name && isWide ? { name: `${metadata.name}-${id}` } : {};
      const body = own({ id, version, kind, metadata: { ...metadata, ...name }, spec });
      return {
        write: { do: `POST ${list}${query()}`, body },
        ...(metadata.name && { read: `${list}/${body.metadata.name}` }),
      };
    }
    case 2:
      return chance(random, 0.5) ? scaled(given, { path, replicas: spec.replicas }) : removed(given, path);
    case 3:
      return {
        write: { do: `PATCH ${path}/status${query()}`, type: MERGE, body: { status: { phase: "on", replicas: 1 } } },
        read: path,
      };
    default:
      return changed(given, { path, type, change: { spec } });
  }
}

function scalers(given: Surroundings): Attempt {
  const { random, namespace, id, metadata, query } = given;
  const version = pick(["v1", "v2"], random);
  const list = paths(namespace, id).scalers(version);
  const path = `${list}/${nameOf(given)}`;
  const type = { apiVersion: `autoscaling/${version}`, kind: "HorizontalPodAutoscaler" };
  if (chance(random, 0.3)) return { write: { do: `POST ${list}${query()}`, body: { metadata, spec: scalerSpec() } } };
  if (chance(random, 0.1)) return removed(given, path);
  const spec = { ...scalerSpec(), maxReplicas: 3 + random.int(5) };
  return changed(given, { path, type, change: { spec } });
}

function others(given: Surroundings): Attempt {
  const { random, namespace, id, metadata, labels, query } = given;
  const { core } = paths(namespace, id);
  switch (random.int(7)) {
    case 0:
      return { write: { do: `POST ${core}/secrets${query()}`, body: { metadata, stringData: { k: "v" } } } };
    case 1:
      return {
        write: {
          do: `POST ${core}/serviceaccounts/default/token${query()}`,
          body: { spec: { expirationSeconds: 3600 } },
        },
      };
    case 2:
      return changed(given, {
        path: `/api/v1/namespaces/${namespace}`,
        type: { apiVersion: "v1", kind: "Namespace" },
        change: {},
        put: {},
      });
    case 3:
      return {
        write: {
          do: `PATCH /api/v1/namespaces/${namespace}/status${query()}`,
          type: MERGE,
          body: { status: { conditions: [] } },
        },
      };
    case 4: {
      const body = {
        metadata: { ...labels, name: `o${random.int(90)}` },
        involvedObject: { namespace, kind: "Pod", name: "p" },
        reason: "R",
      };
      return { write: { do: `POST ${core}/events${query()}`, body } };
    }
    case 5:
      return {
        write: {
          do: `POST ${core}/configmaps${query()}`,
          body: { metadata },
          headers: {
            "impersonate-user": "eve",
            "impersonate-group": ["system:masters", "g"],
            "impersonate-extra-a": "b",
          },
        },
      };
    default:
      return {
        write: { do: `POST ${core}/bindings${query()}`, body: { metadata: { name: "known" }, target: { name: "n" } } },
        read: `${core}/pods/known`,
      };
  }
}
