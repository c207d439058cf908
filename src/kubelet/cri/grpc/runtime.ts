import type { Duplex } from "../../../net/index.ts";
import { CriError, unlessGone } from "../errors.ts";
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
  ImageAuth,
  LinuxResources,
  Runtime,
  RuntimeCondition,
  RuntimeVersion,
  Sandbox,
  SandboxConfig,
  SandboxFilter,
  SandboxStatus,
  StreamRequest,
  StreamSession,
} from "../types.ts";
import { CriChannel } from "./channel.ts";
import type { Message } from "./codec.ts";
import {
  fromContainer,
  fromContainerStatus,
  fromImage,
  fromSandbox,
  fromSandboxStatus,
  fromStats,
  toContainerConfig,
  toContainerState,
  toResources,
  toSandboxConfig,
} from "./convert.ts";

/** Opens the streams that exec, attach and port-forward answer with. */
export interface StreamOpener {
  session(url: string, request: StreamRequest, signal: AbortSignal): Promise<StreamSession>;
  port(url: string, port: number, signal: AbortSignal): Promise<Duplex>;
}

/** A runtime behind a CRI v1 socket, such as containerd. */
export class GrpcRuntime implements Runtime {
  readonly #channel: CriChannel;
  readonly #streams: StreamOpener;

  constructor(socketPath: string, streams: StreamOpener) {
    this.#channel = new CriChannel(socketPath);
    this.#streams = streams;
  }

  async close(): Promise<void> {
    this.#channel.close();
  }

  async version(signal: AbortSignal): Promise<RuntimeVersion> {
    const answer = await this.#runtime("Version", { version: "v1" }, signal);
    return {
      runtimeName: answer.runtime_name as string,
      runtimeVersion: answer.runtime_version as string,
      runtimeApiVersion: answer.runtime_api_version as string,
    };
  }

  async status(signal: AbortSignal): Promise<readonly RuntimeCondition[]> {
    const { status } = await this.#runtime("Status", {}, signal);
    return ((status as Message | undefined)?.conditions ?? []) as readonly RuntimeCondition[];
  }

  async runPodSandbox(config: SandboxConfig, signal: AbortSignal): Promise<string> {
    const answer = await this.#runtime("RunPodSandbox", { config: toSandboxConfig(config) }, signal);
    return answer.pod_sandbox_id as string;
  }

  async stopPodSandbox(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#runtime("StopPodSandbox", { pod_sandbox_id: id }, signal));
  }

  async removePodSandbox(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#runtime("RemovePodSandbox", { pod_sandbox_id: id }, signal));
  }

  async podSandboxStatus(id: string, signal: AbortSignal): Promise<SandboxStatus> {
    const { status } = await this.#runtime("PodSandboxStatus", { pod_sandbox_id: id }, signal);
    if (!status) throw new CriError("not-found", `sandbox ${id} has no status`);
    return fromSandboxStatus(status as Message);
  }

  async listPodSandboxes(filter: SandboxFilter, signal: AbortSignal): Promise<readonly Sandbox[]> {
    const { id, state, labels } = filter;
    const wanted = state && { state: state === "Ready" ? "SANDBOX_READY" : "SANDBOX_NOTREADY" };
    const answer = await this.#runtime(
      "ListPodSandbox",
      { filter: { id, state: wanted, label_selector: labels } },
      signal,
    );
    return (answer.items as readonly Message[]).map(fromSandbox);
  }

  async createContainer(request: CreateContainerRequest, signal: AbortSignal): Promise<string> {
    const { sandboxId, config, sandboxConfig } = request;
    const message = {
      pod_sandbox_id: sandboxId,
      config: toContainerConfig(config),
      sandbox_config: toSandboxConfig(sandboxConfig),
    };
    const answer = await this.#runtime("CreateContainer", message, signal);
    return answer.container_id as string;
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    await this.#runtime("StartContainer", { container_id: id }, signal);
  }

  async stopContainer(id: string, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#runtime("StopContainer", { container_id: id, timeout: timeoutSeconds }, signal));
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(this.#runtime("RemoveContainer", { container_id: id }, signal));
  }

  async listContainers(filter: ContainerFilter, signal: AbortSignal): Promise<readonly ContainerSummary[]> {
    const answer = await this.#runtime("ListContainers", { filter: toFilter(filter) }, signal);
    return (answer.containers as readonly Message[]).map(fromContainer);
  }

  async containerStatus(id: string, signal: AbortSignal): Promise<ContainerStatus> {
    const { status } = await this.#runtime("ContainerStatus", { container_id: id }, signal);
    if (!status) throw new CriError("not-found", `container ${id} has no status`);
    return fromContainerStatus(status as Message);
  }

  async updateContainerResources(id: string, resources: LinuxResources, signal: AbortSignal): Promise<void> {
    await this.#runtime("UpdateContainerResources", { container_id: id, linux: toResources(resources) }, signal);
  }

  async reopenContainerLog(id: string, signal: AbortSignal): Promise<void> {
    await this.#runtime("ReopenContainerLog", { container_id: id }, signal);
  }

  async execSync(
    id: string,
    command: readonly string[],
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<ExecResult> {
    const answer = await this.#runtime("ExecSync", { container_id: id, cmd: command, timeout: timeoutSeconds }, signal);
    return {
      stdout: answer.stdout as Uint8Array,
      stderr: answer.stderr as Uint8Array,
      exitCode: answer.exit_code as number,
    };
  }

  async exec(request: ExecRequest, signal: AbortSignal): Promise<StreamSession> {
    const { containerId, command, ...pipes } = request;
    const answer = await this.#runtime("Exec", { container_id: containerId, cmd: command, ...pipes }, signal);
    return this.#streams.session(answer.url as string, request, signal);
  }

  async attach(request: StreamRequest, signal: AbortSignal): Promise<StreamSession> {
    const { containerId, ...pipes } = request;
    const answer = await this.#runtime("Attach", { container_id: containerId, ...pipes }, signal);
    return this.#streams.session(answer.url as string, request, signal);
  }

  async portForward(sandboxId: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const answer = await this.#runtime("PortForward", { pod_sandbox_id: sandboxId, port: [port] }, signal);
    return this.#streams.port(answer.url as string, port, signal);
  }

  async listContainerStats(filter: ContainerFilter, signal: AbortSignal): Promise<readonly ContainerStats[]> {
    const { id, sandboxId, labels } = filter;
    const wanted = { id, pod_sandbox_id: sandboxId, label_selector: labels };
    const answer = await this.#runtime("ListContainerStats", { filter: wanted }, signal);
    return (answer.stats as readonly Message[]).map(fromStats);
  }

  async updateRuntimeConfig(podCidr: string, signal: AbortSignal): Promise<void> {
    const runtime_config = { network_config: { pod_cidr: podCidr } };
    await this.#runtime("UpdateRuntimeConfig", { runtime_config }, signal);
  }

  async listImages(signal: AbortSignal): Promise<readonly Image[]> {
    const answer = await this.#images("ListImages", {}, signal);
    return (answer.images as readonly Message[]).map(fromImage);
  }

  async imageStatus(image: string, signal: AbortSignal): Promise<Image | undefined> {
    const answer = await this.#images("ImageStatus", { image: { image } }, signal);
    return answer.image ? fromImage(answer.image as Message) : undefined;
  }

  async pullImage(image: string, auth: ImageAuth | undefined, signal: AbortSignal): Promise<string> {
    const message = {
      image: { image },
      ...(auth
        ? {
            auth: {
              username: auth.username,
              password: auth.password,
              auth: auth.auth,
              server_address: auth.serverAddress,
              identity_token: auth.identityToken,
              registry_token: auth.registryToken,
            },
          }
        : {}),
    };
    const answer = await this.#images("PullImage", message, signal);
    return answer.image_ref as string;
  }

  async removeImage(image: string, signal: AbortSignal): Promise<void> {
    await this.#images("RemoveImage", { image: { image } }, signal);
  }

  async imageFsInfo(signal: AbortSignal): Promise<readonly FilesystemUsage[]> {
    const answer = await this.#images("ImageFsInfo", {}, signal);
    return (answer.image_filesystems as readonly Message[]).map((each) => ({
      mountpoint: ((each.fs_id as Message | undefined)?.mountpoint as string) ?? "",
      usedBytes: ((each.used_bytes as Message | undefined)?.value as number) ?? 0,
      inodesUsed: ((each.inodes_used as Message | undefined)?.value as number) ?? 0,
    }));
  }

  #runtime(method: string, request: Message, signal: AbortSignal): Promise<Message> {
    return this.#channel.call("RuntimeService", method, request, signal);
  }

  #images(method: string, request: Message, signal: AbortSignal): Promise<Message> {
    return this.#channel.call("ImageService", method, request, signal);
  }
}

function toFilter({ id, sandboxId, state, labels }: ContainerFilter): Message {
  return {
    id,
    pod_sandbox_id: sandboxId,
    state: state && { state: toContainerState(state) },
    label_selector: labels,
  };
}
