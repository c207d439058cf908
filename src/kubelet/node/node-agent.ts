import { formatMicroTime, own, messageOf } from "../../base/index.ts";
import { type Lease, type Node, type NodeStatus, isAlreadyExists, isConflict } from "../../api/index.ts";

import type { MachineFacts } from "../host/index.ts";
import type { KubeletContext } from "../options.ts";
import type { NodeFactsForPods } from "../sync/worker.ts";
import { nodeAddresses, nodeLabels, nodeStatus, runtimeProblem, sameNodeStatus } from "./node-status.ts";

const STATUS_MS = 10_000;
const STATUS_OF_QUIET_RUNTIME_MS = 300_000;
const REPORT_MS = 300_000;
const LEASE_SECONDS = 40;
const RETRY_MS_MIN = 200;
const RETRY_MS_MAX = 7000;

/** Registers the node, keeps its Lease fresh and its status true. */
export class NodeAgent {
  readonly #context: KubeletContext;
  readonly #facts: MachineFacts;
  readonly #runtimeName: string;
  /** Called when pods may have a network from now on. */
  readonly #networkReady: () => void;
  #node: Node | undefined;
  #status: NodeStatus | undefined;
  #reportedMs = 0;
  #lease: Lease | undefined;
  #podCidr: string | undefined;
  #networkProblem: string | undefined = "container runtime network not ready: the node has no pod CIDR yet";

  constructor(
    context: KubeletContext,
    known: { readonly facts: MachineFacts; readonly runtimeName: string; readonly networkReady: () => void },
  ) {
    this.#context = context;
    this.#facts = known.facts;
    this.#runtimeName = known.runtimeName;
    this.#networkReady = known.networkReady;
  }

  get node(): Node | undefined {
    return this.#node;
  }

  factsForPods(): NodeFactsForPods {
    return {
      hostIPs: nodeAddresses(this.#context.settings, this.#facts),
      hostname: this.#facts.hostname,
      memoryBytes: this.#facts.memoryBytes,
      allocatable: this.#status?.allocatable ?? {},
      runtimeName: this.#runtimeName,
      networkProblem: this.#networkProblem,
    };
  }

  /** Makes the node known to the API server, however long that takes, and starts all that goes on from then. */
  async start(signal: AbortSignal): Promise<void> {
    const { scope, events, settings } = this.#context;
    await this.#retrying("ask the container runtime", signal, async () => void (await this.#refreshStatus(signal)));
    await this.#retrying("register node", signal, () => this.#register(signal));
    events.node({ type: "Normal", reason: "Starting", message: "Starting kubelet." });
    scope.spawn("watch own node", (closed) =>
      this.#context.api.watchNode(settings.nodeName, (node) => this.#observe(node), closed),
    );
    scope.spawn("renew node lease", (closed) => this.#keepLease(closed));
    scope.spawn("report node status", (closed) => this.#keepStatus(closed));
  }

  /** The record is of a time before the machine started anew. */
  #tellReboot({ status }: Node): void {
    const { events, settings } = this.#context;
    const before = status.nodeInfo?.bootID ?? "";
    const { bootID } = this.#facts;
    if (before === "" || before === bootID) return;
    const message = `Node ${settings.nodeName} has been rebooted, boot id: ${bootID}`;
    events.node({ type: "Warning", reason: "Rebooted", message });
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { api, settings } = this.#context;
    const existing = await api.getNode(settings.nodeName, signal);
    if (existing) {
      this.#node = existing;
      this.#tellReboot(existing);
      await this.#reconcileLabels(existing, signal);
    } else if (settings.registerNode !== false) {
      this.#node = await api.createNode(this.#draft(), signal).catch(async (error) => {
        if (!isAlreadyExists(error)) throw error;
        const made = await api.getNode(settings.nodeName, signal);
        if (!made) throw error;
        return made;
      });
    }
    if (this.#node) this.#observe(this.#node);
    await this.#updateStatus(signal, { force: true });
  }

  #draft() {
    const { settings } = this.#context;
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: settings.nodeName,
        labels: nodeLabels(settings, this.#facts),
        annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" },
      },
      spec: {
        ...(settings.providerID === undefined ? {} : { providerID: settings.providerID }),
        ...(settings.registerWithTaints ? { taints: settings.registerWithTaints } : {}),
      },
      status: this.#status ?? {},
    };
  }

  async #reconcileLabels(node: Node, signal: AbortSignal): Promise<void> {
    const wanted = nodeLabels(this.#context.settings, this.#facts);
    const changed = Object.entries(wanted).filter(([key, value]) => own(node.metadata.labels, key) !== value);
    if (changed.length === 0) return;
    this.#node = await this.#context.api.patchNode(
      node.metadata.name,
      { metadata: { labels: Object.fromEntries(changed) } },
      signal,
    );
  }

  #observe(node: Node | undefined): void {
    if (!node) {
      this.#node = undefined;
      return;
    }
    this.#node = node;
    const podCidr = node.spec.podCIDR;
    if (!podCidr || podCidr === this.#podCidr) return;
    this.#podCidr = podCidr;
    this.#context.scope.spawn("take pod CIDR", async (signal) => {
      await this.#retrying("take pod CIDR", signal, async () => {
        await this.#context.settings.onPodCidr?.(podCidr);
        await this.#context.runtime.updateRuntimeConfig(podCidr, signal);
      });
      await this.#untilNetworkReady(signal);
    });
  }

  /** The runtime notices its new network configuration a moment later; waiting for the next report would cost seconds. */
  async #untilNetworkReady(signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < 50 && !signal.aborted; tries++) {
      await this.#updateStatus(signal, { force: false }).catch(() => {});
      if (this.#networkProblem === undefined) return;
      await this.#context.clock.sleep(RETRY_MS_MIN, signal);
    }
  }

  async #keepStatus(signal: AbortSignal): Promise<void> {
    const { settings, clock, log, runtime } = this.#context;
    const everyMs =
      settings.nodeStatusUpdateFrequencyMs ?? (runtime.subscribe ? STATUS_OF_QUIET_RUNTIME_MS : STATUS_MS);
    while (!signal.aborted) {
      await clock.sleep(everyMs, signal);
      await this.#updateStatus(signal, { force: false }).catch((error) => {
        signal.throwIfAborted();
        log.warn("Node status not reported", { error: messageOf(error) });
      });
    }
  }

  async #refreshStatus(signal: AbortSignal): Promise<NodeStatus> {
    const { host, runtime, settings, clock } = this.#context;
    const usage = await host.usage(settings.dataDirectory);
    const runtimeConditions = await runtime
      .status(signal)
      .catch((error) => [
        { type: "RuntimeReady", status: false, reason: "RuntimeUnreachable", message: messageOf(error) },
      ]);
    const version = await runtime.version(signal);
    const images = await runtime.listImages(signal);
    const status = nodeStatus({
      settings,
      facts: this.#facts,
      usage,
      version,
      runtimeConditions,
      images,
      node: this.#node,
      now: clock.now(),
    });
    this.#status = status;
    const hadProblem = this.#networkProblem !== undefined;
    this.#networkProblem = runtimeProblem(runtimeConditions);
    if (hadProblem && this.#networkProblem === undefined) this.#networkReady();
    return status;
  }

  async #updateStatus(signal: AbortSignal, { force }: { readonly force: boolean }): Promise<void> {
    const { api, settings, clock } = this.#context;
    const status = await this.#refreshStatus(signal);
    if (!this.#node) return this.#registerAgain(signal);
    const dueMs = this.#reportedMs + (settings.nodeStatusReportFrequencyMs ?? REPORT_MS);
    if (!force && clock.now() < dueMs && sameNodeStatus(this.#node.status, status)) return;
    const before = this.#node;
    this.#node = await api.patchNodeStatus(settings.nodeName, { status }, signal);
    this.#reportedMs = clock.now();
    this.#tellChanges(before, status);
  }

  /** The node's record was deleted: make it again. */
  async #registerAgain(signal: AbortSignal): Promise<void> {
    const { settings, api } = this.#context;
    if (settings.registerNode === false) return;
    this.#podCidr = undefined;
    this.#lease = undefined;
    this.#observe(await api.createNode(this.#draft(), signal));
  }

  #tellChanges(before: Node, status: NodeStatus): void {
    const { events, settings } = this.#context;
    for (const { type, status: value, reason } of status.conditions ?? []) {
      const was = before.status.conditions?.find((each) => each.type === type)?.status;
      if (was === value) continue;
      const name =
        type === "Ready"
          ? value === "True"
            ? "NodeReady"
            : "NodeNotReady"
          : `Node${(reason ?? "").replace(/^Kubelet/, "")}`;
      if (type === "Ready" && was === undefined && value !== "True") continue;
      events.node({ type: "Normal", reason: name, message: `Node ${settings.nodeName} status is now: ${name}` });
    }
  }

  async #keepLease(signal: AbortSignal): Promise<void> {
    const { settings, clock, log } = this.#context;
    const seconds = settings.nodeLeaseDurationSeconds ?? LEASE_SECONDS;
    while (!signal.aborted) {
      await this.#renew(seconds, signal).catch((error) => {
        signal.throwIfAborted();
        this.#lease = undefined;
        log.warn("Node lease not renewed", { error: messageOf(error) });
      });
      await clock.sleep(seconds * 250, signal);
    }
  }

  async #renew(seconds: number, signal: AbortSignal): Promise<void> {
    const { api, settings, clock } = this.#context;
    const { nodeName } = settings;
    this.#lease ??= await api.getLease(nodeName, signal);
    const spec = { holderIdentity: nodeName, leaseDurationSeconds: seconds, renewTime: formatMicroTime(clock.now()) };
    const owner = this.#node
      ? { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: nodeName, uid: this.#node.metadata.uid }] }
      : {};
    const base = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
    if (!this.#lease) {
      const metadata = { name: nodeName, namespace: "kube-node-lease", ...owner };
      this.#lease = await api.createLease({ ...base, metadata, spec }, signal);
      return;
    }
    const metadata = { ...this.#lease.metadata, ...owner };
    try {
      this.#lease = await api.updateLease({ ...base, metadata, spec: { ...this.#lease.spec, ...spec } }, signal);
    } catch (error) {
      if (!isConflict(error)) throw error;
      this.#lease = await api.getLease(nodeName, signal);
    }
  }

  async #retrying(what: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (let delayMs = RETRY_MS_MIN; ; delayMs = Math.min(delayMs * 2, RETRY_MS_MAX)) {
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        this.#context.log.warn("Node agent tries again", { what, error: messageOf(error) });
        await this.#context.clock.sleep(delayMs, signal);
      }
    }
  }
}
