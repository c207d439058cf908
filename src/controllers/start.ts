import { type Scope, own } from "../base/index.ts";
import { type ComponentContext, createInformers, eventRecorder, leaderElection } from "../runtime/index.ts";
import { controllers } from "./all.ts";
import type { ControllerDefinition, ControllerEnvironment } from "./common/environment.ts";
import { discovery } from "./common/discovery.ts";
import type { ControllerOptions } from "./options.ts";

/** Running controllers. */
export interface Controllers {
  /** Resolves once this instance leads and every controller has been started. */
  readonly ready: Promise<void>;
  /** Names of the controllers that run. */
  readonly names: readonly string[];
}

/** Starts the controller manager; it ends with the context's scope. */
export async function startControllers(
  context: ComponentContext,
  options: ControllerOptions = {},
): Promise<Controllers> {
  const chosen = choose(options.controllers ?? ["*"]);
  const names = chosen.map(({ name }) => name);
  if (options.leaderElect === false) {
    const ready = startAll(context, options, chosen);
    await ready;
    return { ready, names };
  }
  const started = Promise.withResolvers<void>();
  const identity = options.identity ?? `navarch_${context.random.uuid()}`;
  leaderElection(
    context,
    {
      name: "kube-controller-manager",
      namespace: "kube-system",
      identity,
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
      ...options.lease,
    },
    async (scope: Scope) => {
      await startAll({ ...context, scope }, options, chosen);
      started.resolve();
    },
  );
  return { ready: started.promise, names };
}

/** Names of old, which flags may still use. */
const ALIASES: Readonly<Record<string, string>> = {
  "serviceaccount-token": "serviceaccount-token-controller",
  endpoint: "endpoints-controller",
  endpointslice: "endpointslice-controller",
  endpointslicemirroring: "endpointslice-mirroring-controller",
  replicationcontroller: "replicationcontroller-controller",
  podgc: "pod-garbage-collector-controller",
  resourcequota: "resourcequota-controller",
  namespace: "namespace-controller",
  serviceaccount: "serviceaccount-controller",
  garbagecollector: "garbage-collector-controller",
  daemonset: "daemonset-controller",
  job: "job-controller",
  deployment: "deployment-controller",
  replicaset: "replicaset-controller",
  horizontalpodautoscaling: "horizontal-pod-autoscaler-controller",
  disruption: "disruption-controller",
  statefulset: "statefulset-controller",
  cronjob: "cronjob-controller",
  csrsigning: "certificatesigningrequest-signing-controller",
  csrapproving: "certificatesigningrequest-approving-controller",
  csrcleaner: "certificatesigningrequest-cleaner-controller",
  ttl: "ttl-controller",
  bootstrapsigner: "bootstrap-signer-controller",
  tokencleaner: "token-cleaner-controller",
  nodeipam: "node-ipam-controller",
  nodelifecycle: "node-lifecycle-controller",
  attachdetach: "persistentvolume-attach-detach-controller",
  "persistentvolume-binder": "persistentvolume-binder-controller",
  "clusterrole-aggregation": "clusterrole-aggregation-controller",
  "pvc-protection": "persistentvolumeclaim-protection-controller",
  "pv-protection": "persistentvolume-protection-controller",
  "ttl-after-finished": "ttl-after-finished-controller",
  "root-ca-cert-publisher": "root-ca-certificate-publisher-controller",
  "ephemeral-volume": "ephemeral-volume-controller",
};

/** The controllers that a list such as ["*", "-job-controller"] means. */
function choose(given: readonly string[]): readonly ControllerDefinition[] {
  const list = given.map((entry) => {
    const off = entry.startsWith("-") ? "-" : "";
    const name = entry.slice(off.length);
    return off + (own(ALIASES, name) ?? name);
  });
  const known = new Set(controllers.map(({ name }) => name));
  for (const entry of list) {
    const name = entry.replace(/^-/, "");
    if (name !== "*" && !known.has(name))
      throw new RangeError(`start controllers: "${name}" is not in the list of known controllers`);
  }
  return controllers.filter(({ name, onDemand }) => {
    if (list.includes(`-${name}`)) return false;
    return list.includes(name) || (list.includes("*") && !onDemand);
  });
}

async function startAll(
  context: ComponentContext,
  options: ControllerOptions,
  chosen: readonly ControllerDefinition[],
): Promise<void> {
  const informers = createInformers(context);
  const discover = discovery(context.client);
  for (const { name, account, start } of chosen) {
    const client = (account && options.clientFor?.(account)) || context.client;
    const own = { ...context, client, log: context.log.child({ controller: name }) };
    const environment: ControllerEnvironment = {
      ...own,
      informers,
      options,
      discover,
      recorder: (component) => eventRecorder(own, { component }),
    };
    await start(environment);
  }
}
