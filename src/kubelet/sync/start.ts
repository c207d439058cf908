import { messageOf } from "../../base/index.ts";
import type { Container, Pod, Secret, Service } from "../../api/index.ts";
import type { Image, Mount, SandboxConfig } from "../cri/index.ts";
import { SyncError } from "../errors.ts";
import type { Images } from "../images/images.ts";
import type { KubeletContext } from "../options.ts";
import { parseEnvFile } from "../pod/env-file.ts";
import { buildEnvironment, environmentFiles, environmentReferences, type FileReference } from "../pod/environment.ts";
import { expandStrictly } from "../pod/expand.ts";
import type { PodFacts } from "../pod/field-ref.ts";
import { fieldPathOf, LABEL_CONTAINER_NAME, LABEL_POD_UID } from "../pod/names.ts";
import { containerConfig } from "../pod/runtime-config.ts";
import { verifyNonRoot } from "../pod/security.ts";
import type { ObjectCache } from "../volumes/object-cache.ts";
import type { MountedVolumes } from "../volumes/volumes.ts";
import { runHook } from "./hooks.ts";
import { killContainer } from "./kill.ts";
import type { StartContainer } from "./plan.ts";

/** Reasons of the image's: events name them, since what went wrong has had an event of its own. */
const IMAGE_REASON = /^(ErrImage|ImagePull|ImageInspect|InvalidImageName)/;

/** What a container is started with, beside its own specification. */
export interface StartInput {
  readonly pod: Pod;
  readonly start: StartContainer;
  readonly sandboxId: string;
  readonly sandboxConfig: SandboxConfig;
  readonly podIP: string;
  readonly facts: PodFacts;
  readonly volumes: MountedVolumes;
  readonly nodeMemoryBytes: number;
}

export interface StartTools {
  readonly context: KubeletContext;
  readonly images: Images;
  readonly objects: ObjectCache;
}

/** Pulls, creates and starts one container and runs its postStart hook. Throws a SyncError with the reason to show. */
export async function startContainer(tools: StartTools, input: StartInput, signal: AbortSignal): Promise<void> {
  const { context } = tools;
  const { pod, start } = input;
  const fieldPath = fieldPathOf(pod, start.container.name);
  const warn = (message: string) => context.events.pod(pod, { type: "Warning", reason: "Failed", message, fieldPath });
  try {
    const image = await pullFor(tools, input, fieldPath, signal);
    const config = await configFor(tools, input, image, signal);
    const id = await createFor(context, input, config, signal);
    context.events.pod(pod, { type: "Normal", reason: "Created", message: "Container created", fieldPath });
    await context.runtime.startContainer(id, signal).catch((error) => {
      signal.throwIfAborted();
      throw new SyncError("RunContainerError", messageOf(error), { cause: error });
    });
    context.events.pod(pod, { type: "Normal", reason: "Started", message: "Container started", fieldPath });
    await postStart(context, input, id, signal);
  } catch (error) {
    if (error instanceof SyncError && error.reason !== "PostStartHookError") {
      const isImage = IMAGE_REASON.test(error.reason);
      warn(`Error: ${isImage ? error.reason : error.message}`);
    }
    throw error;
  }
}

async function pullFor(tools: StartTools, input: StartInput, fieldPath: string, signal: AbortSignal): Promise<Image> {
  const { pod, start } = input;
  const pullSecrets: Secret[] = [];
  for (const { name } of pod.spec.imagePullSecrets ?? []) {
    const secret = name ? await tools.objects.secret(pod, name, signal) : undefined;
    if (secret) pullSecrets.push(secret);
  }
  return tools.images.ensure({ pod, container: start.container, fieldPath, pullSecrets }, signal);
}

async function configFor(tools: StartTools, input: StartInput, image: Image, signal: AbortSignal) {
  const { pod, start, nodeMemoryBytes } = input;
  const { container, attempt } = start;
  try {
    verifyNonRoot(pod, container, image);
    const environment = await environmentFor(tools, input, signal);
    const mounts = await mountsFor(tools.context, input, environment);
    const targetId = await targetOf(tools.context, pod, container, signal);
    return containerConfig({ pod, container, attempt, image, environment, mounts, nodeMemoryBytes, targetId });
  } catch (error) {
    signal.throwIfAborted();
    throw new SyncError("CreateContainerConfigError", messageOf(error), { cause: error });
  }
}

/** The container whose processes an ephemeral one is to see. */
async function targetOf(
  { runtime }: KubeletContext,
  pod: Pod,
  container: Container,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ephemeral = pod.spec.ephemeralContainers?.find((each) => each.name === container.name);
  const target = ephemeral?.targetContainerName;
  if (!target) return undefined;
  const labels = { [LABEL_POD_UID]: pod.metadata.uid, [LABEL_CONTAINER_NAME]: target };
  const [running] = await runtime.listContainers({ labels, state: "Running" }, signal);
  if (!running) throw new Error(`unable to find target container ${target}`);
  return running.id;
}

async function environmentFor({ context, objects }: StartTools, input: StartInput, signal: AbortSignal) {
  const { pod, facts, volumes } = input;
  const { container } = input.start;
  const configMaps = new Map();
  const secrets = new Map();
  for (const { kind, name } of environmentReferences(container)) {
    if (kind === "ConfigMap") configMaps.set(name, await objects.configMap(pod, name, signal));
    else secrets.set(name, await objects.secret(pod, name, signal));
  }
  const files = new Map<string, ReadonlyMap<string, string>>();
  const keyOf = ({ volumeName, path }: FileReference) => `${volumeName}/${path}`;
  for (const reference of environmentFiles(container)) {
    const text = await readBelow(context, volumes.get(reference.volumeName), reference.path);
    if (text !== undefined) files.set(keyOf(reference), parseEnvFile(text));
  }
  const sources = {
    configMap: (name: string) => configMaps.get(name),
    secret: (name: string) => secrets.get(name),
    file: (reference: FileReference) => files.get(keyOf(reference)),
  };
  const services = await servicesFor(context, pod, signal);
  return buildEnvironment({ pod, container, sources, services, facts });
}

/** A file of a volume, which may not lead out of it. */
async function readBelow(context: KubeletContext, root: string | undefined, path: string): Promise<string | undefined> {
  if (root === undefined) return undefined;
  const { files } = context.host;
  const bytes = await files.read(await files.resolveBelow(root, path));
  return bytes && new TextDecoder().decode(bytes);
}

/** The API server's own service always; those of the pod's namespace unless it doesn't want them. */
async function servicesFor(context: KubeletContext, pod: Pod, signal: AbortSignal): Promise<readonly Service[]> {
  const { namespace } = pod.metadata;
  const shared = await context.api.listServices("default", signal);
  const kubernetes = shared.filter((each) => each.metadata.name === "kubernetes");
  if (pod.spec.enableServiceLinks === false) return kubernetes;
  const own = namespace === "default" ? shared : await context.api.listServices(namespace, signal);
  return [...kubernetes, ...own.filter((each) => !kubernetes.includes(each))];
}

async function mountsFor(
  context: KubeletContext,
  input: StartInput,
  environment: ReadonlyMap<string, string>,
): Promise<Mount[]> {
  const { pod, start, volumes } = input;
  const { container, attempt } = start;
  const directory = context.settings.podDirectory(pod.metadata.uid);
  const mounts: Mount[] = [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const source = volumes.get(mount.name);
    if (source === undefined)
      throw new Error(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    const subPath = mount.subPathExpr ? expandStrictly(mount.subPathExpr, environment) : (mount.subPath ?? "");
    const target = `${directory}/volume-subpaths/${mount.name}/${container.name}/${index}`;
    const hostPath = subPath === "" ? source : await bindSubPath(context, source, subPath, target);
    mounts.push({
      containerPath: mount.mountPath,
      hostPath,
      readOnly: mount.readOnly ?? false,
      propagation: propagationOf(mount.mountPropagation),
      ...(mount.recursiveReadOnly === "Enabled" ? { recursiveReadOnly: true } : {}),
    });
  }
  const taken = (path: string) => mounts.some((each) => each.containerPath === path);
  if (!taken("/etc/hosts"))
    mounts.push({
      containerPath: "/etc/hosts",
      hostPath: `${directory}/etc-hosts`,
      readOnly: false,
      propagation: "Private",
    });
  const messagePath = container.terminationMessagePath ?? "";
  if (messagePath !== "" && !taken(messagePath)) {
    const file = `${directory}/containers/${container.name}/${attempt}`;
    await context.host.files.makeDirectory(`${directory}/containers/${container.name}`, { mode: 0o755 });
    await context.host.files.write(file, "", { mode: 0o666 });
    mounts.push({ containerPath: messagePath, hostPath: file, readOnly: false, propagation: "Private" });
  }
  return mounts;
}

function propagationOf(text: string | undefined): Mount["propagation"] {
  return text === "HostToContainer" || text === "Bidirectional" ? text : "Private";
}

/** A part of a volume, mounted on a place of its own so that nobody can swap what it points to afterwards. */
async function bindSubPath(context: KubeletContext, volume: string, subPath: string, target: string): Promise<string> {
  if (subPath.startsWith("/") || subPath.split("/").includes(".."))
    throw new Error(`error SubPath '${subPath}' must not be absolute or contain '..'`);
  const { files, mounts } = context.host;
  const real = await files.resolveBelow(volume, subPath).catch((error) => {
    throw new Error(`failed to prepare subPath for volumeMount: ${messageOf(error)}`, { cause: error });
  });
  const info = await files.stat(real);
  if (!info) await files.makeDirectory(real, { mode: 0o750 });
  const points = await mounts.below(target);
  if (points.includes(target)) await mounts.unmount(target);
  await files.makeDirectory(target.slice(0, target.lastIndexOf("/")), { mode: 0o750 });
  if (!info || info.type === "directory") await files.makeDirectory(target, { mode: 0o750 });
  else await files.write(target, "", { mode: 0o640 });
  await mounts.bind(real, target);
  return target;
}

async function createFor(
  context: KubeletContext,
  input: StartInput,
  config: Parameters<KubeletContext["runtime"]["createContainer"]>[0]["config"],
  signal: AbortSignal,
): Promise<string> {
  const { sandboxId, sandboxConfig } = input;
  await context.host.files.makeDirectory(`${sandboxConfig.logDirectory}/${config.metadata.name}`, { mode: 0o755 });
  try {
    return await context.runtime.createContainer({ sandboxId, config, sandboxConfig }, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new SyncError("CreateContainerError", messageOf(error), { cause: error });
  }
}

async function postStart(context: KubeletContext, input: StartInput, id: string, signal: AbortSignal): Promise<void> {
  const { pod, start, podIP } = input;
  const { container } = start;
  const handler = container.lifecycle?.postStart;
  if (!handler) return;
  try {
    await runHook(context, { handler, pod, container, containerId: id, podIP }, signal);
  } catch (error) {
    signal.throwIfAborted();
    const fieldPath = fieldPathOf(pod, container.name);
    context.events.pod(pod, {
      type: "Warning",
      reason: "FailedPostStartHook",
      message: "PostStartHook failed",
      fieldPath,
    });
    const found = await context.runtime.containerStatus(id, signal);
    const status = { ...found, sandboxId: input.sandboxId, observedAtMs: context.clock.now() };
    const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? 30;
    await killContainer(context, { pod, status, podIP, graceSeconds, message: "FailedPostStartHook" }, signal);
    throw new SyncError("PostStartHookError", messageOf(error), { cause: error });
  }
}
