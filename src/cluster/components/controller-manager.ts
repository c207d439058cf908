import type { Client } from "../../client/index.ts";
import { type ControllerOptions, startControllers } from "../../controllers/index.ts";
import { type Authority, authorityFromPem, privateKeyFromPem } from "../../pki/index.ts";
import type { ComponentContext } from "../../runtime/index.ts";
import { ConfigError } from "../errors.ts";
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
  const accountKey = flags["service-account-private-key-file"];
  return {
    ...leaderOptions(flags),
    ...given({
      clientFor,
      rootCa: rootCa === undefined ? undefined : readFlagFile("root-ca-file", rootCa),
      serviceAccountKey:
        accountKey === undefined
          ? undefined
          : privateKeyFromPem(readFlagFile("service-account-private-key-file", accountKey)),
      clusterSigning: signingAuthority(flags),
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

/** The authority that signs requests, if the flags name one. */
function signingAuthority(flags: ControllerManagerFlags): Authority | undefined {
  const certificate = flags["cluster-signing-cert-file"];
  const key = flags["cluster-signing-key-file"];
  if ((certificate === undefined) !== (key === undefined))
    throw new ConfigError(
      "read --cluster-signing-cert-file: it goes with --cluster-signing-key-file, wanted both or neither",
    );
  if (certificate === undefined || key === undefined) return undefined;
  return authorityFromPem({
    certificate: readFlagFile("cluster-signing-cert-file", certificate),
    key: readFlagFile("cluster-signing-key-file", key),
  });
}
