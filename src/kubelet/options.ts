import type { Clock, Log, Random, Scope } from "../base/index.ts";
import type { KubeletApi, KubeletEvents } from "./api.ts";
import type { Runtime } from "./cri/index.ts";
import type { Host } from "./host/index.ts";
import type { ClusterDns } from "./pod/network-files.ts";
import type { ChangeDetection } from "./volumes/object-cache.ts";

/** What a kubelet is told; names are those of upstream's flags and KubeletConfiguration where there is one. */
export interface KubeletOptions {
  readonly nodeName: string;
  /** Everything of the kubelet's own on the machine is below this. */
  readonly dataDirectory: string;
  readonly clusterDNS?: readonly string[];
  readonly clusterDomain?: string;
  /** Directory of static pods' manifests. */
  readonly staticPodPath?: string;
  /** Addresses of the node; the machine's own when not said. */
  readonly nodeIPs?: readonly string[];
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly registerWithTaints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly registerNode?: boolean;
  readonly providerID?: string;
  readonly maxPods?: number;
  readonly cgroupRoot?: string;
  readonly kubeReserved?: Readonly<Record<string, string>>;
  readonly systemReserved?: Readonly<Record<string, string>>;
  readonly nodeStatusUpdateFrequencyMs?: number;
  readonly nodeStatusReportFrequencyMs?: number;
  readonly nodeLeaseDurationSeconds?: number;
  readonly syncFrequencyMs?: number;
  readonly fileCheckFrequencyMs?: number;
  readonly containerLogMaxSize?: string;
  readonly containerLogMaxFiles?: number;
  readonly resolvConf?: string;
  readonly configMapAndSecretChangeDetectionStrategy?: ChangeDetection;
  readonly evictionHard?: Readonly<Record<string, string>>;
  /** Port that the node says its kubelet serves on; 0 when it serves in the process only. */
  readonly port?: number;
  /** Called with the pod CIDR once the node has one: real nodes write their CNI configuration. */
  readonly onPodCidr?: (podCidr: string) => Promise<void>;
}

export interface Settings extends KubeletOptions {
  readonly dns: ClusterDns;
  readonly maxPods: number;
  readonly cgroupRoot: string;
  readonly syncFrequencyMs: number;
  readonly port: number;
  readonly podLogsDirectory: string;
  readonly podDirectory: (podUid: string) => string;
}

export function settingsOf(options: KubeletOptions): Settings {
  const { dataDirectory } = options;
  return {
    ...options,
    dns: { servers: options.clusterDNS ?? [], domain: options.clusterDomain ?? "cluster.local" },
    maxPods: options.maxPods ?? 110,
    cgroupRoot: options.cgroupRoot ?? "",
    syncFrequencyMs: options.syncFrequencyMs ?? 60_000,
    port: options.port ?? 10250,
    podLogsDirectory: `${dataDirectory}/pod-logs`,
    podDirectory: (podUid) => `${dataDirectory}/pods/${podUid}`,
  };
}

/** What every part of one kubelet works with. */
export interface KubeletContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
  readonly api: KubeletApi;
  readonly events: KubeletEvents;
  readonly runtime: Runtime;
  readonly host: Host;
  readonly settings: Settings;
}
