import { hostname } from "node:os";
import { join } from "node:path";
import {
  createSimulation,
  type Kubelet,
  kubeletHandler,
  type KubeletOptions,
  type Simulation,
  startRealKubelet,
  startSimulatedKubelet,
} from "../../kubelet/index.ts";
import type { ApiResponse, Handler } from "../../net/index.ts";
import { localAddress } from "../network/addresses.ts";
import { ConfigError } from "../errors.ts";
import { type KubeletFlags, readFlagFile } from "../flags/index.ts";
import { nodeIdentity } from "../identities.ts";
import { type ComponentEnvironment, contextOf, given, type RunningComponent } from "./environment.ts";
import { withConfigFile } from "./kubelet-config.ts";
import { listenFor, servingTls } from "./serving.ts";

const PORT = 10250;
const ROOT_DIRECTORY = "/var/lib/navarch/kubelet";

/** Starts the kubelet of a node in a process of its own: it serves over TLS. Resolves once the node is registered. */
export async function startKubeletComponent(
  given: KubeletFlags,
  environment: ComponentEnvironment,
): Promise<RunningComponent> {
  const flags = withConfigFile(given);
  refuseForSimulated(flags);
  const nodeName = nodeNameOf(flags);
  const context = contextOf(environment, { name: "kubelet", identity: nodeIdentity(nodeName), flags });
  const host = flags.address ?? "0.0.0.0";
  // The node says where its kubelet serves, so the port is taken before there is anything to serve.
  const door: { handler: Handler } = { handler: async () => NOT_READY };
  const clientCa = flags["client-ca-file"];
  const listener = await listenFor(environment, {
    host,
    port: flags.port ?? PORT,
    tls: {
      ...servingTls(flags, nodeName, environment),
      ...(clientCa !== undefined && { ca: readFlagFile("client-ca-file", clientCa) }),
    },
    handler: (request) => door.handler(request),
  });
  const nodeIPs = flags["node-ip"] ?? [host === "0.0.0.0" || host === "::" ? localAddress() : host];
  const options = { ...kubeletOptions(flags), nodeName, nodeIPs, port: listener.port };
  const kubelet = flags.simulated
    ? await startSimulated(options, context, environment)
    : await startReal(options, flags, context);
  door.handler = kubeletHandler(kubelet);
  return { ready: Promise.resolve() };
}

function refuseForSimulated(flags: KubeletFlags): void {
  const odd = (["root-dir", "container-runtime-endpoint"] as const).find((name) => flags[name] !== undefined);
  if (flags.simulated && odd) throw new ConfigError(`read --${odd}: a simulated node has no machine, wanted without`);
}

const NOT_READY: ApiResponse = { status: 503, headers: {}, body: { type: "none" } };

/** The name of the node that the flags describe. */
export function nodeNameOf(flags: KubeletFlags): string {
  return (flags["hostname-override"] ?? hostname()).toLowerCase();
}

/** What the flags say, in the kubelet's words; the same for all kinds of nodes. */
export function kubeletOptions(flags: KubeletFlags): Omit<KubeletOptions, "nodeName" | "dataDirectory"> {
  return given({
    nodeIPs: flags["node-ip"],
    nodeLabels: flags["node-labels"],
    registerNode: flags["register-node"],
    registerWithTaints: flags["register-with-taints"]?.map(parseTaint),
    providerID: flags["provider-id"],
    staticPodPath: flags["pod-manifest-path"],
    fileCheckFrequencyMs: flags["file-check-frequency"],
    maxPods: flags["max-pods"],
    clusterDNS: flags["cluster-dns"],
    clusterDomain: flags["cluster-domain"],
    resolvConf: flags["resolv-conf"],
    cgroupRoot: flags["cgroup-root"],
    kubeReserved: flags["kube-reserved"],
    systemReserved: flags["system-reserved"],
    nodeStatusUpdateFrequencyMs: flags["node-status-update-frequency"],
    syncFrequencyMs: flags["sync-frequency"],
  });
}

function parseTaint(text: string): { key: string; value?: string; effect: string } {
  const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text);
  if (!match)
    throw new ConfigError(`read --register-with-taints: got ${JSON.stringify(text)}, wanted KEY=VALUE:EFFECT`);
  return { key: match[1]!, ...(match[2] && { value: match[2] }), effect: match[3]! };
}

type Options = Omit<KubeletOptions, "dataDirectory">;
type Context = ReturnType<typeof contextOf>;

function startSimulated(options: Options, context: Context, { clock, random }: ComponentEnvironment): Promise<Kubelet> {
  const { nodeName, nodeIPs = [] } = options;
  const simulation: Simulation = createSimulation({ clock, random }, { nodeName, machine: { addresses: nodeIPs } });
  return startSimulatedKubelet(context, { ...options, simulation });
}

function startReal(options: Options, flags: KubeletFlags, context: Context): Promise<Kubelet> {
  const root = flags["root-dir"] ?? ROOT_DIRECTORY;
  return startRealKubelet(context, {
    ...options,
    dataDirectory: root,
    containerdDirectory: join(root, "..", "containerd"),
    ...given({ containerRuntimeEndpoint: flags["container-runtime-endpoint"] }),
  });
}
