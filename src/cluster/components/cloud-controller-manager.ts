import { fakeCloud, startCloudControllers } from "../../cloud/index.ts";
import { leaderElection } from "../../runtime/index.ts";
import { ConfigError } from "../errors.ts";
import type { CloudControllerManagerFlags } from "../flags/index.ts";
import { IDENTITIES } from "../identities.ts";
import { type ComponentEnvironment, contextOf, given, leaderOptions, type RunningComponent } from "./environment.ts";
import { serveHealth } from "./serving.ts";

const PORT = 10258;

/** Starts the loops between the cluster and its cloud. */
export async function startCloudControllerManagerComponent(
  flags: CloudControllerManagerFlags,
  environment: ComponentEnvironment,
): Promise<RunningComponent> {
  const name = "cloud-controller-manager";
  const context = contextOf(environment, { name, identity: IDENTITIES.cloudControllerManager, flags });
  if (flags["cloud-provider"] === undefined)
    throw new ConfigError(`start ${name}: it has no cloud, wanted --cloud-provider fake`);
  const options = {
    provider: fakeCloud(),
    ...given({
      configureCloudRoutes: flags["configure-cloud-routes"],
      routeReconciliationPeriodMs: flags["route-reconciliation-period"],
      nodeMonitorPeriodMs: flags["node-monitor-period"],
    }),
  };
  await serveHealth(environment, { name, flags, port: PORT });
  const { leaderElect, lease } = leaderOptions(flags);
  if (!leaderElect) return startCloudControllers(context, options);
  const started = Promise.withResolvers<void>();
  const identity = `navarch_${context.random.uuid()}`;
  const times = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
  leaderElection(context, { name, namespace: "kube-system", identity, ...times, ...lease }, async (scope) => {
    const { ready } = await startCloudControllers({ ...context, scope }, options);
    ready.then(started.resolve, () => {});
  });
  return { ready: started.promise };
}
