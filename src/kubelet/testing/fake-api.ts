import type {
  ConfigMap,
  Lease,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodStatus,
  Secret,
  Service,
} from "../../api/index.ts";
import type { AccessQuestion, Caller, KubeletApi, KubeletEvents, PatchBody, PodEvent, PodHandler } from "../api.ts";

/** An API server of a table and no rules, for tests of the kubelet alone. */
export class FakeApi implements KubeletApi {
  readonly pods = new Map<string, Pod>();
  readonly configMaps = new Map<string, ConfigMap>();
  readonly secrets = new Map<string, Secret>();
  readonly services: Service[] = [];
  readonly deleted: string[] = [];
  readonly claims = new Map<string, PersistentVolumeClaim>();
  readonly volumes = new Map<string, PersistentVolume>();
  readonly patches: PatchBody[] = [];
  readonly tokens = new Map<string, Caller>();
  node: Node | undefined;
  lease: Lease | undefined;
  /** Given to nodes that register. */
  podCidr = "10.244.7.0/24";
  mayDo: (question: AccessQuestion) => boolean = () => true;
  #version = 0;
  #handler: PodHandler | undefined;
  readonly #objectWatchers = new Set<() => void>();
  #nodeChanged: ((node: Node | undefined) => void) | undefined;

  /** Binds a pod to the node, as its record would look after the scheduler. */
  bind(pod: PodDraft): Pod {
    const full = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        namespace: "default",
        uid: `uid-${pod.metadata.name}`,
        generation: 1,
        creationTimestamp: "2026-01-01T00:00:00Z",
        resourceVersion: this.#next(),
        ...pod.metadata,
      },
      spec: {
        restartPolicy: "Always",
        nodeName: "node-1",
        ...pod.spec,
        containers: pod.spec.containers.map(withDefaults),
      },
      status: { phase: "Pending", ...pod.status },
    } as unknown as Pod;
    return this.#store(full);
  }

  /** Asks for the pod's end, as a client's DELETE does. */
  requestDeletion(name: string, seconds: number): void {
    const pod = this.pods.get(`default/${name}`)!;
    const metadata = {
      ...pod.metadata,
      deletionTimestamp: "2026-01-01T01:00:00Z",
      deletionGracePeriodSeconds: seconds,
      generation: (pod.metadata.generation ?? 1) + 1,
    };
    this.#store({ ...pod, metadata });
  }

  /** Forgets the record at once. */
  forceDelete(name: string): void {
    const pod = this.pods.get(`default/${name}`)!;
    this.pods.delete(`default/${name}`);
    this.#handler?.delete(pod);
  }

  pod(name: string): Pod {
    return this.pods.get(`default/${name}`)!;
  }

  setConfigMap(name: string, data: Record<string, string>): void {
    const metadata = { name, namespace: "default", uid: `cm-${name}`, resourceVersion: this.#next() };
    this.configMaps.set(`default/${name}`, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data,
    } as unknown as ConfigMap);
    for (const tell of this.#objectWatchers) tell();
  }

  setSecret(name: string, data: Record<string, string>): void {
    const metadata = { name, namespace: "default", uid: `secret-${name}`, resourceVersion: this.#next() };
    const encoded = Object.entries(data).map(([key, value]) => [key, new TextEncoder().encode(value).toBase64()]);
    const object = { apiVersion: "v1", kind: "Secret", metadata, data: Object.fromEntries(encoded) };
    this.secrets.set(`default/${name}`, object as unknown as Secret);
    for (const tell of this.#objectWatchers) tell();
  }

  async watchPods(_node: string, handler: PodHandler, signal: AbortSignal): Promise<void> {
    this.#handler = handler;
    for (const pod of this.pods.values()) handler.apply(pod);
    handler.synced();
    await ended(signal);
  }

  async watchNode(_name: string, apply: (node: Node | undefined) => void, signal: AbortSignal): Promise<void> {
    this.#nodeChanged = apply;
    apply(this.node);
    await ended(signal);
  }

  async watchObject(
    kind: "ConfigMap" | "Secret",
    { namespace, name }: { readonly namespace: string; readonly name: string },
    apply: (object: ConfigMap | Secret | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const table: ReadonlyMap<string, ConfigMap | Secret> = kind === "ConfigMap" ? this.configMaps : this.secrets;
    let told: unknown = null;
    const tell = () => {
      const object = table.get(`${namespace}/${name}`);
      if (object !== told) apply(object);
      told = object;
    };
    tell();
    this.#objectWatchers.add(tell);
    await ended(signal).finally(() => this.#objectWatchers.delete(tell));
  }

  async getPod(namespace: string, name: string): Promise<Pod | undefined> {
    return this.pods.get(`${namespace}/${name}`);
  }

  async createPod(pod: PatchBody, namespace: string): Promise<Pod> {
    const given = pod as unknown as Pod;
    const key = `${namespace}/${given.metadata.name}`;
    const metadata = {
      ...given.metadata,
      namespace,
      uid: `created-${given.metadata.name}`,
      resourceVersion: this.#next(),
    };
    if (this.pods.has(key)) throw new Error(`pods "${given.metadata.name}" already exists`);
    return this.#store({ ...given, metadata, status: { phase: "Pending" } } as unknown as Pod);
  }

  async patchPodStatus(pod: Pod, body: PatchBody): Promise<Pod | undefined> {
    const current = this.pods.get(`${pod.metadata.namespace}/${pod.metadata.name}`);
    if (!current) return undefined;
    this.patches.push(body);
    const metadata = { ...current.metadata, resourceVersion: this.#next() };
    return this.#store({
      ...current,
      metadata,
      status: mergeStatus(current.status, body.status as Record<string, unknown>),
    });
  }

  /** Somebody changes a container of a pod. */
  changeContainer(name: string, changes: Readonly<Record<string, unknown>>): void {
    const pod = this.pods.get(`default/${name}`)!;
    const [first, ...rest] = pod.spec.containers;
    const containers = [{ ...first!, ...changes }, ...rest];
    const metadata = { ...pod.metadata, generation: (pod.metadata.generation ?? 1) + 1 };
    this.#store({ ...pod, metadata, spec: { ...pod.spec, containers } } as Pod);
  }

  async deletePod(pod: Pod): Promise<void> {
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const current = this.pods.get(key);
    if (!current) return;
    this.pods.delete(key);
    this.deleted.push(pod.metadata.name);
    this.#handler?.delete(current);
  }

  async getConfigMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    return this.configMaps.get(`${namespace}/${name}`);
  }
  async getSecret(namespace: string, name: string): Promise<Secret | undefined> {
    return this.secrets.get(`${namespace}/${name}`);
  }
  async getClaim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined> {
    return this.claims.get(`${namespace}/${name}`);
  }
  async getVolume(name: string): Promise<PersistentVolume | undefined> {
    return this.volumes.get(name);
  }
  async listServices(namespace: string): Promise<readonly Service[]> {
    return this.services.filter((each) => each.metadata.namespace === namespace);
  }
  async createToken(spec: { readonly serviceAccount: string; readonly expirationSeconds: number }) {
    return {
      token: `token-${spec.serviceAccount}-${this.#next()}`,
      expiresAtMs: this.nowMs() + spec.expirationSeconds * 1000,
    };
  }
  nowMs: () => number = () => 0;

  async getNode(): Promise<Node | undefined> {
    return this.node;
  }
  async createNode(node: PatchBody): Promise<Node> {
    const given = node as unknown as Node;
    const metadata = { ...given.metadata, uid: "node-uid", resourceVersion: this.#next() };
    this.node = { ...given, metadata, spec: { ...given.spec, podCIDR: this.podCidr } } as Node;
    return this.node;
  }
  async patchNode(_name: string, body: PatchBody): Promise<Node> {
    const { metadata } = body as { metadata: { labels: Record<string, string> } };
    const labels = { ...this.node!.metadata.labels, ...metadata.labels };
    this.node = { ...this.node!, metadata: { ...this.node!.metadata, labels } };
    return this.node;
  }
  async patchNodeStatus(_name: string, body: PatchBody): Promise<Node> {
    const status = body.status as Node["status"];
    this.node = { ...this.node!, status };
    this.#nodeChanged?.(this.node);
    return this.node;
  }
  async getLease(): Promise<Lease | undefined> {
    return this.lease;
  }
  async createLease(lease: PatchBody): Promise<Lease> {
    this.lease = lease as unknown as Lease;
    return this.lease;
  }
  async updateLease(lease: PatchBody): Promise<Lease> {
    this.lease = lease as unknown as Lease;
    return this.lease;
  }
  async reviewToken(token: string): Promise<Caller | undefined> {
    return this.tokens.get(token);
  }
  async reviewAccess(question: AccessQuestion): Promise<boolean> {
    return this.mayDo(question);
  }

  #store(pod: Pod): Pod {
    const stored = { ...pod, metadata: { ...pod.metadata, resourceVersion: this.#next() } };
    this.pods.set(`${pod.metadata.namespace}/${pod.metadata.name}`, stored);
    this.#handler?.apply(stored);
    return stored;
  }

  #next(): string {
    return String(++this.#version);
  }
}

/** What a test says of a pod; the rest has defaults. */
export interface PodDraft {
  readonly metadata: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly spec: { readonly containers: readonly Readonly<Record<string, unknown>>[] } & Readonly<
    Record<string, unknown>
  >;
  readonly status?: Readonly<Record<string, unknown>>;
}

function withDefaults(container: Readonly<Record<string, unknown>>) {
  return {
    image: "app:1",
    imagePullPolicy: "IfNotPresent",
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    ...container,
  };
}

function mergeStatus(before: PodStatus, changes: Record<string, unknown>): PodStatus {
  const after: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete after[key];
    else if (key === "conditions") {
      const wanted = value as readonly Record<string, unknown>[];
      const types = new Set(wanted.map((each) => each.type));
      const kept = wanted.filter((each) => each.$patch !== "delete");
      const merged = [...kept, ...(before.conditions ?? []).filter((each) => !types.has(each.type))];
      const order = (changes["$setElementOrder/conditions"] as { type: string }[]).map((each) => each.type);
      after[key] = merged.sort((a, b) => order.indexOf(a.type as string) - order.indexOf(b.type as string));
    } else if (key.startsWith("$")) {
      // An order, heeded with its list.
    } else if (Array.isArray(value)) after[key] = value.filter((each) => !("$patch" in (each as object)));
    else after[key] = value;
  }
  return after as unknown as PodStatus;
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Keeps events as lines: `Reason message`. */
export class FakeEvents implements KubeletEvents {
  readonly lines: string[] = [];
  pod(pod: Pod, event: PodEvent): void {
    this.lines.push(`${pod.metadata.name} ${event.reason}: ${event.message}`);
  }
  node(event: { readonly reason: string; readonly message: string }): void {
    this.lines.push(`node ${event.reason}: ${event.message}`);
  }
}
