import { defineWidgets } from "../custom.ts";
import type { Ask } from "../exchange.ts";

export type Json = Readonly<Record<string, unknown>>;

/** A kind whose objects are watched while they change. */
export interface Watched {
  /** Path of a version's lists in a namespace, or of all where there is none; of the version that objects are made in unless it is said. */
  path(namespace: string, version?: string): string;
  readonly isNamespaced: boolean;
  /** The first is the one that objects are made in. */
  readonly versions: readonly string[];
  readonly apiVersion: string;
  readonly kind: string;
  /** What an object has beside its metadata. */
  readonly content: Json;
  /** Merge patches of objects that selectors may tell apart. */
  readonly changes: readonly Json[];
  /** The same of the status. */
  readonly statusChanges: readonly Json[];
  readonly fields: readonly string[];
}

interface Declared extends Omit<Watched, "path" | "apiVersion" | "isNamespaced"> {
  readonly group: string;
  readonly plural: string;
  readonly isCluster?: true;
}

const TEMPLATE = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "a", image: "a" }] } };
const DATA = [{ data: { a: "c" } }, { data: { a: null, x: "y" } }];
const NONE: readonly never[] = [];

const DECLARED: readonly Declared[] = [
  {
    group: "",
    plural: "configmaps",
    versions: ["v1"],
    kind: "ConfigMap",
    content: { data: { a: "b" } },
    changes: [...DATA, { immutable: true }],
    statusChanges: NONE,
    fields: ["metadata.name=o1", "metadata.name!=o1", "metadata.namespace=$NS"],
  },
  {
    group: "",
    plural: "pods",
    versions: ["v1"],
    kind: "Pod",
    content: { spec: { ...TEMPLATE.spec, terminationGracePeriodSeconds: 5 } },
    changes: [{ spec: { activeDeadlineSeconds: 60 } }, { spec: { terminationGracePeriodSeconds: 1 } }],
    statusChanges: [
      { status: { phase: "Running", podIP: "10.0.0.9" } },
      { status: { phase: "Succeeded" } },
      { status: { nominatedNodeName: "n2" } },
    ],
    fields: ["status.phase=Pending", "status.phase!=Pending", "spec.nodeName=", "spec.nodeName=n1", "status.podIP="],
  },
  {
    group: "",
    plural: "secrets",
    versions: ["v1"],
    kind: "Secret",
    content: { type: "a/b", data: { a: "" } },
    changes: [{ data: { a: "Yw==" } }, { stringData: { b: "c" } }, { type: "c/d" }],
    statusChanges: NONE,
    fields: ["type=a/b", "type!=a/b", "metadata.name=o2"],
  },
  {
    group: "",
    plural: "services",
    versions: ["v1"],
    kind: "Service",
    content: { spec: { clusterIP: "None", ports: [{ port: 1 }] } },
    changes: [
      { spec: { type: "ExternalName", externalName: "a.b", clusterIP: null } },
      { spec: { selector: { a: "b" } } },
    ],
    statusChanges: [
      {
        status: {
          conditions: [
            { type: "A", status: "True", reason: "R", message: "", lastTransitionTime: "2020-01-01T00:00:00Z" },
          ],
        },
      },
    ],
    fields: ["spec.type=ClusterIP", "spec.type!=ClusterIP", "spec.clusterIP=None"],
  },
  {
    group: "apps",
    plural: "deployments",
    versions: ["v1"],
    kind: "Deployment",
    content: { spec: { replicas: 0, selector: { matchLabels: { a: "b" } }, template: TEMPLATE } },
    changes: [{ spec: { replicas: 2 } }, { spec: { paused: true } }],
    statusChanges: [{ status: { replicas: 3, observedGeneration: 1 } }],
    fields: ["metadata.name=o1", "status.replicas=0"],
  },
  {
    group: "",
    plural: "replicationcontrollers",
    versions: ["v1"],
    kind: "ReplicationController",
    content: { spec: { replicas: 0, selector: { a: "b" }, template: TEMPLATE } },
    changes: [{ spec: { replicas: 2 } }],
    statusChanges: [{ status: { replicas: 3 } }, { status: { replicas: 0 } }],
    fields: ["status.replicas=0", "status.replicas!=0"],
  },
  {
    group: "autoscaling",
    plural: "horizontalpodautoscalers",
    versions: ["v2", "v1"],
    kind: "HorizontalPodAutoscaler",
    content: { spec: { maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "d", apiVersion: "apps/v1" } } },
    changes: [
      { spec: { minReplicas: 2 } },
      {
        spec: {
          metrics: [
            { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 9 } } },
          ],
        },
      },
    ],
    statusChanges: [{ status: { currentReplicas: 1, desiredReplicas: 2 } }],
    fields: ["metadata.name=o1"],
  },
  {
    group: "coordination.k8s.io",
    plural: "leases",
    versions: ["v1"],
    kind: "Lease",
    content: { spec: { holderIdentity: "a" } },
    changes: [{ spec: { holderIdentity: "b" } }, { spec: { leaseDurationSeconds: 9 } }],
    statusChanges: NONE,
    fields: ["metadata.name=o1"],
  },
  {
    group: "batch",
    plural: "jobs",
    versions: ["v1"],
    kind: "Job",
    content: { spec: { suspend: true, template: { spec: { ...TEMPLATE.spec, restartPolicy: "Never" } } } },
    changes: [{ spec: { suspend: false } }, { spec: { parallelism: 4 } }],
    statusChanges: [{ status: { active: 1 } }, { status: { failed: 2 } }],
    fields: ["status.successful=0", "status.successful!=0"],
  },
  {
    group: "",
    plural: "nodes",
    versions: ["v1"],
    kind: "Node",
    content: { spec: {} },
    changes: [{ spec: { unschedulable: true } }, { spec: { unschedulable: null } }],
    statusChanges: [{ status: { phase: "Running" } }],
    fields: ["spec.unschedulable=false", "spec.unschedulable=true"],
    isCluster: true,
  },
  {
    group: "scheduling.k8s.io",
    plural: "priorityclasses",
    versions: ["v1"],
    kind: "PriorityClass",
    content: { value: 7 },
    changes: [{ description: "d" }],
    statusChanges: NONE,
    fields: ["metadata.name!=o1"],
    isCluster: true,
  },
];

function watchedOf({ group, plural, isCluster, ...rest }: Declared): Watched {
  const [made] = rest.versions as [string];
  const base = group === "" ? "/api" : `/apis/${group}`;
  return {
    ...rest,
    apiVersion: group === "" ? made : `${group}/${made}`,
    isNamespaced: !isCluster,
    path: (namespace, version = made) =>
      `${base}/${version}${namespace && !isCluster ? `/namespaces/${namespace}` : ""}/${plural}`,
  };
}

export const WATCHED: readonly Watched[] = DECLARED.map(watchedOf);

/** A custom kind of two versions, which this makes. */
export async function watchedWidgets(ask: Ask, id: string): Promise<Watched> {
  const { apiVersion, kind, plural } = await defineWidgets(ask, id);
  return watchedOf({
    group: apiVersion.split("/")[0]!,
    plural,
    versions: ["v1", "v1beta1"],
    kind,
    content: { spec: { maybe: "x", on: true } },
    changes: [{ spec: { maybe: "y" } }, { spec: { replicas: 3 } }, { spec: { maybe: null } }],
    statusChanges: [{ status: { note: "n" } }, { status: { replicas: 1 } }],
    fields: ["spec.replicas=1", "spec.maybe=x", "spec.maybe!=x", "metadata.name=o1"],
  });
}
