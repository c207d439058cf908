import type { Client } from "../client/index.ts";
import type { Authority, PrivateKey } from "../pki/index.ts";
import type { LeaseOptions } from "../runtime/index.ts";

/** Upstream's flags of the controller manager, in camelCase; durations in milliseconds. */
export interface ControllerOptions {
  /** Names, "*" for those on by default, "-name" for off. Default ["*"]. */
  readonly controllers?: readonly string[];
  /** Only one instance acts at a time. Default true. */
  readonly leaderElect?: boolean;
  /** Name of this instance in the Lease; default random. */
  readonly identity?: string;
  /** Name and times of that Lease, where they differ from upstream's defaults. */
  readonly lease?: LeaseOptions;
  /** A client with the rights of a service account of kube-system; default the context's for all. */
  readonly clientFor?: (serviceAccount: string) => Client;
  /** PEM of the authority that pods get as kube-root-ca.crt; without it that controller doesn't run. */
  readonly rootCa?: string;
  /** Signs the tokens of secrets; without it those are left alone. */
  readonly serviceAccountKey?: PrivateKey;
  /** Signs certificate requests for the cluster's own signers; without it nobody does. */
  readonly clusterSigning?: Authority;
  readonly clusterName?: string;
  /** Pods' address range; with allocateNodeCidrs each node gets a part of it. */
  readonly clusterCidr?: string;
  readonly allocateNodeCidrs?: boolean;
  /** Bits of a node's range. Default 24 (64 for IPv6). */
  readonly nodeCidrMaskSize?: number;
  readonly serviceClusterIpRange?: string;
  readonly nodeMonitorGracePeriodMs?: number;
  readonly nodeStartupGracePeriodMs?: number;
  readonly nodeMonitorPeriodMs?: number;
  readonly nodeEvictionRate?: number;
  readonly secondaryNodeEvictionRate?: number;
  readonly unhealthyZoneThreshold?: number;
  readonly largeClusterSizeThreshold?: number;
  readonly terminatedPodGcThreshold?: number;
  readonly concurrentReplicasetSyncs?: number;
  readonly concurrentRcSyncs?: number;
  readonly concurrentDaemonsetSyncs?: number;
  readonly concurrentStatefulsetSyncs?: number;
  readonly concurrentCronJobSyncs?: number;
  readonly concurrentResourceQuotaSyncs?: number;
  readonly concurrentHorizontalPodAutoscalerSyncs?: number;
  readonly concurrentDeploymentSyncs?: number;
  readonly concurrentJobSyncs?: number;
  readonly concurrentEndpointSyncs?: number;
  readonly concurrentServiceEndpointSyncs?: number;
  readonly concurrentNamespaceSyncs?: number;
  readonly concurrentGcSyncs?: number;
  readonly concurrentServiceaccountTokenSyncs?: number;
  readonly maxEndpointsPerSlice?: number;
}
