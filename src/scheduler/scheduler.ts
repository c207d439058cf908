import { own } from "../base/index.ts";
import { type ComponentContext, leaderElection } from "../runtime/index.ts";
import type { Scheduler, SchedulerOptions } from "./contracts.ts";
import { checkConfiguration } from "./profile.ts";
import { RunningScheduler } from "./running.ts";

/** Starts scheduling; it ends with the context's scope. */
export async function startScheduler(context: ComponentContext, options: SchedulerOptions = {}): Promise<Scheduler> {
  const configuration = options.configuration ?? {};
  checkConfiguration(configuration);
  const election = configuration.leaderElection ?? {};
  if (options.leaderElect === false || (options.leaderElect === undefined && election.leaderElect === false))
    return new RunningScheduler(context, options);
  let current: RunningScheduler | undefined;
  const started = Promise.withResolvers<void>();
  leaderElection(
    context,
    {
      name: election.resourceName ?? "kube-scheduler",
      namespace: election.resourceNamespace ?? "kube-system",
      identity: options.identity ?? `navarch_${context.random.uuid()}`,
      leaseDurationMs: milliseconds(election.leaseDuration ?? "15s"),
      renewDeadlineMs: milliseconds(election.renewDeadline ?? "10s"),
      retryPeriodMs: milliseconds(election.retryPeriod ?? "2s"),
      ...options.lease,
    },
    async (scope) => {
      current = new RunningScheduler({ ...context, scope }, options);
      await current.ready;
      started.resolve();
    },
  );
  return {
    ready: started.promise,
    configuration,
    explain: (namespace, name) => current?.explain(namespace, name),
    metrics: () => current?.metrics() ?? "",
    get isReady() {
      // One that waits for the lead does what it should.
      return current?.isReady ?? true;
    },
    get pending() {
      return current?.pending ?? 0;
    },
  };
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as "1m30s". */
function milliseconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join("") !== text || parts.length === 0)
    throw new RangeError(`configure scheduler: "${text}" is no duration such as 15s`);
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * own(UNITS_MS, unit!)!, 0);
}
