/**
 * What the kubelet asks of the API server, in its own words. One file adapts the client to it; tests put a table behind it.
 */
import type {
  ConfigMap,
  Lease,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from "../api/index.ts";

/** Where changes of this node's pods go. */
export interface PodHandler {
  /** All that existed at the start has been told. */
  synced(): void;
  apply(pod: Pod): void;
  delete(pod: Pod): void;
}

export interface TokenSpec {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly pod: { readonly name: string; readonly uid: string };
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

export interface AccessQuestion {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly subresource: string;
  readonly nodeName: string;
}

export interface Caller {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** A part of an object, as a patch sends it. */
export type PatchBody = Readonly<Record<string, unknown>>;

export type WatchedKind = "ConfigMap" | "Secret";

export interface KubeletApi {
  /** Runs until the signal aborts. */
  watchPods(nodeName: string, handler: PodHandler, signal: AbortSignal): Promise<void>;
  watchNode(nodeName: string, apply: (node: Node | undefined) => void, signal: AbortSignal): Promise<void>;
  /** Calls `apply` with the object now and after each change; undefined when there is none. */
  watchObject(
    kind: WatchedKind,
    key: { readonly namespace: string; readonly name: string },
    apply: (object: ConfigMap | Secret | undefined) => void,
    signal: AbortSignal,
  ): Promise<void>;
  getPod(namespace: string, name: string, signal: AbortSignal): Promise<Pod | undefined>;
  createPod(pod: PatchBody, namespace: string, signal: AbortSignal): Promise<Pod>;
  /** Undefined when the pod is gone. */
  patchPodStatus(pod: Pod, body: PatchBody, signal: AbortSignal): Promise<Pod | undefined>;
  /** Removes the record of a pod that has ended; nothing to do when it is gone or another has its name. */
  deletePod(pod: Pod, signal: AbortSignal): Promise<void>;
  getConfigMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined>;
  getSecret(namespace: string, name: string, signal: AbortSignal): Promise<Secret | undefined>;
  getClaim(namespace: string, name: string, signal: AbortSignal): Promise<PersistentVolumeClaim | undefined>;
  getVolume(name: string, signal: AbortSignal): Promise<PersistentVolume | undefined>;
  listServices(namespace: string, signal: AbortSignal): Promise<readonly Service[]>;
  createToken(spec: TokenSpec, signal: AbortSignal): Promise<IssuedToken>;
  getNode(name: string, signal: AbortSignal): Promise<Node | undefined>;
  createNode(node: PatchBody, signal: AbortSignal): Promise<Node>;
  patchNode(name: string, body: PatchBody, signal: AbortSignal): Promise<Node>;
  patchNodeStatus(name: string, body: PatchBody, signal: AbortSignal): Promise<Node>;
  getLease(name: string, signal: AbortSignal): Promise<Lease | undefined>;
  createLease(lease: PatchBody, signal: AbortSignal): Promise<Lease>;
  updateLease(lease: PatchBody, signal: AbortSignal): Promise<Lease>;
  /** Who a bearer token speaks for; undefined when nobody. */
  reviewToken(token: string, signal: AbortSignal): Promise<Caller | undefined>;
  reviewAccess(question: AccessQuestion, signal: AbortSignal): Promise<boolean>;
}

/** Where events go. */
export interface KubeletEvents {
  pod(pod: Pod, event: PodEvent): void;
  node(event: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string }): void;
}

export interface PodEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** Names the container: spec.containers{name}. */
  readonly fieldPath?: string;
}
