import { type Random, seededRandom } from "../../../src/base/index.ts";
import type { Script } from "./compare.ts";
import { defineWidgets } from "./custom.ts";
import type { Ask } from "./exchange.ts";
import { pick } from "./mutate.ts";
import { makeNamespace } from "./update.ts";

type Json = Record<string, unknown>;

const STEPS = 12;
const APPLY = "application/apply-patch+yaml";
const MERGE = "application/merge-patch+json";
const STRATEGIC = "application/strategic-merge-patch+json";
const JSON_PATCH = "application/json-patch+json";

/** Several values for each place of an object: what an apply says is drawn from them. */
interface Sample {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** What must be there for the object to be valid. */
  readonly least: Json;
  readonly full: Json;
  readonly status?: Json;
}

const choose = (...values: readonly unknown[]) => ({ $choose: values });
const container = (name: string) => ({
  name,
  image: choose("a:1", "a:2", "b"),
  command: choose(["a"], ["b", "c"], []),
  env: [
    { name: "A", value: choose("1", "2", "") },
    { name: "B", value: "b" },
    { name: choose("A", "C"), valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  ],
  ports: [
    { containerPort: 80, name: choose("http", "web") },
    { containerPort: 80, protocol: "UDP" },
    { containerPort: choose(81, 80), protocol: "TCP", hostPort: 81 },
  ],
  resources: { limits: { cpu: choose("1", "1000m", 1, "2"), memory: "1Gi" }, requests: { cpu: "500m" } },
  volumeMounts: [
    { name: "data", mountPath: choose("/data", "/d") },
    { name: "data", mountPath: "/e" },
  ],
  securityContext: { runAsUser: choose(1, 2), capabilities: { add: ["A", "B"], drop: choose(["C"], []) } },
  livenessProbe: choose(
    { httpGet: { port: 80, path: "/a" } },
    { tcpSocket: { port: "http" } },
    { exec: { command: ["x"] } },
  ),
});
const podSpec = {
  containers: [container("one"), container("two")],
  initContainers: [container("init")],
  volumes: [
    { name: "data", emptyDir: choose({}, { medium: "Memory" }) },
    { name: choose("data", "more"), configMap: { name: "c", items: [{ key: "a", path: "b" }] } },
  ],
  tolerations: [
    { key: "a", operator: "Exists" },
    { key: "b", operator: "Equal", value: choose("x", "y") },
  ],
  nodeSelector: choose({ a: "b" }, { c: "d", a: "x" }),
  imagePullSecrets: [{ name: "a" }, { name: choose("b", "a") }],
  hostAliases: [{ ip: "1.2.3.4", hostnames: ["a", choose("b", "c")] }],
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "a",
      whenUnsatisfiable: choose("DoNotSchedule", "ScheduleAnyway"),
      labelSelector: { matchLabels: { a: "b" } },
    },
  ],
  affinity: {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: choose(1, 2), preference: { matchExpressions: [{ key: "a", operator: "Exists" }] } },
      ],
    },
  },
  terminationGracePeriodSeconds: choose(1, 30),
  serviceAccountName: choose("a", "b"),
  securityContext: { sysctls: [{ name: "kernel.a", value: "1" }], supplementalGroups: choose([1, 2], [2, 1]) },
};
const least = { spec: { containers: [{ name: "one", image: "a:1" }] } };
const conditions = [
  {
    type: "A",
    status: choose("True", "False"),
    reason: choose("R", "S"),
    message: "m",
    lastTransitionTime: "2020-01-01T00:00:00Z",
  },
  { type: choose("B", "A"), status: "Unknown", reason: "R", message: "", lastTransitionTime: "2020-01-01T00:00:00Z" },
];

const SAMPLES: readonly Sample[] = [
  {
    path: "/apis/apps/v1/namespaces/$NS/deployments",
    apiVersion: "apps/v1",
    kind: "Deployment",
    least: {
      spec: { selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, ...least } },
    },
    full: {
      spec: {
        replicas: choose(1, 2, 0, null),
        strategy: choose(
          { type: "Recreate" },
          { type: "RollingUpdate", rollingUpdate: { maxSurge: choose(1, "25%"), maxUnavailable: 0 } },
        ),
        paused: choose(true, false),
        minReadySeconds: choose(0, 5),
        template: { metadata: { labels: { c: choose("d", "e") }, annotations: { x: "y" } }, spec: podSpec },
      },
    },
    status: { replicas: choose(1, 2), readyReplicas: 1, observedGeneration: 1, conditions },
  },
  {
    path: "/api/v1/namespaces/$NS/services",
    apiVersion: "v1",
    kind: "Service",
    least: { spec: { ports: [{ port: 80, name: "http" }] } },
    full: {
      spec: {
        type: choose("ClusterIP", "NodePort"),
        selector: choose({ a: "b" }, { a: "c", d: "e" }),
        ports: [
          { port: 80, name: choose("http", "web"), targetPort: choose(80, "http", 8080) },
          { port: 80, protocol: "UDP", name: "dns" },
          { port: choose(81, 80), name: "more", protocol: "TCP", appProtocol: "x" },
        ],
        externalIPs: choose(["1.2.3.4"], ["1.2.3.4", "4.3.2.1"]),
        sessionAffinity: choose("None", "ClientIP"),
        externalTrafficPolicy: choose("Local", "Cluster"),
        publishNotReadyAddresses: true,
      },
    },
    status: { loadBalancer: { ingress: [{ ip: "1.2.3.4", ports: [{ port: 1, protocol: "TCP" }] }] }, conditions },
  },
  {
    path: "/api/v1/namespaces/$NS/configmaps",
    apiVersion: "v1",
    kind: "ConfigMap",
    least: {},
    full: {
      data: { a: choose("1", "2", ""), b: choose("x", null), "c.d": "e" },
      binaryData: { bin: choose("AAAA", "AQ==") },
      immutable: choose(false, false, true),
    },
  },
  {
    path: "/api/v1/namespaces/$NS/pods",
    apiVersion: "v1",
    kind: "Pod",
    least,
    full: { spec: podSpec },
    status: {
      phase: choose("Running", "Pending"),
      conditions,
      podIPs: [{ ip: "1.2.3.4" }],
      hostIP: "1.1.1.1",
      containerStatuses: [{ name: "one", ready: true, restartCount: choose(0, 1), image: "a", imageID: "b" }],
    },
  },
  {
    path: "/apis/networking.k8s.io/v1/namespaces/$NS/ingresses",
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    least: { spec: { defaultBackend: { service: { name: "a", port: { number: 80 } } } } },
    full: {
      spec: {
        ingressClassName: choose("a", "b"),
        tls: [{ hosts: ["a.b"], secretName: choose("s", "t") }],
        rules: [
          {
            host: choose("a.b", "c.d"),
            http: {
              paths: [
                {
                  path: "/",
                  pathType: choose("Prefix", "Exact"),
                  backend: { service: { name: "a", port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
    status: { loadBalancer: { ingress: [{ hostname: choose("a", "b") }] } },
  },
  {
    path: "/api/v1/namespaces/$NS/serviceaccounts",
    apiVersion: "v1",
    kind: "ServiceAccount",
    least: {},
    full: {
      secrets: [{ name: "a" }, { name: choose("b", "a") }],
      imagePullSecrets: [{ name: choose("a", "c") }, { name: "d" }],
      automountServiceAccountToken: choose(true, false),
    },
  },
  {
    path: "/apis/rbac.authorization.k8s.io/v1/namespaces/$NS/roles",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    least: {},
    full: { rules: choose([{ apiGroups: [""], resources: ["pods"], verbs: ["get", choose("list", "watch")] }], []) },
  },
  {
    path: "/apis/batch/v1/namespaces/$NS/cronjobs",
    apiVersion: "batch/v1",
    kind: "CronJob",
    least: {
      spec: {
        schedule: "* * * * *",
        jobTemplate: { spec: { template: { spec: { ...least.spec, restartPolicy: "Never" } } } },
      },
    },
    full: {
      spec: {
        suspend: choose(true, false),
        concurrencyPolicy: choose("Allow", "Forbid"),
        jobTemplate: {
          metadata: { labels: { a: choose("b", "c") } },
          spec: { parallelism: choose(1, 2), template: { spec: { containers: [container("one"), container("two")] } } },
        },
      },
    },
    status: {
      active: [{ kind: "Job", name: choose("a", "b"), namespace: "n" }],
      lastScheduleTime: "2020-01-01T00:00:00Z",
    },
  },
];

const element = (name: unknown) => ({
  name,
  value: choose("1", "2", "3"),
  inner: choose({ a: "1" }, { a: choose("1", "2"), b: "3" }),
});
const WIDGET = {
  least: {},
  full: {
    spec: {
      set: choose(["a", "b"], ["b", "a"], ["c"], ["a", "a"], []),
      numbers: choose([1, 2], [2, 3], [1.0]),
      plain: choose([{ name: "a", value: "1" }], [{ name: "b" }]),
      atomic: choose([{ name: "a", value: "1" }], [{ name: "b" }], [], null),
      byName: [element("a"), element(choose("b", "a")), element("c")],
      byTwo: [
        { port: 80, value: choose("1", "2"), tags: choose(["x"], ["x", "y"]) },
        { port: 80, protocol: choose("UDP", "TCP"), value: choose("1", "2") },
        { port: choose(81, 80), protocol: "TCP" },
      ],
      whole: choose({ a: "1" }, { a: "2", b: "1" }, {}, null),
      granular: choose({ a: "1" }, { b: choose("2", "3") }, { c: "x" }, {}),
      named: choose({ x: "1" }, { x: choose("2", "3"), y: "1" }),
      namedObjects: { x: choose({ a: "1" }, { b: 1 }), y: choose({ a: "2" }, {}, null) },
      free: choose({ a: { b: 1 } }, { a: { c: [1, 2] } }, { a: choose(1, "x") }),
      either: choose(1, "25%", "1"),
      replicas: choose(1, 2, -1),
      maybe: choose("x", null),
      on: choose(true, false),
      rate: choose(1, 1.5, 1.0),
    },
  },
  status: {
    replicas: choose(1, 2),
    selector: choose("a=b", "c"),
    note: choose("n", "m"),
    conditions: [element("a"), element(choose("b", "a"))],
  },
};

/** Applies, updates and patches of several managers to one object, with what they come to manage. */
export function applies({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  const random = seededRandom(`${seed}/applies`);
  return Array.from({ length: Math.ceil(count / STEPS) }, (_, index) => {
    const sample = random.float() < 0.25 ? undefined : pick(SAMPLES, random);
    return {
      title: `apply ${index} of ${sample?.kind ?? "Widget"}`,
      group: sample ? "apply" : "apply custom",
      run: async (ask, own, id) => {
        const namespace = `n-${id}`;
        await makeNamespace(ask, namespace);
        await chain({ ask, random: own, id, sample: sample ?? (await widget(ask, id)), namespace });
      },
    };
  });
}

async function widget(ask: Ask, id: string): Promise<Sample> {
  const { base, apiVersion, kind, plural } = await defineWidgets(ask, id);
  return { path: `${base}/namespaces/$NS/${plural}`, apiVersion, kind, ...WIDGET };
}

interface Chain {
  readonly ask: Ask;
  readonly random: Random;
  readonly id: string;
  readonly namespace: string;
  readonly sample: Sample;
}

async function chain(chain: Chain): Promise<void> {
  const { ask, random, sample, namespace } = chain;
  const path = sample.path.replace("$NS", namespace);
  const own = `${path}/x`;
  if (random.float() < 0.5) {
    const body = { ...head(chain), ...(drawn(sample.least, random) as Json) };
    const query = pick(["", "?fieldManager=one", "?fieldManager=kubectl-client-side-apply"], random);
    await ask({
      do: `POST ${path}${query}`,
      body: merged(body, random.float() < 0.6 ? (part(sample.full, random) as Json) : {}),
    });
  }
  for (let step = 0; step < STEPS; step++) await pick(MOVES, random)(chain, own);
  await ask({ do: `GET ${own}` });
  await ask({ do: `DELETE ${own}?gracePeriodSeconds=0` });
}

type Move = (chain: Chain, own: string) => Promise<unknown>;

const MOVES: readonly Move[] = [
  apply,
  apply,
  apply,
  apply,
  apply,
  applyStatus,
  update,
  patched,
  patched,
  manage,
  scaled,
];

const head = ({ sample: { apiVersion, kind } }: Chain) => ({ apiVersion, kind, metadata: { name: "x" } });

/** The original stores what is empty in the metadata of custom kinds as it is, until something else is written. */
function meta(random: Random): Json {
  const all = part(
    {
      labels: { a: choose("b", "c"), d: "e", x: "1" },
      annotations: { a: choose("1", "2"), b: "c" },
      finalizers: choose(["a.b/c"], ["a.b/c", "d.e/f"], ["d.e/f", "a.b/c"], []),
      ownerReferences: [
        { apiVersion: "v1", kind: "A", name: "a", uid: choose("u1", "u2"), controller: choose(true, false) },
        { apiVersion: "v1", kind: "B", name: "b", uid: "u2" },
      ],
    },
    random,
    0.3,
  ) as Json;
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Object.keys(value as object).length > 0));
}

async function apply(chain: Chain, own: string): Promise<void> {
  const { ask, random, sample } = chain;
  const draw = random.float();
  const config = merged(
    merged(head(chain) as Json, { metadata: random.float() < 0.4 ? meta(random) : {} }),
    merged(
      drawn(sample.least, random) as Json,
      draw < 0.2 ? {} : (part(sample.full, random, draw < 0.6 ? 0.35 : 0.7) as Json),
    ),
  );
  const query = new URLSearchParams({ fieldManager: pick(["one", "one", "two", "three"], random) });
  if (random.float() < 0.4) query.set("force", pick(["true", "true", "false", "1"], random));
  if (random.float() < 0.1) query.set("dryRun", "All");
  if (random.float() < 0.1) query.set("fieldValidation", pick(["Strict", "Warn", "Ignore"], random));
  await ask({ do: `PATCH ${own}?${query}`, type: APPLY, body: oddly(config, random) });
}

/** Now and then what an apply says of itself is wrong. */
function oddly(config: Json, random: Random): Json {
  if (random.float() < 0.92) return config;
  const metadata = config.metadata as Json;
  return pick<() => Json>(
    [
      () => ({ ...config, metadata: { ...metadata, name: "y" } }),
      () => ({ ...config, metadata: { ...metadata, namespace: "nope" } }),
      () => ({ ...config, metadata: { ...metadata, uid: "x" } }),
      () => ({ ...config, metadata: { ...metadata, resourceVersion: "1" } }),
      () => ({ ...config, metadata: { ...metadata, managedFields: [] } }),
      () => ({ ...config, metadata: { ...metadata, creationTimestamp: null, generation: 7 } }),
      () => ({ ...config, apiVersion: "nope/v1" }),
      () => ({ ...config, kind: "Nope" }),
      () => ({ ...config, status: { note: "x" }, nope: 1 }),
    ],
    random,
  )();
}

async function applyStatus(chain: Chain, own: string): Promise<void> {
  const { ask, random, sample } = chain;
  const config = {
    ...head(chain),
    ...(sample.status && { status: part(sample.status, random, 0.6) }),
    ...(random.float() < 0.2 && { spec: part(sample.full.spec ?? {}, random, 0.2) }),
  };
  const query = new URLSearchParams({ fieldManager: pick(["one", "controller"], random) });
  if (random.float() < 0.4) query.set("force", "true");
  await ask({ do: `PATCH ${own}/status?${query}`, type: APPLY, body: config });
}

async function update({ ask, random, sample }: Chain, own: string): Promise<void> {
  const { body, status } = await ask({ do: `GET ${own}` });
  if (status !== 200) return;
  const isStatus = random.float() < 0.25;
  const changes = isStatus ? { status: part(sample.status ?? {}, random) } : (part(sample.full, random, 0.3) as Json);
  const changed = merged(body as Json, changes as Json);
  if (random.float() < 0.3) delete (changed.metadata as Json).managedFields;
  if (random.float() < 0.5) delete (changed.metadata as Json).resourceVersion;
  const manager = pick(["one", "two", "update"], random);
  await ask({ do: `PUT ${own}${isStatus ? "/status" : ""}?fieldManager=${manager}`, body: changed });
}

async function patched({ ask, random, sample }: Chain, own: string): Promise<void> {
  const isStatus = random.float() < 0.2;
  const body = isStatus
    ? { status: part(sample.status ?? {}, random) }
    : merged({ metadata: meta(random) }, part(sample.full, random, 0.3) as Json);
  const manager = pick(["one", "two", "patch", "kubectl-client-side-apply"], random);
  const type = random.float() < 0.5 ? MERGE : STRATEGIC;
  await ask({ do: `PATCH ${own}${isStatus ? "/status" : ""}?fieldManager=${manager}`, type, body });
}

async function scaled({ ask, random }: Chain, own: string): Promise<void> {
  const body =
    random.float() < 0.5
      ? { spec: { replicas: pick([0, 1, 3, -1, null], random) } }
      : {
          apiVersion: "autoscaling/v1",
          kind: "Scale",
          metadata: { name: "x" },
          spec: { replicas: pick([1, 2, 3], random) },
        };
  const isApply = "kind" in body;
  const query = isApply ? `fieldManager=scaler${random.float() < 0.5 ? "&force=true" : ""}` : "fieldManager=one";
  await ask({ do: `PATCH ${own}/scale?${query}`, type: isApply ? APPLY : MERGE, body });
}

const ENTRY = {
  manager: "m",
  operation: "Update",
  apiVersion: "v1",
  time: "2020-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:metadata": { "f:labels": { "f:a": {} } } },
};

/** Changes of who manages what. */
async function manage({ ask, random, sample }: Chain, own: string): Promise<void> {
  const entry = pick<Json>(
    [
      { ...ENTRY, apiVersion: sample.apiVersion },
      { ...ENTRY, apiVersion: sample.apiVersion, operation: "Apply", manager: pick(["one", "two"], random) },
      { ...ENTRY, apiVersion: "nope/v1" },
      { ...ENTRY, operation: "Nope" },
      { ...ENTRY, fieldsType: "Nope" },
      { ...ENTRY, fieldsV1: { x: {} } },
      { ...ENTRY, fieldsV1: { "k:{": {} } },
      { ...ENTRY, manager: "x".repeat(129) },
      { ...ENTRY, apiVersion: sample.apiVersion, subresource: pick(["status", "nope"], random) },
      {},
    ],
    random,
  );
  const value = pick([[], [{}], [entry], [entry], [entry, entry], null], random);
  const body = random.float() < 0.6 ? { metadata: { managedFields: value } } : undefined;
  const operations = pick<unknown[]>(
    [
      [{ op: "replace", path: "/metadata/managedFields", value }],
      [{ op: "remove", path: "/metadata/managedFields" }],
      [{ op: "add", path: "/metadata/managedFields/-", value: entry }],
      [{ op: "replace", path: "/metadata/managedFields", value: [{ ...entry, manager: "renamed" }] }],
    ],
    random,
  );
  await ask({ do: `PATCH ${own}?fieldManager=admin`, type: body ? MERGE : JSON_PATCH, body: body ?? operations });
}

/** A value with one of each choice. */
function drawn(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) return value.map((one) => drawn(one, random));
  if (typeof value !== "object" || value === null) return value;
  if ("$choose" in value) return drawn(pick(value.$choose as unknown[], random), random);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, drawn(one, random)]));
}

const KEYS = new Set([
  "name",
  "port",
  "containerPort",
  "type",
  "key",
  "operator",
  "topologyKey",
  "ip",
  "uid",
  "apiVersion",
  "kind",
  "mountPath",
  "maxSkew",
  "whenUnsatisfiable",
]);

/** A part of a value: fields and elements stay with some probability, keys of elements nearly always. */
function part(value: unknown, random: Random, likelihood = 0.5): unknown {
  if (Array.isArray(value)) {
    const some = value
      .filter(() => random.float() < Math.max(likelihood, 0.5))
      .map((one) => part(one, random, likelihood));
    return random.float() < 0.15 ? some.reverse() : some;
  }
  if (typeof value !== "object" || value === null) return value;
  if ("$choose" in value) return part(pick(value.$choose as unknown[], random), random, Math.max(likelihood, 0.8));
  const kept = Object.entries(value).filter(([key]) => random.float() < (KEYS.has(key) ? 0.98 : likelihood));
  return Object.fromEntries(kept.map(([key, one]) => [key, part(one, random, likelihood)]));
}

/** Maps are put together, and lists by the names of their elements; of anything else the second counts. */
function merged(one: Json, other: Json): Json {
  const result: Json = { ...one };
  for (const [key, value] of Object.entries(other)) result[key] = key in one ? joined(one[key], value) : value;
  return result;
}

function joined(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) {
    const named = (element: unknown) => (element as { name?: unknown } | null)?.name;
    const rest = other.filter(
      (element) => named(element) === undefined || !one.some((each) => named(each) === named(element)),
    );
    const both = one.map((element) => {
      const match = named(element) === undefined ? undefined : other.find((each) => named(each) === named(element));
      return match ? merged(element as Json, match as Json) : element;
    });
    return [...both, ...rest];
  }
  const isBoth = [one, other].every((each) => typeof each === "object" && each !== null && !Array.isArray(each));
  return isBoth ? merged(one as Json, other as Json) : other;
}
