import type { Client } from "../../client/index.ts";
import { type ControllerOptions, startControllers } from "../../controllers/index.ts";
import type { ComponentContext } from "../../runtime/index.ts";
import { type ControllerManagerFlags, readFlagFile } from "../flags/index.ts";
import { controllerIdentity, IDENTITIES } from "../identities.ts";
import { accountClients } from "./account-tokens.ts";
import {
  type ComponentEnvironment,
  connectionOf,
  contextOf,
  given,
  leaderOptions,
  type RunningComponent,
} from "./environment.ts";
import { serveHealth } from "./serving.ts";

const PORT = 10257;

/** Starts the controller manager. */
export async function startControllerManagerComponent(
  flags: ControllerManagerFlags,
  environment: ComponentEnvironment,
): Promise<RunningComponent> {
  const name = "controller-manager";
  const context = contextOf(environment, { name, identity: IDENTITIES.controllerManager, flags });
  const { ready } = await startControllers(context, optionsOf(flags, clientsOf(flags, environment, context)));
  await serveHealth(environment, { name: "kube-controller-manager", flags, port: PORT });
  return { ready };
}

/** How controllers act as service accounts of their own, if they are to. */
function clientsOf(
  flags: ControllerManagerFlags,
  { connect }: ComponentEnvironment,
  context: ComponentContext,
): ((account: string) => Client) | undefined {
  if (!flags["use-service-account-credentials"]) return undefined;
  const connection = connectionOf(flags);
  if (connection) return accountClients(context, connection);
  return connect && ((account) => connect(controllerIdentity(account)));
}

function optionsOf(flags: ControllerManagerFlags, clientFor: ControllerOptions["clientFor"]): ControllerOptions {
  const rootCa = flags["root-ca-file"];
  return {
    ...leaderOptions(flags),
    ...given({
      clientFor,
      rootCa: rootCa === undefined ? undefined : readFlagFile("root-ca-file", rootCa),
      controllers: flags.controllers,
      clusterCidr: flags["cluster-cidr"],
      allocateNodeCidrs: flags["allocate-node-cidrs"],
      nodeCidrMaskSize: flags["node-cidr-mask-size"],
      serviceClusterIpRange: flags["service-cluster-ip-range"],
      nodeMonitorGracePeriodMs: flags["node-monitor-grace-period"],
      nodeStartupGracePeriodMs: flags["node-startup-grace-period"],
      nodeMonitorPeriodMs: flags["node-monitor-period"],
      nodeEvictionRate: flags["node-eviction-rate"],
      secondaryNodeEvictionRate: flags["secondary-node-eviction-rate"],
      unhealthyZoneThreshold: flags["unhealthy-zone-threshold"],
      largeClusterSizeThreshold: flags["large-cluster-size-threshold"],
      terminatedPodGcThreshold: flags["terminated-pod-gc-threshold"],
      concurrentReplicasetSyncs: flags["concurrent-replicaset-syncs"],
      concurrentDeploymentSyncs: flags["concurrent-deployment-syncs"],
      concurrentJobSyncs: flags["concurrent-job-syncs"],
      concurrentEndpointSyncs: flags["concurrent-endpoint-syncs"],
      concurrentServiceEndpointSyncs: flags["concurrent-service-endpoint-syncs"],
      concurrentNamespaceSyncs: flags["concurrent-namespace-syncs"],
      concurrentGcSyncs: flags["concurrent-gc-syncs"],
      maxEndpointsPerSlice: flags["max-endpoints-per-slice"],
    }),
  };
}
