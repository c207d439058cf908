import type { Clock } from "../base/index.ts";
import type { ComponentContext } from "../runtime/index.ts";
import { GrpcRuntime, streamOpener, untilImageKnown, untilServing } from "./cri/index.ts";
import {
  type Containerd,
  cniConfig,
  enableBridgeFilter,
  enableForwarding,
  ensureContainerd,
  findProgram,
  type Host,
  HostError,
  linuxHost,
  removeCniTraces,
  stopContainerd,
  writeCniConfig,
} from "./host/index.ts";
import { type Kubelet, type KubeletParts, runKubelet } from "./kubelet.ts";
import type { KubeletOptions } from "./options.ts";
import { PAUSE_IMAGE, pauseImage } from "./pause/index.ts";
import { fingerprint } from "./pod/hash.ts";

export interface RealKubeletOptions extends KubeletOptions {
  /** unix:///path of a runtime to use; without it the kubelet runs a containerd of its own. */
  readonly containerRuntimeEndpoint?: string;
  /** Where that containerd lives. */
  readonly containerdDirectory: string;
}

export interface RealKubelet extends Kubelet {
  /** Adds the image of an OCI archive to the runtime. Resolves once pods can use it by that name. */
  importImage(name: string, archive: Uint8Array): Promise<void>;
}

/** Runs the pods of this machine on containerd. Resolves once the node is registered. */
export async function startRealKubelet(
  component: ComponentContext,
  options: RealKubeletOptions,
  parts: Pick<KubeletParts, "api" | "events"> = {},
): Promise<RealKubelet> {
  const { clock, scope } = component;
  const host = await linuxHost();
  const { architecture } = await host.facts();
  if (architecture !== "amd64" && architecture !== "arm64")
    throw new HostError("unsupported", `start kubelet: ${architecture} is not supported, amd64 and arm64 are`);
  const endpoint = options.containerRuntimeEndpoint?.replace(/^unix:\/\//, "");
  const containerd =
    endpoint === undefined
      ? await ensureContainerd(
          { directory: options.containerdDirectory, sandboxImage: PAUSE_IMAGE, clock },
          scope.signal,
        )
      : undefined;
  const socket = endpoint ?? containerd!.socket;
  const runtime = new GrpcRuntime(socket, streamOpener(clock));
  scope.defer(() => runtime.close());
  const wait = { clock, endpoint: socket, signal: scope.signal };
  await untilServing(runtime, wait);
  const importImage = async (name: string, archive: Uint8Array) => {
    if (!containerd)
      throw new HostError(
        "unsupported",
        "import image: a runtime that isn't the kubelet's own gets its images by itself",
      );
    await containerd.importImage(archive);
    await untilImageKnown(runtime, name, wait);
  };
  if (containerd && !(await runtime.imageStatus(PAUSE_IMAGE, scope.signal)))
    await importImage(PAUSE_IMAGE, pauseImage(architecture));
  const kubelet = await runKubelet(
    component,
    { runtime, host, ...parts },
    {
      ...options,
      cgroupRoot: cgroupRoot(options),
      ...(containerd && { onPodCidr: (podCidr: string) => writeNetwork(host, { containerd, options, podCidr }) }),
    },
  );
  return { ...kubelet, importImage };
}

async function writeNetwork(
  host: Host,
  { containerd, options, podCidr }: { containerd: Containerd; options: RealKubeletOptions; podCidr: string },
): Promise<void> {
  await enableForwarding();
  const bridge = bridgeName(options.containerdDirectory);
  const bridgeFilter = await enableBridgeFilter();
  if (bridgeFilter) await host.links.ensureBridge(bridge, options.containerdDirectory);
  const config = cniConfig({
    podCidr,
    bridge,
    stateDirectory: containerd.cniStateDirectory,
    iptables: findProgram("iptables") !== undefined,
    bridgeFilter,
  });
  await writeCniConfig(containerd.cniConfDirectory, config);
}

/** Each data directory has its own bridge, so that clusters on one machine don't meet. */
export function bridgeName(containerdDirectory: string): string {
  return `nav${fingerprint(containerdDirectory)}`;
}

/** All pods of a data directory are below one cgroup, which goes with them. */
function cgroupRoot(options: Pick<RealKubeletOptions, "cgroupRoot" | "containerdDirectory">): string {
  return options.cgroupRoot || `/${bridgeName(options.containerdDirectory)}`;
}

/** A bridge of another kubelet of ours; whose, if it says so. */
export interface ForeignBridge {
  readonly name: string;
  readonly containerdDirectory: string | undefined;
}

/** Bridges that kubelets with other directories have on this machine, running or not. */
export async function foreignBridges(containerdDirectory: string): Promise<readonly ForeignBridge[]> {
  const { links } = await linuxHost();
  const own = bridgeName(containerdDirectory);
  return (await links.bridges())
    .filter(({ name }) => BRIDGE_NAME.test(name) && name !== own)
    .map(({ name, alias }) => ({ name, containerdDirectory: alias }));
}

/** Ends every pod of a kubelet's own containerd, then containerd, and takes their mounts, bridge and cgroups away. */
export async function removeRealNode(
  { clock, log }: Pick<ComponentContext, "clock" | "log">,
  options: Pick<RealKubeletOptions, "containerdDirectory" | "dataDirectory" | "cgroupRoot">,
  signal: AbortSignal,
): Promise<void> {
  const host = await linuxHost();
  const { containerdDirectory, dataDirectory } = options;
  if (await host.files.stat(`${containerdDirectory}/containerd.pid`)) {
    // What containerd can't end in order is ended below, without asking.
    await removePods({ directory: containerdDirectory, clock, signal }).catch((error) =>
      log.warn("Removing pods in order failed", { error }),
    );
  }
  const root = cgroupRoot(options);
  await host.cgroups.kill(root);
  await stopContainerd(containerdDirectory, clock);
  for (const point of [...(await host.mounts.below(dataDirectory))].reverse()) await host.mounts.unmount(point);
  const network = bridgeName(containerdDirectory);
  await removeCniTraces({ network, stateDirectory: `${containerdDirectory}/cni/networks` });
  await host.links.remove(network);
  // Processes leave their cgroups a moment after they have ended.
  for (let tries = 0; tries < CGROUP_TRIES; tries++) {
    await host.cgroups.remove(root);
    if (!(await host.cgroups.list("")).includes(root.slice(1))) break;
    await clock.sleep(CGROUP_RETRY_MS, signal);
  }
}

async function removePods(node: {
  readonly directory: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { directory, clock, signal } = node;
  const containerd = await ensureContainerd({ directory, sandboxImage: PAUSE_IMAGE, clock }, signal);
  const runtime = new GrpcRuntime(containerd.socket, streamOpener(clock));
  try {
    await untilServing(runtime, { clock, endpoint: containerd.socket, signal });
    for (const sandbox of await runtime.listPodSandboxes({}, signal)) {
      const containers = await runtime.listContainers({ sandboxId: sandbox.id }, signal);
      await Promise.all(containers.map(({ id }) => runtime.stopContainer(id, GRACE_SECONDS, signal)));
      await runtime.stopPodSandbox(sandbox.id, signal);
      await runtime.removePodSandbox(sandbox.id, signal);
    }
  } finally {
    await runtime.close();
  }
}

const BRIDGE_NAME = /^nav[0-9a-f]{1,8}$/;
const GRACE_SECONDS = 2;
const CGROUP_TRIES = 50;
const CGROUP_RETRY_MS = 50;
