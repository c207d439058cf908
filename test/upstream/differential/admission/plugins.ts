import { type Random, seededRandom } from "../../../../src/base/index.ts";
import { chance, type Scene, some, untilSeen } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";

type Json = Record<string, unknown>;

const ASKED = 18;
const REQUESTS_PER_SCRIPT = 34;
const MERGE = "application/merge-patch+json";

/** What plugins that are on by default fill in and refuse: classes, accounts, tolerations, namespaces that go. */
export function plugins({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `plugins ${index}`,
    // Classes that are the default bear on everything else: one script at a time.
    group: `plugins ${index}`,
    run: (ask, _own, id) => live({ ask, random: seededRandom(`${seed}/plugins/${index}`), id, namespace: `n-${id}` }),
  }));
}

async function live(scene: Scene): Promise<void> {
  const { ask, random, namespace, id } = scene;
  await makeNamespace(ask, namespace);
  const made: string[] = [];
  for (const [list, body] of classes(random, id)) {
    const { status } = await ask({ do: `POST ${list}`, body });
    if (status === 201) made.push(`${list}/${(body.metadata as Json).name}`);
  }
  for (const account of accounts(random))
    await ask({ do: `POST /api/v1/namespaces/${namespace}/serviceaccounts`, body: account });
  await ask({ do: "POST /api/v1/nodes", body: { metadata: { name: `node-${id}`, labels: zoned(random) } } });
  await untilSeen();
  for (let index = 0; index < ASKED; index++) await ask(attempt(scene, index));
  await ask({ do: `DELETE /api/v1/namespaces/${namespace}` });
  await ask({ do: `POST /api/v1/namespaces/${namespace}/configmaps`, body: { metadata: { name: "late" } } });
  await ask({
    do: `PATCH /api/v1/namespaces/${namespace}/serviceaccounts/default`,
    type: MERGE,
    body: { metadata: { labels: { a: "b" } } },
  });
  for (const path of made) await ask({ do: `DELETE ${path}` });
  await ask({ do: `DELETE /api/v1/nodes/node-${id}` });
  await untilSeen();
}

const zoned = (random: Random) => ({
  ...(chance(random, 0.7) && { "topology.kubernetes.io/zone": "z" }),
  ...(chance(random, 0.5) && { "topology.kubernetes.io/region": "r" }),
  "kubernetes.io/hostname": "h",
});

/** Classes of each kind, some of them the default. */
function classes(random: Random, id: string): (readonly [string, Json])[] {
  const marked = (key: string) =>
    chance(random, 0.5) ? { annotations: { [key]: pick(["true", "true", "false"], random) } } : {};
  const storage = ["s-a", "s-b"].map((name): readonly [string, Json] => [
    "/apis/storage.k8s.io/v1/storageclasses",
    {
      metadata: {
        name: `${name}-${id}`,
        ...marked(
          pick(
            ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"],
            random,
          ),
        ),
      },
      provisioner: "p",
      ...(chance(random, 0.5) && { allowVolumeExpansion: true }),
    },
  ]);
  const ingress = ["i-a", "i-b"].map((name): readonly [string, Json] => [
    "/apis/networking.k8s.io/v1/ingressclasses",
    {
      metadata: { name: `${name}-${id}`, ...marked("ingressclass.kubernetes.io/is-default-class") },
      spec: { controller: "a.b/c" },
    },
  ]);
  const priority = ["p-a", "p-b"].map((name): readonly [string, Json] => [
    "/apis/scheduling.k8s.io/v1/priorityclasses",
    {
      metadata: { name: `${name}-${id}` },
      value: pick([5, 1000, -3, 0], random),
      // The original takes some time to see one, and has the next one too.
      ...(name === "p-a" && chance(random, 0.5) && { globalDefault: true }),
      ...(chance(random, 0.4) && { preemptionPolicy: "Never" }),
    },
  ]);
  const runtime = ["r-a", "r-b"].map((name): readonly [string, Json] => [
    "/apis/node.k8s.io/v1/runtimeclasses",
    {
      metadata: { name: `${name}-${id}` },
      handler: "h",
      ...(chance(random, 0.6) && {
        overhead: { podFixed: pick<Json>([{ cpu: "100m" }, { cpu: "0.1", memory: "1Gi" }, {}], random) },
      }),
      ...(chance(random, 0.6) && {
        scheduling: {
          ...(chance(random, 0.7) && { nodeSelector: pick<Json>([{ a: "b" }, { a: "c", d: "e" }], random) }),
          ...(chance(random, 0.6) && { tolerations: tolerations(random) }),
        },
      }),
    },
  ]);
  return [...storage, ...ingress, ...priority, ...runtime];
}

function accounts(random: Random): Json[] {
  const enforcing = {
    annotations: { "kubernetes.io/enforce-mountable-secrets": pick(["true", "false", "x"], random) },
  };
  return ["x", "y"].map((name) => ({
    metadata: { name, ...(chance(random, 0.4) && enforcing) },
    ...(chance(random, 0.4) && { automountServiceAccountToken: pick([true, false], random) }),
    ...(chance(random, 0.4) && { imagePullSecrets: [{ name: "pull" }] }),
    ...(chance(random, 0.4) && { secrets: [{ name: "known" }] }),
  }));
}

function tolerations(random: Random): Json[] {
  return some<Json>(
    random,
    [
      { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 10 },
      { key: "node.kubernetes.io/unreachable", operator: "Exists" },
      { operator: "Exists" },
      { operator: "Exists", effect: "NoSchedule" },
      { key: "k", operator: "Equal", value: "v", effect: "NoSchedule" },
      { key: "k", value: "v" },
      { key: "node.kubernetes.io/memory-pressure", operator: "Exists", effect: "NoSchedule" },
    ],
    3,
  );
}

/** Of what a request is, and whether it counts. */
interface Named {
  readonly name: string;
  readonly known: string;
  readonly dry: string;
}

function attempt(scene: Scene, index: number): Request {
  const { random } = scene;
  const names = {
    name: `o${index}`,
    known: `o${random.int(index + 1)}`,
    dry: chance(random, 0.4) ? "?dryRun=All" : "",
  };
  return pick([...ofPods(scene, names), ...ofVolumes(scene, names), ...ofOthers(scene, names)], random)();
}

/** Pods that are made, changed and bound. */
function ofPods(scene: Scene, { name, known, dry }: Named): (() => Request)[] {
  const { random, namespace, id } = scene;
  const core = `/api/v1/namespaces/${namespace}`;
  return [
    () => ({ do: `POST ${core}/pods${dry}`, body: pod(scene, name) }),
    () => ({ do: `POST ${core}/pods${dry}`, body: pod(scene, name) }),
    () => ({ do: `POST ${core}/pods${dry}`, body: pod(scene, name) }),
    () => ({ do: `POST ${core}/pods${dry}`, body: pod(scene, name) }),
    () => ({ do: `PATCH ${core}/pods/${known}${dry}`, type: MERGE, body: { metadata: { labels: { a: "b" } } } }),
    () => ({
      do: `PATCH ${core}/pods/${known}${dry}`,
      type: MERGE,
      body: { spec: { tolerations: tolerations(random) } },
    }),
    () => ({
      do: `POST ${core}/pods/${known}/binding${dry}`,
      body: {
        metadata: {
          name: known,
          ...(chance(random, 0.3) && { labels: { "topology.kubernetes.io/zone": "own", x: "y" } }),
        },
        target: { kind: "Node", name: `node-${id}` },
      },
    }),
  ];
}

/** Claims and volumes. */
function ofVolumes(scene: Scene, { name, known, dry }: Named): (() => Request)[] {
  const { random, namespace, id } = scene;
  const core = `/api/v1/namespaces/${namespace}`;
  return [
    () => ({ do: `POST ${core}/persistentvolumeclaims${dry}`, body: claim(scene, name) }),
    () => ({ do: `POST ${core}/persistentvolumeclaims${dry}`, body: claim(scene, name) }),
    () => ({
      do: `PATCH ${core}/persistentvolumeclaims/${known}${dry}`,
      type: MERGE,
      body: { spec: { resources: { requests: { storage: "9Gi" } } } },
    }),
    () => ({
      do: `PATCH ${core}/persistentvolumeclaims/${known}/status`,
      type: MERGE,
      body: { status: { phase: "Bound", capacity: { storage: "1Gi" } } },
    }),
    () => ({
      do: "POST /api/v1/persistentvolumes?dryRun=All",
      body: {
        metadata: { name: `pv-${id}`, ...(chance(random, 0.3) && { finalizers: ["kubernetes.io/pv-protection"] }) },
        spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/x" } },
      },
    }),
  ];
}

/** Ingresses, nodes, namespaces and classes. */
function ofOthers(scene: Scene, { name, dry }: Named): (() => Request)[] {
  const { random, namespace, id } = scene;
  const core = `/api/v1/namespaces/${namespace}`;
  return [
    () => ({
      do: `POST /apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses${dry}`,
      body: ingress(scene, name),
    }),
    () => ({
      do: "POST /api/v1/nodes?dryRun=All",
      body: {
        metadata: { name: `new-${id}` },
        spec: {
          taints: some(
            random,
            [
              { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
              { key: "a", effect: "NoExecute" },
            ],
            2,
          ),
        },
      },
    }),
    () => ({
      do: `DELETE /api/v1/namespaces/${pick(["default", "kube-system", "kube-public", "kube-node-lease"], random)}?dryRun=All`,
    }),
    () => ({ do: `POST /api/v1/namespaces/none-${id}/configmaps`, body: { metadata: { name } } }),
    () => ({
      do: `POST ${core}/configmaps?dryRun=All`,
      body: {
        metadata: {
          name,
          ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "x", uid: "u", blockOwnerDeletion: true }],
        },
      },
    }),
    () => ({
      do: `POST /apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All`,
      body: {
        metadata: { name },
        spec: {
          selector: { matchLabels: { a: "b" } },
          template: { metadata: { labels: { a: "b" } }, spec: (pod(scene, name) as { spec: Json }).spec },
        },
      },
    }),
    () => ({
      do: `POST /apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All`,
      body: { metadata: { name: `new-${id}` }, value: 7, globalDefault: true },
    }),
    () => ({
      do: `PATCH /apis/scheduling.k8s.io/v1/priorityclasses/p-a-${id}?dryRun=All`,
      type: MERGE,
      body: { globalDefault: pick([true, false], random), description: "x" },
    }),
  ];
}

function pod({ random, id }: Scene, name: string): Json {
  const secret = () => pick(["known", "other"], random);
  const container = (one: string) => ({
    name: one,
    image: "i",
    ...(chance(random, 0.15) && { env: [{ name: "E", valueFrom: { secretKeyRef: { name: secret(), key: "k" } } }] }),
    ...(chance(random, 0.1) && { envFrom: [{ secretRef: { name: secret() } }] }),
    ...(chance(random, 0.1) && {
      volumeMounts: [{ name: "v", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }],
    }),
    ...(chance(random, 0.2) && { resources: { requests: { cpu: "100m" } } }),
  });
  const initContainers = chance(random, 0.2) ? [container("i")] : [];
  const containers = [container("c"), ...(chance(random, 0.3) ? [container("d")] : [])];
  const usesVolume = JSON.stringify([initContainers, containers]).includes('"volumeMounts"');
  return {
    metadata: { name, ...(chance(random, 0.08) && { annotations: { "kubernetes.io/config.mirror": "x" } }) },
    spec: {
      containers,
      ...(initContainers.length > 0 && { initContainers }),
      ...((usesVolume || chance(random, 0.15)) && { volumes: [{ name: "v", secret: { secretName: secret() } }] }),
      ...(chance(random, 0.5) && { serviceAccountName: pick(["x", "y", "default", "none", ""], random) }),
      ...(chance(random, 0.1) && { serviceAccount: pick(["x", "default"], random) }),
      ...(chance(random, 0.2) && { automountServiceAccountToken: pick([true, false], random) }),
      ...(chance(random, 0.15) && { imagePullSecrets: [{ name: pick(["pull", "own"], random) }] }),
      ...(chance(random, 0.3) && {
        priorityClassName: pick([`p-a-${id}`, `p-b-${id}`, "system-node-critical", "none"], random),
      }),
      ...(chance(random, 0.1) && { priority: pick([0, 5, 1000, 2_000_001_000], random) }),
      ...(chance(random, 0.1) && { preemptionPolicy: pick(["Never", "PreemptLowerPriority", "X"], random) }),
      ...(chance(random, 0.4) && { runtimeClassName: pick([`r-a-${id}`, `r-b-${id}`, "none"], random) }),
      ...(chance(random, 0.1) && { overhead: pick<Json>([{ cpu: "100m" }, { cpu: "1" }], random) }),
      ...(chance(random, 0.2) && { nodeSelector: pick<Json>([{ a: "b" }, { a: "x" }], random) }),
      ...(chance(random, 0.4) && { tolerations: tolerations(random) }),
      ...(chance(random, 0.08) && { nodeName: `node-${id}` }),
      ...(chance(random, 0.05) && { schedulingGates: [{ name: "a.b/c" }] }),
    },
  };
}

function claim({ random, id }: Scene, name: string): Json {
  return {
    metadata: {
      name,
      ...(chance(random, 0.15) && {
        annotations: { "volume.beta.kubernetes.io/storage-class": pick([`s-a-${id}`, ""], random) },
      }),
      ...(chance(random, 0.1) && { finalizers: ["kubernetes.io/pvc-protection"] }),
    },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      ...(chance(random, 0.4) && { storageClassName: pick([`s-a-${id}`, `s-b-${id}`, ""], random) }),
    },
  };
}

function ingress({ random, id }: Scene, name: string): Json {
  return {
    metadata: { name, ...(chance(random, 0.2) && { annotations: { "kubernetes.io/ingress.class": "x" } }) },
    spec: {
      ...(chance(random, 0.3) && { ingressClassName: pick([`i-a-${id}`, "none"], random) }),
      defaultBackend: { service: { name: "s", port: { number: 80 } } },
    },
  };
}
