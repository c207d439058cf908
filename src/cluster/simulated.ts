import type { Clock, Log, Random, Scope } from "../base/index.ts";
import { createApiServer } from "../apiserver/index.ts";
import { type Client, copyingTransport, createClient, directTransport } from "../client/index.ts";
import { startControllers } from "../controllers/index.ts";
import {
  createSimulation,
  dialSimulated,
  kubeletHandler,
  type Simulation,
  type SimulatedTarget,
  type SimulationOptions,
  startSimulatedKubelet,
} from "../kubelet/index.ts";
import { type Handler, NetError, type UserInfo } from "../net/index.ts";
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
  /** Has all rights, and objects of its own. */
  readonly client: Client;
  clientAs(identity: UserInfo): Client;
  /** The scheduler's last decision about a pod; undefined when it made none, or long ago. */
  explain(namespace: string, name: string): Explanation | undefined;
}

const DEFAULT_PORTS = { http: "80", https: "443" } as const;
const ISSUER = "https://kubernetes.default.svc.cluster.local";

/** Starts everything; resolves once the API server serves. */
export async function startInProcess(options: InProcessOptions): Promise<InProcessCluster> {
  const { store, clock, random, log, scope, simulations } = options;
  const kubelets = new Map<string, Handler>();
  const dial = dialSimulated(simulations, clock);
  const server = createApiServer({
    store,
    clock,
    log,
    scope,
    random: random.fork("apiserver"),
    kubelet: async (nodeName) => kubelets.get(nodeName),
    dial: (target) => dial(target) ?? nowhere(target),
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
  // Who tests may change what it has read; components don't.
  const client = createClient({ transport: copyingTransport(server.handle, IDENTITIES.admin), clock });
  return { handle: server.handle, client, clientAs, explain };
}

/** A cluster in memory has no network. */
function nowhere({ scheme, host, port = DEFAULT_PORTS[scheme] }: SimulatedTarget): Handler {
  const message = `dial tcp ${host}:${port}: connect: no route to host`;
  return () => Promise.reject(new NetError("connectFailed", message));
}

/** Machines for `count` simulated nodes, node-1 and so on. */
export function simulate(
  count: number,
  { clock, random, images }: { readonly clock: Clock; readonly random: Random } & Pick<SimulationOptions, "images">,
): Map<string, Simulation> {
  const machines = new Map<string, Simulation>();
  for (let number = 1; number <= count; number++) {
    const nodeName = `node-${number}`;
    const tools = { clock, random: random.fork(`machine/${nodeName}`) };
    const machine = { addresses: [nodeAddress(number)] };
    machines.set(nodeName, createSimulation(tools, { nodeName, machine, ...(images && { images }) }));
  }
  return machines;
}

/** Of 198.18.0.0/15, the range for trials, which nobody has on a network (RFC 2544). */
function nodeAddress(number: number): string {
  const offset = number % ADDRESSES;
  return `198.${18 + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`;
}

const ADDRESSES = 2 ** 17;
