import { dirname, resolve } from "node:path";
import type { Clock, Log, Random, Scope } from "../../base/index.ts";
import { type Client, type Connection, createClient, httpsTransport, loadKubeconfig } from "../../client/index.ts";
import type { UserInfo } from "../../net/index.ts";
import type { ComponentContext } from "../../runtime/index.ts";
import { ConfigError } from "../errors.ts";
import { type ClientFlags, type LeaderFlags, readFlagFile } from "../flags/index.ts";

/** What the process gives to a component. */
export interface ComponentEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly scope: Scope;
  /** In a process with the API server: a client that acts as someone, without a socket. */
  readonly connect?: (identity: UserInfo) => Client;
}

/** A component that runs until its scope closes. */
export interface RunningComponent {
  /** Resolves once it does its work; with leader election, once it leads. */
  readonly ready: Promise<void>;
}

/** The context of a component: its client comes from its kubeconfig, or from the process it shares with the server. */
export function contextOf(
  environment: ComponentEnvironment,
  component: { readonly name: string; readonly identity: UserInfo; readonly flags: ClientFlags },
): ComponentContext {
  const { clock, random, log, connect } = environment;
  const { name, identity, flags } = component;
  const scope = environment.scope.child();
  const connection = connectionOf(flags);
  if (!connection && !connect) throw new ConfigError(`start ${name}: no API server is known, wanted --kubeconfig FILE`);
  const client = connection ? remoteClient({ connection, flags, name, clock, scope }) : connect!(identity);
  return { client, clock, random, scope, log: log.child({ component: name }) };
}

/** How the flags say that the API server is reached; undefined: they don't. */
export function connectionOf(flags: ClientFlags): Connection | undefined {
  const { kubeconfig, master } = flags;
  if (kubeconfig === undefined)
    return master === undefined ? undefined : { server: master, namespace: "default", context: "" };
  const readFile = (path: string) => readFlagFile("kubeconfig", resolve(dirname(kubeconfig), path));
  const loaded = loadKubeconfig(readFlagFile("kubeconfig", kubeconfig), { readFile });
  return master === undefined ? loaded : { ...loaded, server: master };
}

/** A client of a server far away; its connections end with the scope. */
function remoteClient(options: {
  readonly connection: Connection;
  readonly flags: ClientFlags;
  readonly name: string;
  readonly clock: Clock;
  readonly scope: Scope;
}): Client {
  const { connection, flags, name, clock, scope } = options;
  const transport = httpsTransport({ ...connection, clock });
  scope.defer(() => transport.close());
  const qps = flags["kube-api-qps"];
  const burst = flags["kube-api-burst"];
  const limits = { ...(qps !== undefined && { qps }), ...(burst !== undefined && { burst }) };
  return createClient({ transport, clock, userAgent: `navarch-${name}`, limits });
}

/** Options of leader election as the flags say them. */
export function leaderOptions(flags: LeaderFlags) {
  const lease = {
    name: flags["leader-elect-resource-name"],
    namespace: flags["leader-elect-resource-namespace"],
    leaseDurationMs: flags["leader-elect-lease-duration"],
    renewDeadlineMs: flags["leader-elect-renew-deadline"],
    retryPeriodMs: flags["leader-elect-retry-period"],
  };
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = lease;
  if (leaseDurationMs <= renewDeadlineMs)
    throw new ConfigError("read --leader-elect-lease-duration: it must be longer than --leader-elect-renew-deadline");
  if (renewDeadlineMs <= retryPeriodMs * 1.2)
    throw new ConfigError(
      "read --leader-elect-renew-deadline: it must be longer than 1.2 times --leader-elect-retry-period",
    );
  return { leaderElect: flags["leader-elect"] ?? true, lease: given(lease) };
}

/** An object without what is undefined. */
export function given<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}
