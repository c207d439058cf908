import { type Random, seededRandom } from "../../../../src/base/index.ts";
import { chance, grant, type Scene, some, untilSeen } from "../access/scene.ts";
import type { Script } from "../compare.ts";
import type { Request } from "../exchange.ts";
import { pick } from "../mutate.ts";

type Json = Record<string, unknown>;

const ASKED = 24;
const REQUESTS_PER_SCRIPT = 36;
const MERGE = "application/merge-patch+json";
const SELECTOR = "scheduler.alpha.kubernetes.io/node-selector";
const DEFAULT_TOLERATIONS = "scheduler.alpha.kubernetes.io/defaultTolerations";
const ALLOWED_TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerationsWhitelist";

/** The plugins that are looked at, none of which is on by default. */
export const OPTIONAL = [
  "AlwaysPullImages",
  "DenyServiceExternalIPs",
  "EventRateLimit",
  "ExtendedResourceToleration",
  "LimitPodHardAntiAffinityTopology",
  "NamespaceAutoProvision",
  "NamespaceExists",
  "OwnerReferencesPermissionEnforcement",
  "PodNodeSelector",
  "PodTolerationRestriction",
];

const EXEMPT = "exempt";

/** An AdmissionConfiguration for these plugins and some that are on by default. */
export function configuration(): unknown {
  const plugin = (name: string, value: unknown) => ({ name, configuration: value });
  return {
    apiVersion: "apiserver.config.k8s.io/v1",
    kind: "AdmissionConfiguration",
    plugins: [
      plugin("EventRateLimit", {
        apiVersion: "eventratelimit.admission.k8s.io/v1alpha1",
        kind: "Configuration",
        limits: [
          { type: "Namespace", qps: 1, burst: 500, cacheSize: 1000 },
          { type: "User", qps: 1, burst: 5000 },
          // No limit is reached: when that is depends on how fast a machine is.
          { type: "SourceAndObject", qps: 1, burst: 5000 },
        ],
      }),
      plugin("PodNodeSelector", {
        podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: "pool=all", "allowed-0": "pool=all,zone=a" },
      }),
      plugin("PodTolerationRestriction", {
        apiVersion: "podtolerationrestriction.admission.k8s.io/v1alpha1",
        kind: "Configuration",
        default: [{ key: "by-default", operator: "Exists", effect: "NoSchedule" }],
        whitelist: [
          { key: "by-default", operator: "Exists" },
          { key: "k", operator: "Equal", value: "v" },
          { key: "k", operator: "Exists", effect: "NoExecute", tolerationSeconds: 60 },
          { key: "a.b/gpu", operator: "Exists" },
          { key: "node.kubernetes.io/memory-pressure", operator: "Exists" },
          { key: "node.kubernetes.io/not-ready", operator: "Exists" },
          { key: "node.kubernetes.io/unreachable", operator: "Exists" },
        ],
      }),
      plugin("PodSecurity", {
        apiVersion: "pod-security.admission.config.k8s.io/v1",
        kind: "PodSecurityConfiguration",
        defaults: { warn: "restricted", "warn-version": "v1.30", audit: "baseline" },
        exemptions: { usernames: ["bob"], namespaces: [EXEMPT], runtimeClasses: ["free"] },
      }),
      plugin("ResourceQuota", {
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "ResourceQuotaConfiguration",
        limitedResources: [
          { resource: "persistentvolumeclaims", matchContains: [".storageclass.storage.k8s.io/requests.storage"] },
          { resource: "services", matchContains: ["services.loadbalancers"] },
          {
            resource: "pods",
            matchScopes: [{ scopeName: "PriorityClass", operator: "In", values: ["system-node-critical"] }],
          },
        ],
      }),
    ],
  };
}

/** Writes that those plugins look at. */
export function optional({ seed, count }: { readonly seed: number; readonly count: number }): Script[] {
  return Array.from({ length: Math.ceil(count / REQUESTS_PER_SCRIPT) }, (_, index) => ({
    title: `optional ${index}`,
    group: `optional ${index}`,
    run: (ask, _own, id) =>
      live({
        ask,
        random: seededRandom(`${seed}/optional/${index}`),
        id,
        namespace: index % 4 === 0 ? `allowed-${index}` : `n-${id}`,
      }),
  }));
}

async function live(scene: Scene): Promise<void> {
  const { ask, random, namespace, id } = scene;
  await ask({ do: "POST /api/v1/namespaces", body: { metadata: { name: namespace, ...annotations(random) } } });
  for (const name of ["default", "other"])
    await ask({ do: `POST /api/v1/namespaces/${namespace}/serviceaccounts`, body: { metadata: { name } } });
  await ask({
    do: "POST /apis/node.k8s.io/v1/runtimeclasses",
    body: { metadata: { name: "free" }, handler: "h" },
  });
  if (chance(random, 0.4))
    await ask({ do: `POST /api/v1/namespaces/${namespace}/resourcequotas`, body: quota(random) });
  await grant(scene, "owner", "alice", [
    { apiGroups: ["", "apps"], resources: ["*"], verbs: ["create", "get", "update", "patch"] },
    ...some(random, [
      { apiGroups: [""], resources: ["configmaps"], verbs: ["delete"] },
      { apiGroups: [""], resources: ["configmaps"], verbs: ["delete"], resourceNames: ["o1", "o3"] },
      { apiGroups: ["apps"], resources: ["deployments/finalizers"], verbs: ["update"] },
      { apiGroups: [""], resources: ["nodes/finalizers", "pods/finalizers"], verbs: ["*"] },
    ]),
  ]);
  await untilSeen();
  for (let index = 0; index < ASKED; index++) await ask(attempt(scene, index));
  await ask({ do: `DELETE /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/owner-${id}` });
  await untilSeen();
}

function annotations(random: Random): Json {
  const given = {
    ...(chance(random, 0.5) && {
      [SELECTOR]: pick(["pool=all", " pool = own ,zone=a", "", "a in (b)", "a=b=c", "-a=b", "a=b_"], random),
    }),
    ...(chance(random, 0.4) && {
      [DEFAULT_TOLERATIONS]: pick(
        ['[{"key":"k","operator":"Equal","value":"v"}]', "", "[]", '[{"key":"k","operator":"Exists"}]'],
        random,
      ),
    }),
    ...(chance(random, 0.4) && {
      [ALLOWED_TOLERATIONS]: pick(['[{"operator":"Exists"}]', "", "[]", '[{"key":"k","operator":"Exists"}]'], random),
    }),
  };
  const labels = chance(random, 0.3) ? { "pod-security.kubernetes.io/enforce": "baseline" } : {};
  return { annotations: given, labels };
}

function quota(random: Random): Json {
  return {
    metadata: { name: "q" },
    spec: {
      hard: pick<Json>(
        [{ "services.loadbalancers": "1" }, { pods: "3" }, { "s.storageclass.storage.k8s.io/requests.storage": "5Gi" }],
        random,
      ),
      ...(chance(random, 0.3) && {
        scopeSelector: {
          matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["system-node-critical"] }],
        },
      }),
    },
  };
}

function attempt(scene: Scene, index: number): Request {
  const { random, namespace, id } = scene;
  const core = `/api/v1/namespaces/${namespace}`;
  const known = `o${random.int(index + 1)}`;
  const name = `o${index}`;
  const dry = chance(random, 0.3) ? "?dryRun=All" : "";
  const as = pick(["admin", "admin", "alice"], random);
  return pick<() => Request>(
    [
      () => ({ do: `POST ${core}/pods${dry}`, body: pod(random, name) }),
      () => ({ do: `POST ${core}/pods${dry}`, body: pod(random, name) }),
      () => ({ do: `POST ${core}/pods${dry}`, as: "bob", body: pod(random, name) }),
      () => ({ do: `PATCH ${core}/pods/${known}${dry}`, type: MERGE, body: podChange(random) }),
      () => ({
        do: `PATCH ${core}/pods/${known}/ephemeralcontainers${dry}`,
        type: "application/strategic-merge-patch+json",
        body: { spec: { ephemeralContainers: [{ name: `e${index}`, image: "e", imagePullPolicy: "Never" }] } },
      }),
      () => ({ do: `POST ${core}/services${dry}`, body: service(random, name) }),
      () => ({
        do: `PATCH ${core}/services/${known}${dry}`,
        type: MERGE,
        body: pick<Json>(
          [
            { spec: { externalIPs: ["1.2.3.4"] } },
            { metadata: { labels: { a: "b" } } },
            { spec: { externalIPs: null } },
          ],
          random,
        ),
      }),
      () => ({ do: `POST ${core}/events`, body: event(random, namespace, name) }),
      () => ({ do: `POST ${core}/events`, body: event(random, namespace, name) }),
      () => ({
        do: `POST /api/v1/namespaces/made-${index}-${id}/configmaps${dry}`,
        body: { metadata: { name }, data: { a: "b" } },
      }),
      () => ({ do: `GET /api/v1/namespaces/made-${random.int(index + 1)}-${id}` }),
      () => ({ do: `DELETE /api/v1/namespaces/none-${id}/configmaps/x${dry}` }),
      () => ({ do: `POST ${core}/configmaps${dry}`, as, body: { metadata: { name, ...owners(random) } } }),
      () => ({ do: `POST ${core}/configmaps${dry}`, as, body: { metadata: { name, ...owners(random) } } }),
      () => ({ do: `PATCH ${core}/configmaps/${known}${dry}`, as, type: MERGE, body: { metadata: owners(random) } }),
      () => ({ do: `PATCH ${core}/configmaps/${known}${dry}`, as, type: MERGE, body: { metadata: owners(random) } }),
      () => ({ do: `POST ${core}/persistentvolumeclaims${dry}`, body: claim(random, name) }),
      () => ({
        do: `POST /apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All`,
        body: {
          metadata: { name },
          spec: {
            selector: { matchLabels: { a: "b" } },
            template: { metadata: { labels: { a: "b" } }, spec: pod(random, name).spec },
          },
        },
      }),
      () => ({
        do: "POST /api/v1/namespaces?dryRun=All",
        body: { metadata: { name: pick([EXEMPT, `new-${id}`], random), labels: standards(random) } },
      }),
    ],
    random,
  )();
}

const standards = (random: Random) => ({
  ...(chance(random, 0.7) && {
    "pod-security.kubernetes.io/enforce": pick(["baseline", "restricted", "privileged", "x"], random),
  }),
  ...(chance(random, 0.3) && { "pod-security.kubernetes.io/warn-version": pick(["v1.20", "latest"], random) }),
});

function tolerations(random: Random): Json[] {
  return some<Json>(
    random,
    [
      { key: "k", operator: "Equal", value: "v", effect: "NoSchedule" },
      { key: "k", value: "v" },
      { key: "k", operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 },
      { key: "k", operator: "Exists", effect: "NoExecute", tolerationSeconds: 90 },
      { key: "k", operator: "Exists" },
      { operator: "Exists" },
      { key: "by-default", operator: "Exists", effect: "NoSchedule" },
      { key: "a.b/gpu", operator: "Exists" },
      { key: "a.b/gpu", operator: "Exists", effect: "NoSchedule" },
    ],
    3,
  );
}

function pod(random: Random, name: string): { readonly spec: Json } & Json {
  const container = (one: string) => ({
    name: one,
    image: pick(["i", "j:1", "k:latest"], random),
    ...(chance(random, 0.4) && { imagePullPolicy: pick(["Never", "IfNotPresent", "Always"], random) }),
    ...(chance(random, 0.3) && {
      resources: pick<Json>(
        [
          { limits: { "a.b/gpu": "1" } },
          { limits: { "x.y/nic": "2", "a.b/gpu": "1" } },
          { requests: { cpu: "100m" } },
          { requests: { "kubernetes.io/x": "1" } },
        ],
        random,
      ),
    }),
    ...(chance(random, 0.2) && { securityContext: { privileged: true } }),
  });
  const term = () => ({
    labelSelector: { matchLabels: { a: "b" } },
    topologyKey: pick(["kubernetes.io/hostname", "zone", "topology.kubernetes.io/zone"], random),
  });
  return {
    metadata: { name },
    spec: {
      containers: [container("c")],
      ...(chance(random, 0.3) && { initContainers: [container("d")] }),
      ...(chance(random, 0.4) && {
        nodeSelector: pick<Json>([{ pool: "all" }, { pool: "own" }, { zone: "a" }, { other: "x" }], random),
      }),
      ...(chance(random, 0.5) && { tolerations: tolerations(random) }),
      ...(chance(random, 0.2) && { runtimeClassName: "free" }),
      ...(chance(random, 0.2) && { volumes: [{ name: "v", image: { reference: "r", pullPolicy: "Never" } }] }),
      ...(chance(random, 0.2) && { priorityClassName: "system-node-critical" }),
      ...(chance(random, 0.2) && {
        affinity: {
          podAntiAffinity: pick<Json>(
            [
              { requiredDuringSchedulingIgnoredDuringExecution: [term(), term()] },
              { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term() }] },
            ],
            random,
          ),
        },
      }),
    },
  };
}

const podChange = (random: Random): Json =>
  pick<Json>(
    [
      { metadata: { labels: { x: "y" } } },
      { spec: { tolerations: tolerations(random) } },
      { spec: { containers: [{ name: "c", image: "other", imagePullPolicy: "Never" }] } },
      { spec: { containers: [{ name: "c", image: "i", imagePullPolicy: "Never" }] } },
    ],
    random,
  );

function service(random: Random, name: string): Json {
  return {
    metadata: { name },
    spec: {
      ports: [{ port: 80 }],
      clusterIP: "None",
      ...(chance(random, 0.4) && {
        externalIPs: pick<Json[]>([["1.2.3.4"], ["1.2.3.4", "5.6.7.8"], []] as never, random),
      }),
      ...(chance(random, 0.3) && { type: "LoadBalancer", clusterIP: undefined }),
    },
  };
}

const event = (random: Random, namespace: string, name: string): Json => ({
  metadata: { name },
  involvedObject: { kind: "Pod", namespace, name: pick(["a", "b"], random) },
  source: pick<Json>([{ component: "c" }, { component: "c", host: "h" }], random),
  reason: "R",
});

function owners(random: Random): Json {
  const list = some<Json>(
    random,
    [
      { apiVersion: "v1", kind: "Node", name: "n", uid: "u1", blockOwnerDeletion: true },
      { apiVersion: "v1", kind: "Pod", name: "p", uid: "u2", blockOwnerDeletion: true },
      { apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "u3", blockOwnerDeletion: true },
      { apiVersion: "apps/v1", kind: "Deployment", name: "d", uid: "u3", blockOwnerDeletion: false },
      { apiVersion: "v1", kind: "Secret", name: "s", uid: "u4" },
      { apiVersion: "a.b/v1", kind: "Nothing", name: "x", uid: "u5", blockOwnerDeletion: true },
      { apiVersion: "v9", kind: "Pod", name: "x", uid: "u6", blockOwnerDeletion: true },
    ],
    2,
  );
  return { ownerReferences: list };
}

function claim(random: Random, name: string): Json {
  return {
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      ...(chance(random, 0.6) && { storageClassName: pick(["s", "t"], random) }),
    },
  };
}
