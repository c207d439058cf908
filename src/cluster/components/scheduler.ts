import type { Handler } from "../../net/index.ts";
import { schedulerHandler, startScheduler } from "../../scheduler/index.ts";
import type { SchedulerFlags } from "../flags/index.ts";
import { IDENTITIES } from "../identities.ts";
import { type ComponentEnvironment, contextOf, given, leaderOptions, type RunningComponent } from "./environment.ts";
import { serveHealth } from "./serving.ts";

const PORT = 10259;

/** Starts the scheduler. */
export async function startSchedulerComponent(
  flags: SchedulerFlags,
  environment: ComponentEnvironment,
): Promise<RunningComponent & { readonly handler: Handler }> {
  const context = contextOf(environment, { name: "scheduler", identity: IDENTITIES.scheduler, flags });
  const retryMs = flags["pod-max-in-unschedulable-pods-duration"];
  const scheduler = await startScheduler(context, {
    ...leaderOptions(flags),
    ...given({ podMaxInUnschedulablePodsDuration: retryMs === undefined ? undefined : retryMs / 1000 }),
  });
  const handler = schedulerHandler(scheduler);
  const guarded = { client: context.client, handler };
  await serveHealth(environment, { name: "kube-scheduler", flags, port: PORT, guarded });
  return { ready: scheduler.ready, handler };
}
