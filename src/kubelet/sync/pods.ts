import { messageOf } from "../../base/index.ts";
import type { Pod } from "../../api/index.ts";

import type { KubeletContext } from "../options.ts";
import { stableJson } from "../pod/hash.ts";
import {
  ANNOTATION_CONFIG_HASH,
  ANNOTATION_GRACE,
  ANNOTATION_MIRROR,
  isMirrorPod,
  isStaticPod,
  LABEL_POD_UID,
} from "../pod/names.ts";
import type { StatusManager } from "../status/status-manager.ts";
import type { Volumes } from "../volumes/volumes.ts";
import { PodWorker, type WorkerTools } from "./worker.ts";

const RELIST_MS = 1000;
const HOUSEKEEPING_MS = 60_000;
const ORPHAN_GRACE_SECONDS = 30;

/** All pods of the node: which worker has which pod, what wakes them, and what is left over from earlier. */
export class Pods {
  readonly #context: KubeletContext;
  readonly #statuses: StatusManager;
  readonly #volumes: Volumes;
  readonly #tools: Omit<WorkerTools, "recordOf" | "gone">;
  readonly #workers = new Map<string, PodWorker>();
  /** Records of static pods at the API server, by namespace/name. */
  readonly #mirrors = new Map<string, Pod>();
  /** Static pods that wait for the one before them to be gone, by namespace/name. */
  readonly #nextStatic = new Map<string, Pod>();
  #synced = false;

  constructor(context: KubeletContext, tools: Omit<WorkerTools, "recordOf" | "gone">) {
    this.#context = context;
    this.#statuses = tools.statuses;
    this.#volumes = tools.volumes;
    this.#tools = tools;
  }

  list(): readonly Pod[] {
    return Array.from(this.#workers.values(), (worker) => worker.pod);
  }

  /** Pods that hold resources of the node, but for one. */
  others(podUid: string): readonly Pod[] {
    return Array.from(this.#workers.values())
      .filter((worker) => worker.isActive && worker.pod.metadata.uid !== podUid)
      .map((worker) => worker.pod);
  }

  /** With the status that this kubelet made last. */
  byName(namespace: string, name: string): Pod | undefined {
    for (const worker of this.#workers.values()) {
      const { metadata } = worker.pod;
      if (metadata.namespace === namespace && metadata.name === name) return worker.current();
    }
    return undefined;
  }

  wake(podUid: string): void {
    this.#workers.get(podUid)?.wake();
  }

  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  start(signal: AbortSignal): void {
    const { scope, runtime } = this.#context;
    if (runtime.subscribe) scope.defer(runtime.subscribe((podUid) => this.wake(podUid)));
    else scope.spawn("relist containers", (closed) => this.#relist(closed));
    if (!runtime.subscribe) scope.spawn("housekeeping", (closed) => this.#housekeeping(closed));
    signal.addEventListener("abort", () => {
      for (const worker of this.#workers.values()) worker.close();
    });
  }

  apply(pod: Pod): void {
    if (isMirrorPod(pod)) {
      this.#applyMirror(pod);
      return;
    }
    const { uid } = pod.metadata;
    const worker = this.#workers.get(uid);
    this.#statuses.observe(pod);
    if (!worker) this.#add(pod);
    else if (needsSync(worker.pod, pod)) worker.update(pod);
    else worker.learn(pod);
  }

  delete(pod: Pod): void {
    if (isMirrorPod(pod)) {
      this.#mirrors.delete(keyOf(pod));
      this.#statuses.forget(pod.metadata.uid);
      const worker = this.#staticWorker(keyOf(pod));
      if (worker && !worker.isRemoved) this.#ensureMirror(worker.pod);
      return;
    }
    const worker = this.#workers.get(pod.metadata.uid);
    if (!worker) return;
    worker.learn(pod);
    worker.remove();
  }

  synced(): void {
    this.#synced = true;
    this.#context.scope.spawn("clean orphans", (signal) => this.#cleanOrphans(signal));
  }

  /** The static pods there are now; others of them end. */
  applyStatic(pods: readonly Pod[]): void {
    const wanted = new Set(pods.map((pod) => pod.metadata.uid));
    for (const [uid, worker] of this.#workers)
      if (isStaticPod(worker.pod) && !wanted.has(uid)) {
        worker.remove();
        this.#deleteMirror(worker.pod);
      }
    this.#nextStatic.clear();
    for (const pod of pods) {
      if (this.#workers.has(pod.metadata.uid)) continue;
      // The pod a changed manifest made before has to be gone first: it may hold the same ports.
      if (this.#staticWorker(keyOf(pod))) this.#nextStatic.set(keyOf(pod), pod);
      else this.#add(pod);
    }
    for (const mirror of this.#mirrors.values())
      if (!pods.some((pod) => keyOf(pod) === keyOf(mirror))) this.#deleteMirror(mirror);
  }

  #add(pod: Pod): void {
    const worker = new PodWorker(
      {
        ...this.#tools,
        recordOf: (record) => (isStaticPod(record) ? this.#mirrors.get(keyOf(record)) : record),
        gone: (uid) => this.#gone(uid),
      },
      pod,
    );
    this.#workers.set(pod.metadata.uid, worker);
    if (isStaticPod(pod)) this.#ensureMirror(pod);
    worker.wake();
  }

  #gone(podUid: string): void {
    const pod = this.#workers.get(podUid)?.pod;
    this.#workers.delete(podUid);
    const next = pod && this.#nextStatic.get(keyOf(pod));
    if (!next) return;
    this.#nextStatic.delete(keyOf(next));
    this.#add(next);
  }

  #staticWorker(key: string): PodWorker | undefined {
    for (const worker of this.#workers.values())
      if (isStaticPod(worker.pod) && keyOf(worker.pod) === key) return worker;
    return undefined;
  }

  #applyMirror(mirror: Pod): void {
    this.#mirrors.set(keyOf(mirror), mirror);
    this.#statuses.observe(mirror);
    const worker = this.#staticWorker(keyOf(mirror));
    const hash = worker?.pod.metadata.annotations?.[ANNOTATION_CONFIG_HASH];
    const isCurrent = hash !== undefined && mirror.metadata.annotations?.[ANNOTATION_MIRROR] === hash;
    if (isCurrent && mirror.metadata.deletionTimestamp === undefined) worker?.wake();
    else if (worker || this.#synced) this.#deleteMirror(mirror);
  }

  #ensureMirror(pod: Pod): void {
    const { api, scope, log, settings } = this.#context;
    scope.spawn("create mirror pod", async (signal) => {
      const hash = pod.metadata.annotations?.[ANNOTATION_CONFIG_HASH] ?? "";
      const { uid: _, ...metadata } = pod.metadata;
      const owner = {
        apiVersion: "v1",
        kind: "Node",
        name: settings.nodeName,
        uid: this.#tools.nodeUid(),
        controller: true,
      };
      const annotations = { ...metadata.annotations, [ANNOTATION_MIRROR]: hash };
      const { apiVersion, kind, spec } = pod;
      const body = { apiVersion, kind, metadata: { ...metadata, annotations, ownerReferences: [owner] }, spec };
      await api.createPod(body as never, pod.metadata.namespace, signal).catch((error) => {
        signal.throwIfAborted();
        log.info("Mirror pod not created", { pod: pod.metadata.name, error: messageOf(error) });
      });
    });
  }

  #deleteMirror(pod: Pod): void {
    const mirror = this.#mirrors.get(keyOf(pod));
    if (!mirror) return;
    this.#context.scope.spawn("delete mirror pod", (signal) => this.#context.api.deletePod(mirror, signal));
  }

  /** Runtimes that don't tell of changes are asked every second. */
  async #relist(signal: AbortSignal): Promise<void> {
    const { clock, runtime, log } = this.#context;
    let before = new Map<string, string>();
    while (!signal.aborted) {
      await clock.sleep(RELIST_MS, signal);
      try {
        const now = new Map<string, string>();
        const note = (uid: string | undefined, text: string) => {
          if (uid) now.set(uid, `${now.get(uid) ?? ""};${text}`);
        };
        for (const each of await runtime.listPodSandboxes({}, signal))
          note(each.labels[LABEL_POD_UID], each.id + each.state);
        for (const each of await runtime.listContainers({}, signal))
          note(each.labels[LABEL_POD_UID], each.id + each.state);
        for (const uid of new Set([...before.keys(), ...now.keys()]))
          if (before.get(uid) !== now.get(uid)) this.wake(uid);
        before = now;
      } catch (error) {
        signal.throwIfAborted();
        log.warn("Containers not listed", { error: messageOf(error) });
      }
    }
  }

  async #housekeeping(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#context.clock.sleep(HOUSEKEEPING_MS, signal);
      if (this.#synced) await this.#cleanOrphans(signal);
    }
  }

  /** Ends and removes what belongs to pods that are no longer this node's. */
  async #cleanOrphans(signal: AbortSignal): Promise<void> {
    const { runtime, host, settings, log } = this.#context;
    try {
      for (const sandbox of await runtime.listPodSandboxes({}, signal)) {
        const uid = sandbox.labels[LABEL_POD_UID];
        if (uid === undefined || this.#workers.has(uid)) continue;
        log.info("Removing orphaned sandbox", { sandbox: sandbox.id, podUid: uid });
        await this.#endOrphan(sandbox.id, signal);
      }
      for (const uid of await host.files.list(settings.podDirectory("")))
        if (!this.#workers.has(uid)) await this.#volumes.remove(uid);
    } catch (error) {
      signal.throwIfAborted();
      log.warn("Orphans not cleaned", { error: messageOf(error) });
    }
  }

  async #endOrphan(sandboxId: string, signal: AbortSignal): Promise<void> {
    const { runtime } = this.#context;
    const containers = await runtime.listContainers({ sandboxId }, signal);
    await Promise.all(
      containers.map(async ({ id, annotations }) => {
        const grace = Number(annotations[ANNOTATION_GRACE] ?? ORPHAN_GRACE_SECONDS);
        await runtime.stopContainer(id, grace, signal);
      }),
    );
    await runtime.stopPodSandbox(sandboxId, signal);
    await runtime.removePodSandbox(sandboxId, signal);
  }
}

function keyOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

/** Whether a change of the record is one the pod's worker has to act on; its own status reports are not. */
function needsSync(before: Pod, after: Pod): boolean {
  const a = before.metadata;
  const b = after.metadata;
  if (a.generation !== b.generation || a.generation === undefined) return true;
  if (a.deletionTimestamp !== b.deletionTimestamp || a.deletionGracePeriodSeconds !== b.deletionGracePeriodSeconds)
    return true;
  if (
    before.status.phase !== after.status.phase &&
    (after.status.phase === "Failed" || after.status.phase === "Succeeded")
  )
    return true;
  if ((after.spec.readinessGates ?? []).length > 0) return true;
  return stableJson([a.labels, a.annotations]) !== stableJson([b.labels, b.annotations]);
}
