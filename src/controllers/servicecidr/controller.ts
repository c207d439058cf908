import { IPAddress, ServiceCIDR, unlessGone } from "../../api/index.ts";
import { formatTime } from "../../base/index.ts";
import { type ControllerEnvironment, reconcileKeys } from "../common/environment.ts";
import { FINALIZER, holds, overlap, planRange, withReady } from "./plan.ts";

const READY = { status: "True", reason: "", message: "Kubernetes Service CIDR is ready" };
const TERMINATING = {
  status: "False",
  reason: "Terminating",
  message: "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR",
};

/** Makes ranges of service addresses ready, and keeps those that are in use from going away. */
export async function startServiceCidrController(environment: ControllerEnvironment): Promise<void> {
  const { informers, client, clock } = environment;
  const ranges = informers.for(ServiceCIDR);
  const addresses = informers.for(IPAddress);
  const say = async (range: ServiceCIDR, what: typeof READY, signal: AbortSignal) => {
    const ready = { ...what, lastTransitionTime: formatTime(clock.now()) };
    const changed = { ...range, status: { ...range.status, conditions: withReady(range, ready) } };
    await client.updateStatus(ServiceCIDR, changed, { signal });
  };
  const keep = (range: ServiceCIDR, finalizers: readonly string[], signal: AbortSignal) =>
    client.update(ServiceCIDR, { ...range, metadata: { ...range.metadata, finalizers } }, { signal });
  const reconcile = async (name: string, signal: AbortSignal) => {
    const range = ranges.get({ name });
    if (!range) return undefined;
    const step = planRange({ range, ranges: ranges.list(), addresses: addresses.list(), nowMs: clock.now() });
    const { finalizers = [] } = range.metadata;
    switch (step.type) {
      case "nothing":
        return undefined;
      case "wait":
        return { requeueAfterMs: step.forMs };
      case "welcome": {
        const kept = finalizers.includes(FINALIZER) ? range : await keep(range, [...finalizers, FINALIZER], signal);
        if (!kept.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"))
          await say(kept, READY, signal);
        return undefined;
      }
      case "hold":
        await say(range, TERMINATING, signal);
        return undefined;
      case "release":
        await keep(
          range,
          finalizers.filter((one) => one !== FINALIZER),
          signal,
        );
        return undefined;
    }
  };
  const queue = reconcileKeys(environment, {
    name: "service-cidrs",
    workers: 1,
    synced: [ranges.synced, addresses.synced],
    reconcile: (name, signal) => unlessGone(reconcile(name, signal)),
  });
  const wake = (concerns: (range: ServiceCIDR) => boolean) => {
    for (const range of ranges.list())
      if (range.metadata.deletionTimestamp && concerns(range)) queue.add(range.metadata.name);
  };
  const changed = (range: ServiceCIDR) => {
    queue.add(range.metadata.name);
    wake((other) => overlap(other, range));
  };
  const moved = ({ metadata: { name } }: IPAddress) => wake((range) => holds(range, name));
  ranges.subscribe({ apply: changed, delete: changed });
  addresses.subscribe({ apply: moved, delete: moved });
}
