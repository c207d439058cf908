import type { ContainerStatus, Runtime, SandboxStatus } from "../cri/index.ts";
import { unlessGone } from "../cri/index.ts";
import type { HostFiles } from "../host/index.ts";
import { ANNOTATION_MESSAGE_PATH, ANNOTATION_MESSAGE_POLICY, LABEL_POD_UID } from "../pod/names.ts";
import type { ObservedContainer, PodRuntime } from "./observed.ts";

const MESSAGE_BYTES_MAX = 4096;
const LOG_TAIL_BYTES = 2048;
const LOG_TAIL_LINES = 80;

/**
 * Reads one pod's state from the runtime. What can't change any more (an ended container, a stopped sandbox) is asked for
 * once.
 */
export class PodObserver {
  readonly #runtime: Runtime;
  readonly #files: HostFiles;
  readonly #podUid: string;
  #containers = new Map<string, ObservedContainer>();
  #sandboxes = new Map<string, SandboxStatus>();

  constructor(runtime: Runtime, files: HostFiles, podUid: string) {
    this.#runtime = runtime;
    this.#files = files;
    this.#podUid = podUid;
  }

  async observe(signal: AbortSignal): Promise<PodRuntime> {
    const labels = { [LABEL_POD_UID]: this.#podUid };
    const sandboxes = await this.#observeSandboxes(labels, signal);
    const containers = await this.#observeContainers(labels, signal);
    return { sandboxes, containers };
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
      if (known?.state === summary.state && known.state !== "Created") {
        seen.set(summary.id, known);
        continue;
      }
      const status = await unlessGone(this.#runtime.containerStatus(summary.id, signal));
      if (!status) continue;
      const message = status.state === "Exited" ? await this.#endMessage(status) : status.message;
      seen.set(summary.id, { ...status, message, sandboxId: summary.sandboxId });
    }
    this.#containers = seen;
    return [...seen.values()].sort((a, b) => b.metadata.attempt - a.metadata.attempt || b.createdAtMs - a.createdAtMs);
  }

  /** What the container left as its last word, or the end of its log where it asked for that. */
  async #endMessage(status: ContainerStatus): Promise<string> {
    const path = status.annotations[ANNOTATION_MESSAGE_PATH];
    const mount = status.mounts.find((each) => path !== "" && each.containerPath === path);
    const content = mount && (await this.#files.read(mount.hostPath));
    const text = content ? new TextDecoder().decode(content.subarray(0, MESSAGE_BYTES_MAX)) : "";
    if (text !== "") return text;
    const fallback = status.annotations[ANNOTATION_MESSAGE_POLICY] === "FallbackToLogsOnError";
    if (fallback && status.exitCode !== 0) return this.#logTail(status.logPath);
    return status.message;
  }

  async #logTail(path: string): Promise<string> {
    const info = await this.#files.stat(path);
    if (!info) return "";
    const from = Math.max(0, info.sizeBytes - LOG_TAIL_BYTES * 2);
    const text = new TextDecoder().decode(await this.#files.readRange(path, from, LOG_TAIL_BYTES * 2));
    const lines = text.split("\n").filter((line) => line !== "");
    const bare = lines.slice(-LOG_TAIL_LINES).map((line) => line.replace(/^\S+ \S+ [FP] /, ""));
    return `${bare.join("\n")}\n`.slice(-LOG_TAIL_BYTES);
  }
}
