import { isPodTerminal, type Pod, type PodStatus } from "../../api/index.ts";
import { parseTime, type Timer, messageOf } from "../../base/index.ts";
import { type SandboxConfig, unlessGone } from "../cri/index.ts";
import { SyncError } from "../errors.ts";
import type { Images } from "../images/images.ts";
import type { KubeletContext } from "../options.ts";
import type { PodFacts } from "../pod/field-ref.ts";
import { describePod, fieldPathOf, findContainer, gracePeriodSeconds } from "../pod/names.ts";
import { hostsFile, parseResolvConf, podDns } from "../pod/network-files.ts";
import { changedResources, podCgroup, podLimits, resourcesText } from "../pod/resources.ts";
import { sandboxConfig } from "../pod/runtime-config.ts";
import type { Prober } from "../probe/prober.ts";
import { podStatus } from "../status/pod-status.ts";
import type { StatusManager } from "../status/status-manager.ts";
import type { ObjectCache } from "../volumes/object-cache.ts";
import type { TokenManager } from "../volumes/tokens.ts";
import type { MountedVolumes, Volumes } from "../volumes/volumes.ts";
import { Backoff } from "./backoff.ts";
import { killContainer, killPod } from "./kill.ts";
import { activeSandbox, isRunning, latest, NOTHING_RUNS, type PodRuntime } from "./observed.ts";
import { PodObserver } from "./observer.ts";
import {
  type KillContainer,
  type PodPlan,
  plan,
  type ResizeContainer,
  type StartContainer,
  type Waiting,
} from "./plan.ts";
import { givenResources, resizeFor } from "./resize.ts";
import { startContainer } from "./start.ts";

const RETRY_MS = 10_000;

/** What all workers of a kubelet share. */
export interface WorkerTools {
  readonly context: KubeletContext;
  readonly images: Images;
  readonly objects: ObjectCache;
  readonly tokens: TokenManager;
  readonly volumes: Volumes;
  readonly prober: Prober;
  readonly statuses: StatusManager;
  readonly nodeFacts: () => NodeFactsForPods;
  readonly nodeUid: () => string | undefined;
  /** Why the pod can't be taken, on its first pass; undefined when it can. */
  readonly admit: (pod: Pod) => Verdict | undefined;
  /** The record that statuses go to: the pod itself, or what stands for a static one. */
  readonly recordOf: (pod: Pod) => Pod | undefined;
  /** Everything of the pod is gone from the machine. */
  readonly gone: (podUid: string) => void;
}

export interface NodeFactsForPods {
  readonly hostIPs: readonly string[];
  readonly hostname: string;
  readonly memoryBytes: number;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly runtimeName: string;
  /** Why pods can't have a network yet; undefined when they can. */
  readonly networkProblem: string | undefined;
}

export interface Verdict {
  readonly reason: string;
  readonly message: string;
}

type Stage = "running" | "ending" | "cleaning" | "ended" | "gone";

/**
 * One pod's life on this node: brings it up, keeps it as it should be, ends it and cleans up. Passes run one at a time and
 * always start from what the runtime has; an event only makes the next pass come sooner.
 */
export class PodWorker {
  readonly #tools: WorkerTools;
  readonly #observer: PodObserver;
  readonly #backoff = new Backoff();
  readonly #startErrors = new Map<string, Waiting>();
  readonly #reportedBackoffs = new Set<string>();
  readonly #resized = new Map<string, string>();
  #resizePending: Verdict | undefined;
  #pod: Pod;
  #status: PodStatus | undefined;
  #stage: Stage = "running";
  #verdict: Verdict | undefined;
  #admitted = false;
  /** The record is gone: nothing but cleaning up is left. */
  #removed = false;
  #busy = false;
  #dirty = false;
  /** What was reported as the pod's end may not be the last word. */
  #settling = false;
  #pass = new AbortController();
  #timer: Timer | undefined;
  #failures = 0;

  constructor(tools: WorkerTools, pod: Pod) {
    this.#tools = tools;
    this.#pod = pod;
    this.#observer = new PodObserver({ ...tools.context, podUid: pod.metadata.uid });
  }

  get pod(): Pod {
    return this.#pod;
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** Whether the pod counts against the node's resources. */
  get isActive(): boolean {
    return this.#admitted && this.#stage === "running" && this.#verdict === undefined;
  }

  /** Whether the pod is gone from where it came from. */
  get isRemoved(): boolean {
    return this.#removed;
  }

  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    const wasDeleted = before.metadata.deletionTimestamp !== undefined;
    const isDeleted = pod.metadata.deletionTimestamp !== undefined;
    const sooner = isDeleted && (!wasDeleted || gracePeriodSeconds(pod) < gracePeriodSeconds(before));
    // What is under way (a pull, a long stop) gives way to an end that is wanted sooner.
    if (sooner && this.#busy && this.#stage !== "ended") this.#pass.abort(new Error("the pod is to end sooner"));
    this.wake();
  }

  /** Takes note of a newer record that calls for nothing. */
  learn(pod: Pod): void {
    this.#pod = pod;
  }

  /** The record is gone from the API server (or the manifest from its directory). */
  remove(): void {
    this.#removed = true;
    if (this.#busy && this.#stage === "running") this.#pass.abort(new Error("the pod was removed"));
    this.wake();
  }

  /** The kubelet itself ends the pod, which fails with this reason. */
  end(verdict: Verdict): void {
    this.#verdict ??= verdict;
    if (this.#busy && this.#stage === "running") this.#pass.abort(new Error(verdict.reason));
    this.wake();
  }

  wake(): void {
    if (this.#stage === "gone") return;
    this.#dirty = true;
    if (!this.#busy) this.#run();
    else if (this.#stage === "ending") this.#refresh();
  }

  close(): void {
    this.#timer?.cancel();
    this.#pass.abort(new Error("kubelet stops"));
  }

  #run(): void {
    this.#busy = true;
    this.#timer?.cancel();
    this.#tools.context.scope.spawn("sync pod", async (closed) => {
      try {
        while (this.#dirty && this.#stage !== "gone" && !closed.aborted) {
          this.#dirty = false;
          await this.#onePass(closed);
        }
      } finally {
        this.#busy = false;
      }
    });
  }

  async #onePass(closed: AbortSignal): Promise<void> {
    this.#pass = new AbortController();
    const signal = AbortSignal.any([closed, this.#pass.signal]);
    try {
      if (this.#stage === "running" && !this.#shouldEnd()) await this.#syncRunning(signal);
      else if (this.#stage === "running" || this.#stage === "ending") await this.#endPod(signal);
      else if (this.#stage === "cleaning") await this.#clean();
      else await this.#afterEnd(signal);
      this.#failures = 0;
    } catch (error) {
      if (closed.aborted) return;
      if (this.#pass.signal.aborted) {
        this.#dirty = true;
        return;
      }
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { log, events } = this.#tools.context;
    const retryMs = Math.min(RETRY_MS, 500 * 2 ** this.#failures++);
    log.warn("Pod not in sync", { pod: describePod(this.#pod), error: messageOf(error) });
    if (error instanceof SyncError)
      events.pod(this.#pod, { type: "Warning", reason: error.reason, message: error.message });
    this.#wakeIn(retryMs);
  }

  #wakeIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#tools.context.clock.timer(delayMs, () => this.wake());
  }

  #shouldEnd(): boolean {
    const { pod } = this;
    return (
      this.#removed || this.#verdict !== undefined || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)
    );
  }

  /** The record with the status as this kubelet last made it, which the API server may not have yet. */
  current(): Pod {
    if (!this.#status) return this.#pod;
    const own = new Set((this.#status.conditions ?? []).map((each) => each.type));
    const fresh = (this.#pod.status.conditions ?? []).filter(
      (each) => !OWN_CONDITIONS.has(each.type) || !own.has(each.type),
    );
    const kept = (this.#status.conditions ?? []).filter((each) => OWN_CONDITIONS.has(each.type));
    return { ...this.#pod, status: { ...this.#pod.status, ...this.#status, conditions: [...kept, ...fresh] } };
  }

  #report(runtime: PodRuntime, waiting: ReadonlyMap<string, Waiting>, how: { readonly over: boolean }): PodStatus {
    const { context, prober, statuses, nodeFacts, recordOf } = this.#tools;
    const { hostIPs, runtimeName } = nodeFacts();
    const status = podStatus({
      pod: this.current(),
      runtime,
      probes: prober,
      waiting,
      hostIPs,
      runtimeName,
      now: context.clock.now(),
      over: how.over,
      resized: this.#resized,
      resizePending: this.#resizePending,
      ...(this.#verdict ? { verdict: this.#verdict } : {}),
    });
    this.#status = status;
    const record = recordOf(this.#pod);
    if (record && !this.#removed) statuses.set(record, status, { finished: false });
    return status;
  }

  async #syncRunning(signal: AbortSignal): Promise<void> {
    const { context, prober, admit } = this.#tools;
    if (!this.#admitted) {
      // What already runs was taken before this kubelet started.
      const runs = this.#pod.status.containerStatuses?.some((each) => each.containerID) ?? false;
      const verdict = runs ? undefined : admit(this.#pod);
      if (verdict) {
        const message = verdict.message.replace(/^Pod was rejected: /, "");
        context.events.pod(this.#pod, { type: "Warning", reason: verdict.reason, message });
        return this.end(verdict);
      }
      this.#admitted = true;
    }
    const runtime = await this.#observer.observe(signal);
    const pod = this.current();
    prober.sync(pod, runtime);
    const now = context.clock.now();
    const resizePending = this.#resizeProblem(runtime);
    const wanted = plan({
      pod,
      runtime,
      probes: prober,
      backoff: this.#backoff,
      now,
      resized: this.#resized,
      resizeWaits: resizePending !== undefined,
    });
    this.#resizePending = resizePending;
    const status = this.#report(runtime, this.#waiting(wanted), { over: false });
    if (status.phase === "Succeeded" || status.phase === "Failed") return this.#finish();
    const deadlineMs = this.#deadlineMs(status);
    if (deadlineMs !== undefined && now >= deadlineMs) {
      context.events.pod(this.#pod, { type: "Normal", ...DEADLINE });
      return this.end(DEADLINE);
    }
    this.#reportBackoffs(wanted, runtime);
    const acted = await this.#act(wanted, runtime, signal);
    if (acted) this.#dirty = true;
    else this.#sleepUntilNeeded(wanted, deadlineMs);
  }

  /** Why the node can't give running containers what the pod asks for by now. */
  #resizeProblem(runtime: PodRuntime): Verdict | undefined {
    const { context, admit } = this.#tools;
    const changes = this.#pod.spec.containers.some((container) => {
      const status = latest(runtime, container.name);
      return status?.state === "Running" && resizeFor(container, givenResources(status, this.#resized)) !== "none";
    });
    const verdict = changes ? admit(this.#pod) : undefined;
    if (verdict === undefined) return undefined;
    const message = verdict.message.replace(/^Pod was rejected: /, "");
    if (this.#resizePending?.message !== message)
      context.events.pod(this.#pod, { type: "Warning", reason: "ResizeDeferred", message });
    return { reason: "Deferred", message };
  }

  #finish(): void {
    this.#stage = "ending";
    this.#dirty = true;
  }

  #deadlineMs(status: PodStatus): number | undefined {
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds === undefined || status.startTime === undefined) return undefined;
    return parseTime(status.startTime) + seconds * 1000;
  }

  #sleepUntilNeeded(wanted: PodPlan, deadlineMs: number | undefined): void {
    const { context, images, tokens } = this.#tools;
    const { clock, settings, runtime } = context;
    const now = clock.now();
    const times = [wanted.wakeAtMs, deadlineMs, tokens.refreshAtMs(this.#pod.metadata.uid)];
    for (const { container } of wanted.start) {
      const error = this.#startErrors.get(container.name);
      if (error) times.push(images.retryAtMs(this.#pod, container) ?? now + RETRY_MS);
    }
    // A runtime that tells of its changes leaves nothing to look for.
    if (!runtime.subscribe) times.push(now + settings.syncFrequencyMs);
    const next = Math.min(...times.filter((each) => each !== undefined));
    if (Number.isFinite(next)) this.#wakeIn(Math.max(0, next - now));
  }

  /** Why each container that isn't running waits, as far as it is known. */
  #waiting(wanted: PodPlan): ReadonlyMap<string, Waiting> {
    const waiting = new Map(wanted.waiting);
    for (const { container } of wanted.start) {
      const error = this.#startErrors.get(container.name);
      if (error) waiting.set(container.name, error);
    }
    return waiting;
  }

  #reportBackoffs(wanted: PodPlan, runtime: PodRuntime): void {
    for (const name of wanted.waiting.keys()) {
      const key = latest(runtime, name)?.id ?? name;
      if (this.#reportedBackoffs.has(key)) continue;
      this.#reportedBackoffs.add(key);
      const message = `Back-off restarting failed container ${name} in pod ${describePod(this.#pod)}`;
      const fieldPath = fieldPathOf(this.#pod, name);
      this.#tools.context.events.pod(this.#pod, { type: "Warning", reason: "BackOff", message, fieldPath });
    }
  }

  /** Does what the plan says; says whether anything was done, so that the next pass looks again. */
  async #act(wanted: PodPlan, runtime: PodRuntime, signal: AbortSignal): Promise<boolean> {
    const pod = this.current();
    const { context, volumes } = this.#tools;
    if (wanted.createSandbox && runtime.sandboxes.length > 0) {
      const message = "Pod sandbox changed, it will be killed and re-created.";
      context.events.pod(pod, { type: "Normal", reason: "SandboxChanged", message });
    }
    if (wanted.killPod) {
      const graceSeconds = gracePeriodSeconds(pod);
      await killPod(context, { pod, runtime, graceSeconds }, signal);
      if (!wanted.createSandbox) return true;
    }
    for (const each of wanted.kill) await this.#kill(pod, runtime, each, signal);
    for (const each of wanted.resize) await this.#resize(pod, each, signal);
    const facts = this.#facts(runtime);
    if (wanted.start.length === 0 && !wanted.createSandbox) {
      await volumes.sync(pod, facts, signal);
      return wanted.kill.length + wanted.resize.length > 0 || (await this.#prune(runtime, signal));
    }
    this.#requireNetwork(pod);
    await context.host.files.makeDirectory(context.settings.podDirectory(pod.metadata.uid), { mode: 0o750 });
    await context.host.cgroups.ensure(podCgroup(context.settings.cgroupRoot, pod), podLimits(pod));
    const mounted = await volumes.sync(pod, facts, signal);
    const place = await this.#sandbox(pod, wanted, runtime, signal);
    const started = await this.#startAll({ pod, wanted, place, mounted }, signal);
    return started || wanted.kill.length > 0 || wanted.createSandbox !== undefined;
  }

  /** The pod's own limits move first: a container can't get more than they allow. */
  async #resize(pod: Pod, { id, container }: ResizeContainer, signal: AbortSignal): Promise<void> {
    const { context, nodeFacts } = this.#tools;
    await context.host.cgroups.ensure(podCgroup(context.settings.cgroupRoot, pod), podLimits(pod));
    const resources = changedResources(pod, container, nodeFacts().memoryBytes);
    await context.runtime.updateContainerResources(id, resources, signal);
    this.#resized.set(id, resourcesText(container));
  }

  async #kill(pod: Pod, runtime: PodRuntime, kill: KillContainer, signal: AbortSignal): Promise<void> {
    const status = runtime.containers.find((each) => each.id === kill.id);
    if (!status) return;
    const container = findContainer(pod, kill.name);
    const probe =
      kill.reason === "liveness"
        ? container?.livenessProbe
        : kill.reason === "startup"
          ? container?.startupProbe
          : undefined;
    const graceSeconds = probe?.terminationGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    const podIP = runtime.sandboxes[0]?.ips[0] ?? "";
    await killContainer(this.#tools.context, { pod, status, podIP, graceSeconds, message: kill.message }, signal);
  }

  #requireNetwork(pod: Pod): void {
    const problem = this.#tools.nodeFacts().networkProblem;
    if (problem !== undefined && !pod.spec.hostNetwork)
      throw new SyncError("NetworkNotReady", `network is not ready: ${problem}`);
  }

  #facts(runtime: PodRuntime): PodFacts {
    const { hostIPs, allocatable } = this.#tools.nodeFacts();
    const podIPs = this.#pod.spec.hostNetwork ? hostIPs.slice(0, 1) : (runtime.sandboxes[0]?.ips ?? []);
    return { hostIPs, podIPs, allocatable };
  }

  /** The sandbox to start containers in, made if the plan says so. */
  async #sandbox(pod: Pod, wanted: PodPlan, runtime: PodRuntime, signal: AbortSignal): Promise<Place> {
    const { context, nodeFacts } = this.#tools;
    const active = wanted.createSandbox ? undefined : activeSandbox(runtime);
    const attempt = wanted.createSandbox?.attempt ?? active?.metadata.attempt ?? 0;
    const { settings } = context;
    const resolv = await context.host.files.read(settings.resolvConf ?? "/etc/resolv.conf");
    const config = sandboxConfig({
      pod,
      attempt,
      logDirectory: `${settings.podLogsDirectory}/${pod.metadata.namespace}_${pod.metadata.name}_${pod.metadata.uid}`,
      dns: podDns(pod, settings.dns, parseResolvConf(resolv ? new TextDecoder().decode(resolv) : "")),
      cgroupRoot: settings.cgroupRoot,
    });
    const id = active?.id ?? (await this.#runSandbox(config, signal));
    const sandbox = active ?? (await context.runtime.podSandboxStatus(id, signal));
    const podIPs = pod.spec.hostNetwork ? nodeFacts().hostIPs.slice(0, 1) : sandbox.ips;
    await this.#writeHosts(pod, podIPs);
    return { id, config, podIPs };
  }

  async #runSandbox(config: SandboxConfig, signal: AbortSignal): Promise<string> {
    const { context } = this.#tools;
    await context.host.files.makeDirectory(config.logDirectory, { mode: 0o755 });
    try {
      return await context.runtime.runPodSandbox(config, signal);
    } catch (error) {
      signal.throwIfAborted();
      const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = ${messageOf(error)}`;
      throw new SyncError("FailedCreatePodSandBox", message, { cause: error });
    }
  }

  async #writeHosts(pod: Pod, podIPs: readonly string[]): Promise<void> {
    const { host, settings } = this.#tools.context;
    const path = `${settings.podDirectory(pod.metadata.uid)}/etc-hosts`;
    const hostFile = pod.spec.hostNetwork ? await host.files.read("/etc/hosts") : undefined;
    const hostText = hostFile ? new TextDecoder().decode(hostFile) : "";
    await host.files.write(path, hostsFile({ pod, podIPs, clusterDomain: settings.dns.domain, hostText }), {
      mode: 0o644,
    });
  }

  async #startAll(
    all: { readonly pod: Pod; readonly wanted: PodPlan; readonly place: Place; readonly mounted: MountedVolumes },
    signal: AbortSignal,
  ): Promise<boolean> {
    let started = false;
    for (const start of all.wanted.start) started = (await this.#startOne(all, start, signal)) || started;
    return started;
  }

  async #startOne(
    { pod, place, mounted }: { readonly pod: Pod; readonly place: Place; readonly mounted: MountedVolumes },
    start: StartContainer,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { context, images, objects, nodeFacts } = this.#tools;
    const { name } = start.container;
    const { hostIPs, allocatable, memoryBytes } = nodeFacts();
    const input = {
      pod,
      start,
      sandboxId: place.id,
      sandboxConfig: place.config,
      podIP: place.podIPs[0] ?? "",
      facts: { hostIPs, podIPs: place.podIPs, allocatable },
      volumes: mounted,
      nodeMemoryBytes: memoryBytes,
    };
    try {
      if (start.backoff) this.#backoff.next(start.backoff.key, start.backoff.failedMs, context.clock.now());
      await startContainer({ context, images, objects }, input, signal);
      this.#startErrors.delete(name);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof SyncError ? error.reason : "RunContainerError";
      const changed = this.#startErrors.get(name)?.reason !== reason;
      this.#startErrors.set(name, { reason, message: messageOf(error) });
      context.log.warn("Container not started", {
        pod: describePod(pod),
        container: name,
        reason,
        error: messageOf(error),
      });
      // A new reason is worth a report; what exists of the container shows in the next pass.
      return changed;
    }
  }

  /** Removes what the status no longer needs: all but the newest end of each container, and empty old sandboxes. */
  async #prune(runtime: PodRuntime, signal: AbortSignal): Promise<boolean> {
    const kept = new Set<string>();
    let removed = false;
    for (const container of runtime.containers) {
      if (container.state === "Running") continue;
      const { name } = container.metadata;
      if (!kept.has(name)) {
        kept.add(name);
        continue;
      }
      await this.#tools.context.runtime.removeContainer(container.id, signal);
      removed = true;
    }
    for (const sandbox of runtime.sandboxes.slice(1)) {
      if (sandbox.state === "Ready" || runtime.containers.some((each) => each.sandboxId === sandbox.id)) continue;
      await this.#tools.context.runtime.removePodSandbox(sandbox.id, signal);
      removed = true;
    }
    return removed;
  }

  async #endPod(signal: AbortSignal): Promise<void> {
    const { context, prober } = this.#tools;
    this.#stage = "ending";
    prober.stopJudging(this.#pod.metadata.uid);
    const runtime = await this.#observer.observe(signal);
    const pod = this.current();
    if (isRunning(runtime)) this.#report(runtime, new Map(), { over: false });
    await killPod(context, { pod, runtime, graceSeconds: gracePeriodSeconds(pod) }, signal);
    const left = await this.#observer.observe(signal);
    if (isRunning(left)) throw new Error("containers still run after the pod was killed");
    prober.forget(pod.metadata.uid);
    // A record that was complete before this kubelet started says more than what is left of the pod.
    if (!this.#status && isPodTerminal(this.#pod)) this.#status = this.#pod.status;
    else this.#report(left, new Map(), { over: true });
    this.#settling = left.lookAgainAtMs !== undefined;
    // From here on no look that began earlier may tell of what ran then.
    this.#stage = "cleaning";
    this.#dirty = true;
  }

  async #clean(): Promise<void> {
    const { context, volumes, objects, images } = this.#tools;
    const pod = this.#pod;
    await volumes.remove(pod.metadata.uid);
    await context.host.cgroups.remove(podCgroup(context.settings.cgroupRoot, pod));
    objects.release(pod.metadata.uid);
    images.forget(pod.metadata.uid);
    this.#stage = "ended";
    this.#dirty = true;
  }

  /** The pod's record is told that it may go; once it is gone, so is everything here. */
  async #afterEnd(signal: AbortSignal): Promise<void> {
    const { context, statuses, recordOf, gone } = this.#tools;
    const pod = this.#pod;
    if (!this.#removed) {
      const record = recordOf(pod);
      if (record && this.#status) statuses.set(record, this.#status, { finished: true });
      return this.#lookAfterEnd(signal);
    }
    const runtime = await this.#observer.observe(signal);
    for (const each of runtime.containers) await unlessGone(context.runtime.removeContainer(each.id, signal));
    for (const each of runtime.sandboxes) await unlessGone(context.runtime.removePodSandbox(each.id, signal));
    const { namespace, name, uid } = pod.metadata;
    await context.host.files.remove(`${context.settings.podLogsDirectory}/${namespace}_${name}_${uid}`);
    statuses.forget(uid);
    this.#stage = "gone";
    gone(uid);
  }

  /** An end may turn out to be another one, and a start that was under way may get through after all. */
  async #lookAfterEnd(signal: AbortSignal): Promise<void> {
    const runtime = await this.#observer.observe(signal);
    if (isRunning(runtime)) {
      this.#stage = "ending";
      this.#dirty = true;
      return;
    }
    if (this.#settling) this.#report(runtime, new Map(), { over: true });
    const { lookAgainAtMs } = runtime;
    this.#settling = lookAgainAtMs !== undefined;
    if (lookAgainAtMs !== undefined) this.#wakeIn(Math.max(0, lookAgainAtMs - this.#tools.context.clock.now()));
  }

  /** Tells of containers that have ended while others are still being stopped. */
  #refresh(): void {
    this.#tools.context.scope.spawn("refresh pod status", async (signal) => {
      const runtime = await this.#observer.observe(signal).catch(() => NOTHING_RUNS);
      if (this.#stage === "ending" && runtime !== NOTHING_RUNS) this.#report(runtime, new Map(), { over: false });
    });
  }
}

interface Place {
  readonly id: string;
  readonly config: SandboxConfig;
  readonly podIPs: readonly string[];
}

const DEADLINE: Verdict = {
  reason: "DeadlineExceeded",
  message: "Pod was active on the node longer than the specified deadline",
};

const OWN_CONDITIONS = new Set([
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
]);
