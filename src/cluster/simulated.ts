import type { Clock, Log, Random, Scope } from "../base/index.ts";
import { createApiServer } from "../apiserver/index.ts";
import { type Client, createClient, directTransport } from "../client/index.ts";
import { startControllers } from "../controllers/index.ts";
import { createSimulation, kubeletHandler, type Simulation, startSimulatedKubelet } from "../kubelet/index.ts";
import type { Handler, UserInfo } from "../net/index.ts";
import type { PrivateKey } from "../pki/index.ts";
import type { ComponentContext } from "../runtime/index.ts";
import { type Explanation, startScheduler } from "../scheduler/index.ts";
import type { Store } from "../store/index.ts";
import { controllerIdentity, IDENTITIES, nodeIdentity } from "./identities.ts";

export interface InProcessOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
  /** Machines of the simulated nodes by name. */
  readonly simulations: ReadonlyMap<string, Simulation>;
  /** PEM of the authority that pods trust. */
  readonly rootCa: string;
  readonly serviceAccountKey: PrivateKey;
}

/** A control plane and simulated nodes in this process, each a client of the API like anyone else. */
export interface InProcessCluster {
  readonly handle: Handler;
  readonly client: Client;
  clientAs(identity: UserInfo): Client;
  /** The scheduler's last decision about a pod; undefined when it made none, or long ago. */
  explain(namespace: string, name: string): Explanation | undefined;
}

const ISSUER = "https://kubernetes.default.svc.cluster.local";

/** Starts everything; resolves once the API server serves. */
export async function startInProcess(options: InProcessOptions): Promise<InProcessCluster> {
  const { store, clock, random, log, scope, simulations } = options;
  const kubelets = new Map<string, Handler>();
  const server = createApiServer({
    store,
    clock,
    log,
    scope,
    random: random.fork("apiserver"),
    kubelet: async (nodeName) => kubelets.get(nodeName),
    serviceAccounts: { issuer: ISSUER, audiences: [ISSUER], key: options.serviceAccountKey },
  });
  await server.ready;
  const clientAs = (identity: UserInfo) => createClient({ transport: directTransport(server.handle, identity), clock });
  const component = (name: string, identity: UserInfo): ComponentContext => ({
    client: clientAs(identity),
    clock,
    log: log.child({ component: name }),
    random: random.fork(name),
    scope: scope.child(),
  });
  await startControllers(component("controller-manager", IDENTITIES.controllerManager), {
    leaderElect: false,
    rootCa: options.rootCa,
    serviceAccountKey: options.serviceAccountKey,
    clusterCidr: "10.244.0.0/16",
    allocateNodeCidrs: true,
    clientFor: (account) => clientAs(controllerIdentity(account)),
  });
  const scheduler = await startScheduler(component("scheduler", IDENTITIES.scheduler), { leaderElect: false });
  for (const [nodeName, simulation] of simulations) {
    const context = component(`kubelet/${nodeName}`, nodeIdentity(nodeName));
    const kubelet = await startSimulatedKubelet(context, { nodeName, simulation, port: 0 });
    kubelets.set(nodeName, kubeletHandler(kubelet));
  }
  const explain = (namespace: string, name: string) => scheduler.explain(namespace, name);
  return { handle: server.handle, client: clientAs(IDENTITIES.admin), clientAs, explain };
}

/** Machines for `count` simulated nodes. */
export function simulate(count: number, clock: Clock, random: Random): Map<string, Simulation> {
  const names = Array.from({ length: count }, (_, index) => `node-${index + 1}`);
  return new Map(
    names.map((nodeName) => [
      nodeName,
      createSimulation({ clock, random: random.fork(`machine/${nodeName}`) }, { nodeName }),
    ]),
  );
}
