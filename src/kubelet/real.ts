import type { ComponentContext } from "../runtime/index.ts";
import { GrpcRuntime, streamOpener } from "./cri/index.ts";
import {
  type Containerd,
  cniConfig,
  enableBridgeFilter,
  enableForwarding,
  ensureContainerd,
  findProgram,
  HostError,
  linuxHost,
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
  /** Adds the images of an OCI archive to the runtime. */
  importImage(archive: Uint8Array): Promise<void>;
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
  const runtime = new GrpcRuntime(endpoint ?? containerd!.socket, streamOpener(clock));
  scope.defer(() => runtime.close());
  if (containerd && !(await runtime.imageStatus(PAUSE_IMAGE, scope.signal)))
    await containerd.importImage(pauseImage(architecture));
  const kubelet = await runKubelet(
    component,
    { runtime, host, ...parts },
    {
      ...options,
      cgroupRoot: cgroupRoot(options),
      ...(containerd ? { onPodCidr: (podCidr: string) => writeNetwork(containerd, options, podCidr) } : {}),
    },
  );
  return {
    ...kubelet,
    importImage(archive) {
      if (containerd) return containerd.importImage(archive);
      throw new HostError(
        "unsupported",
        "import image: a runtime that isn't the kubelet's own gets its images by itself",
      );
    },
  };
}

async function writeNetwork(containerd: Containerd, options: RealKubeletOptions, podCidr: string): Promise<void> {
  await enableForwarding();
  const config = cniConfig({
    podCidr,
    bridge: bridgeName(options.containerdDirectory),
    stateDirectory: containerd.cniStateDirectory,
    iptables: findProgram("iptables") !== undefined,
    bridgeFilter: await enableBridgeFilter(),
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

/** Ends every pod of a kubelet's own containerd, then containerd, and takes their mounts, bridge and cgroups away. */
export async function removeRealNode(
  { clock }: Pick<ComponentContext, "clock">,
  options: Pick<RealKubeletOptions, "containerdDirectory" | "dataDirectory" | "cgroupRoot">,
  signal: AbortSignal,
): Promise<void> {
  const host = await linuxHost();
  if (await host.files.stat(`${options.containerdDirectory}/containerd.pid`)) {
    const containerd = await ensureContainerd(
      { directory: options.containerdDirectory, sandboxImage: PAUSE_IMAGE, clock },
      signal,
    );
    const runtime = new GrpcRuntime(containerd.socket, streamOpener(clock));
    for (const sandbox of await runtime.listPodSandboxes({}, signal)) {
      const containers = await runtime.listContainers({ sandboxId: sandbox.id }, signal);
      await Promise.all(containers.map(({ id }) => runtime.stopContainer(id, GRACE_SECONDS, signal)));
      await runtime.stopPodSandbox(sandbox.id, signal);
      await runtime.removePodSandbox(sandbox.id, signal);
    }
    await runtime.close();
  }
  await stopContainerd(options.containerdDirectory, clock);
  for (const point of [...(await host.mounts.below(options.dataDirectory))].reverse()) await host.mounts.unmount(point);
  await host.links.remove(bridgeName(options.containerdDirectory));
  // Processes leave their cgroups a moment after they have ended.
  const root = cgroupRoot(options);
  for (let tries = 0; tries < CGROUP_TRIES; tries++) {
    await host.cgroups.remove(root);
    if (!(await host.cgroups.list("")).includes(root.slice(1))) break;
    await clock.sleep(CGROUP_RETRY_MS, signal);
  }
}

const GRACE_SECONDS = 2;
const CGROUP_TRIES = 50;
const CGROUP_RETRY_MS = 50;
