import type { Clock, Timer } from "../../base/index.ts";
import type { Container, Pod } from "../../api/index.ts";
import type { KubeletEvents } from "../api.ts";
import { fieldPathOf } from "../pod/names.ts";
import { type PodRuntime, latest } from "../sync/observed.ts";
import type { ProbeResult, ProbeView } from "../sync/plan.ts";
import { type ProbeOutcome, type ProbeTools, runProbe } from "./run-probe.ts";

type Probe = NonNullable<Container["livenessProbe"]>;
type Kind = "liveness" | "readiness" | "startup";

const KINDS: readonly Kind[] = ["startup", "liveness", "readiness"];
const WORDS: Readonly<Record<Kind, string>> = { liveness: "Liveness", readiness: "Readiness", startup: "Startup" };
/** As much of a probe's output as an event carries. */
const OUTPUT_LENGTH_MAX = 10 * 1024;
const TRIES_MAX = 3;

interface Watcher {
  readonly kind: Kind;
  readonly probe: Probe;
  pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  podIP: string;
  readonly stop: AbortController;
  result: ProbeResult;
  /** Outcomes of the same kind in a row. */
  streak: number;
  lastHealthy: boolean | undefined;
  timer: Timer | undefined;
}

/** Probes the running containers of this node, each at its own pace, and keeps what it found. */
export class Prober implements ProbeView {
  readonly #clock: Clock;
  readonly #tools: ProbeTools;
  readonly #events: KubeletEvents;
  readonly #changed: (podUid: string) => void;
  readonly #watchers = new Map<string, Watcher>();

  constructor(options: {
    readonly clock: Clock;
    readonly tools: ProbeTools;
    readonly events: KubeletEvents;
    readonly changed: (podUid: string) => void;
  }) {
    this.#clock = options.clock;
    this.#tools = options.tools;
    this.#events = options.events;
    this.#changed = options.changed;
  }

  liveness(containerId: string): ProbeResult {
    return this.#watchers.get(`${containerId}/liveness`)?.result ?? "unknown";
  }
  readiness(containerId: string): ProbeResult {
    return this.#watchers.get(`${containerId}/readiness`)?.result ?? "unknown";
  }
  startup(containerId: string): ProbeResult {
    return this.#watchers.get(`${containerId}/startup`)?.result ?? "unknown";
  }

  /** Probes exactly the running containers of the pod from now on. */
  sync(pod: Pod, runtime: PodRuntime): void {
    const running = new Set<string>();
    for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
      const status = latest(runtime, container.name);
      if (status?.state !== "Running") continue;
      running.add(status.id);
      const podIP = pod.spec.hostNetwork ? (pod.status.hostIP ?? "127.0.0.1") : (runtime.sandboxes[0]?.ips[0] ?? "");
      for (const kind of KINDS) {
        const probe = container[`${kind}Probe`];
        if (probe)
          this.#watch({ pod, container, containerId: status.id, podIP, kind, probe, startedAtMs: status.startedAtMs });
      }
    }
    this.#stopWhere((each) => each.pod.metadata.uid === pod.metadata.uid && !running.has(each.containerId));
  }

  /** Ends liveness and startup probes of a pod that is being ended; readiness goes on until its containers end. */
  stopJudging(podUid: string): void {
    this.#stopWhere((each) => each.pod.metadata.uid === podUid && each.kind !== "readiness");
  }

  forget(podUid: string): void {
    this.#stopWhere((each) => each.pod.metadata.uid === podUid);
  }

  close(): void {
    this.#stopWhere(() => true);
  }

  #stopWhere(matches: (watcher: Watcher) => boolean): void {
    for (const [key, watcher] of this.#watchers) {
      if (!matches(watcher)) continue;
      watcher.timer?.cancel();
      watcher.stop.abort(new Error("probe stopped"));
      this.#watchers.delete(key);
    }
  }

  #watch(target: {
    readonly pod: Pod;
    readonly container: Container;
    readonly containerId: string;
    readonly podIP: string;
    readonly kind: Kind;
    readonly probe: Probe;
    readonly startedAtMs: number;
  }): void {
    const key = `${target.containerId}/${target.kind}`;
    const known = this.#watchers.get(key);
    if (known) {
      known.pod = target.pod;
      known.podIP = target.podIP;
      return;
    }
    const { startedAtMs, ...rest } = target;
    const watcher: Watcher = {
      ...rest,
      stop: new AbortController(),
      result: this.#before(target),
      streak: 0,
      lastHealthy: undefined,
      timer: undefined,
    };
    this.#watchers.set(key, watcher);
    const firstMs = startedAtMs + (target.probe.initialDelaySeconds ?? 0) * 1000;
    this.#arm(watcher, Math.max(0, firstMs - this.#clock.now()));
  }

  /** A container that was ready before the kubelet restarted stays so until its probe says otherwise. */
  #before({
    pod,
    container,
    containerId,
    kind,
  }: {
    pod: Pod;
    container: Container;
    containerId: string;
    kind: Kind;
  }): ProbeResult {
    const all = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
    const known = all.find((each) => each.name === container.name && each.containerID?.endsWith(`//${containerId}`));
    if (kind === "readiness") return known?.ready ? "success" : "failure";
    if (kind === "startup") return known?.started ? "success" : "unknown";
    return "success";
  }

  #arm(watcher: Watcher, delayMs: number): void {
    watcher.timer = this.#clock.timer(delayMs, () => {
      this.#tick(watcher).catch(() => {});
    });
  }

  async #tick(watcher: Watcher): Promise<void> {
    if (watcher.stop.signal.aborted) return;
    const periodMs = (watcher.probe.periodSeconds || 10) * 1000;
    const startedMs = this.#clock.now();
    const started = !watcher.container.startupProbe || this.startup(watcher.containerId) === "success";
    const wanted = watcher.kind === "startup" ? !started : started;
    if (wanted) await this.#ask(watcher);
    // A container that failed for good is ended; there is nothing to ask until another takes its place.
    const judged = watcher.kind !== "readiness" && watcher.result === "failure";
    const finished = watcher.kind === "startup" && watcher.result === "success";
    if (watcher.stop.signal.aborted || judged || finished) return;
    this.#arm(watcher, Math.max(0, startedMs + periodMs - this.#clock.now()));
  }

  async #ask(watcher: Watcher): Promise<void> {
    const { healthy, output, errored } = await this.#askUntilTold(watcher);
    if (watcher.stop.signal.aborted) return;
    const said = errored ? "errored and resulted in unknown state" : "failed";
    if (!healthy) this.#report(watcher, `${WORDS[watcher.kind]} probe ${said}: ${output}`);
    if (errored) return;
    watcher.streak = watcher.lastHealthy === healthy ? watcher.streak + 1 : 1;
    watcher.lastHealthy = healthy;
    const threshold = healthy ? watcher.probe.successThreshold || 1 : watcher.probe.failureThreshold || 3;
    if (watcher.streak < threshold) return;
    const result = healthy ? "success" : "failure";
    if (watcher.result === result) return;
    watcher.result = result;
    this.#changed(watcher.pod.metadata.uid);
  }

  /** A question that went wrong by itself is asked again at once. */
  async #askUntilTold(watcher: Watcher): Promise<ProbeOutcome> {
    let outcome = await runProbe(watcher.probe, watcher, this.#tools, watcher.stop.signal);
    for (let tries = 1; outcome.errored && tries < TRIES_MAX; tries++)
      outcome = await runProbe(watcher.probe, watcher, this.#tools, watcher.stop.signal);
    return outcome;
  }

  #report(watcher: Watcher, message: string): void {
    this.#events.pod(watcher.pod, {
      type: "Warning",
      reason: "Unhealthy",
      message: message.slice(0, OUTPUT_LENGTH_MAX),
      fieldPath: fieldPathOf(watcher.pod, watcher.container.name),
    });
  }
}
