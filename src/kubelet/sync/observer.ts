import type { Clock } from "../../base/index.ts";
import { type ContainerStatus, type Runtime, type SandboxStatus, unlessGone } from "../cri/index.ts";
import type { Host } from "../host/index.ts";
import { ANNOTATION_MESSAGE_PATH, ANNOTATION_MESSAGE_POLICY, LABEL_POD_UID } from "../pod/names.ts";
import type { ObservedContainer, PodRuntime } from "./observed.ts";
import { isUnsettled, lookAgainAtMs, OUT_OF_MEMORY } from "./settling.ts";

const MESSAGE_BYTES_MAX = 4096;
const LOG_TAIL_BYTES = 2048;
const LOG_TAIL_LINES = 80;

export interface PodObserverOptions {
  readonly runtime: Runtime;
  readonly host: Pick<Host, "files" | "killedForMemory">;
  readonly clock: Clock;
  readonly podUid: string;
}

/**
 * Reads one pod's state from the runtime. What can't change any more (an ended container that is settled, a stopped
 * sandbox) is asked for once.
 */
export class PodObserver {
  readonly #runtime: Runtime;
  readonly #host: PodObserverOptions["host"];
  readonly #clock: Clock;
  readonly #podUid: string;
  #containers = new Map<string, ObservedContainer>();
  #sandboxes = new Map<string, SandboxStatus>();

  constructor({ runtime, host, clock, podUid }: PodObserverOptions) {
    this.#runtime = runtime;
    this.#host = host;
    this.#clock = clock;
    this.#podUid = podUid;
  }

  async observe(signal: AbortSignal): Promise<PodRuntime> {
    const labels = { [LABEL_POD_UID]: this.#podUid };
    const sandboxes = await this.#observeSandboxes(labels, signal);
    const containers = await this.#observeContainers(labels, signal);
    const againAtMs = lookAgainAtMs(containers);
    return { sandboxes, containers, ...(againAtMs === undefined ? {} : { lookAgainAtMs: againAtMs }) };
  }

  async #observeSandboxes(labels: Record<string, string>, signal: AbortSignal): Promise<readonly SandboxStatus[]> {
    const seen = new Map<string, SandboxStatus>();
    for (const sandbox of await this.#runtime.listPodSandboxes({ labels }, signal)) {
      const known = this.#sandboxes.get(sandbox.id);
      const same =
        known?.state === sandbox.state &&
        (known.network === "Node" || known.ips.length > 0 || known.state === "NotReady");
      const status = same ? known : await unlessGone(this.#runtime.podSandboxStatus(sandbox.id, signal));
      if (status) seen.set(sandbox.id, status);
    }
    this.#sandboxes = seen;
    return [...seen.values()].sort((a, b) => b.metadata.attempt - a.metadata.attempt || b.createdAtMs - a.createdAtMs);
  }

  async #observeContainers(labels: Record<string, string>, signal: AbortSignal): Promise<readonly ObservedContainer[]> {
    const seen = new Map<string, ObservedContainer>();
    for (const summary of await this.#runtime.listContainers({ labels }, signal)) {
      const known = this.#containers.get(summary.id);
      if (known?.state === summary.state && known.state !== "Created" && !isUnsettled(known)) {
        seen.set(summary.id, known);
        continue;
      }
      const status = await unlessGone(this.#runtime.containerStatus(summary.id, signal));
      if (!status) continue;
      const observed = { ...status, sandboxId: summary.sandboxId, observedAtMs: this.#clock.now() };
      seen.set(summary.id, status.state === "Exited" ? await this.#withEnd(observed) : observed);
    }
    this.#containers = seen;
    return [...seen.values()].sort((a, b) => b.metadata.attempt - a.metadata.attempt || b.createdAtMs - a.createdAtMs);
  }

  /** With what the container left, and what the kernel says of its end where the runtime doesn't know better. */
  async #withEnd(observed: ObservedContainer): Promise<ObservedContainer> {
    const message = await this.#endMessage(observed);
    const killed = isUnsettled(observed) && (await this.#host.killedForMemory(observed.id));
    return { ...observed, message, reason: killed ? OUT_OF_MEMORY : observed.reason };
  }

  /** What the container left as its last word, or the end of its log where it asked for that. */
  async #endMessage(status: ContainerStatus): Promise<string> {
    const path = status.annotations[ANNOTATION_MESSAGE_PATH];
    const mount = status.mounts.find((each) => path !== "" && each.containerPath === path);
    const content = mount && (await this.#host.files.read(mount.hostPath));
    const text = content ? new TextDecoder().decode(content.subarray(0, MESSAGE_BYTES_MAX)) : "";
    if (text !== "") return text;
    const fallback = status.annotations[ANNOTATION_MESSAGE_POLICY] === "FallbackToLogsOnError";
    if (fallback && status.exitCode !== 0) return this.#logTail(status.logPath);
    return status.message;
  }

  async #logTail(path: string): Promise<string> {
    const info = await this.#host.files.stat(path);
    if (!info) return "";
    const from = Math.max(0, info.sizeBytes - LOG_TAIL_BYTES * 2);
    const text = new TextDecoder().decode(await this.#host.files.readRange(path, from, LOG_TAIL_BYTES * 2));
    const lines = text.split("\n").filter((line) => line !== "");
    const bare = lines.slice(-LOG_TAIL_LINES).map((line) => line.replace(/^\S+ \S+ [FP] /, ""));
    return `${bare.join("\n")}\n`.slice(-LOG_TAIL_BYTES);
  }
}
