import { seededRandom } from "../../../../src/base/index.ts";
import { createCertificateRequest, generateKey } from "../../../../src/pki/index.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";
import { makeNamespace } from "../update.ts";
import { chance, impersonating, type Scene, some, untilSeen } from "./scene.ts";

const ASKED = 20;
const REQUESTS_PER_SCRIPT = 32;

/** What kubelets try: objects of their pods and of others', their node and others, tokens, leases and devices. */
export function nodes({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `nodes ${index}`,
    group: "nodes",
    run: (ask, _own, id) => live({ ask, random: seededRandom(`${seed}/nodes/${index}`), id, namespace: `n-${id}` }),
  }));
}

async function live(scene: Scene): Promise<void> {
  const { ask, random, id, namespace } = scene;
  await makeNamespace(ask, namespace);
  const core = `/api/v1/namespaces/${namespace}`;
  const own = `own-${id}`;
  for (const name of [own, `not-${id}`])
    await ask({ do: "POST /api/v1/nodes", body: { metadata: { name, labels: { a: "b" } } } });
  for (const name of ["a", "b", "c"]) {
    await ask({ do: `POST ${core}/secrets`, body: { metadata: { name } } });
    await ask({ do: `POST ${core}/configmaps`, body: { metadata: { name } } });
  }
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  await ask({
    do: `POST ${core}/persistentvolumeclaims`,
    body: { metadata: { name: "a" }, spec: { ...claim, volumeName: `pv-${id}` } },
  });
  await ask({
    do: `POST /api/v1/persistentvolumes`,
    body: {
      metadata: { name: `pv-${id}` },
      spec: {
        ...{ capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], claimRef: { namespace, name: "a" } },
        csi: { driver: "d", volumeHandle: "h", nodePublishSecretRef: { namespace, name: "c" } },
      },
    },
  });
  await ask({ do: `POST ${core}/pods`, body: { metadata: { name: "p" }, spec: podSpec(random, own) } });
  await ask({ do: `POST ${core}/pods`, body: { metadata: { name: "q" }, spec: podSpec(random, `not-${id}`) } });
  const { body: node } = await ask({ do: `GET /api/v1/nodes/${own}` });
  const { body: pod } = await ask({ do: `GET ${core}/pods/p` });
  await untilSeen();
  const groups = chance(random, 0.95) ? ["system:nodes"] : ["system:nodes", "x"];
  for (let index = 0; index < ASKED; index++)
    await ask({ ...attempt(scene, { own, node, pod }), ...impersonating(`system:node:${own}`, groups) });
}

function podSpec(random: Scene["random"], nodeName: string) {
  const named = (kind: string) =>
    pick(["a", "b"], random).replace("", "") && { [kind]: { name: pick(["a", "b"], random) } };
  const volumes = [
    { name: "v1", secret: { secretName: pick(["a", "b"], random) } },
    { name: "v2", configMap: { name: pick(["a", "b"], random) } },
    { name: "v3", persistentVolumeClaim: { claimName: "a" } },
    {
      name: "v4",
      projected: {
        sources: [
          { serviceAccountToken: { path: "t", audience: "vault" } },
          { secret: { name: "b" } },
          { configMap: { name: "a" } },
        ],
      },
    },
    { name: "v5", csi: { driver: "d", nodePublishSecretRef: { name: "b" } } },
    {
      name: "v6",
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
      },
    },
  ];
  return {
    nodeName,
    containers: [
      {
        name: "c",
        image: "i",
        ...(chance(random, 0.4) && { envFrom: [named("secretRef")] }),
        ...(chance(random, 0.3) && { env: [{ name: "X", valueFrom: { configMapKeyRef: { name: "b", key: "k" } } }] }),
      },
    ],
    volumes: volumes.filter(() => chance(random, 0.4)),
    ...(chance(random, 0.3) && { imagePullSecrets: [{ name: "b" }] }),
  };
}

interface Seen {
  readonly own: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects as the server answered
  readonly node: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly pod: any;
}

function attempt(scene: Scene, seen: Seen): Request {
  const { random, namespace, id } = scene;
  const core = `/api/v1/namespaces/${namespace}`;
  const name = pick(["a", "b", "c", "none"], random);
  const node = pick([seen.own, seen.own, `not-${id}`, `new-${id}`], random);
  switch (random.int(14)) {
    case 0:
    case 1:
      return {
        do: `${pick(["GET", "GET", "GET", "DELETE", "PUT"], random)} ${core}/${pick(["secrets", "configmaps", "persistentvolumeclaims"], random)}/${name}`,
      };
    case 2:
      return { do: `GET ${pick(REFERRED, random).replace("NS", namespace).replace("NAME", name).replace("ID", id)}` };
    case 3:
      return nodeWrite(scene, seen, node);
    case 4:
      return {
        do: `PATCH /api/v1/nodes/${node}${pick(["", "/status"], random)}?dryRun=All`,
        type: "application/merge-patch+json",
        body: nodePatch(random),
      };
    case 5:
      return mirror(scene, seen);
    case 6:
    case 7:
      return podWrite(scene);
    case 8:
      return tokenOf(scene, seen);
    case 9:
      return leaseOf(scene, node);
    case 10:
      return sliceOf(scene, node);
    case 11:
      return claimStatus(scene);
    case 12:
      return signingOf(scene, node);
    default:
      return {
        do: `${pick(["GET", "POST", "DELETE"], random)} ${pick(OTHERS, random).replace("NS", namespace).replace("NODE", node)}`,
        body: { metadata: { name: "x" } },
      };
  }
}

const REFERRED = [
  ...[
    "/api/v1/persistentvolumes/pv-ID",
    "/api/v1/persistentvolumes",
    "/api/v1/namespaces/NS/secrets",
    "/api/v1/namespaces/NS/serviceaccounts/default",
  ],
  ...[
    "/api/v1/namespaces/NS/secrets?fieldSelector=metadata.name=NAME",
    "/api/v1/namespaces/NS/configmaps?fieldSelector=metadata.name=NAME",
  ],
  ...[
    "/api/v1/pods",
    "/api/v1/pods?fieldSelector=spec.nodeName=own-ID",
    "/api/v1/pods?fieldSelector=spec.nodeName=not-ID",
    "/api/v1/namespaces/NS/pods/p",
    "/api/v1/namespaces/NS/pods?fieldSelector=metadata.name=p",
    "/api/v1/namespaces/NS/pods?fieldSelector=metadata.name=q",
    "/api/v1/pods?fieldSelector=metadata.name=p",
  ],
  ...[
    "/api/v1/namespaces/NS/pods/q",
    "/api/v1/nodes",
    "/api/v1/nodes/not-ID",
    "/api/v1/nodes?fieldSelector=metadata.name=own-ID",
  ],
  ...["/api/v1/namespaces/NS/persistentvolumeclaims/p-v6", "/apis/storage.k8s.io/v1/volumeattachments/x"],
];
const OTHERS = [
  ...[
    "/api/v1/namespaces/NS/events",
    "/api/v1/namespaces",
    "/apis/storage.k8s.io/v1/csinodes",
    "/apis/storage.k8s.io/v1/csinodes/NODE",
  ],
  ...[
    "/apis/certificates.k8s.io/v1/certificatesigningrequests",
    "/apis/node.k8s.io/v1/runtimeclasses",
    "/api/v1/namespaces/NS/pods/p/log",
  ],
  ...[
    "/apis/resource.k8s.io/v1/resourceslices",
    "/apis/resource.k8s.io/v1/namespaces/NS/resourceclaims/a",
    "/apis/apps/v1/deployments",
    "/healthz",
  ],
];

const LABELS = [
  ...[
    "kubernetes.io/hostname",
    "node.kubernetes.io/instance-type",
    "node-restriction.kubernetes.io/x",
    "kubernetes.io/x",
    "acme.com/y",
  ],
  ...[
    "kubelet.kubernetes.io/x",
    "node-role.kubernetes.io/master",
    "topology.kubernetes.io/zone",
    "x.k8s.io/y",
    "beta.kubernetes.io/os",
  ],
];
const TAINT = { key: "k", effect: "NoSchedule" };

const labelsOf = (random: Scene["random"]) => Object.fromEntries(some(random, LABELS, 3).map((label) => [label, "x"]));

function nodePatch(random: Scene["random"]): unknown {
  return pick<unknown>(
    [
      { metadata: { labels: labelsOf(random) } },
      { metadata: { labels: labelsOf(random) } },
      { metadata: { annotations: { a: "b" } } },
      { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "x", uid: "y" }] } },
      { spec: { taints: [TAINT] } },
      { spec: { unschedulable: true } },
      { spec: { podCIDR: "10.0.0.0/24" } },
      { status: { capacity: { cpu: "4" }, conditions: [{ type: "Ready", status: "True" }] } },
    ],
    random,
  );
}

function nodeWrite({ random }: Scene, { node: known }: Seen, node: string): Request {
  const metadata = { name: node, ...(chance(random, 0.6) && { labels: labelsOf(random) }) };
  const spec = {
    ...(chance(random, 0.4) && { taints: [TAINT] }),
    ...(chance(random, 0.1) && { configSource: { configMap: {} } }),
  };
  if (chance(random, 0.5)) return { do: "POST /api/v1/nodes?dryRun=All", body: { metadata, spec } };
  if (chance(random, 0.3)) return { do: `DELETE /api/v1/nodes/${node}?dryRun=All` };
  const { managedFields: _, resourceVersion: __, ...kept } = known.metadata;
  return {
    do: `PUT /api/v1/nodes/${node}?dryRun=All`,
    body: { metadata: { ...kept, ...metadata }, spec: { ...known.spec, ...spec } },
  };
}

function mirror({ random, namespace }: Scene, { own, node }: Seen): Request {
  const owner = {
    ...{
      apiVersion: "v1",
      kind: "Node",
      name: chance(random, 0.9) ? own : "other",
      uid: chance(random, 0.9) ? node.metadata.uid : "x",
    },
    ...(chance(random, 0.85) && { controller: true }),
    ...(chance(random, 0.1) && { blockOwnerDeletion: true }),
  };
  const spec = {
    ...{ nodeName: chance(random, 0.85) ? own : "other", containers: [{ name: "c", image: "i" }] },
    ...(chance(random, 0.15) && { serviceAccountName: "default" }),
    ...(chance(random, 0.3) && {
      volumes: [
        pick(
          [
            { name: "v", secret: { secretName: "a" } },
            { name: "v", configMap: { name: "a" } },
            { name: "v", emptyDir: {} },
            { name: "v", persistentVolumeClaim: { claimName: "a" } },
            { name: "v", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } },
          ],
          random,
        ),
      ],
    }),
  };
  return {
    do: `POST /api/v1/namespaces/${namespace}/pods?dryRun=All`,
    body: {
      metadata: {
        name: "mirror",
        ...(chance(random, 0.85) && { annotations: { "kubernetes.io/config.mirror": "x" } }),
        ...(chance(random, 0.9) && {
          ownerReferences: chance(random, 0.1) ? [owner, { ...owner, uid: "z", controller: false }] : [owner],
        }),
      },
      spec,
    },
  };
}

function podWrite({ random, namespace }: Scene): Request {
  const pod = `/api/v1/namespaces/${namespace}/pods/${pick(["p", "q", "none"], random)}`;
  return pick<Request>(
    [
      { do: `DELETE ${pod}?dryRun=All` },
      {
        do: `PATCH ${pod}/status?dryRun=All`,
        type: "application/merge-patch+json",
        body: { status: { phase: "Running" } },
      },
      {
        do: `PATCH ${pod}/status?dryRun=All`,
        type: "application/merge-patch+json",
        body: { metadata: { labels: { a: "b" } }, status: { phase: "Running" } },
      },
      {
        do: `PATCH ${pod}?dryRun=All`,
        type: "application/merge-patch+json",
        body: { metadata: { labels: { a: "b" } } },
      },
      { do: `PATCH ${pod}/resize?dryRun=All`, type: "application/merge-patch+json", body: {} },
      {
        do: `POST ${pod.replace("none", "p")}/eviction?dryRun=All`,
        body: { metadata: { name: pod.replace("none", "p").split("/").at(-1) } },
      },
      { do: `POST ${pod}/binding?dryRun=All`, body: { metadata: { name: "p" }, target: { name: "x" } } },
    ],
    random,
  );
}

function tokenOf({ random, namespace }: Scene, { pod }: Seen): Request {
  const ref = {
    ...{ apiVersion: "v1", kind: pick(["Pod", "Pod", "Secret"], random), name: pick(["p", "p", "q", "none"], random) },
    ...(chance(random, 0.85) && { uid: chance(random, 0.85) ? pod?.metadata?.uid : "x" }),
  };
  return {
    do: `POST /api/v1/namespaces/${namespace}/serviceaccounts/default/token`,
    body: {
      spec: {
        ...(chance(random, 0.5) && { audiences: some(random, ["vault", "", "other"], 2) }),
        ...(chance(random, 0.9) && { boundObjectRef: ref }),
      },
    },
  };
}

function leaseOf({ random, namespace }: Scene, node: string): Request {
  const where = `/apis/coordination.k8s.io/v1/namespaces/${pick(["kube-node-lease", namespace], random)}/leases`;
  const body = { metadata: { name: node }, spec: { holderIdentity: node } };
  if (chance(random, 0.5)) return { do: `POST ${where}?dryRun=All`, body };
  return chance(random, 0.4)
    ? { do: `${pick(["GET", "DELETE"], random)} ${where}/${node}` }
    : { do: `PUT ${where}/${node}?dryRun=All`, body };
}

/** What a kubelet that has grown a volume tells of its claim, and what it doesn't. */
function claimStatus({ random, namespace }: Scene): Request {
  const claim = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/a`;
  const body = pick<object>(
    [
      { status: { capacity: { storage: "2Gi" } } },
      { status: { conditions: [{ type: "FileSystemResizePending", status: "True" }] } },
      {
        status: { allocatedResources: { storage: "2Gi" }, allocatedResourceStatuses: { storage: "NodeResizeFailed" } },
      },
      { status: { phase: "Lost" } },
      { status: { accessModes: ["ReadWriteMany"] } },
      { metadata: { labels: { a: "b" } } },
    ],
    random,
  );
  const where = chance(random, 0.9) ? `${claim}/status` : claim;
  return { do: `PATCH ${where}?dryRun=All`, type: "application/merge-patch+json", body };
}

const SIGNERS = [
  "kubernetes.io/kubelet-serving",
  "kubernetes.io/kube-apiserver-client-kubelet",
  "kubernetes.io/kube-apiserver-client",
];
const KEY = generateKey({ random: seededRandom("node keys") });

/** A request for a certificate of its own name, or of another. */
function signingOf({ random }: Scene, node: string): Request {
  const commonName = pick([`system:node:${node}`, `system:node:${node}`, "system:node:", "jane", ""], random);
  const pem = createCertificateRequest({ key: KEY, subject: { commonName, organizations: ["system:nodes"] } });
  const request = pick([pem, pem, pem, "", "x"], random);
  return {
    do: "POST /apis/certificates.k8s.io/v1/certificatesigningrequests?dryRun=All",
    body: {
      metadata: { name: "x" },
      spec: {
        request: Buffer.from(request).toString("base64"),
        signerName: pick(SIGNERS, random),
        usages: ["client auth"],
      },
    },
  };
}

function sliceOf({ random, id }: Scene, node: string): Request {
  const where = "/apis/resource.k8s.io/v1/resourceslices";
  const spec = {
    driver: "d.x",
    pool: { name: node, generation: 1, resourceSliceCount: 1 },
    ...(chance(random, 0.8) ? { nodeName: node } : { allNodes: true }),
  };
  return pick<Request>(
    [
      { do: `POST ${where}?dryRun=All`, body: { metadata: { name: `s-${id}` }, spec } },
      { do: `GET ${where}?fieldSelector=spec.nodeName=${node}` },
      { do: `DELETE ${where}?fieldSelector=spec.nodeName=${node}` },
      { do: `DELETE ${where}/s-${id}` },
      { do: `GET ${where}` },
    ],
    random,
  );
}
