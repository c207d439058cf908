import { type Clock, formatMicroTime, type Random, seededRandom } from "../../../base/index.ts";
import type { Duplex } from "../../../net/index.ts";
import { type MemoryHost, type Reached, refused } from "../../host/index.ts";
import { CriError } from "../errors.ts";
import type {
  ContainerFilter,
  ContainerStats,
  ContainerStatus,
  ContainerSummary,
  CreateContainerRequest,
  ExecRequest,
  ExecResult,
  FilesystemUsage,
  Image,
  LinuxResources,
  Runtime,
  RuntimeCondition,
  RuntimeListener,
  RuntimeVersion,
  Sandbox,
  SandboxConfig,
  SandboxFilter,
  SandboxStatus,
  StreamRequest,
  StreamSession,
} from "../types.ts";
import { AddressPool } from "./addresses.ts";
import { Pipe, runCommand, runSession } from "./commands.ts";
import {
  ContainerEngine,
  type ContainerRecord,
  hasLabels,
  hasPort,
  isServing,
  KILLED_BY_KILL,
  knownStatus,
} from "./container.ts";
import { respond } from "./http.ts";
import { httpConnection } from "./http-connection.ts";
import { behaviourOf, type ImageScript } from "./script.ts";

/** What containers of an image do unless their pod's annotation says otherwise, and how pulling it goes. */
export interface ImageBehaviour extends ImageScript {
  /** How long a pull takes. Default 0. */
  readonly pullMs?: number;
  /** Pulling fails with this message. */
  readonly pullError?: string;
  readonly sizeBytes?: number;
}

export interface MemoryRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Logs and mounted files are here; the host's probes are answered from the containers. */
  readonly host: MemoryHost;
  /** Behaviour by image name, with or without its tag. */
  readonly images?: Readonly<Record<string, ImageBehaviour>>;
  /** Pod addresses before the node's pod CIDR is known. */
  readonly podCidr?: string;
}

interface SandboxRecord {
  status: SandboxStatus;
  readonly config: SandboxConfig;
}

/**
 * A runtime whose containers are scripted state machines on the clock. It is the reference for what the kubelet expects of
 * any runtime, and what every simulated node runs on.
 */
export class MemoryRuntime implements Runtime {
  readonly #options: MemoryRuntimeOptions;
  readonly #sandboxes = new Map<string, SandboxRecord>();
  readonly #containers = new Map<string, ContainerRecord>();
  readonly #images = new Map<string, Image>();
  readonly #listeners = new Set<RuntimeListener>();
  readonly #engine: ContainerEngine;
  #addresses: AddressPool | undefined;
  #podCidr: string | undefined;
  /** Sandboxes by address, for probes. */
  readonly #byAddress = new Map<string, SandboxRecord>();

  constructor(options: MemoryRuntimeOptions, from?: MemoryRuntime) {
    this.#options = options;
    this.#engine = new ContainerEngine(options.clock, {
      log: (record, stream, text) => this.#log(record, stream, text),
      exited: (record) => this.#exited(record),
    });
    if (options.podCidr !== undefined) this.#setPodCidr(options.podCidr);
    if (from) this.#copy(from);
    options.host.connectNetwork({ reach: (host, port) => this.reach(host, port) });
  }

  /** An independent runtime in the same state, on another clock that shows the same time. */
  fork(options: Pick<MemoryRuntimeOptions, "clock" | "random" | "host">): MemoryRuntime {
    return new MemoryRuntime({ ...this.#options, ...options }, this);
  }

  #copy(from: MemoryRuntime): void {
    for (const [id, record] of from.#sandboxes) this.#sandboxes.set(id, { ...record });
    for (const [name, image] of from.#images) this.#images.set(name, image);
    for (const [address, record] of from.#byAddress)
      this.#byAddress.set(address, this.#sandboxes.get(record.status.id)!);
    this.#podCidr = from.#podCidr;
    if (from.#podCidr) this.#addresses = new AddressPool(from.#podCidr, from.#addresses?.state());
    for (const [id, record] of from.#containers) {
      const copy = { ...record };
      this.#containers.set(id, copy);
      this.#engine.resume(copy);
    }
  }

  subscribe(listener: RuntimeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#engine.stopTimers();
    this.#listeners.clear();
  }

  async version(): Promise<RuntimeVersion> {
    return { runtimeName: "memory", runtimeVersion: "1.0.0", runtimeApiVersion: "v1" };
  }

  async status(): Promise<readonly RuntimeCondition[]> {
    const networkReady = this.#addresses !== undefined;
    return [
      { type: "RuntimeReady", status: true, reason: "", message: "" },
      networkReady
        ? { type: "NetworkReady", status: true, reason: "", message: "" }
        : {
            type: "NetworkReady",
            status: false,
            reason: "NetworkPluginNotReady",
            message: "Network plugin returns error: cni plugin not initialized",
          },
    ];
  }

  async updateRuntimeConfig(podCidr: string): Promise<void> {
    if (podCidr !== this.#podCidr) this.#setPodCidr(podCidr);
  }

  #setPodCidr(podCidr: string): void {
    this.#podCidr = podCidr;
    this.#addresses = new AddressPool(podCidr);
  }

  async runPodSandbox(config: SandboxConfig): Promise<string> {
    const { metadata } = config;
    for (const { status } of this.#sandboxes.values())
      if (status.metadata.uid === metadata.uid && status.metadata.attempt === metadata.attempt)
        throw new CriError("unknown", `failed to reserve sandbox name: name is reserved for "${status.id}"`);
    const hostNetwork = config.security.namespaces.network === "Node";
    const address = hostNetwork ? undefined : this.#addresses?.take();
    if (!hostNetwork && address === undefined)
      throw new CriError("unknown", "failed to setup network for sandbox: no IP addresses available in range set");
    const id = this.#newId();
    const status: SandboxStatus = {
      id,
      metadata,
      state: "Ready",
      createdAtMs: this.#options.clock.now(),
      labels: config.labels,
      annotations: config.annotations,
      ips: address === undefined ? [] : [address],
      network: config.security.namespaces.network,
    };
    const record = { status, config };
    this.#sandboxes.set(id, record);
    if (address !== undefined) this.#byAddress.set(address, record);
    this.#changed(status.metadata.uid);
    return id;
  }

  async stopPodSandbox(id: string): Promise<void> {
    const record = this.#sandboxes.get(id);
    if (!record || record.status.state === "NotReady") return;
    for (const container of this.#inSandbox(id))
      if (container.status.state === "Running") this.#engine.exit(container, KILLED_BY_KILL);
    for (const address of record.status.ips) {
      this.#addresses?.release(address);
      this.#byAddress.delete(address);
    }
    record.status = { ...record.status, state: "NotReady", ips: [] };
    this.#changed(record.status.metadata.uid);
  }

  async removePodSandbox(id: string): Promise<void> {
    const record = this.#sandboxes.get(id);
    if (!record) return;
    await this.stopPodSandbox(id);
    for (const container of this.#inSandbox(id)) this.#containers.delete(container.status.id);
    this.#sandboxes.delete(id);
    this.#changed(record.status.metadata.uid);
  }

  async podSandboxStatus(id: string): Promise<SandboxStatus> {
    return this.#sandbox(id).status;
  }

  async listPodSandboxes(filter: SandboxFilter): Promise<readonly Sandbox[]> {
    const found: Sandbox[] = [];
    for (const { status } of this.#sandboxes.values()) {
      if (filter.id !== undefined && filter.id !== status.id) continue;
      if (filter.state !== undefined && filter.state !== status.state) continue;
      if (hasLabels(status.labels, filter.labels)) found.push(status);
    }
    return found;
  }

  async createContainer({ sandboxId, config }: CreateContainerRequest): Promise<string> {
    const sandbox = this.#sandbox(sandboxId);
    if (sandbox.status.state !== "Ready")
      throw new CriError("failed-precondition", `sandbox container "${sandboxId}" is not running`);
    const image = this.#images.get(canonicalImage(config.image)) ?? this.#imageById(config.image);
    if (!image) throw new CriError("not-found", `failed to get image "${config.image}": not found`);
    const id = this.#newId();
    const { logDirectory } = sandbox.config;
    const logFile = logDirectory !== "" && config.logPath !== "" ? `${logDirectory}/${config.logPath}` : "";
    const status: ContainerStatus = {
      id,
      metadata: config.metadata,
      state: "Created",
      createdAtMs: this.#options.clock.now(),
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      image: config.userSpecifiedImage,
      imageRef: image.repoDigests[0] ?? image.id,
      imageId: image.id,
      reason: "",
      message: "",
      labels: config.labels,
      annotations: config.annotations,
      mounts: config.mounts,
      logPath: logFile,
    };
    this.#containers.set(id, {
      status,
      sandboxId,
      behaviour: behaviourOf(config, sandbox.config, this.#imageBehaviour(config.userSpecifiedImage)),
      env: config.env,
      logFile,
      position: 0,
      wakeAtMs: undefined,
      endsAtMs: undefined,
    });
    return id;
  }

  async startContainer(id: string): Promise<void> {
    const record = this.#container(id);
    if (record.status.state !== "Created")
      throw new CriError("failed-precondition", `container "${id}" is in ${record.status.state.toUpperCase()} state`);
    const { startError } = record.behaviour.script;
    if (startError !== undefined) {
      this.#engine.exit(record, 128);
      record.status = { ...record.status, reason: "StartError", message: startError };
      throw new CriError("unknown", startError);
    }
    if (record.logFile !== "") this.#options.host.files.append(record.logFile, "");
    this.#engine.start(record);
    this.#changed(this.#podOf(record));
  }

  async stopContainer(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    const record = this.#containers.get(id);
    if (!record || record.status.state === "Exited") return;
    if (record.status.state === "Running" && timeoutSeconds > 0) {
      this.#engine.terminate(record);
      await this.#engine.waitForExit(record, timeoutSeconds * 1000, signal);
    }
    this.#engine.exit(record, KILLED_BY_KILL);
  }

  async removeContainer(id: string): Promise<void> {
    const record = this.#containers.get(id);
    if (!record) return;
    if (record.status.state === "Running") this.#engine.exit(record, KILLED_BY_KILL);
    this.#containers.delete(id);
    this.#changed(this.#podOf(record));
  }

  async listContainers(filter: ContainerFilter): Promise<readonly ContainerSummary[]> {
    const found: ContainerSummary[] = [];
    for (const { status, sandboxId } of this.#matching(filter))
      found.push({
        id: status.id,
        sandboxId,
        metadata: status.metadata,
        state: status.state,
        createdAtMs: status.createdAtMs,
        image: status.image,
        imageRef: status.imageRef,
        labels: status.labels,
        annotations: status.annotations,
      });
    return found;
  }

  async containerStatus(id: string): Promise<ContainerStatus> {
    return knownStatus(this.#container(id), this.#options.clock.now());
  }

  async updateContainerResources(id: string, _resources: LinuxResources): Promise<void> {
    this.#container(id);
  }

  async reopenContainerLog(id: string): Promise<void> {
    if (this.#container(id).status.state !== "Running")
      throw new CriError("unknown", `container "${id}" is not running`);
  }

  async execSync(
    id: string,
    command: readonly string[],
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<ExecResult> {
    const record = this.#running(id);
    const late = new AbortController();
    const message = `failed to exec in container: timeout ${timeoutSeconds}s exceeded: context deadline exceeded`;
    const timer =
      timeoutSeconds > 0
        ? this.#options.clock.timer(timeoutSeconds * 1000, () => late.abort(new CriError("deadline-exceeded", message)))
        : undefined;
    try {
      return await runCommand(this.#place(record), command, AbortSignal.any([signal, late.signal]));
    } finally {
      timer?.cancel();
    }
  }

  async exec(request: ExecRequest, signal: AbortSignal): Promise<StreamSession> {
    return runSession(this.#place(this.#running(request.containerId)), request, signal);
  }

  async attach(request: StreamRequest, signal: AbortSignal): Promise<StreamSession> {
    const record = this.#running(request.containerId);
    const stdin = new Pipe();
    const stdout = new Pipe();
    const ended = this.#engine.waitForExit(record, Number.MAX_SAFE_INTEGER, signal).then(
      () => ({ type: "exited", exitCode: record.status.exitCode }) as const,
      () => ({ type: "failed", message: "attach closed" }) as const,
    );
    return {
      ...(request.stdin ? { stdin } : {}),
      ...(request.stdout ? { stdout } : {}),
      resize: async () => {},
      ended: ended.finally(() => stdout.finish()),
      close: () => stdout.finish(),
    };
  }

  async portForward(sandboxId: string, port: number): Promise<Duplex> {
    const reached = this.#reachIn([this.#sandbox(sandboxId)], { host: "127.0.0.1", port });
    if (reached.type === "failed") throw new CriError("unknown", reached.message);
    return httpConnection(async (request) => {
      const response = await reached.answer(request);
      if (response.afterMs > 0) await this.#options.clock.sleep(response.afterMs);
      return response;
    });
  }

  async listContainerStats(filter: ContainerFilter): Promise<readonly ContainerStats[]> {
    return this.#matching(filter)
      .filter((record) => record.status.state === "Running")
      .map(({ status }) => ({
        id: status.id,
        labels: status.labels,
        atMs: this.#options.clock.now(),
        // A simulated container uses a hundredth of a core and 10 MiB.
        cpuCoreNanoseconds: (this.#options.clock.now() - status.startedAtMs) * 10_000,
        memoryWorkingSetBytes: 10 * 1024 * 1024,
        writableLayerBytes: 0,
      }));
  }

  async listImages(): Promise<readonly Image[]> {
    return [...this.#images.values()];
  }

  async imageStatus(image: string): Promise<Image | undefined> {
    return this.#images.get(canonicalImage(image)) ?? this.#imageById(image);
  }

  async pullImage(image: string, _auth: unknown, signal: AbortSignal): Promise<string> {
    const behaviour = this.#imageBehaviour(image);
    if (behaviour?.pullMs) await this.#options.clock.sleep(behaviour.pullMs, signal);
    const name = canonicalImage(image);
    const host = name.split("/")[0]!;
    const error =
      behaviour?.pullError ??
      (host.endsWith(".invalid") // A name that never resolves (RFC 2606) fails here as it does for real.
        ? `failed to pull and unpack image "${name}": failed to resolve reference "${name}": dial tcp: lookup ${host}: no such host`
        : undefined);
    if (error !== undefined) throw new CriError("unknown", error);
    const made = this.#makeImage(name, behaviour?.sizeBytes ?? 1024 * 1024);
    this.#images.set(name, made);
    return made.id;
  }

  async removeImage(image: string): Promise<void> {
    const found = await this.imageStatus(image);
    for (const tag of found?.repoTags ?? []) this.#images.delete(tag);
  }

  async imageFsInfo(): Promise<readonly FilesystemUsage[]> {
    const usedBytes = [...this.#images.values()].reduce((sum, image) => sum + image.sizeBytes, 0);
    return [{ mountpoint: "/var/lib/containerd", usedBytes, inodesUsed: this.#images.size }];
  }

  #makeImage(name: string, sizeBytes: number): Image {
    const digest = seededRandom(name).bytes(32);
    const id = `sha256:${hex(digest)}`;
    const repository = name.replace(/[:@][^/]*$/, "");
    return { id, repoTags: [name], repoDigests: [`${repository}@${id}`], sizeBytes, username: "", pinned: false };
  }

  #imageById(id: string): Image | undefined {
    if (!id.startsWith("sha256:")) return undefined;
    for (const image of this.#images.values()) if (image.id === id) return image;
    return undefined;
  }

  #imageBehaviour(image: string): ImageBehaviour | undefined {
    const table = this.#options.images;
    return table?.[image] ?? table?.[image.replace(/[:@][^/]*$/, "")];
  }

  #sandbox(id: string): SandboxRecord {
    const record = this.#sandboxes.get(id);
    if (!record) throw new CriError("not-found", `an error occurred when try to find sandbox "${id}": not found`);
    return record;
  }

  #container(id: string): ContainerRecord {
    const record = this.#containers.get(id);
    if (!record) throw new CriError("not-found", `an error occurred when try to find container "${id}": not found`);
    return record;
  }

  #running(id: string): ContainerRecord {
    const record = this.#container(id);
    if (record.status.state !== "Running")
      throw new CriError("failed-precondition", `container is in CONTAINER_${record.status.state.toUpperCase()} state`);
    return record;
  }

  #place(record: ContainerRecord) {
    const sandbox = this.#sandbox(record.sandboxId);
    return {
      record,
      hostname: this.#hostnameOf(sandbox.config),
      files: this.#options.host.files,
      clock: this.#options.clock,
    };
  }

  /** On the node's network a pod has the node's name. */
  #hostnameOf({ hostname }: SandboxConfig): string {
    return hostname || this.#options.host.hostname;
  }

  #inSandbox(sandboxId: string): ContainerRecord[] {
    return [...this.#containers.values()].filter((record) => record.sandboxId === sandboxId);
  }

  #matching(filter: ContainerFilter): ContainerRecord[] {
    return [...this.#containers.values()].filter(
      ({ status, sandboxId }) =>
        (filter.id === undefined || filter.id === status.id) &&
        (filter.sandboxId === undefined || filter.sandboxId === sandboxId) &&
        (filter.state === undefined || filter.state === status.state) &&
        hasLabels(status.labels, filter.labels),
    );
  }

  #log(record: ContainerRecord, stream: "stdout" | "stderr", text: string): void {
    if (record.logFile === "") return;
    const at = `${formatMicroTime(this.#options.clock.now()).slice(0, -1)}000Z`;
    this.#options.host.files.append(record.logFile, `${at} ${stream} F ${text}\n`);
  }

  #exited(record: ContainerRecord): void {
    const message = record.behaviour.script.terminationMessage;
    const mount =
      message === undefined
        ? undefined
        : record.status.mounts.find((each) => each.containerPath === terminationPath(record));
    if (mount && message !== undefined) void this.#options.host.files.write(mount.hostPath, message);
    this.#changed(this.#podOf(record));
  }

  #podOf(record: ContainerRecord): string {
    return record.status.labels["io.kubernetes.pod.uid"] ?? "";
  }

  #changed(podUid: string): void {
    for (const listener of this.#listeners) listener(podUid);
  }

  #newId(): string {
    return hex(this.#options.random.bytes(32));
  }

  /** Whether an address is this machine's, or one of those that its pods get. */
  hasAddress(host: string): boolean {
    return this.#options.host.addresses.includes(host) || (this.#addresses?.includes(host) ?? false);
  }

  /** What a connection finds at an address of this machine or of one of its pods, now. */
  reach(host: string, port: number): Reached {
    const isOwn = LOOPBACK.has(host) || this.#options.host.addresses.includes(host);
    const sandbox = this.#byAddress.get(host);
    const sandboxes = isOwn ? this.#onHostNetwork() : sandbox ? [sandbox] : [];
    return this.#reachIn(sandboxes, { host, port });
  }

  #onHostNetwork(): SandboxRecord[] {
    return [...this.#sandboxes.values()].filter(({ status }) => status.state === "Ready" && status.network === "Node");
  }

  /**
   * A simulated pod listens on every port while one of its containers serves: the one that has the port, or else the first
   * that doesn't say which ones it has.
   */
  #reachIn(sandboxes: readonly SandboxRecord[], { host, port }: { host: string; port: number }): Reached {
    const now = this.#options.clock.now();
    const records = sandboxes.flatMap((sandbox) => this.#inSandbox(sandbox.status.id));
    const running = records.filter((record) => record.status.state === "Running");
    const owner = running.find((record) => hasPort(record, port));
    const answering = owner ?? running.find((record) => isServing(record, now) && !record.behaviour.script.ports);
    if (!answering || !isServing(answering, now)) return refused(host, port);
    const { config } = this.#sandbox(answering.sandboxId);
    const { name, namespace } = config.metadata;
    const { script, serve } = answering.behaviour;
    return {
      type: "reached",
      answer: (request) =>
        respond(
          { http: script.http, serve },
          { ...request, port, pod: { namespace, name }, container: answering.status.metadata.name },
          this.#hostnameOf(config),
        ),
    };
  }
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

function terminationPath(record: ContainerRecord): string {
  return record.status.annotations["io.kubernetes.container.terminationMessagePath"] ?? "/dev/termination-log";
}

/** The full name that a short one stands for: docker.io/library/NAME:latest. */
export function canonicalImage(image: string): string {
  const [first, ...rest] = image.split("/");
  const hasHost = rest.length > 0 && (first!.includes(".") || first!.includes(":") || first === "localhost");
  const path = hasHost ? image : rest.length > 0 ? `docker.io/${image}` : `docker.io/library/${image}`;
  return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
