import { parseDocument } from "yaml";
import { formatTime } from "../../base/index.ts";
import type { Pod } from "../../api/index.ts";
import { sha256 } from "../host/index.ts";
import { ANNOTATION_CONFIG_HASH, ANNOTATION_SEEN, ANNOTATION_SOURCE } from "../pod/names.ts";

export interface Manifest {
  readonly path: string;
  readonly text: string;
}

const UID_LENGTH = 32;
const ALIASES_MAX = 100;

/** The pod of a manifest file as this node runs it. Throws with what is wrong with the file. */
export function podOfManifest({ path, text }: Manifest, nodeName: string, nowMs: number): Pod {
  const document = parseDocument(text, { version: "1.1" });
  if (document.errors.length > 0) throw new Error(`read manifest ${path}: ${document.errors[0]!.message}`);
  const object = document.toJS({ maxAliasCount: ALIASES_MAX }) as Partial<Pod> | null;
  const name = object?.metadata?.name;
  if (object?.kind !== "Pod" || object.apiVersion !== "v1" || !name || !object.spec?.containers?.length)
    throw new Error(`read manifest ${path}: it is no v1 Pod with a name and containers`);
  for (const container of [...object.spec.containers, ...(object.spec.initContainers ?? [])])
    checkTexts(path, container);
  const hash = sha256(new TextEncoder().encode(`${nodeName}\0${path}\0${text}`)).slice(0, UID_LENGTH);
  const annotations = {
    ...object.metadata?.annotations,
    [ANNOTATION_CONFIG_HASH]: hash,
    [ANNOTATION_SOURCE]: "file",
    [ANNOTATION_SEEN]: formatTime(nowMs),
  };
  const metadata = {
    ...object.metadata,
    name: `${name}-${nodeName}`,
    namespace: object.metadata?.namespace || "default",
    uid: hash,
    annotations,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: withDefaults(object.spec, nodeName),
    status: { phase: "Pending" },
  } as Pod;
}

/** YAML makes numbers and booleans of words that the API wants as text; the API server would refuse them. */
function checkTexts(
  path: string,
  { name, command = [], args = [], env = [] }: Pod["spec"]["containers"][number],
): void {
  const values: readonly unknown[] = [...command, ...args, ...env.map((each) => each.value ?? "")];
  const wrong = values.find((each) => typeof each !== "string");
  if (wrong !== undefined)
    throw new Error(`read manifest ${path}: container ${name} has ${JSON.stringify(wrong)} where text belongs`);
}

/** What the API server would fill in, where the kubelet relies on it. */
function withDefaults(spec: Pod["spec"], nodeName: string): Pod["spec"] {
  const container = (each: Pod["spec"]["containers"][number]) => ({
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    ...each,
    imagePullPolicy: each.imagePullPolicy ?? (/:(?!latest$)[^/]+$/.test(each.image ?? "") ? "IfNotPresent" : "Always"),
    resources: withRequests(each.resources),
  });
  return {
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    ...spec,
    nodeName,
    // A static pod is the node's own: no taint sends it away.
    tolerations: [...(spec.tolerations ?? []), { operator: "Exists", effect: "NoExecute" }],
    containers: spec.containers.map(container),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(container) } : {}),
  };
}

function withRequests(resources: Pod["spec"]["containers"][number]["resources"] | undefined) {
  const { limits, requests, ...rest } = resources ?? {};
  if (!limits && !requests) return rest;
  return { ...rest, ...(limits ? { limits } : {}), requests: { ...limits, ...requests } };
}
